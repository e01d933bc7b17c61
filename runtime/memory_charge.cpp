#include "runtime/memory_charge.h"

namespace litezoo::runtime {

void MemoryCharge::Release::operator()(Taken* taken) const noexcept {
  taken->budget->release(taken->bytes);
  delete taken;
}

MemoryCharge::MemoryCharge(MemoryBudget& budget, std::size_t bytes, const std::string& what)
    : taken_(new Taken{&budget, 0}) {
  budget.reserve(bytes, what);
  taken_->bytes = bytes;
}

}  // namespace litezoo::runtime
