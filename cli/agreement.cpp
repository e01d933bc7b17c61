#include "cli/agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <random>
#include <utility>

#include "base/error.h"
#include "cli/given_inputs.h"
#include "cli/local_model.h"
#include "cli/named_input.h"
#include "cli/real_values.h"
#include "inspector/input_ranges.h"
#include "runtime/session.h"

namespace litezoo::cli {
namespace {

const Tensor& input_tensor(const LocalModel& model, std::size_t index) {
  const Subgraph& main = model.graph.subgraphs.front();
  return main.tensors[static_cast<std::size_t>(main.inputs[index])];
}

const Tensor& output_tensor(const LocalModel& model, std::size_t index) {
  const Subgraph& main = model.graph.subgraphs.front();
  return main.tensors[static_cast<std::size_t>(main.outputs[index])];
}

// The values an input may hold: as metadata or graph say, else all that a quantised one can store,
// [-1, 1], or [0, 7] for what is probably an index.
ValueRange stored_range(const LocalModel& model, std::size_t index) {
  const auto ranges = inspector::input_ranges(model.graph);
  if (ranges[index]) return *ranges[index];
  switch (input_tensor(model, index).type) {
    case TensorType::INT32:
    case TensorType::INT64:
      return {0, 7};
    case TensorType::INT8:
      return {-128, 127};
    case TensorType::UINT8:
      return {0, 255};
    default:
      return {-1, 1};
  }
}

// The same as real numbers.
ValueRange real_range(const LocalModel& model, std::size_t index) {
  const auto [low, high] = stored_range(model, index);
  const Affine affine = affine_of(input_tensor(model, index));
  return {(low - affine.zero) * affine.scale, (high - affine.zero) * affine.scale};
}

// What both can hold; where they share nothing, the first one's.
ValueRange shared_range(const LocalModel& first, const LocalModel& second, std::size_t index) {
  const auto is_float = [index](const LocalModel& model) {
    const TensorType type = input_tensor(model, index).type;
    return type == TensorType::FLOAT32 || type == TensorType::FLOAT16;
  };
  // A float takes whatever the other one can store.
  if (is_float(first) && !is_float(second)) return real_range(second, index);
  if (is_float(second) && !is_float(first)) return real_range(first, index);
  const ValueRange x = real_range(first, index);
  const ValueRange y = real_range(second, index);
  const ValueRange both{std::max(x.low, y.low), std::min(x.high, y.high)};
  return both.low < both.high ? both : x;
}

std::string why_not_comparable(const LocalModel& first, const LocalModel& second) {
  if (first.graph.subgraphs.empty() || second.graph.subgraphs.empty()) return "one has no graph";
  const Subgraph& a = first.graph.subgraphs.front();
  const Subgraph& b = second.graph.subgraphs.front();
  if (a.inputs.size() != b.inputs.size()) {
    return fmt::format("they take {} and {} inputs", a.inputs.size(), b.inputs.size());
  }
  if (a.outputs.size() != b.outputs.size()) {
    return fmt::format("they give {} and {} outputs", a.outputs.size(), b.outputs.size());
  }
  for (std::size_t i = 0; i < a.inputs.size(); ++i) {
    const Tensor& x = input_tensor(first, i);
    const Tensor& y = input_tensor(second, i);
    if (x.shape != y.shape) return fmt::format("input {} has another shape", i);
    const std::vector<double> one = {0.0};
    if (stored_values(x.type, one, x).empty() || stored_values(y.type, one, y).empty()) {
      return fmt::format("input {} holds no numbers", i);
    }
  }
  return {};
}

runtime::SessionOptions options_for(const GivenInputs& given, const AgreementSettings& settings) {
  return {.threads = settings.threads,
          .memory_limit = settings.memory_limit,
          .input_shapes = given.shapes};
}

void set_input(runtime::Session& session, const LocalModel& model, std::size_t index,
               std::span<const double> values) {
  const auto view = session.inputs()[index];
  const auto data = stored_values(view.type, values, input_tensor(model, index));
  if (data.size() != view.data.size()) {
    throw Error(
        ErrorKind::usage,
        fmt::format("input {} of '{}' takes {} values, not {}", index, model.name,
                    view.data.size() * values.size() / std::max<std::size_t>(data.size(), 1),
                    values.size()));
  }
  std::memcpy(view.data.data(), data.data(), data.size());
}

struct Outputs {
  std::vector<double> values;
  std::vector<std::size_t> counts;
};

Outputs run(runtime::Session& session, const LocalModel& model) {
  session.reset_variables();
  session.run();
  Outputs result;
  const auto views = session.outputs();
  for (std::size_t i = 0; i < views.size(); ++i) {
    const auto values = real_values(views[i].type, views[i].data, output_tensor(model, i));
    result.counts.push_back(values.size());
    result.values.insert(result.values.end(), values.begin(), values.end());
  }
  return result;
}

// The user's values by input.
std::vector<std::optional<std::vector<double>>> given_values(const LocalModel& model,
                                                             const GivenInputs& given) {
  std::vector<std::optional<std::vector<double>>> values(main_input_names(model.graph).size());
  for (const GivenArray& input : given.arrays) {
    values[input.index] =
        real_values(input.array.type, input.array.data, input_tensor(model, input.index));
  }
  return values;
}

}  // namespace

void add_sample(Agreement& agreement, std::span<const double> first, std::span<const double> second,
                std::size_t first_output) {
  double product = 0;
  double norm_first = 0;
  double norm_second = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    product += first[i] * second[i];
    norm_first += first[i] * first[i];
    norm_second += second[i] * second[i];
    // Infinities have no difference, but may be equal.
    const double difference = first[i] == second[i] ? 0 : std::abs(first[i] - second[i]);
    // Not a number on one side is the largest difference there is, and stays it.
    if (std::isnan(difference) || difference > agreement.largest_difference) {
      agreement.largest_difference = difference;
    }
  }
  const double norms = std::sqrt(norm_first) * std::sqrt(norm_second);
  const double cosine = norms > 0 ? product / norms : norm_first == norm_second ? 1.0 : 0.0;
  agreement.cosine = agreement.samples == 0 ? cosine : std::min(agreement.cosine, cosine);
  if (!first.empty()) {
    const auto [least, most] = std::ranges::minmax(first);
    agreement.range = std::max(agreement.range, most - least);
  }
  const auto place = [&](std::span<const double> values) {
    const auto head = values.first(std::min(first_output, values.size()));
    return std::ranges::max_element(head) - head.begin();
  };
  const auto before = static_cast<double>(agreement.samples);
  const double same = place(first) == place(second) ? 1 : 0;
  agreement.top1 = (agreement.top1 * before + same) / (before + 1);
  ++agreement.samples;
}

