#include "base/tensor_type.h"

#include <array>

namespace litezoo {
namespace {

struct Row {
  std::string_view name;
  int bits;
};

// Index = schema code.
constexpr auto kTypes = std::to_array<Row>({
    {"FLOAT32", 32}, {"FLOAT16", 16},     {"INT32", 32},     {"UINT8", 8},      {"INT64", 64},
    {"STRING", 0},   {"BOOL", 8},         {"INT16", 16},     {"COMPLEX64", 64}, {"INT8", 8},
    {"FLOAT64", 64}, {"COMPLEX128", 128}, {"UINT64", 64},    {"RESOURCE", 0},   {"VARIANT", 0},
    {"UINT32", 32},  {"UINT16", 16},      {"INT4", 4},       {"BFLOAT16", 16},  {"INT2", 2},
    {"UINT4", 4},    {"FLOAT8E4M3FN", 8}, {"FLOAT8E5M2", 8},
});
static_assert(kTypes.size() == kTensorTypeCount);

constexpr Row row_of(TensorType type) noexcept {
  const auto index = static_cast<std::size_t>(type);
  return index < kTypes.size() ? kTypes[index] : Row{"UNKNOWN", 0};
}

}  // namespace

std::string_view tensor_type_name(TensorType type) noexcept {
  return row_of(type).name;
}

int tensor_type_bits(TensorType type) noexcept {
  return row_of(type).bits;
}

std::size_t tensor_type_bytes(TensorType type, std::size_t count) noexcept {
  const auto bits = static_cast<std::size_t>(row_of(type).bits);
  return bits >= 8 ? count * (bits / 8) : (count * bits + 7) / 8;
}

}  // namespace litezoo
