#pragma once

#include "base/error.h"

namespace litezoo::cli {

// The process's exit codes; docs/exit-codes.md tells them to users.
enum class ExitCode : int {
  done = 0,
  none_satisfies = 1,  // the answer is no: no model satisfies, or the model cannot be run here
  usage = 2,
  undecided = 3,
  environment = 4,  // local files, database, memory, operating system
  network = 5,
  integrity = 6,  // wrong hash, corrupt or hostile file
  interrupted = 130,
};

ExitCode exit_code_of(ErrorKind kind) noexcept;

// Of a command that did several things: the one with the higher number.
ExitCode worse_of(ExitCode one, ExitCode other) noexcept;

}  // namespace litezoo::cli
