#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/fourier_rows.cpp"

#include "runtime/kernels/fourier_rows.h"

#include <hwy/foreach_target.h>  // must come before highway.h

#include <hwy/highway.h>
#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace litezoo::runtime::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_HAVE_FLOAT64

using Doubles = hn::CappedTag<double, kFourierRows>;

// Even values become the real parts, odd ones the imaginary, each where the transform wants it.
void read_rows(const FourierRoots& roots, const FourierRows& rows, double* real,
               double* imaginary) {
  if (rows.width < 2 * roots.half) std::fill_n(real, 2 * roots.half * kFourierRows, 0.0);
  for (std::size_t lane = 0; lane < kFourierRows; ++lane) {
    const float* from = rows.from + std::min(lane, rows.rows - 1) * rows.from_stride;
    for (std::size_t i = 0; i + 2 <= rows.width; i += 2) {
      const std::size_t at = roots.places[i / 2] * kFourierRows + lane;
      real[at] = static_cast<double>(from[i]);
      imaginary[at] = static_cast<double>(from[i + 1]);
    }
    if (rows.width % 2 != 0) {
      const std::size_t at = roots.places[rows.width / 2] * kFourierRows + lane;
      real[at] = static_cast<double>(from[rows.width - 1]);
    }
  }
}

// The first two stages, whose roots are 1 and -i: nothing to multiply.
void combine_fours(std::size_t half, double* real, double* imaginary) {
  const Doubles d;
  const auto four = [&](double* a, double* b) HWY_ATTR {
    constexpr std::size_t kNext = kFourierRows;
    const auto a0 = hn::LoadU(d, a), a1 = hn::LoadU(d, a + kNext);
    const auto a2 = hn::LoadU(d, a + 2 * kNext), a3 = hn::LoadU(d, a + 3 * kNext);
    const auto b0 = hn::LoadU(d, b), b1 = hn::LoadU(d, b + kNext);
    const auto b2 = hn::LoadU(d, b + 2 * kNext), b3 = hn::LoadU(d, b + 3 * kNext);
    const auto s0 = hn::Add(a0, a1), d0 = hn::Sub(a0, a1);
    const auto s1 = hn::Add(a2, a3), d1 = hn::Sub(a2, a3);
    const auto t0 = hn::Add(b0, b1), e0 = hn::Sub(b0, b1);
    const auto t1 = hn::Add(b2, b3), e1 = hn::Sub(b2, b3);
    hn::StoreU(hn::Add(s0, s1), d, a);
    hn::StoreU(hn::Add(d0, e1), d, a + kNext);
    hn::StoreU(hn::Sub(s0, s1), d, a + 2 * kNext);
    hn::StoreU(hn::Sub(d0, e1), d, a + 3 * kNext);
    hn::StoreU(hn::Add(t0, t1), d, b);
    hn::StoreU(hn::Sub(e0, d1), d, b + kNext);
    hn::StoreU(hn::Sub(t0, t1), d, b + 2 * kNext);
    hn::StoreU(hn::Add(e0, d1), d, b + 3 * kNext);
  };
  for (std::size_t i = 0; i < half; i += 4)
    four(real + i * kFourierRows, imaginary + i * kFourierRows);
}

// One stage of groups of 2 * width, as FourierStage.
void combine_stage(const FourierRoots& roots, std::size_t width, double* real, double* imaginary) {
  const Doubles d;
  const std::size_t apart = width * kFourierRows;
  for (std::size_t k = 0; k < width; ++k) {
    const auto root = hn::Set(d, roots.stage_real[width - 1 + k]);
    const auto root_i = hn::Set(d, roots.stage_imaginary[width - 1 + k]);
    for (std::size_t i = k; i < roots.half; i += 2 * width) {
      double* a = real + i * kFourierRows;
      double* ai = imaginary + i * kFourierRows;
      const auto b = hn::LoadU(d, a + apart), bi = hn::LoadU(d, ai + apart);
      const auto turned = hn::MulSub(b, root, hn::Mul(bi, root_i));
      const auto turned_i = hn::MulAdd(b, root_i, hn::Mul(bi, root));
      const auto x = hn::LoadU(d, a), xi = hn::LoadU(d, ai);
      hn::StoreU(hn::Sub(x, turned), d, a + apart);
      hn::StoreU(hn::Sub(xi, turned_i), d, ai + apart);
      hn::StoreU(hn::Add(x, turned), d, a);
      hn::StoreU(hn::Add(xi, turned_i), d, ai);
    }
  }
}

