#include "runtime/thread_pool.h"

#include <pthreadpool.h>

#include <algorithm>

#include "base/sanitizer.h"

#if LITEZOO_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif

namespace litezoo::runtime {
namespace {

// What pthreadpool orders by atomics of its own, said to the thread sanitizer, which does not see
// into the library: all before `released` happens before what follows `acquired`.
#if LITEZOO_THREAD_SANITIZER
void released(void* job) {
  __tsan_release(job);
}
void acquired(void* job) {
  __tsan_acquire(job);
}
#else
void released(void* /*job*/) {}
void acquired(void* /*job*/) {}
#endif

}  // namespace

void ThreadPool::Destroy::operator()(pthreadpool* pool) const noexcept {
  pthreadpool_destroy(pool);
}

ThreadPool::ThreadPool(std::uint32_t threads)
    : size_(std::max<std::uint32_t>(threads, 1)),
      pool_(size_ > 1 ? pthreadpool_create(size_) : nullptr) {}

void ThreadPool::parallel_for(std::size_t count, std::size_t grain,
                              const std::function<void(std::size_t, std::size_t)>& body) const {
  if (count == 0) return;
  const std::size_t pieces = std::min<std::size_t>(
      size_, std::max<std::size_t>(count / std::max<std::size_t>(grain, 1), 1));
  if (!pool_ || pieces == 1) {
    body(0, count);
    return;
  }
  struct Job {
    const std::function<void(std::size_t, std::size_t)>* body;
    std::size_t count, step;
  } job{&body, count, (count + pieces - 1) / pieces};
  released(&job);
  pthreadpool_parallelize_1d(
      pool_.get(),
      [](void* context, std::size_t piece) {
        acquired(context);
        const auto& task = *static_cast<const Job*>(context);
        const std::size_t begin = piece * task.step;
        if (begin < task.count) (*task.body)(begin, std::min(begin + task.step, task.count));
        released(context);
      },
      &job, pieces, 0);
  acquired(&job);
}

}  // namespace litezoo::runtime
