#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/fourier_stage.cpp"

#include "runtime/kernels/fourier_stage.h"

#include <hwy/foreach_target.h>  // must come before highway.h

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace litezoo::runtime::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_HAVE_FLOAT64

template <class D>
HWY_INLINE void combine_groups(const FourierStage& stage, D d) {
  const std::size_t half = stage.half, lanes = hn::Lanes(d);
  for (std::size_t begin = 0; begin < stage.length; begin += 2 * half) {
    double* a = stage.real + begin;
    double* ai = stage.imaginary + begin;
    for (std::size_t k = 0; k < half; k += lanes) {
      const auto root = hn::LoadU(d, stage.root_real + k);
      const auto root_i = hn::LoadU(d, stage.root_imaginary + k);
      const auto b = hn::LoadU(d, a + half + k), bi = hn::LoadU(d, ai + half + k);
      const auto turned = hn::MulSub(b, root, hn::Mul(bi, root_i));
      const auto turned_i = hn::MulAdd(b, root_i, hn::Mul(bi, root));
      const auto x = hn::LoadU(d, a + k), xi = hn::LoadU(d, ai + k);
      hn::StoreU(hn::Sub(x, turned), d, a + half + k);
      hn::StoreU(hn::Sub(xi, turned_i), d, ai + half + k);
      hn::StoreU(hn::Add(x, turned), d, a + k);
      hn::StoreU(hn::Add(xi, turned_i), d, ai + k);
    }
  }
}

void combine_stage(const FourierStage& stage) {
  const hn::CappedTag<double, 8> many;
  if (stage.half >= hn::Lanes(many)) {
    combine_groups(stage, many);
  } else {
    combine_groups(stage, hn::CappedTag<double, 4>());
  }
}

#else

void combine_stage(const FourierStage& stage) {
  for (std::size_t begin = 0; begin < stage.length; begin += 2 * stage.half) {
    for (std::size_t k = begin; k < begin + stage.half; ++k) {
      double &a = stage.real[k], &ai = stage.imaginary[k];
      double &b = stage.real[k + stage.half], &bi = stage.imaginary[k + stage.half];
      const double root = stage.root_real[k - begin], root_i = stage.root_imaginary[k - begin];
      const double turned = b * root - bi * root_i, turned_i = b * root_i + bi * root;
      b = a - turned;
      bi = ai - turned_i;
      a += turned;
      ai += turned_i;
    }
  }
}

#endif

}  // namespace litezoo::runtime::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace litezoo::runtime {
namespace {

HWY_EXPORT(combine_stage);

}  // namespace

void combine(const FourierStage& stage) {
  HWY_DYNAMIC_DISPATCH(combine_stage)(stage);
}

}  // namespace litezoo::runtime
#endif  // HWY_ONCE
