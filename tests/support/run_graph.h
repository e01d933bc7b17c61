#pragma once

#include <cstring>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/session.h"
#include "tests/support/graph_builder.h"

namespace litezoo::test {

// The bytes of one input.
struct Values {
  template <typename T>
  Values(const std::vector<T>& values)
      : type(tensor_type_of<T>()) {  // NOLINT(google-explicit-constructor): literals read well in
                                     // tests
    if constexpr (std::is_same_v<T, bool>) {
      for (const bool value : values) bytes.push_back(value ? std::byte{1} : std::byte{0});
    } else {
      const auto raw = std::as_bytes(std::span(values));
      bytes.assign(raw.begin(), raw.end());
    }
  }
  TensorType type;
  std::vector<std::byte> bytes;
};

struct RunResult {
  struct Output {
    TensorType type;
    std::vector<std::int32_t> shape;
    std::vector<std::byte> bytes;
  };
  std::vector<Output> outputs;
  runtime::Plan plan;

  // Throws std::runtime_error when the type is another one.
  template <typename T>
  std::vector<T> values(std::size_t index = 0) const {
    const Output& output = outputs.at(index);
    if (output.type != tensor_type_of<T>()) {
      throw std::runtime_error("the output is " + std::string(tensor_type_name(output.type)));
    }
    if constexpr (std::is_same_v<T, bool>) {
      std::vector<bool> flags;
      for (const std::byte byte : output.bytes) flags.push_back(byte != std::byte{0});
      return flags;
    } else {
      std::vector<T> result(output.bytes.size() / sizeof(T));
      if (!result.empty()) std::memcpy(result.data(), output.bytes.data(), output.bytes.size());
      return result;
    }
  }
  const std::vector<std::int32_t>& shape(std::size_t index = 0) const {
    return outputs.at(index).shape;
  }
};

// Copies the inputs in, in order. Throws std::runtime_error when sizes or types do not match.
inline void set_inputs(runtime::Session& session, const std::vector<Values>& inputs) {
  const auto views = session.inputs();
  if (views.size() != inputs.size()) throw std::runtime_error("wrong number of inputs");
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (views[i].type == TensorType::STRING) {
      session.set_string_input(i, inputs[i].bytes);
      continue;
    }
    if (views[i].type != inputs[i].type && tensor_type_bits(views[i].type) >= 8 &&
        tensor_type_bits(views[i].type) != tensor_type_bits(inputs[i].type)) {
      throw std::runtime_error("another type of input " + std::to_string(i));
    }
    if (views[i].data.size() != inputs[i].bytes.size()) {
      throw std::runtime_error("input " + std::to_string(i) + " takes " +
                               std::to_string(views[i].data.size()) + " bytes");
    }
    std::ranges::copy(inputs[i].bytes, views[i].data.begin());
  }
}

inline RunResult read_outputs(runtime::Session& session) {
  RunResult result{{}, session.plan()};
  for (const runtime::TensorView& view : session.outputs()) {
    result.outputs.push_back({view.type, view.shape, {view.data.begin(), view.data.end()}});
  }
  return result;
}

// With our own kernels only.
inline runtime::SessionOptions kernels_only() {
  runtime::SessionOptions options;
  options.delegate = false;
  return options;
}

// Loads the graph, runs it once. Throws Error as Session does.
//   const auto result = run_graph(b.graph(), {std::vector<float>{1, 2}});
//   CHECK(result.values<float>() == std::vector<float>{2, 4});
inline RunResult run_graph(const Graph& graph, const std::vector<Values>& inputs,
                           const runtime::SessionOptions& options = kernels_only()) {
  runtime::Session session(graph, options);
  set_inputs(session, inputs);
  session.run();
  return read_outputs(session);
}

}  // namespace litezoo::test
