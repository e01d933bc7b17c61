#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/random.h"
#include "runtime/kernels/stablehlo.h"

namespace litezoo::runtime {
namespace {

using Pair = std::array<std::uint32_t, 2>;

// Threefry 2x32 of 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3").
Pair threefry(const Pair& key, Pair counter) {
  constexpr int kRotations[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
  const std::uint32_t keys[] = {key[0], key[1], key[0] ^ key[1] ^ 0x1BD11BDAU};
  counter[0] += keys[0];
  counter[1] += keys[1];
  for (std::uint32_t group = 1; group <= 5; ++group) {
    for (const int rotation : kRotations[(group - 1) % 2]) {
      counter[0] += counter[1];
      counter[1] = std::rotl(counter[1], rotation) ^ counter[0];
    }
    counter[0] += keys[group % 3];
    counter[1] += keys[(group + 1) % 3] + group;
  }
  return counter;
}

void count_up(std::uint32_t& low, std::uint32_t& high) {
  if (++low == 0) ++high;
}

// The state is a key of 64 bits, a counter of 64 bits and, with Philox, 64 more of it.
void fill_bits(const Node& n, bool use_threefry) {
  std::array<std::uint32_t, 6> state{};
  const RuntimeTensor& given = n.input(0);
  std::memcpy(state.data(), given.data, given.bytes);
  const bool long_state = given.bytes == sizeof state;
  const std::array<std::uint32_t, 2> high = {state[long_state ? 4 : 0], state[long_state ? 5 : 1]};
  auto* to = n.output(1).mutable_values<std::uint32_t>();
  std::size_t left = n.output(1).bytes / sizeof(std::uint32_t);
  while (left > 0) {
    std::array<std::uint32_t, 4> block{};
    std::size_t made = block.size();
    if (use_threefry) {
      const Pair pair = threefry({state[0], state[1]}, {state[2], state[3]});
      std::ranges::copy(pair, block.begin());
      made = pair.size();
    } else {
      block = Philox(Pair{state[0], state[1]}, {state[2], state[3], high[0], high[1]})();
    }
    made = std::min(made, left);
    to = std::copy_n(block.begin(), made, to);
    left -= made;
    count_up(state[2], state[3]);
  }
  std::memcpy(n.output(0).data, state.data(), given.bytes);
}

}  // namespace

Evaluate prepare_stablehlo_rng_bit_generator(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(2);
  const RuntimeTensor& state = node.input(0);
  node.expect_type(state, {TensorType::UINT64});
  node.expect_type(node.output(0), {TensorType::UINT64});
  node.expect_type(node.output(1),
                   {TensorType::INT32, TensorType::UINT32, TensorType::INT64, TensorType::UINT64});
  const auto algorithm = node.options_or_default<StablehloRngBitGeneratorOptions>().algorithm;
  const bool use_threefry = algorithm == StablehloRngAlgorithm::THREEFRY;
  if (state.rank() != 1 || !(state.shape[0] == 2 || (state.shape[0] == 3 && !use_threefry))) {
    node.corrupt("its state has the wrong size");
  }
  // Nothing but the file tells how many bits are asked for.
  const Shape& shape = node.output(1).definition->shape;
  if (std::ranges::any_of(shape, [](std::int32_t d) { return d < 0; })) {
    node.unsupported("the shape of its output is not fixed");
  }
  node.set_shape(0, state.shape);
  node.set_shape(1, shape);
  return [use_threefry](const Node& n) { fill_bits(n, use_threefry); };
}

}  // namespace litezoo::runtime
