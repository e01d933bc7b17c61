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
  if (rows.width < 2 * roots.half) {
    std::fill_n(real, roots.half * kFourierRows, 0.0);
    std::fill_n(imaginary, roots.half * kFourierRows, 0.0);
  }
  const float* from[kFourierRows];
  for (std::size_t lane = 0; lane < kFourierRows; ++lane) {
    from[lane] = rows.from + std::min(lane, rows.rows - 1) * rows.from_stride;
  }
  for (std::size_t i = 0; i < rows.width; ++i) {
    double* to = (i % 2 == 0 ? real : imaginary) + roots.places[i / 2] * kFourierRows;
    for (std::size_t lane = 0; lane < kFourierRows; ++lane)
      to[lane] = static_cast<double>(from[lane][i]);
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

using Vector = hn::Vec<Doubles>;

struct Complexes {
  Vector real, imaginary;
};

HWY_INLINE Complexes load(const double* real, const double* imaginary) {
  return {hn::LoadU(Doubles(), real), hn::LoadU(Doubles(), imaginary)};
}

HWY_INLINE void store(const Complexes& z, double* real, double* imaginary) {
  hn::StoreU(z.real, Doubles(), real);
  hn::StoreU(z.imaginary, Doubles(), imaginary);
}

// a + root * b and a - root * b in their places.
HWY_INLINE void combine(const Complexes& root, Complexes& a, Complexes& b) {
  const auto turned = hn::MulSub(b.real, root.real, hn::Mul(b.imaginary, root.imaginary));
  const auto turned_i = hn::MulAdd(b.real, root.imaginary, hn::Mul(b.imaginary, root.real));
  b = {hn::Sub(a.real, turned), hn::Sub(a.imaginary, turned_i)};
  a = {hn::Add(a.real, turned), hn::Add(a.imaginary, turned_i)};
}

HWY_INLINE Complexes stage_root(const FourierRoots& roots, std::size_t width, std::size_t k) {
  return {hn::Set(Doubles(), roots.stage_real[width - 1 + k]),
          hn::Set(Doubles(), roots.stage_imaginary[width - 1 + k])};
}

// The stages of groups of 2 * width and of 4 * width, as two FourierStages.
void combine_two_stages(const FourierRoots& roots, std::size_t width, double* real,
                        double* imaginary) {
  const std::size_t apart = width * kFourierRows;
  for (std::size_t begin = 0; begin < roots.half; begin += 4 * width) {
    for (std::size_t k = 0; k < width; ++k) {
      double* to = real + (begin + k) * kFourierRows;
      double* to_i = imaginary + (begin + k) * kFourierRows;
      Complexes z0 = load(to, to_i), z1 = load(to + apart, to_i + apart);
      Complexes z2 = load(to + 2 * apart, to_i + 2 * apart);
      Complexes z3 = load(to + 3 * apart, to_i + 3 * apart);
      const Complexes root = stage_root(roots, width, k);
      combine(root, z0, z1);
      combine(root, z2, z3);
      combine(stage_root(roots, 2 * width, k), z0, z2);
      combine(stage_root(roots, 2 * width, width + k), z1, z3);
      store(z0, to, to_i);
      store(z1, to + apart, to_i + apart);
      store(z2, to + 2 * apart, to_i + 2 * apart);
      store(z3, to + 3 * apart, to_i + 3 * apart);
    }
  }
}

// The last stage, where there is an odd number of them.
void combine_last_stage(const FourierRoots& roots, double* real, double* imaginary) {
  const std::size_t width = roots.half / 2, apart = width * kFourierRows;
  for (std::size_t k = 0; k < width; ++k, real += kFourierRows, imaginary += kFourierRows) {
    Complexes a = load(real, imaginary), b = load(real + apart, imaginary + apart);
    combine(stage_root(roots, width, k), a, b);
    store(a, real, imaginary);
    store(b, real + apart, imaginary + apart);
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
  double* const real = work + (64 - reinterpret_cast<std::uintptr_t>(work) % 64) / sizeof(double);
  // Not a power of two after the real parts: the same places of both would compete in caches.
  double* const imaginary = real + (roots.half + kFourierRows) * kFourierRows;
  read_rows(roots, rows, real, imaginary);
  for (std::size_t lane = 0; lane < kFourierRows; lane += hn::Lanes(Doubles())) {
    combine_fours(roots.half, real + lane, imaginary + lane);
    std::size_t width = 4;
    for (; 2 * width < roots.half; width *= 4) {
      combine_two_stages(roots, width, real + lane, imaginary + lane);
    }
    if (width < roots.half) combine_last_stage(roots, real + lane, imaginary + lane);
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
