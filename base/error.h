#pragma once

#include <stdexcept>
#include <string>

namespace litezoo {

// Why something could not be done. cli/exit_code.h maps each kind to the process's exit code.
enum class ErrorKind {
  usage,        // the caller asked for something that makes no sense: bad option, unknown task
  not_found,    // a named local thing is absent: a file, a catalog row
  network,      // a server was unreachable, refused, or timed out
  corrupt,      // bytes are not what they claim to be: hash mismatch, malformed or hostile file
  unsupported,  // well-formed, but this build or engine cannot do it; names the op and node
  io,           // the operating system refused: disk full, permission, locked database
  interrupted,  // the user stopped it
  internal,     // a bug in Litezoo
};

// The only exception Litezoo throws. what() is one line that names the object and the next step.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

// "io", "network", ...: the kind's name as it appears in JSON.
std::string to_string(ErrorKind kind);

// Error(io) for a failed system call: "<what>: <strerror(error_number)>"; ENOENT gives not_found.
Error system_error(const std::string& what, int error_number);

}  // namespace litezoo
