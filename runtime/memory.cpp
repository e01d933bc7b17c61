#include "runtime/memory.h"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>

#include "base/error.h"

namespace litezoo::runtime {

void MemoryBudget::check(std::size_t bytes, const std::string& what) const {
  if (bytes > limit_ || used_ > limit_ - bytes) {
    throw Error(
        ErrorKind::unsupported,
        fmt::format("{} needs {}, which passes the memory limit of {}; a higher --memory-limit "
                    "may let it run",
                    what,
                    bytes >= kUncountable ? "more than can be counted" : to_text(Bytes{bytes}),
                    to_text(Bytes{limit_})));
  }
}

void MemoryBudget::reserve(std::size_t bytes, const std::string& what) {
  check(bytes, what);
  used_ += bytes;
}

void MemoryCharge::Release::operator()(Taken* taken) const noexcept {
  taken->budget->release(taken->bytes);
  delete taken;
}

MemoryCharge::MemoryCharge(MemoryBudget& budget, std::size_t bytes, const std::string& what)
    : taken_(new Taken{&budget, 0}) {
  budget.reserve(bytes, what);
  taken_->bytes = bytes;
}

void TensorMemory::Free::operator()(std::byte* memory) const noexcept {
  std::free(memory);
}

TensorMemory::TensorMemory(MemoryBudget& budget, std::size_t bytes, const std::string& what)
    : charge_(budget, bytes, what) {
  const std::size_t whole = aligned_size(bytes) + kTensorAlignment;
  data_.reset(static_cast<std::byte*>(std::aligned_alloc(kTensorAlignment, whole)));
  if (!data_) {
    throw Error(ErrorKind::unsupported, fmt::format("{} needs {}, which the system does not have",
                                                    what, to_text(Bytes{bytes})));
  }
  std::memset(data_.get(), 0, whole);
}

}  // namespace litezoo::runtime
