#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/vector_math.cpp"

#include "runtime/kernels/vector_math.h"

#include <hwy/foreach_target.h>  // must come before highway.h

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>
#include <algorithm>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace litezoo::runtime::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::ScalableTag<float>;
using Vector = hn::Vec<F32>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// y[i] = op(x[i]); what is left at the end goes through memory as long as a vector.
template <typename Op>
HWY_INLINE void map(const float* x, std::size_t count, float* y, const Op& op) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(op(hn::LoadU(d, x + i)), d, y + i);
  if (i == count) return;
  HWY_ALIGN float rest[hn::MaxLanes(d)] = {};
  std::copy(x + i, x + count, rest);
  hn::Store(op(hn::Load(d, rest)), d, rest);
  std::copy(rest, rest + (count - i), y + i);
}

HWY_INLINE Vector keep_nan(Vector x, Vector y) {
  return hn::IfThenElse(hn::Eq(x, x), y, x);
}

// Highway's own is not made for NaN and what lies beyond the largest float.
HWY_INLINE Vector exp(Vector x) {
  const F32 d;
  const auto most = hn::Set(d, 88.72284F);
  const auto y = hn::Exp(d, hn::Min(x, most));
  return keep_nan(x, hn::IfThenElse(hn::Gt(x, most), hn::Set(d, kInfinity), y));
}

HWY_INLINE Vector log(Vector x) {
  const F32 d;
  const auto y = hn::IfThenElse(hn::Eq(x, hn::Set(d, kInfinity)), x, hn::Log(d, x));
  const auto limit = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Set(d, -kInfinity),
                                    hn::Set(d, std::numeric_limits<float>::quiet_NaN()));
  return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), y, limit);
}

void exps(const float* x, std::size_t count, float* y) {
  map(x, count, y, [](Vector v) HWY_ATTR { return exp(v); });
}

void logs(const float* x, std::size_t count, float* y) {
  map(x, count, y, [](Vector v) HWY_ATTR { return log(v); });
}

void tanhs(const float* x, std::size_t count, float* y) {
  map(x, count, y, [](Vector v) HWY_ATTR { return hn::Tanh(F32(), v); });
}

void logistics(const float* x, std::size_t count, float* y) {
  map(x, count, y, [](Vector v) HWY_ATTR {
    const F32 d;
    const auto one = hn::Set(d, 1.0F);
    return hn::Div(one, hn::Add(one, exp(hn::Neg(v))));
  });
}

// exp(x) - 1 for x in [-20, 0]: with x = k * ln 2 + r it is 2^k * (exp(r) - 1) + (2^k - 1).
// Highway's own takes twice as long.
HWY_INLINE Vector expm1_of_negative(Vector x) {
  const F32 d;
  const hn::RebindToSigned<F32> di;
  const auto k = hn::Round(hn::Mul(x, hn::Set(d, 1.442695041F)));
  const auto r =
      hn::NegMulAdd(k, hn::Set(d, -2.12194440e-4F), hn::NegMulAdd(k, hn::Set(d, 0.693359375F), x));
  auto p = hn::Set(d, 1.0F / 5040);
  for (const float factor : {1.0F / 720, 1.0F / 120, 1.0F / 24, 1.0F / 6, 0.5F}) {
    p = hn::MulAdd(p, r, hn::Set(d, factor));
  }
  p = hn::MulAdd(hn::Mul(r, r), p, r);
  const auto power =
      hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(di, k), hn::Set(di, 127))));
  return hn::MulAdd(power, p, hn::Sub(power, hn::Set(d, 1.0F)));
}

void elus(const float* x, std::size_t count, float* y) {
  map(x, count, y, [](Vector v) HWY_ATTR {
    const F32 d;
    // Below this -1 is all that is left.
    const auto least = hn::Set(d, -20.0F);
    return hn::IfThenElse(hn::Lt(v, hn::Zero(d)), expm1_of_negative(hn::Max(v, least)), v);
  });
}

HWY_INLINE float largest_of(const float* x, std::size_t count) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  auto most = hn::Set(d, -kInfinity);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) most = hn::Max(most, hn::LoadU(d, x + i));
  float result = hn::GetLane(hn::MaxOfLanes(d, most));
  for (; i < count; ++i) result = std::max(result, x[i]);
  return result;
}

