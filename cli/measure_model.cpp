#include "cli/measure_model.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <random>

#include "base/child_process.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/context.h"
#include "cli/npy.h"
#include "cli/protocol.h"
#include "inspector/metadata.h"
#include "inspector/read.h"
#include "runtime/measure.h"

namespace litezoo::cli {
namespace {

constexpr std::size_t kMostRandomValues = std::size_t{1} << 28U;

ErrorKind kind_of(int exit_code) {
  switch (static_cast<ExitCode>(exit_code)) {
    case ExitCode::none_satisfies:
      return ErrorKind::unsupported;
    case ExitCode::usage:
      return ErrorKind::usage;
    case ExitCode::integrity:
      return ErrorKind::corrupt;
    case ExitCode::interrupted:
      return ErrorKind::interrupted;
    default:
      return ErrorKind::io;
  }
}

// The child's one line, without its program name.
std::string message_of(const ChildResult& child) {
  constexpr std::string_view kPrefix = "litezoo: ";
  const std::size_t at = child.errors.rfind(kPrefix);
  std::string line =
      at == std::string::npos ? child.errors : child.errors.substr(at + kPrefix.size());
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return line.empty() ? fmt::format("the measuring process ended with {}", child.exit_code) : line;
}

void require_success(const ChildResult& child, const std::string& name, Nanoseconds timeout) {
  if (child.timed_out) {
    throw Error(ErrorKind::unsupported,
                fmt::format("measuring '{}' did not end within {} and was stopped; --timeout "
                            "gives it longer",
                            name, to_text(timeout)));
  }
  if (child.signal == SIGKILL) {
    throw Error(
        ErrorKind::unsupported,
        fmt::format("measuring '{}' was killed by the system, probably out of memory", name));
  }
  if (child.signal != 0) {
    throw Error(ErrorKind::internal,
                fmt::format("measuring '{}' crashed ({}); please report it with the model", name,
                            ::strsignal(child.signal)));
  }
  if (child.exit_code != 0) throw Error(kind_of(child.exit_code), message_of(child));
}

// So that a model that eats memory ends itself, not its neighbours: this process may take most of
// what is free now, and when the kernel must choose whom to kill, it is this one.
void limit_memory() {
  std::ofstream("/proc/self/oom_score_adj") << "1000";
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  std::ifstream meminfo("/proc/meminfo");
  for (std::string key, unit; meminfo >> key;) {
    std::uint64_t kilobytes = 0;
    if (!(meminfo >> kilobytes)) break;
    std::getline(meminfo, unit);
    if (key != "MemAvailable:") continue;
    const rlimit most{.rlim_cur = kilobytes * 1024 / 10 * 9, .rlim_max = RLIM_INFINITY};
    ::setrlimit(RLIMIT_DATA, &most);
  }
#endif
}

std::size_t index_of_input(const Graph& graph, const std::string& key) {
  const Subgraph& main = graph.subgraphs.front();
  for (std::size_t i = 0; i < main.inputs.size(); ++i) {
    if (main.tensors[static_cast<std::size_t>(main.inputs[i])].name == key) return i;
  }
  std::size_t index = 0;
  const char* const end = key.data() + key.size();
  const auto [stop, error] = std::from_chars(key.data(), end, index);
  if (error == std::errc() && stop == end && index < main.inputs.size()) return index;
  throw Error(ErrorKind::usage, fmt::format("the model has no input '{}'; 'litezoo inspect' lists "
                                            "its {} inputs",
                                            key, main.inputs.size()));
}

// The content of inputs; keeps the bytes that `views` looks at.
struct Inputs {
  std::vector<NpyArray> arrays;
  std::vector<runtime::InputBytes> views;
};

Inputs given_inputs(const Graph& graph, const std::vector<std::string>& texts) {
  Inputs inputs;
  if (graph.subgraphs.empty()) return inputs;
  std::vector<std::size_t> indices;
  for (const std::string& text : texts) {
    const auto [key, file] = parse_input_file(text);
    indices.push_back(index_of_input(graph, key));
    inputs.arrays.push_back(read_npy(file));
  }
  for (std::size_t i = 0; i < indices.size(); ++i) {
    inputs.views.push_back({.index = indices[i], .data = inputs.arrays[i].data});
  }
  return inputs;
}

// Random float values within what the publisher says an input holds.
void add_ranged_inputs(const Graph& graph, std::uint32_t seed, Inputs& inputs) {
  std::vector<Finding> findings;
  const auto metadata = inspector::read_metadata(graph, findings);
  if (!metadata || metadata->subgraphs.empty() || graph.subgraphs.empty()) return;
  const Subgraph& main = graph.subgraphs.front();
  const auto& described = metadata->subgraphs.front().inputs;
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < std::min(described.size(), main.inputs.size()); ++i) {
    const Tensor& tensor = main.tensors[static_cast<std::size_t>(main.inputs[i])];
    const bool given =
        std::ranges::find(inputs.views, i, &runtime::InputBytes::index) != inputs.views.end();
    const bool ranged = !described[i].min.empty() && !described[i].max.empty() &&
                        described[i].min.front() < described[i].max.front();
    if (given || !ranged || tensor.type != TensorType::FLOAT32) continue;
    const std::size_t count = element_count(tensor.shape);
    // What is too large to be real is for the session to refuse.
    if (count > kMostRandomValues) continue;
    NpyArray array{.shape = {}, .data = std::vector<std::byte>(count * sizeof(float))};
    std::minstd_rand random(seed + static_cast<std::uint32_t>(i));
    std::uniform_real_distribution<float> draw(described[i].min.front(), described[i].max.front());
    for (std::size_t at = 0; at < array.data.size(); at += sizeof(float)) {
      const float value = draw(random);
      std::memcpy(array.data.data() + at, &value, sizeof(float));
    }
    inputs.arrays.push_back(std::move(array));
    indices.push_back(i);
  }
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const auto& array = inputs.arrays[inputs.arrays.size() - indices.size() + i];
    inputs.views.push_back({.index = indices[i], .data = array.data});
  }
}

}  // namespace

