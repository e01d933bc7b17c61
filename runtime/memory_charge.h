#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "runtime/memory.h"

namespace litezoo::runtime {

// A part of a budget that is taken until this dies; the budget must outlive it.
class MemoryCharge {
 public:
  MemoryCharge() = default;
  // Throws as MemoryBudget::reserve().
  MemoryCharge(MemoryBudget& budget, std::size_t bytes, const std::string& what);
  std::size_t bytes() const noexcept { return taken_ ? taken_->bytes : 0; }

 private:
  struct Taken {
    MemoryBudget* budget;
    std::size_t bytes;
  };
  struct Release {
    void operator()(Taken* taken) const noexcept;
  };
  std::unique_ptr<Taken, Release> taken_;
};

}  // namespace litezoo::runtime