HWY_INLINE float sum_of(const float* x, std::size_t count) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  auto sum = hn::Zero(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) sum = hn::Add(sum, hn::LoadU(d, x + i));
  float result = hn::GetLane(hn::SumOfLanes(d, sum));
  for (; i < count; ++i) result += x[i];
  return result;
}

// Several chains hide the latency of adding, and round less.
float squares(const float* x, std::size_t count) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  auto a = hn::Zero(d), b = a, c = a, e = a;
  std::size_t i = 0;
  const auto add = [&](Vector sum, std::size_t at) HWY_ATTR {
    const auto v = hn::LoadU(d, x + at);
    return hn::MulAdd(v, v, sum);
  };
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    a = add(a, i);
    b = add(b, i + lanes);
    c = add(c, i + 2 * lanes);
    e = add(e, i + 3 * lanes);
  }
  for (; i + lanes <= count; i += lanes) a = add(a, i);
  float result = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(a, b), hn::Add(c, e))));
  for (; i < count; ++i) result += x[i] * x[i];
  return result;
}

HWY_INLINE void softmax_row(const float* x, std::size_t count, float beta, float* y) {
  const F32 d;
  const auto largest = hn::Set(d, largest_of(x, count));
  const auto steepness = hn::Set(d, beta);
  map(x, count, y, [&](Vector v) HWY_ATTR { return exp(hn::Mul(hn::Sub(v, largest), steepness)); });
  const auto factor = hn::Set(d, 1.0F / sum_of(y, count));
  map(y, count, y, [&](Vector v) HWY_ATTR { return hn::Mul(v, factor); });
}

// Rows shorter than a few vectors: the exponentials of many rows at once.
HWY_INLINE void softmax_short(const float* x, std::size_t rows, std::size_t length, float beta,
                              float* y) {
  const std::size_t count = rows * length;
  for (std::size_t r = 0; r < count; r += length) {
    const float largest = *std::max_element(x + r, x + r + length);
    for (std::size_t i = r; i < r + length; ++i) y[i] = (x[i] - largest) * beta;
  }
  map(y, count, y, [](Vector v) HWY_ATTR { return exp(v); });
  for (std::size_t r = 0; r < count; r += length) {
    float sum = 0;
    for (std::size_t i = r; i < r + length; ++i) sum += y[i];
    const float factor = 1.0F / sum;
    for (std::size_t i = r; i < r + length; ++i) y[i] *= factor;
  }
}

void softmax(const float* x, std::size_t rows, std::size_t length, float beta, float* y) {
  constexpr std::size_t kShort = 48, kBlock = 1024;
  const std::size_t step = length < kShort ? kBlock / length : 1;
  for (std::size_t row = 0; row < rows; row += step) {
    const std::size_t at = row * length;
    if (length < kShort) {
      softmax_short(x + at, std::min(step, rows - row), length, beta, y + at);
    } else {
      softmax_row(x + at, length, beta, y + at);
    }
  }
}

}  // namespace litezoo::runtime::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace litezoo::runtime {
namespace {

HWY_EXPORT(exps);
HWY_EXPORT(logs);
HWY_EXPORT(tanhs);
HWY_EXPORT(logistics);
HWY_EXPORT(elus);
HWY_EXPORT(softmax);
HWY_EXPORT(squares);

}  // namespace

void exp_of(const float* x, std::size_t count, float* y) {
  HWY_DYNAMIC_DISPATCH(exps)(x, count, y);
}
void log_of(const float* x, std::size_t count, float* y) {
  HWY_DYNAMIC_DISPATCH(logs)(x, count, y);
}
void tanh_of(const float* x, std::size_t count, float* y) {
  HWY_DYNAMIC_DISPATCH(tanhs)(x, count, y);
}
void logistic_of(const float* x, std::size_t count, float* y) {
  HWY_DYNAMIC_DISPATCH(logistics)(x, count, y);
}
void elu_of(const float* x, std::size_t count, float* y) {
  HWY_DYNAMIC_DISPATCH(elus)(x, count, y);
}
float sum_of_squares(const float* x, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(squares)(x, count);
}
void softmax_of(const float* x, std::size_t rows, std::size_t length, float beta, float* y) {
  HWY_DYNAMIC_DISPATCH(softmax)(x, rows, length, beta, y);
}

}  // namespace litezoo::runtime
#endif  // HWY_ONCE
