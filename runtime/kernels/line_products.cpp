#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/line_products.cpp"
// Sizeless vectors cannot be array elements.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#include "runtime/kernels/line_products.h"

#include <hwy/foreach_target.h>  // must come before highway.h

#include <hwy/highway.h>
#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace litezoo::runtime::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::CappedTag<float, kPanelColumns>;
using Vector = hn::Vec<F32>;

constexpr std::size_t kLanes = hn::MaxLanes(F32());
constexpr std::size_t kVectors = kPanelColumns / kLanes;
// As many sums as stay in registers and hide the latency of adding to them.
constexpr std::size_t kMostRows = kVectors == 1 ? 8 : kVectors == 2 ? 6 : 2;
constexpr std::size_t kMostPanels = kVectors == 1 ? 3 : 1;
constexpr std::size_t kMostUnits = kVectors == 1 ? 8 : kVectors == 2 ? 4 : 2;

// A tile of sums. Whole vectors while they fit: what they write beyond their own elements belongs
// to later ones. The last column goes first, so that the others mend what it wrote too much.
template <std::size_t kRows, std::size_t kColumns>
HWY_INLINE void store(Vector (&sums)[kRows][kColumns], const LineOutput& output, float* y,
                      std::size_t stride, const float* end) {
  const F32 d;
  const auto low = hn::Set(d, output.low), high = hn::Set(d, output.high);
  // In this order a NaN stays one.
  const auto clamp = [&](Vector v) HWY_ATTR { return hn::Min(high, hn::Max(low, v)); };
  if (HWY_LIKELY(end - y >=
                 static_cast<std::ptrdiff_t>((kRows - 1) * stride + kColumns * kLanes))) {
    for (std::size_t v = kColumns; v-- > 0;) {
      for (std::size_t r = 0; r < kRows; ++r) {
        hn::StoreU(clamp(sums[r][v]), d, y + r * stride + v * kLanes);
      }
    }
    return;
  }
  for (std::size_t v = kColumns; v-- > 0;) {
    for (std::size_t r = 0; r < kRows; ++r) {
      HWY_ALIGN float some[kLanes];
      hn::Store(clamp(sums[r][v]), d, some);
      float* to = y + r * stride + v * kLanes;
      if (to < end)
        std::copy_n(some, std::min<std::size_t>(kLanes, static_cast<std::size_t>(end - to)), to);
    }
  }
}

template <std::size_t kRows, std::size_t kPanels>
HWY_INLINE void dense_tile(const DenseLine& line, std::size_t first, std::size_t panel) {
  constexpr std::size_t kColumns = kPanels * kVectors;
  const F32 d;
  const std::size_t depth = line.depth, step = line.input.step;
  const std::size_t panel_size = line.weights->depth * kPanelColumns;
  const float* w = line.weights->panels.data() + panel * panel_size;
  Vector sums[kRows][kColumns];
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t v = 0; v < kColumns; ++v) {
      sums[r][v] = hn::LoadU(d, line.bias + panel * kPanelColumns + v * kLanes);
    }
  }
  for (const float* row : line.input.rows) {
    const float* x[kRows];
    for (std::size_t r = 0; r < kRows; ++r) x[r] = row + (first + r) * step;
    // gcc keeps one of them in memory otherwise.
    Vector inner[kRows][kColumns];
    for (std::size_t r = 0; r < kRows; ++r) {
      for (std::size_t v = 0; v < kColumns; ++v) inner[r][v] = sums[r][v];
    }
    for (std::size_t k = 0; k < depth; ++k, w += kPanelColumns) {
      Vector weights[kColumns];
      for (std::size_t v = 0; v < kColumns; ++v) {
        weights[v] = hn::LoadU(d, w + v / kVectors * panel_size + v % kVectors * kLanes);
      }
      for (std::size_t r = 0; r < kRows; ++r) {
        const Vector broadcast = hn::Set(d, x[r][k]);
        for (std::size_t v = 0; v < kColumns; ++v) {
          inner[r][v] = hn::MulAdd(broadcast, weights[v], inner[r][v]);
        }
      }
    }
    for (std::size_t r = 0; r < kRows; ++r) {
      for (std::size_t v = 0; v < kColumns; ++v) sums[r][v] = inner[r][v];
    }
  }
  const std::size_t columns = line.weights->columns;
  store(sums, line.output, line.output.y + first * columns + panel * kPanelColumns, columns,
        line.output.y + line.positions * columns);
}

