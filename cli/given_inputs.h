#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/graph.h"
#include "cli/npy.h"
#include "runtime/inputs.h"
#include "runtime/session.h"

namespace litezoo::cli {

// One --input INPUT=FILE.npy, read.
struct GivenArray {
  std::size_t index = 0;  // of the input
  std::string text;       // as it was given
  NpyArray array;
};

// For inputs with these names. Throws Error(usage) for an input that is not there or is given
// twice, and what read_npy throws.
std::vector<GivenArray> read_given_arrays(const std::vector<std::string>& texts,
                                          std::span<const std::string> names);

// What the user says of a model's inputs; the others have the model's shape and random values.
struct GivenInputs {
  std::vector<GivenArray> arrays;
  runtime::InputShapes shapes;

  // Of the arrays, which must outlive them.
  std::vector<runtime::InputBytes> views() const;
};

// From --input INPUT=FILE.npy and --resize INPUT=SHAPE, for the main graph's inputs. A file gives
// its shape to an input with unknown dimensions; float32 values for a quantised input are quantised
// with its scale and zero point. Throws Error(usage) when a file has another shape
// or element type than its input, and what read_given_arrays and resized throw.
GivenInputs given_inputs(const Graph& graph, const std::vector<std::string>& files,
                         const std::vector<std::string>& resizes);

}  // namespace litezoo::cli
