// AVX-512 VNNI is a part of AVX3_DL, which Highway leaves out unless asked.
#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/byte_products.cpp"
// Sizeless vectors cannot be array elements.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#include "runtime/kernels/byte_products.h"

#include <hwy/foreach_target.h>  // must come before highway.h

#include <hwy/highway.h>
#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

// Highway 1.0 asks the compiler for AVX-VNNI where it means AVX-512 VNNI.
#if HWY_ARCH_X86 && HWY_TARGET == HWY_AVX3_DL && HWY_MAJOR == 1 && HWY_MINOR == 0
#undef HWY_TARGET_STR
#define HWY_TARGET_STR \
  HWY_TARGET_STR_AVX3  \
  ",vpclmulqdq,avx512vbmi,avx512vbmi2,vaes,avxvnni,avx512vnni,avx512bitalg,avx512vpopcntdq"
#endif

HWY_BEFORE_NAMESPACE();
namespace litezoo::runtime::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using I32 = hn::CappedTag<std::int32_t, kBytePanel>;
using U32 = hn::RebindToUnsigned<I32>;
using F32 = hn::RebindToFloat<I32>;
using Vector = hn::Vec<I32>;

constexpr std::size_t kLanes = hn::MaxLanes(I32());
constexpr std::size_t kVectors = kBytePanel / kLanes;
// As many sums as stay in registers and hide the latency of adding to them.
constexpr std::size_t kMostRows = kVectors == 1 ? 8 : kVectors == 2 ? 4 : 2;
constexpr std::size_t kMostPanels = kVectors == 1 ? 3 : 1;

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3_DL

constexpr bool kHasDotProducts = true;

// Four unsigned bytes of x by four signed ones of w in each lane. Highway 1.0 has no name for it.
HWY_INLINE Vector add_products(Vector sum, Vector x, Vector w) {
  return Vector{_mm512_dpbusd_epi32(sum.raw, x.raw, w.raw)};
}

#else

constexpr bool kHasDotProducts = false;

template <int kByte>
HWY_INLINE Vector product_of(Vector x, Vector w) {
  const auto unsigned_x = hn::ShiftRight<24>(hn::ShiftLeft<24 - 8 * kByte>(hn::BitCast(U32(), x)));
  return hn::Mul(hn::BitCast(I32(), unsigned_x),
                 hn::ShiftRight<24>(hn::ShiftLeft<24 - 8 * kByte>(w)));
}

HWY_INLINE Vector add_products(Vector sum, Vector x, Vector w) {
  return hn::Add(hn::Add(sum, hn::Add(product_of<0>(x, w), product_of<1>(x, w))),
                 hn::Add(product_of<2>(x, w), product_of<3>(x, w)));
}

#endif

template <bool kSigned>
HWY_INLINE Vector quad_of(const std::byte* x) {
  std::int32_t quad;
  std::memcpy(&quad, x, sizeof quad);
  const auto all = hn::Set(I32(), quad);
  if constexpr (!kSigned) return all;
  return hn::Xor(all, hn::Set(I32(), static_cast<std::int32_t>(0x80808080U)));
}

