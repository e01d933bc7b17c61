#pragma once

#include <hwy/detect_targets.h>
#include <hwy/targets.h>

#include <cstdint>

namespace litezoo::test {

// While it lives, kernels take this CPU for one without some of Highway's targets.
class WithoutTargets {
 public:
  explicit WithoutTargets(std::int64_t targets) {
    hwy::DisableTargets(targets);
    hwy::GetChosenTarget().DeInit();
  }
  WithoutTargets(const WithoutTargets&) = delete;
  WithoutTargets& operator=(const WithoutTargets&) = delete;
  WithoutTargets(WithoutTargets&&) = delete;
  WithoutTargets& operator=(WithoutTargets&&) = delete;
  ~WithoutTargets() {
    hwy::DisableTargets(0);
    hwy::GetChosenTarget().DeInit();
  }
};

// Those from `target` up: better ones have lower bits.
constexpr std::int64_t from_target_up(std::int64_t target) noexcept {
  return (target << 1) - 1;
}

#if HWY_ARCH_X86
inline constexpr std::int64_t kDotProductTargets = from_target_up(HWY_AVX3_DL);
#else
inline constexpr std::int64_t kDotProductTargets = 0;
#endif

}  // namespace litezoo::test
