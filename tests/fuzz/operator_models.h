#pragma once

#include <cstddef>
#include <vector>

namespace litezoo::test {

// Small .tflite files, made here, of operators whose shapes, loops and memory depend on values: the
// seeds that a classifier is not.
std::vector<std::vector<std::byte>> operator_models();

}  // namespace litezoo::test
