#include "base/error.h"

#include <cerrno>
#include <system_error>

namespace litezoo {

std::string to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return "usage";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::network:
      return "network";
    case ErrorKind::corrupt:
      return "corrupt";
    case ErrorKind::unsupported:
      return "unsupported";
    case ErrorKind::io:
      return "io";
    case ErrorKind::interrupted:
      return "interrupted";
    case ErrorKind::internal:
      return "internal";
  }
  return "internal";
}

Error system_error(const std::string& what, int error_number) {
  const auto kind = error_number == ENOENT ? ErrorKind::not_found : ErrorKind::io;
  return {kind, what + ": " + std::generic_category().message(error_number)};
}

}  // namespace litezoo
