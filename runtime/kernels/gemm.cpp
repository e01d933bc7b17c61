#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/gemm.cpp"
// Sizeless vectors cannot be array elements.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#include "runtime/kernels/gemm.h"

#include <hwy/foreach_target.h>  // must come before highway.h

#include <hwy/highway.h>
#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace litezoo::runtime::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::CappedTag<float, kPanelColumns>;
using I32 = hn::CappedTag<std::int32_t, kPanelColumns>;
#if HWY_TARGET != HWY_SCALAR
using I16 = hn::Repartition<std::int16_t, I32>;
using I8 = hn::Rebind<std::int8_t, I16>;
#endif

constexpr std::size_t kLanes = hn::MaxLanes(F32());
constexpr std::size_t kVectors = kPanelColumns / kLanes;
// As many rows at once as leave the accumulators in registers.
constexpr std::size_t kMaxRows = kVectors == 1 ? 8 : kVectors == 2 ? 6 : 2;

// What the generic panel loop needs to know of an element type. A step is one depth for float, one
// pair for integers.
struct FloatTraits {
  using A = float;
  using B = float;
  using C = float;
  using Vector = hn::Vec<F32>;
  struct Sum {
    Vector value;
  };
  static constexpr std::size_t kStep = 1;
  static HWY_INLINE Sum zero() { return {hn::Zero(F32())}; }
  static HWY_INLINE Vector broadcast(const float* a) { return hn::Set(F32(), *a); }
  static HWY_INLINE Vector load(const float* b) { return hn::LoadU(F32(), b); }
  static HWY_INLINE void multiply_add(Vector a, Vector b, Sum& sum) {
    sum.value = hn::MulAdd(a, b, sum.value);
  }
  static HWY_INLINE Vector total(const Sum& sum) { return sum.value; }
  static HWY_INLINE Vector add(Vector a, Vector b) { return hn::Add(a, b); }
  static HWY_INLINE Vector load_sum(const float* c) { return hn::LoadU(F32(), c); }
  static HWY_INLINE void store_sum(Vector v, float* c) { hn::StoreU(v, F32(), c); }
};

#if HWY_TARGET == HWY_SCALAR

template <typename Weight>
struct IntegerTraits {
  using A = std::int16_t;
  using B = Weight;
  using C = std::int32_t;
  struct Vector {
    std::int32_t first, second;
  };
  struct Sum {
    std::uint32_t value;
  };
  static constexpr std::size_t kStep = 2;
  static HWY_INLINE Sum zero() { return {0}; }
  static HWY_INLINE Vector broadcast(const std::int16_t* a) { return {a[0], a[1]}; }
  static HWY_INLINE Vector load(const Weight* b) { return {b[0], b[1]}; }
  static HWY_INLINE void multiply_add(Vector a, Vector b, Sum& sum) {
    sum.value += static_cast<std::uint32_t>(a.first * b.first);
    sum.value += static_cast<std::uint32_t>(a.second * b.second);
  }
  static HWY_INLINE std::uint32_t total(const Sum& sum) { return sum.value; }
  static HWY_INLINE std::uint32_t add(std::uint32_t a, std::uint32_t b) { return a + b; }
  static HWY_INLINE std::uint32_t load_sum(const std::int32_t* c) {
    return static_cast<std::uint32_t>(*c);
  }
  static HWY_INLINE void store_sum(std::uint32_t v, std::int32_t* c) {
    *c = static_cast<std::int32_t>(v);
  }
};

#else

template <typename Weight>
struct IntegerTraits {
  using A = std::int16_t;
  using B = Weight;
  using C = std::int32_t;
  using Vector = hn::Vec<I16>;
  struct Sum {
    hn::Vec<I32> even, odd;
  };
  static constexpr std::size_t kStep = 2;
  static HWY_INLINE Sum zero() { return {hn::Zero(I32()), hn::Zero(I32())}; }
  static HWY_INLINE Vector broadcast(const std::int16_t* a) {
    std::int32_t pair;
    std::memcpy(&pair, a, sizeof pair);
    return hn::BitCast(I16(), hn::Set(I32(), pair));
  }
  static HWY_INLINE Vector load(const std::int8_t* b) {
    return hn::PromoteTo(I16(), hn::LoadU(I8(), b));
  }
  static HWY_INLINE Vector load(const std::int16_t* b) { return hn::LoadU(I16(), b); }
  static HWY_INLINE void multiply_add(Vector a, Vector b, Sum& sum) {
    sum.even = hn::ReorderWidenMulAccumulate(I32(), a, b, sum.even, sum.odd);
  }
  static HWY_INLINE hn::Vec<I32> total(const Sum& sum) {
    return hn::RearrangeToOddPlusEven(sum.even, sum.odd);
  }
  static HWY_INLINE hn::Vec<I32> add(hn::Vec<I32> a, hn::Vec<I32> b) { return hn::Add(a, b); }
  static HWY_INLINE hn::Vec<I32> load_sum(const std::int32_t* c) { return hn::LoadU(I32(), c); }
  static HWY_INLINE void store_sum(hn::Vec<I32> v, std::int32_t* c) { hn::StoreU(v, I32(), c); }
};

