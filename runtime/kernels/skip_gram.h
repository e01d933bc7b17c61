#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// SKIP_GRAM: the word sequences of a sentence that leave out a limited number of words in between.
Evaluate prepare_skip_gram(Node& node);

}  // namespace litezoo::runtime
