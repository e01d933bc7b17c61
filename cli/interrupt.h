#pragma once

#include <csignal>

namespace litezoo::cli {

// While it lives, the first Ctrl-C (SIGINT, SIGTERM) only sets a flag, so that work can be ended in
// order; a second one ends the process as usual. One at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();

  static bool requested() noexcept;
  // Throws Error(interrupted) once a Ctrl-C came.
  static void check();

 private:
  struct sigaction before_interrupt_ {};
  struct sigaction before_terminate_ {};
};

}  // namespace litezoo::cli