#endif

// Rows x one panel. Few rows: several chains along the depth hide the latency of the sums.
template <class Traits, std::size_t kRows>
HWY_INLINE void add_tile(const RowBlock<const typename Traits::A>& a, const typename Traits::B* b,
                         std::size_t depth, const RowBlock<typename Traits::C>& c) {
  constexpr std::size_t kChains = kRows * kVectors >= 4 ? 1 : 4 / (kRows * kVectors);
  constexpr std::size_t kStep = Traits::kStep;
  typename Traits::Sum sums[kChains][kRows][kVectors];
  for (auto& chain : sums) {
    for (auto& row : chain) {
      for (auto& sum : row) sum = Traits::zero();
    }
  }
  std::size_t k = 0;
  for (; k + kStep * kChains <= depth; k += kStep * kChains) {
    for (std::size_t chain = 0; chain < kChains; ++chain) {
      const std::size_t at = k + chain * kStep;
      typename Traits::Vector weights[kVectors];
      for (std::size_t v = 0; v < kVectors; ++v) {
        weights[v] = Traits::load(b + at * kPanelColumns + v * kLanes * kStep);
      }
      for (std::size_t r = 0; r < kRows; ++r) {
        const auto x = Traits::broadcast(a.data + r * a.stride + at);
        for (std::size_t v = 0; v < kVectors; ++v) {
          Traits::multiply_add(x, weights[v], sums[chain][r][v]);
        }
      }
    }
  }
  for (; k < depth; k += kStep) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      const auto weights = Traits::load(b + k * kPanelColumns + v * kLanes * kStep);
      for (std::size_t r = 0; r < kRows; ++r) {
        Traits::multiply_add(Traits::broadcast(a.data + r * a.stride + k), weights, sums[0][r][v]);
      }
    }
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      auto total = Traits::total(sums[0][r][v]);
      for (std::size_t chain = 1; chain < kChains; ++chain) {
        total = Traits::add(total, Traits::total(sums[chain][r][v]));
      }
      auto* at = c.data + r * c.stride + v * kLanes;
      Traits::store_sum(Traits::add(Traits::load_sum(at), total), at);
    }
  }
}

template <class Traits, std::size_t kRows>
void add_rows(const RowBlock<const typename Traits::A>& a,
              const PackedMatrix<typename Traits::B>& b, PanelRange range,
              const RowBlock<typename Traits::C>& c) {
  using C = typename Traits::C;
  const std::size_t depth = b.packed_depth();
  for (std::size_t panel = range.begin; panel < range.end; ++panel) {
    const auto* weights = b.panels.data() + panel * depth * kPanelColumns;
    const std::size_t column = (panel - range.begin) * kPanelColumns;
    const std::size_t width = std::min(kPanelColumns, b.columns - panel * kPanelColumns);
    for (std::size_t row = 0; row + kRows <= a.rows; row += kRows) {
      const RowBlock<const typename Traits::A> rows{a.data + row * a.stride, kRows, a.stride};
      C* out = c.data + row * c.stride + column;
      if (width == kPanelColumns) {
        add_tile<Traits, kRows>(rows, weights, depth, {out, kRows, c.stride});
        continue;
      }
      C edge[kRows * kPanelColumns] = {};
      add_tile<Traits, kRows>(rows, weights, depth, {edge, kRows, kPanelColumns});
      for (std::size_t r = 0; r < kRows; ++r) {
        for (std::size_t n = 0; n < width; ++n)
          out[r * c.stride + n] += edge[r * kPanelColumns + n];
      }
    }
  }
}

// Rows in blocks of kRows, what is left in smaller ones.
template <class Traits, std::size_t kRows>
void add_product(const RowBlock<const typename Traits::A>& a,
                 const PackedMatrix<typename Traits::B>& b, PanelRange range,
                 const RowBlock<typename Traits::C>& c) {
  const std::size_t done = a.rows / kRows * kRows;
  if (done > 0)
    add_rows<Traits, kRows>({a.data, done, a.stride}, b, range, {c.data, done, c.stride});
  if constexpr (kRows > 1) {
    if (done < a.rows) {
      add_product<Traits, kRows / 2>({a.data + done * a.stride, a.rows - done, a.stride}, b, range,
                                     {c.data + done * c.stride, a.rows - done, c.stride});
    }
  }
}

