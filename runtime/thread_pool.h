#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

struct pthreadpool;

namespace litezoo::runtime {

// The threads that XNNPACK and our kernels share (pthreadpool). One thread = no pool at all.
class ThreadPool {
 public:
  explicit ThreadPool(std::uint32_t threads);
  std::uint32_t size() const noexcept { return size_; }

  // Calls body(begin, end) for pieces of at least `grain` that cover [0, count), from several
  // threads at once, and returns when all are done. body must not throw.
  void parallel_for(std::size_t count, std::size_t grain,
                    const std::function<void(std::size_t, std::size_t)>& body) const;

  // For XNNPACK; null with one thread.
  pthreadpool* native() const noexcept { return pool_.get(); }

 private:
  struct Destroy {
    void operator()(pthreadpool* pool) const noexcept;
  };
  std::uint32_t size_;
  std::unique_ptr<pthreadpool, Destroy> pool_;
};

}  // namespace litezoo::runtime