// From sums to bytes. Adding 1.5 * 2^23 rounds to nearest even and leaves the number in the low
// bits. (Highway 1.0's TruncateTo is wrong on this target, so this saturates where there is no
// need.) Not inlined: the sums' loop needs all registers.
template <bool kSigned, std::size_t kRows, std::size_t kColumns>
HWY_NOINLINE void store(const std::int32_t* sums, const ByteOutput& output, std::size_t column,
                        std::size_t columns, std::byte* y) {
  constexpr float kMagic = 12582912.0F;
  constexpr std::int32_t kMagicBits = 0x4B400000;
  using Byte = std::conditional_t<kSigned, std::int8_t, std::uint8_t>;
  const hn::Rebind<Byte, I32> d8;
  const F32 d;
  const auto low = hn::Set(d, output.low), high = hn::Set(d, output.high);
  const auto magic = hn::Set(d, kMagic);
  const auto zero_point = hn::Set(I32(), output.zero_point - kMagicBits);
  hn::Vec<F32> scales[kColumns];
  for (std::size_t v = 0; v < kColumns; ++v) {
    scales[v] = hn::LoadU(d, output.scale.data() + column + v * kLanes);
  }
  const bool is_whole = column + kColumns * kLanes <= columns;
  auto* to = reinterpret_cast<Byte*>(y) + column;
  for (std::size_t r = 0; r < kRows; ++r, to += columns) {
    for (std::size_t v = 0; v < kColumns; ++v, sums += kLanes) {
      const auto scaled = hn::Mul(hn::ConvertTo(d, hn::Load(I32(), sums)), scales[v]);
      const auto rounded = hn::Add(hn::Min(hn::Max(low, scaled), high), magic);
      const auto bytes = hn::DemoteTo(d8, hn::Add(hn::BitCast(I32(), rounded), zero_point));
      if (HWY_LIKELY(is_whole || column + (v + 1) * kLanes <= columns)) {
        hn::StoreU(bytes, d8, to + v * kLanes);
      } else if (column + v * kLanes < columns) {
        hn::BlendedStore(bytes, hn::FirstN(d8, columns - column - v * kLanes), d8, to + v * kLanes);
      }
    }
  }
}

struct Block {
  std::size_t row, panel;
};

template <bool kSigned, std::size_t kRows, std::size_t kPanels>
HWY_INLINE void tile(const ByteProduct& product, const Block& block,
                     const std::int32_t* row_terms) {
  constexpr std::size_t kColumns = kPanels * kVectors;
  const ByteMatrix& weights = *product.weights;
  const ByteOutput& output = *product.output;
  const std::size_t quads = weights.quads(), panel_bytes = weights.panel_bytes();
  const std::int8_t* w = weights.panels.data() + block.panel * panel_bytes;
  Vector sums[kRows][kColumns];
  for (std::size_t r = 0; r < kRows; ++r) {
    const auto term = hn::Set(I32(), row_terms[block.row + r]);
    for (std::size_t v = 0; v < kColumns; ++v) {
      const auto start =
          hn::LoadU(I32(), output.start.data() + block.panel * kBytePanel + v * kLanes);
      sums[r][v] = hn::Add(start, term);
    }
  }
  const std::byte* const* segments = product.segments + block.row * weights.segments;
  for (std::size_t s = 0; s < weights.segments; ++s) {
    const std::byte* x[kRows];
    for (std::size_t r = 0; r < kRows; ++r) x[r] = segments[r * weights.segments + s];
    // gcc keeps one of them in memory otherwise.
    Vector inner[kRows][kColumns];
    for (std::size_t r = 0; r < kRows; ++r) {
      for (std::size_t v = 0; v < kColumns; ++v) inner[r][v] = sums[r][v];
    }
    for (std::size_t q = 0; q < quads; ++q, w += kBytePanel * kByteQuad) {
      Vector columns[kColumns];
      for (std::size_t v = 0; v < kColumns; ++v) {
        const auto* at = w + v / kVectors * panel_bytes + v % kVectors * kLanes * kByteQuad;
        columns[v] = hn::LoadU(I32(), reinterpret_cast<const std::int32_t*>(at));
      }
      for (std::size_t r = 0; r < kRows; ++r) {
        const auto quad = quad_of<kSigned>(x[r] + q * kByteQuad);
        for (std::size_t v = 0; v < kColumns; ++v) {
          inner[r][v] = add_products(inner[r][v], quad, columns[v]);
        }
      }
    }
    for (std::size_t r = 0; r < kRows; ++r) {
      for (std::size_t v = 0; v < kColumns; ++v) sums[r][v] = inner[r][v];
    }
  }
  HWY_ALIGN std::int32_t totals[kRows * kColumns * kLanes];
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t v = 0; v < kColumns; ++v) {
      hn::Store(sums[r][v], I32(), totals + (r * kColumns + v) * kLanes);
    }
  }
  store<kSigned, kRows, kColumns>(totals, output, block.panel * kBytePanel, weights.columns,
                                  product.y + block.row * weights.columns);
}

