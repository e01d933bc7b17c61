#include "inspector/litert_releases.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "inspector/operator_table.h"

namespace litezoo::inspector {
namespace {

using enum BuiltinOperator;

struct Row {
  BuiltinOperator code;
  std::int32_t version;
  std::string_view release;
};

// What later releases than the first brought.
constexpr auto kRows = std::to_array<Row>({
    {ADD, 6, "2.1.6"},
    {CONCATENATION, 5, "2.1.2"},
    {CONCATENATION, 6, "2.1.6"},
    {CONCATENATION, 7, "2.2.0"},
    {DEQUANTIZE, 7, "2.1.0"},
    {DEQUANTIZE, 8, "2.1.3"},
    {DEQUANTIZE, 9, "2.2.0"},
    {EMBEDDING_LOOKUP, 5, "2.1.2"},
    {FULLY_CONNECTED, 14, "2.1.0"},
    {MUL, 8, "2.1.6"},
    {SOFTMAX, 4, "2.1.6"},
    {PAD, 5, "2.0.2"},
    {PAD, 6, "2.2.0"},
    {GATHER, 8, "2.2.0"},
    {TRANSPOSE, 7, "1.2.0"},
    {TRANSPOSE, 8, "2.1.6"},
    {TRANSPOSE, 9, "2.1.6"},
    {SPLIT, 5, "2.2.0"},
    {CAST, 7, "1.1.0"},
    {CAST, 8, "2.1.0"},
    {CAST, 9, "2.2.0"},
    {PADV2, 5, "2.0.2"},
    {PADV2, 6, "2.2.0"},
    {SLICE, 7, "2.1.0"},
    {SLICE, 8, "2.1.6"},
    {SIN, 2, "2.1.6"},
    {EQUAL, 5, "2.1.0"},
    {NOT_EQUAL, 4, "2.1.0"},
    {SQRT, 2, "2.0.2"},
    {PACK, 5, "2.2.0"},
    {UNPACK, 5, "2.1.3"},
    {UNPACK, 6, "2.2.0"},
    {FILL, 5, "2.2.0"},
    {SPLIT_V, 3, "2.2.0"},
    {REVERSE_V2, 4, "2.2.0"},
    {GATHER_ND, 6, "2.2.0"},
    {COS, 2, "2.1.6"},
    {QUANTIZE, 4, "2.1.0"},
    {QUANTIZE, 5, "2.1.3"},
    {QUANTIZE, 6, "2.1.3"},
    {BROADCAST_TO, 4, "2.2.0"},
    {GELU, 3, "2.1.6"},
    {DYNAMIC_UPDATE_SLICE, 3, "1.1.0"},
    {DYNAMIC_UPDATE_SLICE, 4, "1.3.0"},
    {DYNAMIC_UPDATE_SLICE, 5, "2.1.2"},
    {DYNAMIC_UPDATE_SLICE, 6, "2.1.6"},
    {STABLEHLO_AND, 1, "1.1.0"},
    {STABLEHLO_SHIFT_LEFT, 1, "1.1.0"},
    {STABLEHLO_CASE, 1, "1.1.0"},
});
static_assert(std::ranges::is_sorted(kRows, {}, [](const Row& row) {
  return std::tuple(row.code, row.version);
}));

}  // namespace

std::string_view litert_release_that_brought(BuiltinOperator code, std::int32_t version) noexcept {
  const OperatorFacts* facts = find_operator_facts(code);
  if (facts == nullptr || version > facts->highest_kernel_version) return {};
  const auto* const row = std::ranges::find_if(
      kRows, [&](const Row& r) { return r.code == code && r.version == version; });
  return row == kRows.end() ? kFirstLitertRelease : row->release;
}

}  // namespace litezoo::inspector
