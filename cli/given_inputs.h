#pragma once

#include <string>
#include <vector>

#include "base/graph.h"
#include "cli/npy.h"
#include "runtime/inputs.h"
#include "runtime/session.h"

namespace litezoo::cli {

// What the user says of a measured model's inputs; the others have the model's shape and random
// values. Keeps the bytes that `views` looks at.
struct GivenInputs {
  std::vector<NpyArray> arrays;
  std::vector<runtime::InputBytes> views;
  runtime::InputShapes shapes;
};

// From --input INPUT=FILE.npy and --resize INPUT=SHAPE, for the main graph's inputs. A file gives
// its shape to an input with unknown dimensions. Throws Error(usage) for an input that is not
// there, is given twice, or has another shape or element type, and what read_npy throws.
GivenInputs given_inputs(const Graph& graph, const std::vector<std::string>& files,
                         const std::vector<std::string>& resizes);

}  // namespace litezoo::cli
