#pragma once

#include <cstddef>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Below this a thread is not worth waking up.
inline constexpr std::size_t kElementsPerThread = std::size_t{1} << 16U;

// The loop output[i] = op(input[i]) over tensors of the same shape; op is inlined into it.
template <typename In, typename Out, typename Op>
Evaluate map_elements(const Op& op) {
  return [op](const Node& node) {
    const In* in = node.input(0).values<In>();
    Out* out = node.output(0).mutable_values<Out>();
    node.threads().parallel_for(node.output(0).size(), kElementsPerThread,
                                [&op, in, out](std::size_t begin, std::size_t end) {
                                  for (std::size_t i = begin; i < end; ++i) out[i] = op(in[i]);
                                });
  };
}

// The same for FLOAT32 and a function of many at once (vector_math.h).
inline Evaluate map_many(void (*many)(const float* x, std::size_t count, float* y)) {
  return [many](const Node& node) {
    const float* in = node.input(0).values<float>();
    float* out = node.output(0).mutable_values<float>();
    node.threads().parallel_for(node.output(0).size(), kElementsPerThread,
                                [many, in, out](std::size_t begin, std::size_t end) {
                                  many(in + begin, end - begin, out + begin);
                                });
  };
}

}  // namespace litezoo::runtime
