#include "fetcher/download.h"

#include "base/error.h"
#include "fetcher/transfer.h"

namespace litezoo::fetcher {

std::string download(Session& session, const Place& place, const std::string& name,
                     const Target& target) {
  Transfer transfer(session, place, name, target);
  for (std::size_t i = 0;; ++i) {
    try {
      return transfer.run(place.urls.at(i));
    } catch (const Error& error) {
      const bool elsewhere = may_be_had_elsewhere(error) || error.kind() == ErrorKind::corrupt;
      if (!elsewhere || i + 1 >= place.urls.size()) throw;
      const bool keeps = transfer.can_go_on_elsewhere() && error.kind() == ErrorKind::network;
      if (!keeps) transfer.restart();
    }
  }
}

}  // namespace litezoo::fetcher
