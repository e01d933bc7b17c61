#include "cli/exit_code.h"

#include <algorithm>

namespace litezoo::cli {

ExitCode exit_code_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::usage:
      return ExitCode::usage;
    case ErrorKind::unsupported:
      return ExitCode::none_satisfies;
    case ErrorKind::network:
      return ExitCode::network;
    case ErrorKind::corrupt:
      return ExitCode::integrity;
    case ErrorKind::interrupted:
      return ExitCode::interrupted;
    case ErrorKind::not_found:
    case ErrorKind::io:
    case ErrorKind::internal:
      return ExitCode::environment;
  }
  return ExitCode::environment;
}

ExitCode worse_of(ExitCode one, ExitCode other) noexcept {
  return std::max(one, other);
}

}  // namespace litezoo::cli
