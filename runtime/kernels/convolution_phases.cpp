#include "runtime/kernels/convolution_phases.h"

#include <algorithm>

namespace litezoo::runtime {
namespace {

constexpr std::size_t kMostPhases = 65536;

// One axis of a phase.
struct AxisPhase {
  std::int32_t origin = 0, grid = 0;
  std::vector<std::pair<std::int32_t, std::int32_t>> taps;  // offset, index along the axis
};

std::vector<AxisPhase> forward_phases(const WindowAxis& axis) {
  AxisPhase phase{.origin = 0, .grid = axis.output, .taps = {}};
  for (std::int32_t k = 0; k < axis.window; ++k) {
    phase.taps.emplace_back(k * axis.dilation - axis.pad_before, k);
  }
  return {phase};
}

std::vector<AxisPhase> transposed_phases(const WindowAxis& axis) {
  std::vector<AxisPhase> phases(static_cast<std::size_t>(std::min(axis.stride, axis.output)));
  for (std::int32_t first = 0; auto& phase : phases) {
    phase.origin = first;
    phase.grid = (axis.output - first + axis.stride - 1) / axis.stride;
    for (std::int32_t k = 0; k < axis.window; ++k) {
      const std::int32_t distance = first + axis.pad_before - k * axis.dilation;
      if (distance % axis.stride == 0) phase.taps.emplace_back(distance / axis.stride, k);
    }
    ++first;
  }
  return phases;
}

}  // namespace

std::vector<Phase> make_phases(const Node& node, const ConvolutionPlan& plan) {
  std::array<std::vector<AxisPhase>, 3> axes;
  std::size_t count = 1;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::int64_t along =
        plan.transposed ? std::min(plan.axes[i].stride, plan.axes[i].output) : 1;
    count *= static_cast<std::size_t>(along);
    if (count > kMostPhases) node.unsupported("its strides are too large");
    axes[i] = plan.transposed ? transposed_phases(plan.axes[i]) : forward_phases(plan.axes[i]);
  }
  std::vector<Phase> phases;
  for (const AxisPhase& d : axes[0]) {
    for (const AxisPhase& h : axes[1]) {
      for (const AxisPhase& w : axes[2]) {
        Phase& phase = phases.emplace_back();
        phase.origin = {d.origin, h.origin, w.origin};
        phase.grid = {d.grid, h.grid, w.grid};
        for (const auto& [d_offset, d_index] : d.taps) {
          for (const auto& [h_offset, h_index] : h.taps) {
            for (const auto& [w_offset, w_index] : w.taps) {
              const auto index = (static_cast<std::size_t>(d_index) *
                                      static_cast<std::size_t>(plan.axes[1].window) +
                                  static_cast<std::size_t>(h_index)) *
                                     static_cast<std::size_t>(plan.axes[2].window) +
                                 static_cast<std::size_t>(w_index);
              phase.taps.push_back({{d_offset, h_offset, w_offset}, index});
            }
          }
        }
      }
    }
  }
  return phases;
}

}  // namespace litezoo::runtime
