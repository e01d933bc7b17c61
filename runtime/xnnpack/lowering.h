#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/builtin_operator.h"
#include "runtime/kernels/kernel.h"

// How an operator becomes a node of an XNNPACK subgraph: one row an operator, one file a family.

namespace litezoo::runtime::xnn {

class Definition;

// Why XNNPACK cannot take a node; nullptr = it can. Always a literal.
using Reason = const char*;

struct Lowering {
  BuiltinOperator code;
  // Looks at a node whose input and output shapes are known. Everything that could make XNNPACK
  // assert, crash or write elsewhere is found here: the file is not trusted.
  Reason (*supports)(const Node& node);
  // Adds the node to a subgraph. Requires that supports() had no reason. Throws Error(unsupported)
  // when XNNPACK refuses all the same.
  void (*define)(const Node& node, Definition& definition);
  // The shape of output 0, for operators whose kernel would pack weights in prepare; nullopt leaves
  // the node to the kernel. nullptr: the kernel's prepare is cheap and tells the shapes.
  std::optional<Shape> (*infer)(const Node& node) = nullptr;
};

struct CustomLowering {
  std::string_view name;
  Reason (*supports)(const Node& node);
  void (*define)(const Node& node, Definition& definition);
  std::optional<Shape> (*infer)(const Node& node) = nullptr;
};

// The row for a node's operator, nullopt when there is none.
std::optional<Lowering> find_lowering(const Operator& op) noexcept;

// All rows, sorted by code (by name).
std::span<const Lowering> lowerings() noexcept;
std::span<const CustomLowering> custom_lowerings() noexcept;

}  // namespace litezoo::runtime::xnn
