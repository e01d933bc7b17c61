#include "base/operator_options.h"

namespace litezoo {

OperatorOptions::OperatorOptions() noexcept = default;
OperatorOptions::OperatorOptions(const OperatorOptions& other) = default;
OperatorOptions::OperatorOptions(OperatorOptions&& other) noexcept = default;
OperatorOptions& OperatorOptions::operator=(const OperatorOptions& other) = default;
OperatorOptions& OperatorOptions::operator=(OperatorOptions&& other) noexcept = default;
OperatorOptions::~OperatorOptions() = default;

}  // namespace litezoo
