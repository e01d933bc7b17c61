#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/units.h"

namespace litezoo::cli {

struct Context;

// One line on the terminal that is written over until the transfer is done.
class ProgressLine {
 public:
  explicit ProgressLine(const Context& context) : context_(&context) {}
  // Redraws at most ten times a second; ends the line when `received` reaches `total`.
  void show(const std::string& what, Bytes received, std::optional<Bytes> total);

 private:
  const Context* context_;
  std::string what_;
  std::chrono::steady_clock::time_point started_, drawn_;
};

}  // namespace litezoo::cli
