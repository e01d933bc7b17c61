#include "cli/measure_model.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <sstream>

#include "base/child_process.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/sanitizer.h"
#include "cli/context.h"
#include "cli/external_weights.h"
#include "cli/given_inputs.h"
#include "cli/input_shapes.h"
#include "cli/protocol.h"
#include "inspector/input_ranges.h"
#include "inspector/read.h"
#include "runtime/measure.h"

namespace litezoo::cli {
namespace {

// Sanitizers map terabytes of address space that no limit may touch.
constexpr bool kSanitized = kAddressSanitizer || kThreadSanitizer;

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
    throw Error(ErrorKind::io,
                fmt::format("measuring '{}' did not end within {} and was stopped; --timeout "
                            "gives it longer",
                            name, to_text(timeout)));
  }
  if (child.signal == SIGKILL) {
    throw Error(
        ErrorKind::io,
        fmt::format("measuring '{}' was killed by the system, probably out of memory; free some "
                    "and try again",
                    name));
  }
  if (child.signal != 0) {
    throw Error(ErrorKind::internal,
                fmt::format("measuring '{}' crashed ({}); please report it with the model", name,
                            ::strsignal(child.signal)));
  }
  if (child.exit_code != 0) throw Error(kind_of(child.exit_code), message_of(child));
}

// What the system, or the control group that this process is kept in, has left; nullopt when
// neither tells.
std::optional<Bytes> free_memory() {
  std::optional<Bytes> least;
  std::ifstream meminfo("/proc/meminfo");
  for (std::string line; std::getline(meminfo, line);) {
    std::istringstream words(line);
    std::string key;
    std::uint64_t kilobytes = 0;
    if (words >> key >> kilobytes && key == "MemAvailable:") least = Bytes{kilobytes * 1024};
  }
  // A container sees its own group at the root; "max" there is no number.
  std::uint64_t most = 0;
  std::uint64_t used = 0;
  if (std::ifstream("/sys/fs/cgroup/memory.max") >> most &&
      std::ifstream("/sys/fs/cgroup/memory.current") >> used) {
    const Bytes left{most - std::min(most, used)};
    if (!least || left < *least) least = left;
  }
  return least;
}

// So that a model that eats memory ends itself, not its neighbours: this process may take most of
// what is free now, and when the kernel must choose whom to kill, it is this one. A limit that the
// user has set stays when it is lower.
void limit_memory() {
  std::ofstream("/proc/self/oom_score_adj") << "1000";
  if (kSanitized) return;
  const auto free = free_memory();
  rlimit limit{};
  if (!free || ::getrlimit(RLIMIT_DATA, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_cur, free->count / 10 * 9);
  ::setrlimit(RLIMIT_DATA, &limit);
}

// What does not fit into the memory that is free is an answer about the model.
template <typename Measure>
Measurement measured_within_memory(const std::string& name, Measure measure) {
  try {
    return measure();
  } catch (const std::bad_alloc&) {
    rlimit limit{};
    ::getrlimit(RLIMIT_DATA, &limit);
    throw Error(ErrorKind::unsupported,
                fmt::format("measuring '{}' takes more memory than it may have here ({})", name,
                            to_text(Bytes{limit.rlim_cur})));
  }
}

}  // namespace

Measurement measure_in_child(const Context& context, const MeasureRequest& request) {
  const nlohmann::json document{{"path", request.path.string()},
                                {"sha256", request.sha256},
                                {"settings", request.settings},
                                {"inputs", request.inputs},
                                {"memory_limit_bytes", request.memory_limit.count},
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
  auto read = inspector::read_graph(file.bytes(), path);
  const auto weights = attach_external_weights(read.graph, path);
  const Nanoseconds load = std::chrono::steady_clock::now() - start;
  const auto inputs = given_inputs(
      read.graph, document.at("inputs").get<std::vector<std::string>>(), wanted.shapes);
  const auto views = inputs.views();
  const auto ranges = inspector::input_ranges(read.graph);
  const auto measure = [&] {
    return runtime::measure(
        read.graph, wanted,
        {.sha256 = document.at("sha256").get<std::string>(),
         .load = load,
         .file = file.bytes(),
         .baseline = baseline,
         .best = {Nanoseconds(document.at("best_anchor_ns").get<std::int64_t>()),
                  Nanoseconds(document.at("best_stream_ns").get<std::int64_t>())},
         .inputs = views,
         .ranges = ranges,
         .shapes = inputs.shapes,
         .memory_limit = {document.at("memory_limit_bytes").get<std::uint64_t>()}},
        anchor);
  };
  const auto measurement = measured_within_memory(
      path, [&] { return with_resize_hint(read.graph, inputs.shapes, measure); });
  context.out << dump_json(nlohmann::json(measurement)) << '\n';
}

}  // namespace litezoo::cli
