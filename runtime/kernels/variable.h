#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators on variables: tensors that outlive a run and are shared by all subgraphs. A RESOURCE
// tensor holds the variable's key in Node::resources.
Evaluate prepare_var_handle(Node& node);
Evaluate prepare_read_variable(Node& node);
Evaluate prepare_assign_variable(Node& node);

// The bytes of a RESOURCE tensor, a key in Node::resources.
std::string resource_key(const Node& node, const RuntimeTensor& handle);
// Writes a key into a RESOURCE output, while evaluating.
void write_resource_key(const Node& node, std::size_t output_index, const std::string& key);

}  // namespace litezoo::runtime
