#include "cli/measure_model.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/child_process.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/context.h"
#include "inspector/read.h"
#include "runtime/measure.h"

namespace litezoo::cli {
namespace {

// Loading, packing and one slow last run come on top of the settings' own limits.
constexpr Nanoseconds kAllowance = std::chrono::minutes(2);

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

void require_success(const ChildResult& child, const std::string& name) {
  if (child.timed_out) {
    throw Error(ErrorKind::unsupported,
                fmt::format("measuring '{}' did not end in time and was stopped", name));
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

}  // namespace

Measurement measure_in_child(const Context& context, const std::filesystem::path& path,
                             const std::string& sha256, const MeasurementSettings& settings) {
  const Nanoseconds limit = settings.max_time + settings.max_warmup_time + kAllowance;
  const auto child = run_child({context.program, "measure-child", path.string(), sha256,
                                dump_json(nlohmann::json(settings))},
                               limit);
  require_success(child, path.string());
  return parse_json(child.output, "the measuring process's answer").get<Measurement>();
}

void measure_as_child(const Context& context, const std::string& path, const std::string& sha256,
                      const std::string& settings) {
  const auto wanted =
      parse_json(settings, "the settings of measure-child").get<MeasurementSettings>();
  const Bytes baseline = runtime::peak_memory();
  const auto start = std::chrono::steady_clock::now();
  const MappedFile file(path);
  const auto read = inspector::read_graph(file.bytes(), path);
  const Nanoseconds load = std::chrono::steady_clock::now() - start;
  const auto measurement = runtime::measure(
      read.graph, wanted, {.sha256 = sha256, .load = load, .baseline_memory = baseline});
  context.out << dump_json(nlohmann::json(measurement)) << '\n';
}

}  // namespace litezoo::cli
