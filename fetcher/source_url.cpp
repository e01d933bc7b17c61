#include "fetcher/sources.h"

namespace litezoo::fetcher {

Place resolve_url(Session&, const Reference& reference) {
  Place place;
  place.urls = {reference.address};
  place.pinned = reference.address;
  return place;
}

}  // namespace litezoo::fetcher
