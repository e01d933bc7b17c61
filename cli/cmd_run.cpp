#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/given_inputs.h"
#include "cli/input_shapes.h"
#include "cli/local_model.h"
#include "cli/npy.h"
#include "cli/protocol.h"
#include "cli/render.h"
#include "inspector/input_ranges.h"
#include "runtime/inputs.h"
#include "runtime/session.h"

namespace litezoo::cli {
namespace {

struct RunOptions {
  std::string model;
  std::vector<std::string> inputs;   // K=FILE.npy, K a position or a name
  std::vector<std::string> resizes;  // K=1x192x192x3
  std::string signature;
  std::string output_directory;
  std::string memory_limit;
  std::uint32_t threads = 1;
  std::uint32_t seed = 1;
  bool no_delegate = false;
};

std::vector<std::string> signature_inputs(const Graph& graph, const std::string& key) {
  std::vector<std::string> names;
  for (const Signature& signature : graph.signatures) {
    if (signature.key != key) continue;
    for (const auto& input : signature.inputs) names.push_back(input.name);
  }
  return names;
}

// What is known of the main graph's inputs need not hold for a signature's, which may be others: a
// file that does not fit one of those is refused when it is copied.
GivenInputs inputs_of(const RunOptions& options, const Graph& graph) {
  if (options.signature.empty()) return given_inputs(graph, options.inputs, options.resizes);
  const auto names = signature_inputs(graph, options.signature);
  return {.arrays = read_given_arrays(options.inputs, names),
          .shapes = resized(options.resizes, names)};
}

void require_fit(const runtime::TensorView& view, const GivenArray& given) {
  const NpyArray& array = given.array;
  if (view.type == array.type && is_same_shape(view.shape, array.shape)) return;
  throw Error(ErrorKind::usage,
              fmt::format("--input {} holds {} {}, but input '{}' takes {} {}", given.text,
                          tensor_type_name(array.type), shape_text(array.shape), view.name,
                          tensor_type_name(view.type), shape_text(view.shape)));
}

void fill_inputs(const Context& context, const RunOptions& options, const Graph& graph,
                 runtime::Session& session, const GivenInputs& given) {
  const auto views = session.inputs();
  const bool is_main = options.signature.empty();
  runtime::fill_random(
      session, options.seed,
      is_main ? inspector::input_ranges(graph) : std::vector<std::optional<ValueRange>>());
  for (const GivenArray& input : given.arrays) require_fit(views[input.index], input);
  runtime::copy_inputs(session, given.views());
  if (given.arrays.size() < views.size()) {
    context.note(fmt::format("{} of {} inputs not given: random values from seed {}",
                             views.size() - given.arrays.size(), views.size(), options.seed));
  }
}

void write_outputs(const std::string& directory, std::span<const runtime::TensorView> outputs) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw system_error("cannot create '" + directory + "'", error.value());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    write_npy(std::filesystem::path(directory) / fmt::format("{}.npy", i), outputs[i].type,
              outputs[i].shape, outputs[i].data);
  }
}

void print_outputs(const Context& context, const runtime::Session& session,
                   std::span<const runtime::TensorView> outputs, Nanoseconds time) {
  const runtime::Plan& plan = session.plan();
  if (context.json) {
    nlohmann::ordered_json document;
    document["time_ns"] = time.count();
    document["partitions"] = plan.partitions;
    document["delegated_nodes"] = plan.delegated_nodes;
    document["fallback_nodes"] = plan.fallback_nodes;
    auto& list = document["outputs"] = nlohmann::ordered_json::array();
    for (const auto& output : outputs) {
      list.push_back({{"name", output.name},
                      {"type", tensor_type_name(output.type)},
                      {"shape", output.shape},
                      {"bytes", output.data.size()}});
    }
    print_json(context, document);
    return;
  }
  Table table({{"output", Align::right}, {"name"}, {"type"}, {"shape"}, {"size", Align::right}});
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    table.add({std::to_string(i), std::string(outputs[i].name),
               std::string(tensor_type_name(outputs[i].type)), shape_text(outputs[i].shape),
               to_text(Bytes{outputs[i].data.size()})});
  }
  table.print(context);
  context.note(
      fmt::format("one run took {}; {} XNNPACK partitions hold {} nodes, {} nodes fell back",
                  to_text(time), plan.partitions, plan.delegated_nodes, plan.fallback_nodes));
}

void run_model(Context& context, const RunOptions& options) {
  const LocalModel model = open_model(context, options.model);
  const GivenInputs given = inputs_of(options, model.graph);
  auto session = with_resize_hint(model.graph, given.shapes, [&] {
    return runtime::Session(model.graph, {.threads = options.threads,
                                          .signature = options.signature,
                                          .delegate = !options.no_delegate,
                                          .memory_limit = memory_limit_of(options.memory_limit),
                                          .input_shapes = given.shapes});
  });
  fill_inputs(context, options, model.graph, session, given);
  const auto start = std::chrono::steady_clock::now();
  session.run();
  const Nanoseconds time = std::chrono::steady_clock::now() - start;
  const auto outputs = session.outputs();
  if (!options.output_directory.empty()) write_outputs(options.output_directory, outputs);
  print_outputs(context, session, outputs, time);
}

}  // namespace

void add_run(CLI::App& command, Context& context) {
  auto options = std::make_shared<RunOptions>();
  command.add_option("model", options->model, "Model reference")->required();
  command
      .add_option("--input", options->inputs,
                  "INPUT=FILE.npy; INPUT is a position or a name (repeatable)")
      ->allow_extra_args(false);
  add_resize_option(command, options->resizes);
  command.add_option("--signature", options->signature, "Run this signature");
  command.add_option("--output-dir", options->output_directory, "Leave 0.npy, 1.npy, ... here");
  command.add_option("--threads", options->threads, "Threads")->check(CLI::Range(1, 1024));
  command.add_option("--seed", options->seed, "Of the random values for inputs that are not given");
  add_memory_limit_option(command, options->memory_limit);
  command.add_flag("--no-delegate", options->no_delegate, "Use Litezoo's own kernels only");
  add_common_options(command, context);
  command.callback([&context, options] { run_model(context, *options); });
}

}  // namespace litezoo::cli
