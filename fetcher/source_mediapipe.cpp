#include "fetcher/json_answer.h"
#include "fetcher/sources.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {

Place resolve_mediapipe(Session&, const Reference& reference) {
  const std::string base = without_end_slashes(
      environment_or("LITEZOO_MEDIAPIPE_URL", "https://storage.googleapis.com/mediapipe-models"));
  const std::string folder = base + "/" + percent_encode(reference.address, Slashes::keep) + "/" +
                             reference.revision + "/";
  Place place;
  if (!reference.file.empty()) {
    place.urls = {folder + percent_encode(reference.file, Slashes::keep)};
  } else {
    // The bucket cannot be listed; a model is either one file or a bundle, named after itself.
    const std::size_t first = reference.address.find('/') + 1;
    const std::string model =
        reference.address.substr(first, reference.address.find('/', first) - first);
    place.urls = {folder + model + ".tflite", folder + model + ".task"};
  }
  // "latest" moves, so it pins nothing.
  if (reference.revision != "latest") {
    place.revision = reference.revision;
    place.pinned = reference.text.substr(0, reference.text.find('!'));
  }
  return place;
}

}  // namespace litezoo::fetcher