Measurement measure_in_child(const Context& context, const MeasureRequest& request) {
  const nlohmann::json document{{"path", request.path.string()},
                                {"sha256", request.sha256},
                                {"settings", request.settings},
                                {"inputs", request.inputs},
                                {"best_anchor_ns", request.best_anchor.count()},
                                {"best_stream_ns", request.best_stream.count()}};
  const auto child =
      run_child({context.program, "measure-child", dump_json(document)}, request.timeout);
  require_success(child, request.path.string(), request.timeout);
  return parse_json(child.output, "the measuring process's answer").get<Measurement>();
}

void measure_as_child(const Context& context, const std::string& request) {
  const auto document = parse_json(request, "the request of measure-child");
  const auto wanted = document.at("settings").get<MeasurementSettings>();
  const auto path = document.at("path").get<std::string>();
  limit_memory();
  runtime::Anchor anchor;
  runtime::reset_peak();
  const auto baseline = runtime::ProcessMemory::now();
  const auto start = std::chrono::steady_clock::now();
  const MappedFile file(path);
  const auto read = inspector::read_graph(file.bytes(), path);
  const Nanoseconds load = std::chrono::steady_clock::now() - start;
  auto inputs = given_inputs(read.graph, document.at("inputs").get<std::vector<std::string>>());
  add_ranged_inputs(read.graph, wanted.seed, inputs);
  const auto measurement =
      runtime::measure(read.graph, wanted,
                       {.sha256 = document.at("sha256").get<std::string>(),
                        .load = load,
                        .file = file.bytes(),
                        .baseline = baseline,
                        .best = {Nanoseconds(document.at("best_anchor_ns").get<std::int64_t>()),
                                 Nanoseconds(document.at("best_stream_ns").get<std::int64_t>())},
                        .inputs = inputs.views},
                       anchor);
  context.out << dump_json(nlohmann::json(measurement)) << '\n';
}

}  // namespace litezoo::cli
