#include "runtime/kernels/strided_copy.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace litezoo::runtime {
namespace {

constexpr std::size_t kThreadBytes = std::size_t{32} << 10U;  // less is not worth a thread

std::ptrdiff_t distance(std::size_t count, std::ptrdiff_t stride) noexcept {
  return static_cast<std::ptrdiff_t>(count) * stride;
}

template <std::size_t Bytes>
void copy_fixed(const std::byte* from, std::byte* to, std::size_t rows, const CopyAxis& row,
                const CopyAxis& column) {
  for (std::size_t r = 0; r < rows; ++r) {
    const std::byte* source = from + distance(r, row.from);
    std::byte* target = to + distance(r, row.to);
    if (column.to == static_cast<std::ptrdiff_t>(Bytes)) {  // lets the compiler vectorise
      for (std::size_t c = 0; c < column.count; ++c) {
        std::memcpy(target + c * Bytes, source + distance(c, column.from), Bytes);
      }
      continue;
    }
    for (std::size_t c = 0; c < column.count; ++c) {
      std::memcpy(target + distance(c, column.to), source + distance(c, column.from), Bytes);
    }
  }
}

// 4 x 4 elements of 4 bytes through registers.
void transpose_4x4(const std::byte* from, std::ptrdiff_t from_stride, std::byte* to,
                   std::ptrdiff_t to_stride) {
  using Lanes [[gnu::vector_size(16)]] = std::uint32_t;
  using Pairs [[gnu::vector_size(16)]] = std::uint64_t;
  Lanes a;
  Lanes b;
  Lanes c;
  Lanes d;
  std::memcpy(&a, from, 16);
  std::memcpy(&b, from + from_stride, 16);
  std::memcpy(&c, from + 2 * from_stride, 16);
  std::memcpy(&d, from + 3 * from_stride, 16);
  const Lanes low_ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const Lanes high_ab = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Lanes low_cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Lanes high_cd = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  const auto store = [to, to_stride](int row, const Lanes& x, const Lanes& y, bool high) {
    const auto left = reinterpret_cast<const Pairs&>(x);
    const auto right = reinterpret_cast<const Pairs&>(y);
    const Pairs merged = high ? Pairs{left[1], right[1]} : Pairs{left[0], right[0]};
    std::memcpy(to + row * to_stride, &merged, 16);
  };
  store(0, low_ab, low_cd, false);
  store(1, low_ab, low_cd, true);
  store(2, high_ab, high_cd, false);
  store(3, high_ab, high_cd, true);
}

// Rows and columns of a block, ends not included.
struct Block {
  std::size_t row, row_end, column, column_end;
};

template <std::size_t Bytes>
void copy_one_by_one(const std::byte* from, std::byte* to, const Block& block, const CopyAxis& row,
                     const CopyAxis& column) {
  for (std::size_t r = block.row; r < block.row_end; ++r) {
    const std::byte* source = from + r * Bytes;
    std::byte* target = to + distance(r, row.to);
    for (std::size_t c = block.column; c < block.column_end; ++c) {
      std::memcpy(target + c * Bytes, source + distance(c, column.from), Bytes);
    }
  }
}

void copy_fours(const std::byte* from, std::byte* to, const Block& block, const CopyAxis& row,
                const CopyAxis& column) {
  for (std::size_t r = block.row; r < block.row_end; r += 4) {
    for (std::size_t c = block.column; c < block.column_end; c += 4) {
      transpose_4x4(from + r * 4 + distance(c, column.from), column.from,
                    to + distance(r, row.to) + c * 4, row.to);
    }
  }
}

template <std::size_t Bytes>
void copy_transposed(const std::byte* from, std::byte* to, std::size_t rows, const CopyAxis& row,
                     const CopyAxis& column) {
  constexpr std::size_t kTile = 64 / Bytes;  // a cache line along the source
  for (std::size_t r0 = 0; r0 < rows; r0 += kTile) {
    const std::size_t r1 = std::min(rows, r0 + kTile);
    for (std::size_t c0 = 0; c0 < column.count; c0 += kTile) {
      const std::size_t c1 = std::min(column.count, c0 + kTile);
      if constexpr (Bytes == 4) {
        const std::size_t r4 = r1 - (r1 - r0) % 4, c4 = c1 - (c1 - c0) % 4;
        copy_fours(from, to, {r0, r4, c0, c4}, row, column);
        copy_one_by_one<Bytes>(from, to, {r0, r4, c4, c1}, row, column);
        copy_one_by_one<Bytes>(from, to, {r4, r1, c0, c1}, row, column);
      } else {
        copy_one_by_one<Bytes>(from, to, {r0, r1, c0, c1}, row, column);
      }
    }
  }
}

}  // namespace