Agreement agreement_of(const LocalModel& first, const LocalModel& second,
                       const AgreementSettings& settings) {
  Agreement agreement;
  agreement.why_not = why_not_comparable(first, second);
  if (!agreement.why_not.empty()) return agreement;
  const auto given = given_inputs(first.graph, settings.inputs, settings.resizes);
  runtime::Session a(first.graph, options_for(given, settings));
  const auto also = given_inputs(second.graph, settings.inputs, settings.resizes);
  runtime::Session b(second.graph, options_for(also, settings));
  const auto wanted = given_values(first, given);
  std::minstd_rand random(settings.seed);
  const std::size_t samples = settings.inputs.empty() ? settings.samples : 1;
  for (std::size_t sample = 0; sample < samples; ++sample) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      std::vector<double> values;
      if (wanted[i]) {
        values = *wanted[i];
      } else {
        const auto [low, high] = shared_range(first, second, i);
        std::uniform_real_distribution<double> draw(low, high);
        values.resize(element_count(a.inputs()[i].shape));
        for (double& value : values) value = draw(random);
      }
      set_input(a, first, i, values);
      set_input(b, second, i, values);
    }
    const Outputs x = run(a, first);
    const Outputs y = run(b, second);
    if (x.counts != y.counts) {
      agreement.why_not = "their outputs have different shapes";
      return agreement;
    }
    add_sample(agreement, x.values, y.values, x.counts.empty() ? 0 : x.counts.front());
  }
  return agreement;
}

}  // namespace litezoo::cli
