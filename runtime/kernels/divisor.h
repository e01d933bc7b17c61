#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Runs `evaluate` after a look at input 1: Error(corrupt) naming the node and `why` when an element
// is refused.
template <typename T, typename Refuse>
Evaluate checking_second_input(Evaluate evaluate, const Refuse& refuse, std::string why) {
  return [evaluate = std::move(evaluate), refuse, why = std::move(why)](const Node& node) {
    const RuntimeTensor& second = node.input(1);
    const T* values = second.values<T>();
    if (std::any_of(values, values + second.size(), refuse)) node.corrupt(why);
    evaluate(node);
  };
}

}  // namespace litezoo::runtime
