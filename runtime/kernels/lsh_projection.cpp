#include "runtime/kernels/lsh_projection.h"

#include <cstring>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/fingerprint.h"

namespace litezoo::runtime {
namespace {

constexpr std::int32_t kMostBits = 32;
constexpr std::size_t kMostWork = std::size_t{1} << 31U;  // bytes to be hashed

// The fingerprint of a seed's bytes with an item's behind them, as a signed number.
class Signer {
 public:
  Signer(const Node& node, std::size_t items)
      : item_(items == 0 ? 0 : node.input(1).bytes / items),
        items_(items),
        data_(node.input(1).data),
        weights_(node.has_input(2) ? node.input(2).values<float>() : nullptr),
        key_(sizeof(float) + item_) {}

  bool operator()(float seed) {
    std::memcpy(key_.data(), &seed, sizeof(seed));
    double score = 0;
    for (std::size_t i = 0; i < items_; ++i) {
      if (item_ > 0) std::memcpy(key_.data() + sizeof(seed), data_ + i * item_, item_);
      const auto signature = static_cast<double>(static_cast<std::int64_t>(fingerprint64(key_)));
      score += weights_ ? static_cast<double>(weights_[i]) * signature : signature;
    }
    return score > 0;
  }

 private:
  std::size_t item_, items_;
  const std::byte* data_;
  const float* weights_;
  std::vector<std::byte> key_;
};

}  // namespace

Evaluate prepare_lsh_projection(Node& node) {
  node.expect_inputs(2, 3);
  node.expect_outputs(1);
  const RuntimeTensor& hash = node.input(0);
  const RuntimeTensor& input = node.input(1);
  node.expect_type(hash, {TensorType::FLOAT32});
  node.expect_type(node.output(0), {TensorType::INT32});
  element_bytes(node, input);
  if (hash.rank() != 2 || hash.shape[1] > kMostBits) {
    node.corrupt("its seeds are no matrix of at most 32 columns");
  }
  if (input.rank() < 1) node.corrupt("its input has no axis that counts items");
  const auto items = static_cast<std::size_t>(input.shape[0]);
  if (node.has_input(2)) {
    node.expect_type(node.input(2), {TensorType::FLOAT32});
    if (node.input(2).rank() != 1 || node.input(2).size() != items) {
      node.corrupt("it has not one weight an item");
    }
  }
  const auto type = node.options<LshProjectionOptions>().type;
  if (type != LshProjectionType::SPARSE && type != LshProjectionType::DENSE) {
    node.corrupt("it is neither a sparse nor a dense projection");
  }
  if (hash.size() > 0 && (input.bytes + items * sizeof(float)) > kMostWork / hash.size()) {
    node.unsupported("it has more to hash than can be done in reasonable time");
  }
  const bool sparse = type == LshProjectionType::SPARSE;
  node.set_shape(0, {sparse ? hash.shape[0] : static_cast<std::int32_t>(hash.size())});
  return [sparse, items, functions = static_cast<std::size_t>(hash.shape[0]),
          bits = static_cast<std::size_t>(hash.shape[1])](const Node& run) {
    Signer sign(run, items);
    const auto* seeds = run.input(0).values<float>();
    auto* out = run.output(0).mutable_values<std::int32_t>();
    for (std::size_t i = 0; i < functions; ++i) {
      std::uint32_t number = 0;
      for (std::size_t k = 0; k < bits; ++k) {
        const bool bit = sign(seeds[i * bits + k]);
        number = number << 1U | (bit ? 1U : 0U);
        if (!sparse) out[i * bits + k] = bit ? 1 : 0;
      }
      // Each function has a range of its own, as far as 32 bits go.
      const std::uint64_t first = std::uint64_t{i} << bits;
      if (sparse) out[i] = static_cast<std::int32_t>(number + static_cast<std::uint32_t>(first));
    }
  };
}

}  // namespace litezoo::runtime