template <bool kSigned, std::size_t kRows, std::size_t kPanels>
void rows_of_panels(const ByteProduct& product, Block block, const std::int32_t* row_terms) {
  for (; block.row + kRows <= product.rows; block.row += kRows) {
    tile<kSigned, kRows, kPanels>(product, block, row_terms);
  }
  if constexpr (kRows > 1) {
    if (block.row < product.rows) {
      rows_of_panels<kSigned, kRows / 2, kPanels>(product, block, row_terms);
    }
  }
}

// A few panels at a time meet all rows, so that their weights stay in the first cache.
template <bool kSigned>
void all_panels(const ByteProduct& product, const std::int32_t* row_terms) {
  Block block{0, product.first_panel};
  while (block.panel < product.last_panel) {
    const std::size_t left = product.last_panel - block.panel;
    const std::size_t take = std::min(left == 4 ? 2 : left, kMostPanels);
    if (take == 1) rows_of_panels<kSigned, kMostRows, 1>(product, block, row_terms);
    if constexpr (kMostPanels > 1) {
      if (take == 2) rows_of_panels<kSigned, kMostRows, 2>(product, block, row_terms);
      if (take == 3) rows_of_panels<kSigned, kMostRows, 3>(product, block, row_terms);
    }
    block.panel += take;
  }
}

#if HWY_TARGET == HWY_SCALAR

std::uint64_t sum_of(const std::byte* bytes, std::size_t count) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += std::to_integer<std::uint64_t>(bytes[i]);
  return sum;
}

#else

HWY_INLINE std::uint64_t sum_of(const std::byte* bytes, std::size_t count) {
  const hn::CappedTag<std::uint8_t, 64> d;
  const hn::Repartition<std::uint64_t, decltype(d)> d64;
  const auto* from = reinterpret_cast<const std::uint8_t*>(bytes);
  auto sums = hn::Zero(d64);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto mask = hn::FirstN(d, std::min(count - i, hn::Lanes(d)));
    sums = hn::Add(sums, hn::SumsOf8(hn::IfThenElseZero(mask, hn::LoadU(d, from + i))));
  }
  return hn::GetLane(hn::SumOfLanes(d64, sums));
}

#endif

void find_row_terms(const ByteProduct& product, std::int32_t* row_terms) {
  const ByteMatrix& weights = *product.weights;
  const auto factor = static_cast<std::uint32_t>(product.output->row_factor);
  const std::byte* const* segment = product.segments;
  for (std::size_t r = 0; r < product.rows; ++r) {
    std::uint64_t sum = 0;
    for (std::size_t s = 0; s < weights.segments; ++s) sum += sum_of(*segment++, weights.depth);
    row_terms[r] = static_cast<std::int32_t>(factor * static_cast<std::uint32_t>(sum));
  }
}

void multiply_rows(const ByteProduct& product) {
  std::array<std::int32_t, kMostByteRows> row_terms{};
  if (product.output->row_factor != 0) find_row_terms(product, row_terms.data());
  if (product.output->is_signed) {
    all_panels<true>(product, row_terms.data());
  } else {
    all_panels<false>(product, row_terms.data());
  }
}

bool target_has_dot_products() {
  return kHasDotProducts;
}

}  // namespace litezoo::runtime::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace litezoo::runtime {
namespace {

HWY_EXPORT(multiply_rows);
HWY_EXPORT(target_has_dot_products);

}  // namespace

void multiply(const ByteProduct& product) {
  HWY_DYNAMIC_DISPATCH(multiply_rows)(product);
}

bool has_byte_dot_products() noexcept {
  return HWY_DYNAMIC_DISPATCH(target_has_dot_products)();
}

}  // namespace litezoo::runtime
#endif  // HWY_ONCE
