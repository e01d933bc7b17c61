#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/error.h"
#include "inspector/bundle.h"
#include "inspector/report.h"

// The whole inspector on hostile bytes. Only Error may escape, and only where a header says so.

using namespace litezoo;

namespace {

void look_at_everything(std::span<const std::byte> bytes) {
  inspector::report_on(bytes, "fuzz.tflite", inspector::Weights::measured);
  const auto report = inspector::report_on(bytes, "fuzz.tflite", inspector::Weights::untouched,
                                           inspector::BufferTables::inferred);
  inspector::least_memory(report);
}

void look_into_archive(std::span<const std::byte> bytes) {
  for (const auto& entry : inspector::models_in_bundle(bytes)) {
    inspector::read_member(bytes, "fuzz.task", entry.name);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A heap copy of exactly this size: aligned, and every read beyond it is seen by the sanitizer.
  const auto* first = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> bytes(first, first + size);
  try {
    look_into_archive(bytes);
  } catch (const Error&) {
  }
  try {
    look_at_everything(bytes);
  } catch (const Error&) {
  }
  return 0;
}
