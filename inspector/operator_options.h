#pragma once

#include "base/builtin_operator.h"
#include "base/operator_options.h"
#include "inspector/source.h"

namespace litezoo::schema {
struct Operator;
}

namespace litezoo::inspector {

struct ReadOptions {
  OperatorOptions options;  // monostate when the operator has none that belong to its code
  bool mismatch = false;    // another operator's options, or none where the code needs some
};

// The options of a verified operator table.
ReadOptions read_operator_options(const schema::Operator& op, BuiltinOperator code, Source& source);

}  // namespace litezoo::inspector
