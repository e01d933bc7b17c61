#pragma once

#include <cstdint>
#include <string_view>

#include "base/builtin_operator.h"

namespace litezoo::inspector {

// What runtimes know of one builtin operator, carried over as facts from LiteRT at commit f6745779
// (2026-08-21): the kernel registrations of its builtin resolver, the switch cases of its XNNPACK
// and NNAPI delegates, its GPU compatibility table, and the converter's table of runtime versions
// (runtime_version.cc).
struct OperatorFacts {
  static constexpr std::uint8_t kXnnpack = 1;  // the delegate has a case; it may refuse the node
  static constexpr std::uint8_t kGpu = 2;
  static constexpr std::uint8_t kNnapi = 4;

  BuiltinOperator code = BuiltinOperator::ADD;
  std::int32_t highest_kernel_version = 0;  // of LiteRT's CPU kernel; 0 = it has no kernel
  std::uint8_t delegates = 0;
  // The TensorFlow release that brought each operator version, from version 1 on, with blanks
  // between; "-" where the table has a hole.
  std::string_view runtime_versions;
};

// nullptr for a code that is not in the format.
const OperatorFacts* find_operator_facts(BuiltinOperator code) noexcept;

// "2.3.0"; empty when the table does not say.
std::string_view version_that_brought(const OperatorFacts& facts, std::int32_t version) noexcept;

}  // namespace litezoo::inspector
