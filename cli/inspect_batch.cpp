#include "cli/inspect_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <thread>

#include "base/error.h"
#include "base/text.h"
#include "cli/context.h"
#include "cli/model_bytes.h"
#include "cli/model_search.h"
#include "cli/remote_model.h"
#include "cli/render.h"
#include "cli/workspace.h"
#include "inspector/container.h"

namespace litezoo::cli {
namespace {

struct Row {
  std::string line;                // JSON
  std::vector<std::string> cells;  // text
  ExitCode result = ExitCode::done;
};

Row failed_row(const std::string& name, std::string_view container, const Error& error) {
  const nlohmann::ordered_json document{
      {"name", name},
      {"container", container},
      {"error", {{"kind", to_string(error.kind())}, {"message", error.what()}}}};
  return {.line = json_line(document),
          .cells = {name, "", "", "", "", "", error.what()},
          .result = exit_code_of(error.kind())};
}

Row row_of(const std::string& reference, const inspector::Report& report, GraphDetail detail) {
  const Inspection& i = report.inspection;
  return {.line = json_line(report_json(reference, report, detail)),
          .cells = {reference, to_text(i.size), i.precision, count_to_text(i.parameters),
                    count_to_text(i.macs), to_text(i.activation_bytes),
                    report.domain.task.empty() ? report.domain.domain : report.domain.task},
          .result = ExitCode::done};
}

Row inspect_row(const Context& context, const std::string& reference, const ReportOptions& options,
                GraphDetail detail) {
  std::string_view container = "unknown";
  try {
    Row row;
    const bool seen = may_look_from_afar(options) &&
                      look_from_afar(context, reference, [&](const RemoteBytes& remote) {
                        container = inspector::recognise(remote.bytes).id;
                        auto report = full_report(reference, remote.bytes, suited(options, remote));
                        remote.require_all_had();
                        report.inspection.sha256 = remote.sha256;
                        row = row_of(reference, report, detail);
                      });
    if (seen) return row;
    const ModelBytes model = open_bytes(context, reference);
    container = inspector::recognise(model.bytes()).id;
    return row_of(reference, full_report(reference, model.bytes(), options), detail);
  } catch (const Error& error) {
    return failed_row(reference, container, error);
  } catch (const std::exception& error) {
    // Must not leave its thread.
    return failed_row(reference, container, Error(ErrorKind::internal, error.what()));
  }
}

// Rows are made by workers in any order and handed out in theirs.
class RowQueue {
 public:
  explicit RowQueue(std::size_t size) : rows_(size) {}
  void put(std::size_t index, Row row) {
    const std::lock_guard lock(mutex_);
    rows_[index] = std::move(row);
    arrived_.notify_one();
  }
  Row take(std::size_t index) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return rows_[index].has_value(); });
    Row row = std::move(*rows_[index]);
    rows_[index].reset();
    return row;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::optional<Row>> rows_;
};

}  // namespace

std::vector<std::string> expand_directories(const Context& context,
                                            const std::vector<std::string>& references) {
  std::vector<std::string> result;
  for (const std::string& reference : references) {
    std::error_code error;
    if (!std::filesystem::is_directory(reference, error)) {
      result.push_back(reference);
      continue;
    }
    FoundModels found = search_models(context, reference);
    const std::string unread =
        found.unreadable == 0
            ? std::string()
            : fmt::format("{} of its files and directories could not be read", found.unreadable);
    if (found.references.empty()) {
      throw Error(
          ErrorKind::not_found,
          fmt::format("no model below {}; models are told by their content (.tflite, .task){}{}",
                      reference, unread.empty() ? "" : "; ", unread));
    }
    if (!unread.empty())
      context.note(fmt::format("{}: {}", escape_for_terminal(reference), unread));
    std::ranges::move(found.references, std::back_inserter(result));
  }
  return result;
}

void inspect_many(Context& context, const std::vector<std::string>& references,
                  const ReportOptions& options, GraphDetail detail) {
  RowQueue queue(references.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < references.size(); i = next++) {
      queue.put(i, inspect_row(context, references[i], options, detail));
    }
  };
  // One look at a server at a time, and downloads share the catalog and the terminal.
  const bool all_local = std::ranges::all_of(references, [](const std::string& reference) {
    return is_local_path(split_member(reference).bundle);
  });
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::jthread> workers;
  const std::size_t count = all_local ? std::min(cores, references.size()) : 1;
  for (std::size_t i = 0; i < count; ++i) workers.emplace_back(work);
  Table table({{"model"},
               {"size", Align::right},
               {"precision"},
               {"parameters", Align::right},
               {"MACs", Align::right},
               {"activations", Align::right},
               {"task (guessed), or what is wrong"}});
  for (std::size_t i = 0; i < references.size(); ++i) {
    Row row = queue.take(i);
    context.result = worse_of(context.result, row.result);
    if (context.json)
      context.out << row.line << '\n' << std::flush;
    else
      table.add(std::move(row.cells));
  }
  if (!context.json) table.print(context);
}

}  // namespace litezoo::cli
