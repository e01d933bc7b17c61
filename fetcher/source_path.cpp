#include "fetcher/sources.h"

namespace litezoo::fetcher {

Place resolve_path(Session&, const Reference& reference) {
  Place place;
  place.path = reference.address;
  return place;
}

}  // namespace litezoo::fetcher