void add_product_float(const RowBlock<const float>& a, const PackedMatrix<float>& b,
                       PanelRange range, const RowBlock<float>& c) {
  add_product<FloatTraits, kMaxRows>(a, b, range, c);
}
void add_product_int8(const RowBlock<const std::int16_t>& a, const PackedMatrix<std::int8_t>& b,
                      PanelRange range, const RowBlock<std::int32_t>& c) {
  add_product<IntegerTraits<std::int8_t>, kMaxRows>(a, b, range, c);
}
void add_product_int16(const RowBlock<const std::int16_t>& a, const PackedMatrix<std::int16_t>& b,
                       PanelRange range, const RowBlock<std::int32_t>& c) {
  add_product<IntegerTraits<std::int16_t>, kMaxRows>(a, b, range, c);
}

// Products over 256 depths of int16 x int8 stay below 2^31.
void add_product_wide(const RowBlock<const std::int16_t>& a, const PackedMatrix<std::int8_t>& b,
                      PanelRange range, const RowBlock<std::int64_t>& c) {
  using Traits = IntegerTraits<std::int8_t>;
  constexpr std::size_t kBlock = 256;
  const std::size_t depth = b.packed_depth();
  for (std::size_t panel = range.begin; panel < range.end; ++panel) {
    const std::int8_t* weights = b.panels.data() + panel * depth * kPanelColumns;
    const std::size_t column = (panel - range.begin) * kPanelColumns;
    const std::size_t width = std::min(kPanelColumns, b.columns - panel * kPanelColumns);
    for (std::size_t row = 0; row < a.rows; ++row) {
      std::int64_t* out = c.data + row * c.stride + column;
      for (std::size_t k = 0; k < depth; k += kBlock) {
        std::int32_t sums[kPanelColumns] = {};
        add_tile<Traits, 1>({a.data + row * a.stride + k, 1, a.stride}, weights + k * kPanelColumns,
                            std::min(kBlock, depth - k), {sums, 1, kPanelColumns});
        for (std::size_t n = 0; n < width; ++n) out[n] += sums[n];
      }
    }
  }
}

void add_taps_float(std::span<const Tap<float, float>> taps, std::size_t channels, float* sums) {
  const F32 d;
  std::size_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) {
    auto sum = hn::LoadU(d, sums + c);
    for (const auto& tap : taps) {
      sum = hn::MulAdd(hn::LoadU(d, tap.x + c), hn::LoadU(d, tap.w + c), sum);
    }
    hn::StoreU(sum, d, sums + c);
  }
  for (; c < channels; ++c) {
    for (const auto& tap : taps) sums[c] += tap.x[c] * tap.w[c];
  }
}

template <typename X>
void add_taps(std::span<const Tap<X, std::int16_t>> taps, std::size_t channels,
              std::int32_t zero_point, std::int32_t* sums) {
  const I32 d;
  const hn::Rebind<X, I32> dx;
  const hn::Rebind<std::int16_t, I32> dw;
  const auto zero = hn::Set(d, zero_point);
  std::size_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) {
    auto sum = hn::LoadU(d, sums + c);
    for (const auto& tap : taps) {
      const auto x = hn::Sub(hn::PromoteTo(d, hn::LoadU(dx, tap.x + c)), zero);
      sum = hn::Add(sum, hn::Mul(x, hn::PromoteTo(d, hn::LoadU(dw, tap.w + c))));
    }
    hn::StoreU(sum, d, sums + c);
  }
  for (; c < channels; ++c) {
    for (const auto& tap : taps) sums[c] += (tap.x[c] - zero_point) * tap.w[c];
  }
}

