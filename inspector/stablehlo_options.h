#pragma once

#include "inspector/operator_options.h"

namespace litezoo::inspector {

// As read_operator_options, for the codes from STABLEHLO_LOGISTIC on, whose options are in the
// format's second union.
ReadOptions read_stablehlo_options(const schema::Operator& op, BuiltinOperator code,
                                   Source& source);

}  // namespace litezoo::inspector
