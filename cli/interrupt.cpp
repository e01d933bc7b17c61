#include "cli/interrupt.h"

#include "base/error.h"

namespace litezoo::cli {
namespace {

volatile std::sig_atomic_t requested_flag = 0;

extern "C" void note_interrupt(int) {
  requested_flag = 1;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  requested_flag = 0;
  struct sigaction action {};
  action.sa_handler = note_interrupt;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &before_interrupt_);
  ::sigaction(SIGTERM, &action, &before_terminate_);
}

InterruptGuard::~InterruptGuard() {
  ::sigaction(SIGINT, &before_interrupt_, nullptr);
  ::sigaction(SIGTERM, &before_terminate_, nullptr);
}

bool InterruptGuard::requested() noexcept {
  return requested_flag != 0;
}

void InterruptGuard::check() {
  if (requested()) throw Error(ErrorKind::interrupted, "interrupted; what was finished is kept");
}

}  // namespace litezoo::cli
