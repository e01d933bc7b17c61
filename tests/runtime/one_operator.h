#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/support/run_graph.h"

// Graphs of one operator that run with and without XNNPACK.

namespace litezoo::test {

using Shape = std::vector<std::int32_t>;

inline constexpr auto kF32 = TensorType::FLOAT32;
inline constexpr auto kS8 = TensorType::INT8;
inline constexpr auto kU8 = TensorType::UINT8;

inline std::vector<std::byte> noise(TensorType type, std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < count; ++i) {
    if (type == kF32) {
      const float value = std::uniform_real_distribution<float>(-1, 1)(random);
      const auto* raw = reinterpret_cast<const std::byte*>(&value);
      bytes.insert(bytes.end(), raw, raw + sizeof(value));
    } else if (type == TensorType::INT32) {
      const auto value = static_cast<std::int32_t>(random() % 200) - 100;
      const auto* raw = reinterpret_cast<const std::byte*>(&value);
      bytes.insert(bytes.end(), raw, raw + sizeof(value));
    } else {
      bytes.push_back(static_cast<std::byte>(random() & 0xFFU));
    }
  }
  return bytes;
}

// A graph of one operator on random inputs and weights.
class OneOperator {
 public:
  explicit OneOperator(BuiltinOperator code) : code_(code) {}

  OneOperator& in(TensorType type, Shape shape, Quantization q = {}) {
    inputs_.push_back(b_->input(type, shape, std::move(q)));
    data_.emplace_back(std::vector<std::uint8_t>{});
    data_.back().type = type;
    data_.back().bytes = noise(type, element_count(shape), seed_++);
    return *this;
  }
  OneOperator& weights(TensorType type, Shape shape, Quantization q = {}) {
    const auto bytes = noise(type, element_count(shape), seed_++);
    inputs_.push_back(b_->constant_bytes(type, shape, bytes, std::move(q)));
    return *this;
  }
  OneOperator& numbers(Shape shape, const std::vector<std::int32_t>& values) {
    inputs_.push_back(b_->constant<std::int32_t>(std::move(shape), values));
    return *this;
  }
  OneOperator& out(TensorType type, Quantization q = {}) {
    outputs_.push_back(b_->output(type, {}, std::move(q)));
    return *this;
  }
  OneOperator& with(OperatorOptions options) {
    options_ = std::move(options);
    return *this;
  }

  RunResult run(bool delegate) {
    runtime::SessionOptions options;
    options.delegate = delegate;
    return run(options);
  }
  RunResult run(const runtime::SessionOptions& options) {
    if (b_->graph().subgraphs[0].operators.empty()) b_->op(code_, inputs_, outputs_, options_);
    return run_graph(b_->graph(), data_, options);
  }

 private:
  BuiltinOperator code_;
  std::unique_ptr<GraphBuilder> b_ = std::make_unique<GraphBuilder>();
  std::vector<std::int32_t> inputs_, outputs_;
  std::vector<Values> data_;
  OperatorOptions options_;
  std::uint32_t seed_ = 7;
};

// The largest difference, in units of the last place of 8-bit types or of 1e-5 of the range.
inline double difference(const RunResult& a, const RunResult& b) {
  if (a.shape() != b.shape()) return 1e9;
  double worst = 0;
  const auto& x = a.outputs.at(0);
  if (x.type == kF32) {
    const auto p = a.values<float>();
    const auto q = b.values<float>();
    double range = 1e-3;
    for (const float value : q) range = std::max(range, std::abs(static_cast<double>(value)));
    for (std::size_t i = 0; i < p.size(); ++i) {
      worst = std::max(worst, std::abs(static_cast<double>(p[i]) - static_cast<double>(q[i])));
    }
    return worst / range * 1e5;
  }
  for (std::size_t i = 0; i < x.bytes.size(); ++i) {
    const bool is_signed = x.type == kS8;
    const auto value = [&](std::byte byte) {
      return is_signed ? static_cast<int>(static_cast<std::int8_t>(byte))
                       : std::to_integer<int>(byte);
    };
    worst = std::max(worst, std::abs(static_cast<double>(value(x.bytes[i])) -
                                     static_cast<double>(value(b.outputs.at(0).bytes[i]))));
  }
  return worst;
}

}  // namespace litezoo::test
