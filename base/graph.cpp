#include "base/graph.h"

namespace litezoo {

std::string operator_name(const Operator& op) {
  if (op.code == BuiltinOperator::CUSTOM) return op.custom_code;
  return std::string(builtin_operator_name(op.code));
}

std::size_t element_count(std::span<const std::int32_t> shape) noexcept {
  std::size_t count = 1;
  for (const std::int32_t dimension : shape) {
    count *= dimension > 0 ? static_cast<std::size_t>(dimension) : dimension == 0 ? 0 : 1;
  }
  return count;
}

}  // namespace litezoo