// The bins of the real rows from those of what read_rows() made of them.
void write_rows(const FourierRoots& roots, const FourierRows& rows, const double* real,
                const double* imaginary, std::size_t first_lane) {
  const Doubles d;
  const hn::Rebind<float, Doubles> d32;
  constexpr std::size_t kLanes = hn::MaxLanes(Doubles());
  const auto half = hn::Set(d, 0.5);
  const std::size_t lanes = rows.rows > first_lane ? std::min(kLanes, rows.rows - first_lane) : 0;
  for (std::size_t k = 0; k <= roots.half; ++k) {
    const std::size_t at = k % roots.half * kFourierRows;
    const std::size_t mirrored = (roots.half - k) % roots.half * kFourierRows;
    const auto z = hn::LoadU(d, real + at), zi = hn::LoadU(d, imaginary + at);
    const auto other = hn::LoadU(d, real + mirrored), other_i = hn::LoadU(d, imaginary + mirrored);
    const auto even = hn::Mul(half, hn::Add(z, other));
    const auto even_i = hn::Mul(half, hn::Sub(zi, other_i));
    const auto odd = hn::Mul(half, hn::Sub(z, other));
    const auto odd_i = hn::Mul(half, hn::Add(zi, other_i));
    const auto root = hn::Set(d, roots.bins[k].real()), root_i = hn::Set(d, roots.bins[k].imag());
    const auto bin = hn::Add(even, hn::MulAdd(root, odd_i, hn::Mul(root_i, odd)));
    const auto bin_i = hn::Add(even_i, hn::MulSub(root_i, odd_i, hn::Mul(root, odd)));
    HWY_ALIGN float some[kLanes], some_i[kLanes];
    hn::Store(hn::DemoteTo(d32, bin), d32, some);
    hn::Store(hn::DemoteTo(d32, bin_i), d32, some_i);
    std::complex<float>* to = rows.to + first_lane * (roots.half + 1) + k;
    for (std::size_t lane = 0; lane < lanes; ++lane, to += roots.half + 1) {
      *to = {some[lane], some_i[lane]};
    }
  }
}

bool transform_lanes(const FourierRoots& roots, const FourierRows& rows, double* work) {
  double* const real = work;
  double* const imaginary = work + roots.half * kFourierRows;
  read_rows(roots, rows, real, imaginary);
  for (std::size_t lane = 0; lane < kFourierRows; lane += hn::Lanes(Doubles())) {
    combine_fours(roots.half, real + lane, imaginary + lane);
    for (std::size_t width = 4; width < roots.half; width *= 2) {
      combine_stage(roots, width, real + lane, imaginary + lane);
    }
    write_rows(roots, rows, real + lane, imaginary + lane, lane);
  }
  return true;
}

#else

bool transform_lanes(const FourierRoots& /*roots*/, const FourierRows& /*rows*/, double* /*work*/) {
  return false;
}

#endif

}  // namespace litezoo::runtime::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace litezoo::runtime {
namespace {

HWY_EXPORT(transform_lanes);

}  // namespace

bool transform_rows(const FourierRoots& roots, const FourierRows& rows, double* work) {
  return HWY_DYNAMIC_DISPATCH(transform_lanes)(roots, rows, work);
}

}  // namespace litezoo::runtime
#endif  // HWY_ONCE
