#include "runtime/kernels/random.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include "runtime/kernels/dims.h"

namespace litezoo::runtime {
namespace {

// In [0, 1): the low 23 bits as the fraction of a float.
float unit_float(std::uint32_t bits) {
  return std::bit_cast<float>((bits & 0x7FFFFFU) | 0x3F800000U) - 1.0F;
}

double unit_double(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t fraction = (std::uint64_t{high & 0xFFFFFU} << 32U) | low;
  return std::bit_cast<double>(fraction | 0x3FF0000000000000U) - 1.0;
}

struct Generator final : Resource {
  explicit Generator(Philox start) : philox(start) {}
  Philox philox;
};

// The node's own generator, which lives as long as the session.
Philox& generator(const Node& node) {
  auto& resource =
      node.resources()[fmt::format("random: {}", static_cast<const void*>(&node.op()))];
  if (!resource) {
    const auto options = node.options_or_default<RandomOptions>();
    auto seed = static_cast<std::uint64_t>(options.seed);
    auto seed2 = static_cast<std::uint64_t>(options.seed2);
    if (seed == 0 && seed2 == 0) {
      std::random_device device;
      seed = std::uint64_t{device()} << 32U | device();
      seed2 = std::uint64_t{device()} << 32U | device();
    }
    resource = std::make_unique<Generator>(Philox(seed, seed2));
  }
  // Only this operator uses the key.
  return static_cast<Generator&>(*resource).philox;  // NOLINT(*-static-cast-downcast): see above
}

bool prepare_shape_input(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  node.expect_type(node.output(0), {TensorType::FLOAT32});
  if (!node.value_known(0)) return false;
  node.set_shape(0, shape_from(node, integer_values(node, node.input(0))));
  return true;
}

// Two normal numbers of two uniform ones (Box and Muller).
std::array<float, 2> normal_pair(std::uint32_t a, std::uint32_t b) {
  const float radius = std::sqrt(-2.0F * std::log(std::max(unit_float(a), 1e-7F)));
  const float angle = 2.0F * std::numbers::pi_v<float> * unit_float(b);
  return {std::sin(angle) * radius, std::cos(angle) * radius};
}

template <typename T>
void draw_classes(const Node& n, std::size_t batches, std::size_t classes, std::size_t samples) {
  Philox& shared = generator(n);
  Philox philox = shared;
  // As TensorFlow does, so that its numbers come out in the next run too.
  shared.skip(batches * ((samples + 3) / 4 * 4) * 2 * 256);
  Philox::Block block{};
  std::size_t used = block.size();
  std::vector<double> sums(classes);
  const float* logits = n.input(0).values<float>();
  T* to = n.output(0).mutable_values<T>();
  for (std::size_t b = 0; b < batches; ++b, logits += classes) {
    float largest = std::numeric_limits<float>::lowest();
    for (std::size_t i = 0; i < classes; ++i) {
      if (std::isfinite(logits[i])) largest = std::max(largest, logits[i]);
    }
    double total = 0;
    for (std::size_t i = 0; i < classes; ++i) {
      if (std::isfinite(logits[i])) {
        total += std::exp(static_cast<double>(logits[i]) - static_cast<double>(largest));
      }
      sums[i] = total;
    }
    for (std::size_t s = 0; s < samples; ++s) {
      if (used == block.size()) {
        block = philox();
        used = 0;
      }
      const double wanted = unit_double(block[used], block[used + 1]) * total;
      used += 2;
      const auto found = std::upper_bound(sums.begin(), sums.end() - 1, wanted);
      *to++ = static_cast<T>(found - sums.begin());
    }
  }
}

}  // namespace

Philox::Philox(std::uint64_t key, std::uint64_t high_counter)
    : key_{static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32U)},
      counter_{0, 0, static_cast<std::uint32_t>(high_counter),
               static_cast<std::uint32_t>(high_counter >> 32U)} {}

Philox::Block Philox::operator()() {
  Block block = counter_;
  auto key = key_;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53U} * block[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57U} * block[2];
    block = {
        static_cast<std::uint32_t>(b >> 32U) ^ block[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32U) ^ block[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  skip(1);
  return block;
}

void Philox::skip(std::uint64_t blocks) {
  const std::uint64_t low = std::uint64_t{counter_[1]} << 32U | counter_[0];
  const std::uint64_t sum = low + blocks;
  counter_[0] = static_cast<std::uint32_t>(sum);
  counter_[1] = static_cast<std::uint32_t>(sum >> 32U);
  if (sum < low && ++counter_[2] == 0) ++counter_[3];
}

Evaluate prepare_random_uniform(Node& node) {
  if (!prepare_shape_input(node)) return kDeferred;
  return [](const Node& n) {
    Philox& philox = generator(n);
    float* to = n.output(0).mutable_values<float>();
    const std::size_t count = n.output(0).size();
    for (std::size_t i = 0; i < count; i += 4) {
      const Philox::Block block = philox();
      for (std::size_t j = 0; j < std::min<std::size_t>(4, count - i); ++j) {
        to[i + j] = unit_float(block[j]);
      }
    }
  };
}

Evaluate prepare_random_standard_normal(Node& node) {
  if (!prepare_shape_input(node)) return kDeferred;
  return [](const Node& n) {
    Philox& philox = generator(n);
    float* to = n.output(0).mutable_values<float>();
    const std::size_t count = n.output(0).size();
    for (std::size_t i = 0; i < count; i += 4) {
      const Philox::Block block = philox();
      const auto first = normal_pair(block[0], block[1]);
      const auto second = normal_pair(block[2], block[3]);
      const std::array<float, 4> values = {first[0], first[1], second[0], second[1]};
      std::copy_n(values.begin(), std::min<std::size_t>(4, count - i), to + i);
    }
  };
}

Evaluate prepare_multinomial(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& logits = node.input(0);
  node.expect_type(logits, {TensorType::FLOAT32});
  node.expect_type(node.output(0), {TensorType::INT32, TensorType::INT64});
  if (logits.rank() != 2 || logits.shape[1] < 1) node.corrupt("its logits are no matrix");
  if (!node.value_known(1)) return kDeferred;
  const std::int32_t samples = checked_dimension(node, integer_value(node, node.input(1)));
  node.set_shape(0, {logits.shape[0], samples});
  if (node.output(0).size() == 0) return [](const Node&) {};
  const auto batches = static_cast<std::size_t>(logits.shape[0]);
  const auto classes = static_cast<std::size_t>(logits.shape[1]);
  const auto draws = static_cast<std::size_t>(samples);
  if (node.output(0).type == TensorType::INT64) {
    return [=](const Node& n) { draw_classes<std::int64_t>(n, batches, classes, draws); };
  }
  return [=](const Node& n) { draw_classes<std::int32_t>(n, batches, classes, draws); };
}

}  // namespace litezoo::runtime
