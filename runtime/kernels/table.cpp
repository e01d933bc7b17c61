#include <algorithm>
#include <array>

#include "runtime/kernels/kernel.h"
#include "runtime/kernels/shape.h"

namespace litezoo::runtime {
namespace {

// Sorted by code. A new operator: its prepare function in the file of its family, a row here, a
// test in tests/runtime/kernels/<family>_test.cpp.
constexpr auto kKernels = std::to_array<Kernel>({
    {BuiltinOperator::RESHAPE, prepare_reshape, Trait::view},
});
static_assert(std::ranges::is_sorted(kKernels, {}, &Kernel::code));

// Sorted by name.
constexpr std::array<CustomKernel, 0> kCustomKernels{};
static_assert(std::ranges::is_sorted(kCustomKernels, {}, &CustomKernel::name));

}  // namespace

const Kernel* find_kernel(BuiltinOperator code) noexcept {
  const auto* row = std::ranges::lower_bound(kKernels, code, {}, &Kernel::code);
  return row != kKernels.end() && row->code == code ? row : nullptr;
}

const CustomKernel* find_custom_kernel(std::string_view name) noexcept {
  const auto* row = std::ranges::lower_bound(kCustomKernels, name, {}, &CustomKernel::name);
  return row != kCustomKernels.end() && row->name == name ? row : nullptr;
}

std::span<const Kernel> kernels() noexcept {
  return kKernels;
}
std::span<const CustomKernel> custom_kernels() noexcept {
  return kCustomKernels;
}

}  // namespace litezoo::runtime