// From the last panel to the first: each mends what the one after it wrote too much.
template <std::size_t kRows>
HWY_INLINE void dense_panels(const DenseLine& line, std::size_t first) {
  std::size_t panel = line.weights->panel_count();
  while (panel > 0) {
    const std::size_t take = std::min(panel == 4 ? 2 : panel, kMostPanels);
    panel -= take;
    if (take == 1) dense_tile<kRows, 1>(line, first, panel);
    if constexpr (kMostPanels > 1) {
      if (take == 2) dense_tile<kRows, 2>(line, first, panel);
      if (take == 3) dense_tile<kRows, 3>(line, first, panel);
    }
  }
}

template <std::size_t kRows>
void dense_rows(const DenseLine& line, std::size_t first) {
  for (; first + kRows <= line.positions; first += kRows) dense_panels<kRows>(line, first);
  if constexpr (kRows > 1) {
    if (first < line.positions) dense_rows<kRows / 2>(line, first);
  }
}

void dense(const DenseLine& line) {
  dense_rows<kMostRows>(line, 0);
}

template <std::size_t kUnits>
HWY_INLINE void depthwise_tile(const DepthwiseLine& line, std::size_t first, std::size_t block) {
  const F32 d;
  const float* w = line.weights + block * line.input.rows.size() * line.taps * kPanelColumns;
  Vector sums[kUnits][kVectors];
  for (std::size_t u = 0; u < kUnits; ++u) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      sums[u][v] = hn::LoadU(d, line.bias + block * kPanelColumns + v * kLanes);
    }
  }
  const std::size_t begin = first * line.input.step + block * kPanelColumns;
  for (const float* row : line.input.rows) {
    const float* x[kUnits];
    for (std::size_t u = 0; u < kUnits; ++u) x[u] = row + begin + u * line.input.step;
    std::size_t at = 0;
    for (std::size_t tap = 0; tap < line.taps; ++tap, w += kPanelColumns, at += line.tap_step) {
      for (std::size_t v = 0; v < kVectors; ++v) {
        const Vector weights = hn::LoadU(d, w + v * kLanes);
        for (std::size_t u = 0; u < kUnits; ++u) {
          sums[u][v] = hn::MulAdd(hn::LoadU(d, x[u] + at + v * kLanes), weights, sums[u][v]);
        }
      }
    }
  }
  store(sums, line.output, line.output.y + first * line.unit + block * kPanelColumns, line.unit,
        line.output.y + line.count);
}

template <std::size_t kUnits>
void depthwise_units(const DepthwiseLine& line, std::size_t first) {
  const std::size_t units = (line.count + line.unit - 1) / line.unit;
  for (; first + kUnits <= units; first += kUnits) {
    for (std::size_t block = (line.unit + kPanelColumns - 1) / kPanelColumns; block-- > 0;) {
      depthwise_tile<kUnits>(line, first, block);
    }
  }
  if constexpr (kUnits > 1) {
    if (first < units) depthwise_units<kUnits / 2>(line, first);
  }
}

void depthwise(const DepthwiseLine& line) {
  depthwise_units<kMostUnits>(line, 0);
}

}  // namespace litezoo::runtime::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace litezoo::runtime {
namespace {

HWY_EXPORT(dense);
HWY_EXPORT(depthwise);

}  // namespace

void multiply_line(const DenseLine& line) {
  HWY_DYNAMIC_DISPATCH(dense)(line);
}
void multiply_line(const DepthwiseLine& line) {
  HWY_DYNAMIC_DISPATCH(depthwise)(line);
}

}  // namespace litezoo::runtime
#endif  // HWY_ONCE