StridedCopy::StridedCopy(std::size_t element, std::vector<CopyAxis> axes) : element_(element) {
  empty_ = element == 0 ||
           std::ranges::any_of(axes, [](const CopyAxis& axis) { return axis.count == 0; });
  if (empty_) return;
  simplify(axes);
  if (!axes.empty()) {
    columns_ = axes.back();
    axes.pop_back();
  }
  const auto step = static_cast<std::ptrdiff_t>(element_);
  const bool movable = element_ == 1 || element_ == 2 || element_ == 4 || element_ == 8;
  auto source_axis =
      std::ranges::find_if(axes, [step](const CopyAxis& axis) { return axis.from == step; });
  transposed_ = movable && columns_.to == step && columns_.from != step && columns_.count >= 4 &&
                source_axis != axes.end() && source_axis->count >= 4;
  if (transposed_) {
    rows_ = *source_axis;
    axes.erase(source_axis);
  } else if (!axes.empty()) {
    rows_ = axes.back();
    axes.pop_back();
  }
  outer_ = std::move(axes);
  for (const CopyAxis& axis : outer_) outer_count_ *= axis.count;
}

void StridedCopy::simplify(std::vector<CopyAxis>& axes) {
  std::erase_if(axes, [](const CopyAxis& axis) { return axis.count == 1; });
  for (std::size_t i = axes.size(); i-- > 1;) {
    CopyAxis& outer = axes[i - 1];
    const CopyAxis& inner = axes[i];
    if (outer.from == distance(inner.count, inner.from) &&
        outer.to == distance(inner.count, inner.to)) {
      outer = {outer.count * inner.count, inner.from, inner.to};
      axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  const auto step = static_cast<std::ptrdiff_t>(element_);
  if (!axes.empty() && axes.back().from == step && axes.back().to == step) {
    element_ *= axes.back().count;
    axes.pop_back();
  }
}

void StridedCopy::copy_block(const std::byte* from, std::byte* to, std::size_t rows) const {
  using Loop =
      void (*)(const std::byte*, std::byte*, std::size_t, const CopyAxis&, const CopyAxis&);
  Loop loop = nullptr;
  switch (element_) {
    case 1:
      loop = transposed_ ? copy_transposed<1> : copy_fixed<1>;
      break;
    case 2:
      loop = transposed_ ? copy_transposed<2> : copy_fixed<2>;
      break;
    case 3:
      loop = copy_fixed<3>;
      break;
    case 4:
      loop = transposed_ ? copy_transposed<4> : copy_fixed<4>;
      break;
    case 8:
      loop = transposed_ ? copy_transposed<8> : copy_fixed<8>;
      break;
    case 12:
      loop = copy_fixed<12>;
      break;
    case 16:
      loop = copy_fixed<16>;
      break;
    case 32:
      loop = copy_fixed<32>;
      break;
    default:
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < columns_.count; ++c) {
          std::memcpy(to + distance(r, rows_.to) + distance(c, columns_.to),
                      from + distance(r, rows_.from) + distance(c, columns_.from), element_);
        }
      }
      return;
  }
  loop(from, to, rows, rows_, columns_);
}

void StridedCopy::run_rows(const std::byte* from, std::byte* to, std::size_t begin,
                           std::size_t end) const {
  while (begin < end) {
    const std::size_t row = begin % rows_.count;
    const std::size_t rows = std::min(rows_.count - row, end - begin);
    std::ptrdiff_t source = distance(row, rows_.from);
    std::ptrdiff_t target = distance(row, rows_.to);
    std::size_t rest = begin / rows_.count;
    for (std::size_t i = outer_.size(); i-- > 0;) {
      const std::size_t index = rest % outer_[i].count;
      rest /= outer_[i].count;
      source += distance(index, outer_[i].from);
      target += distance(index, outer_[i].to);
    }
    copy_block(from + source, to + target, rows);
    begin += rows;
  }
}

void StridedCopy::run(const std::byte* from, std::byte* to, const ThreadPool& threads) const {
  if (empty_) return;
  const std::size_t rows = outer_count_ * rows_.count;
  if (rows == 1 && columns_.count == 1) {
    threads.parallel_for(element_, kThreadBytes, [from, to](std::size_t begin, std::size_t end) {
      std::memcpy(to + begin, from + begin, end - begin);
    });
    return;
  }
  if (rows == 1) {
    const CopyAxis& axis = columns_;
    const std::size_t grain = std::max<std::size_t>(kThreadBytes / element_, 1);
    threads.parallel_for(axis.count, grain, [&](std::size_t begin, std::size_t end) {
      StridedCopy part = *this;
      part.columns_.count = end - begin;
      part.copy_block(from + distance(begin, axis.from), to + distance(begin, axis.to), 1);
    });
    return;
  }
  const std::size_t row_bytes = columns_.count * element_;
  const std::size_t grain = std::max<std::size_t>(kThreadBytes / row_bytes, 1);
  threads.parallel_for(rows, grain, [this, from, to](std::size_t begin, std::size_t end) {
    run_rows(from, to, begin, end);
  });
}

std::vector<std::ptrdiff_t> byte_strides(std::span<const std::int32_t> shape, std::size_t element) {
  std::vector<std::ptrdiff_t> strides(shape.size());
  auto stride = static_cast<std::ptrdiff_t>(element);
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

}  // namespace litezoo::runtime
