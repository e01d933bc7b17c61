#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/float_rows.cpp"

#include <hwy/foreach_target.h>  // must come before highway.h

#include <hwy/highway.h>
#include <algorithm>

#include "runtime/kernels/float_binary.h"

HWY_BEFORE_NAMESPACE();
namespace litezoo::runtime::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::ScalableTag<float>;
using Vector = hn::Vec<F32>;

struct Add {
  static HWY_INLINE Vector apply(Vector a, Vector b) { return hn::Add(a, b); }
};
struct Subtract {
  static HWY_INLINE Vector apply(Vector a, Vector b) { return hn::Sub(a, b); }
};
struct Multiply {
  static HWY_INLINE Vector apply(Vector a, Vector b) { return hn::Mul(a, b); }
};
struct Divide {
  static HWY_INLINE Vector apply(Vector a, Vector b) { return hn::Div(a, b); }
};
struct Maximum {
  static HWY_INLINE Vector apply(Vector a, Vector b) { return hn::IfThenElse(hn::Gt(a, b), a, b); }
};
struct Minimum {
  static HWY_INLINE Vector apply(Vector a, Vector b) { return hn::IfThenElse(hn::Lt(a, b), a, b); }
};
struct SquaredDifference {
  static HWY_INLINE Vector apply(Vector a, Vector b) {
    const Vector difference = hn::Sub(a, b);
    return hn::Mul(difference, difference);
  }
};
struct Prelu {
  static HWY_INLINE Vector apply(Vector a, Vector b) {
    return hn::IfThenElse(hn::Ge(a, hn::Zero(F32())), a, hn::Mul(a, b));
  }
};

template <bool kSteps>
HWY_INLINE Vector load(const float* from, std::size_t i) {
  if constexpr (kSteps) return hn::LoadU(F32(), from + i);
  return hn::Set(F32(), *from);
}

template <class Function, bool kASteps, bool kBSteps>
HWY_INLINE void row_of(const FloatRow& row) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  const Vector low = hn::Set(d, row.low), high = hn::Set(d, row.high);
  // In this order a NaN stays one.
  const auto result = [&](Vector a, Vector b)
                          HWY_ATTR { return hn::Min(high, hn::Max(low, Function::apply(a, b))); };
  std::size_t i = 0;
  for (; i + lanes <= row.count; i += lanes) {
    hn::StoreU(result(load<kASteps>(row.a, i), load<kBSteps>(row.b, i)), d, row.y + i);
  }
  if (i == row.count) return;
  HWY_ALIGN float a[hn::MaxLanes(d)] = {}, b[hn::MaxLanes(d)] = {};
  std::copy(row.a + (kASteps ? i : 0), row.a + (kASteps ? row.count : 1), a);
  std::copy(row.b + (kBSteps ? i : 0), row.b + (kBSteps ? row.count : 1), b);
  hn::Store(result(load<kASteps>(a, 0), load<kBSteps>(b, 0)), d, a);
  std::copy(a, a + (row.count - i), row.y + i);
}

template <class Function>
void some_row(const FloatRow& row) {
  if (row.a_steps && row.b_steps) {
    row_of<Function, true, true>(row);
  } else if (row.a_steps) {
    row_of<Function, true, false>(row);
  } else if (row.b_steps) {
    row_of<Function, false, true>(row);
  } else {
    row_of<Function, false, false>(row);
  }
}

void apply_to(FloatBinary function, const FloatRow& row) {
  switch (function) {
    case FloatBinary::add:
      return some_row<Add>(row);
    case FloatBinary::subtract:
      return some_row<Subtract>(row);
    case FloatBinary::multiply:
      return some_row<Multiply>(row);
    case FloatBinary::divide:
      return some_row<Divide>(row);
    case FloatBinary::maximum:
      return some_row<Maximum>(row);
    case FloatBinary::minimum:
      return some_row<Minimum>(row);
    case FloatBinary::squared_difference:
      return some_row<SquaredDifference>(row);
    case FloatBinary::prelu:
      return some_row<Prelu>(row);
  }
}

}  // namespace litezoo::runtime::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace litezoo::runtime {
namespace {

HWY_EXPORT(apply_to);

}  // namespace

void apply(FloatBinary function, const FloatRow& row) {
  HWY_DYNAMIC_DISPATCH(apply_to)(function, row);
}

}  // namespace litezoo::runtime
#endif  // HWY_ONCE