void add_taps_int8(std::span<const Tap<std::int8_t, std::int16_t>> taps, std::size_t channels,
                   std::int32_t zero_point, std::int32_t* sums) {
  add_taps(taps, channels, zero_point, sums);
}
void add_taps_uint8(std::span<const Tap<std::uint8_t, std::int16_t>> taps, std::size_t channels,
                    std::int32_t zero_point, std::int32_t* sums) {
  add_taps(taps, channels, zero_point, sums);
}
void add_taps_int16(std::span<const Tap<std::int16_t, std::int16_t>> taps, std::size_t channels,
                    std::int32_t zero_point, std::int32_t* sums) {
  add_taps(taps, channels, zero_point, sums);
}

}  // namespace litezoo::runtime::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace litezoo::runtime {
namespace {

HWY_EXPORT(add_product_float);
HWY_EXPORT(add_product_int8);
HWY_EXPORT(add_product_int16);
HWY_EXPORT(add_product_wide);
HWY_EXPORT(add_taps_float);
HWY_EXPORT(add_taps_int8);
HWY_EXPORT(add_taps_uint8);
HWY_EXPORT(add_taps_int16);

template <typename T>
void fill_panels(PackedMatrix<T>& packed, const T* source, const MatrixLayout& layout) {
  constexpr std::size_t kStep = std::is_same_v<T, float> ? 1 : 2;
  packed.columns = layout.columns;
  packed.depth = layout.depth;
  const std::size_t depth = packed.packed_depth();
  packed.panels.resize(packed.panel_count() * depth * kPanelColumns);
  T* to = packed.panels.data();
  for (std::size_t first = 0; first < layout.columns; first += kPanelColumns) {
    const std::size_t width = std::min(kPanelColumns, layout.columns - first);
    for (std::size_t k = 0; k < depth; ++k) {
      T* row = to + k / kStep * kPanelColumns * kStep + k % kStep;
      const std::size_t filled = k < layout.depth ? width : 0;
      const T* from = source + first * layout.column_stride + k * layout.depth_stride;
      if (kStep == 1 && layout.column_stride == 1) {
        std::copy_n(from, filled, row);
      } else {
        for (std::size_t n = 0; n < filled; ++n) row[n * kStep] = from[n * layout.column_stride];
      }
      for (std::size_t n = filled; n < kPanelColumns; ++n) row[n * kStep] = T{};
    }
    to += depth * kPanelColumns;
  }
}

}  // namespace

void pack_into(PackedMatrix<float>& packed, const float* source, const MatrixLayout& layout) {
  fill_panels(packed, source, layout);
}
void pack_into(PackedMatrix<std::int8_t>& packed, const std::int8_t* source,
               const MatrixLayout& layout) {
  fill_panels(packed, source, layout);
}
void pack_into(PackedMatrix<std::int16_t>& packed, const std::int16_t* source,
               const MatrixLayout& layout) {
  fill_panels(packed, source, layout);
}

PackedMatrix<float> pack(const float* source, const MatrixLayout& layout) {
  PackedMatrix<float> packed;
  fill_panels(packed, source, layout);
  return packed;
}
PackedMatrix<std::int8_t> pack(const std::int8_t* source, const MatrixLayout& layout) {
  PackedMatrix<std::int8_t> packed;
  fill_panels(packed, source, layout);
  return packed;
}
PackedMatrix<std::int16_t> pack(const std::int16_t* source, const MatrixLayout& layout) {
  PackedMatrix<std::int16_t> packed;
  fill_panels(packed, source, layout);
  return packed;
}

void multiply_add(const RowBlock<const float>& a, const PackedMatrix<float>& b, PanelRange range,
                  const RowBlock<float>& c) {
  HWY_DYNAMIC_DISPATCH(add_product_float)(a, b, range, c);
}
void multiply_add(const RowBlock<const std::int16_t>& a, const PackedMatrix<std::int8_t>& b,
                  PanelRange range, const RowBlock<std::int32_t>& c) {
  HWY_DYNAMIC_DISPATCH(add_product_int8)(a, b, range, c);
}
void multiply_add(const RowBlock<const std::int16_t>& a, const PackedMatrix<std::int16_t>& b,
                  PanelRange range, const RowBlock<std::int32_t>& c) {
  HWY_DYNAMIC_DISPATCH(add_product_int16)(a, b, range, c);
}
void multiply_add(const RowBlock<const std::int16_t>& a, const PackedMatrix<std::int8_t>& b,
                  PanelRange range, const RowBlock<std::int64_t>& c) {
  HWY_DYNAMIC_DISPATCH(add_product_wide)(a, b, range, c);
}

void multiply_add_taps(std::span<const Tap<float, float>> taps, std::size_t channels, float* sums) {
  HWY_DYNAMIC_DISPATCH(add_taps_float)(taps, channels, sums);
}
void multiply_add_taps(std::span<const Tap<std::int8_t, std::int16_t>> taps, std::size_t channels,
                       std::int32_t zero_point, std::int32_t* sums) {
  HWY_DYNAMIC_DISPATCH(add_taps_int8)(taps, channels, zero_point, sums);
}
void multiply_add_taps(std::span<const Tap<std::uint8_t, std::int16_t>> taps, std::size_t channels,
                       std::int32_t zero_point, std::int32_t* sums) {
  HWY_DYNAMIC_DISPATCH(add_taps_uint8)(taps, channels, zero_point, sums);
}
void multiply_add_taps(std::span<const Tap<std::int16_t, std::int16_t>> taps, std::size_t channels,
                       std::int32_t zero_point, std::int32_t* sums) {
  HWY_DYNAMIC_DISPATCH(add_taps_int16)(taps, channels, zero_point, sums);
}

}  // namespace litezoo::runtime
#endif  // HWY_ONCE
