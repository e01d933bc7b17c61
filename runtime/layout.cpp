#include "runtime/layout.h"

#include <algorithm>
#include <limits>

#include "runtime/arena.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kForever = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kNoBlock = kForever;

// The step that reads each tensor, or a view of it, last.
std::vector<std::size_t> last_reads(std::size_t tensor_count, std::span<const LayoutStep> steps) {
  std::vector<std::size_t> last(tensor_count, 0);
  for (std::size_t step = 0; step < steps.size(); ++step) {
    for (const std::int32_t read : steps[step].reads) last[static_cast<std::size_t>(read)] = step;
  }
  for (std::size_t step = steps.size(); step-- > 0;) {
    if (steps[step].sharing != Sharing::view) continue;
    const auto shown = static_cast<std::size_t>(steps[step].reads[0]);
    const auto view = static_cast<std::size_t>(steps[step].writes[0]);
    last[shown] = std::max(last[shown], last[view]);
  }
  return last;
}

class Planner {
 public:
  Planner(std::span<const LayoutTensor> tensors, std::span<const LayoutStep> steps)
      : tensors_(tensors), last_read_(last_reads(tensors.size(), steps)) {
    block_.assign(tensors.size(), kNoBlock);
    std::vector<bool> written(tensors.size());
    for (const LayoutStep& step : steps) {
      for (const std::int32_t write : step.writes) written[static_cast<std::size_t>(write)] = true;
    }
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      if (tensors[i].planned && tensors[i].lasting && !written[i]) add_block(i, 0, kForever);
    }
    for (std::size_t step = 0; step < steps.size(); ++step) place_writes(steps[step], step);
  }

  Layout finish() {
    Placement placement = place(blocks_);
    Layout layout{std::vector<std::size_t>(tensors_.size(), Layout::kNowhere), placement.bytes};
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      if (block_[i] != kNoBlock) layout.offsets[i] = placement.offsets[block_[i]];
    }
    return layout;
  }

 private:
  void add_block(std::size_t tensor, std::size_t first, std::size_t last) {
    block_[tensor] = blocks_.size();
    blocks_.push_back({tensors_[tensor].bytes, first, last});
  }

  // The block of an input that the step's only output may take over.
  std::size_t shared_block(const LayoutStep& step, std::size_t number) const {
    if (step.sharing == Sharing::none || step.writes.size() != 1) return kNoBlock;
    const LayoutTensor& output = tensors_[static_cast<std::size_t>(step.writes[0])];
    if (!output.planned || output.lasting) return kNoBlock;
    const std::size_t candidates = step.sharing == Sharing::view ? 1 : step.reads.size();
    for (std::size_t i = 0; i < candidates; ++i) {
      const auto input = static_cast<std::size_t>(step.reads[i]);
      const std::size_t block = block_[input];
      if (block == kNoBlock || tensors_[input].bytes != output.bytes) continue;
      if (step.sharing == Sharing::in_place && blocks_[block].last > number) continue;
      return block;
    }
    return kNoBlock;
  }

  void place_writes(const LayoutStep& step, std::size_t number) {
    const std::size_t shared = shared_block(step, number);
    for (const std::int32_t write : step.writes) {
      const auto index = static_cast<std::size_t>(write);
      if (!tensors_[index].planned) continue;
      const std::size_t last =
          tensors_[index].lasting ? kForever : std::max(last_read_[index], number);
      if (shared == kNoBlock) {
        add_block(index, tensors_[index].lasting ? 0 : number, last);
      } else {
        block_[index] = shared;
        blocks_[shared].last = std::max(blocks_[shared].last, last);
      }
    }
  }

  std::span<const LayoutTensor> tensors_;
  std::vector<std::size_t> last_read_;
  std::vector<std::size_t> block_;  // by tensor
  std::vector<Lifetime> blocks_;
};

}  // namespace

Layout lay_out(std::span<const LayoutTensor> tensors, std::span<const LayoutStep> steps) {
  return Planner(tensors, steps).finish();
}

}  // namespace litezoo::runtime
