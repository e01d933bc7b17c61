#include "cli/inspect_batch.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <thread>

#include "base/error.h"
#include "base/text.h"
#include "cli/context.h"
#include "cli/model_bytes.h"
#include "cli/render.h"
#include "cli/workspace.h"
#include "inspector/bundle.h"
#include "inspector/container.h"

namespace litezoo::cli {
namespace {

namespace fs = std::filesystem;

bool is_named_like_model(const fs::path& path) {
  const std::string name = to_lower(path.filename().string());
  return inspector::is_model_name(name) || name.ends_with(".task");
}

// Kinds that are no models of any framework, unless their name claims it.
bool is_no_model(inspector::ContainerKind kind) {
  using enum inspector::ContainerKind;
  constexpr auto kNone =
      std::to_array({empty, git_lfs_pointer, web_page, json, gzip, tar, zip, unknown});
  return std::ranges::find(kNone, kind) != kNone.end();
}

inspector::ContainerKind kind_of(const fs::path& path) {
  std::array<char, 1024> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  return inspector::recognise(
             std::as_bytes(std::span(head.data(), static_cast<std::size_t>(file.gcount()))))
      .kind;
}

void add_file(const fs::path& path, std::vector<std::string>& result) {
  const auto kind = kind_of(path);
  if (kind == inspector::ContainerKind::zip) {
    const MappedFile file(path);
    for (const auto& entry : inspector::models_in_bundle(file.bytes())) {
      result.push_back(path.string() + "!" + entry.name);
    }
    return;
  }
  if (!is_no_model(kind) || is_named_like_model(path)) result.push_back(path.string());
}

std::vector<std::string> models_below(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  for (auto it = fs::recursive_directory_iterator(directory, options, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (it->is_regular_file(error)) files.push_back(it->path());
  }
  std::ranges::sort(files);
  std::vector<std::string> result;
  for (const fs::path& file : files) add_file(file, result);
  if (result.empty()) {
    throw Error(ErrorKind::not_found, "no model below " + directory.string() +
                                          "; models are told by their content (.tflite, .task)");
  }
  return result;
}

struct Row {
  std::string line;                // JSON
  std::vector<std::string> cells;  // text
  bool failed = false;
};

Row failed_row(const std::string& name, std::string_view container, const Error& error) {
  const nlohmann::ordered_json document{
      {"name", name},
      {"container", container},
      {"error", {{"kind", to_string(error.kind())}, {"message", error.what()}}}};
  return {.line = json_line(document),
          .cells = {name, "", "", "", "", "", error.what()},
          .failed = true};
}

Row inspect_row(const Context& context, const std::string& reference, const ReportOptions& options,
                GraphDetail detail) {
  std::string_view container = "unknown";
  try {
    const ModelBytes model = open_bytes(context, reference);
    container = inspector::recognise(model.bytes()).id;
    const auto report = full_report(reference, model.bytes(), options);
    const Inspection& i = report.inspection;
    return {.line = json_line(report_json(reference, report, detail)),
            .cells = {reference, to_text(i.size), i.precision, count_to_text(i.parameters),
                      count_to_text(i.macs), to_text(i.activation_bytes),
                      report.domain.task.empty() ? report.domain.domain : report.domain.task},
            .failed = false};
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

std::vector<std::string> expand_directories(const std::vector<std::string>& references) {
  std::vector<std::string> result;
  for (const std::string& reference : references) {
    std::error_code error;
    if (!fs::is_directory(reference, error)) {
      result.push_back(reference);
      continue;
    }
    for (std::string& model : models_below(reference)) result.push_back(std::move(model));
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
  // Downloads share the catalog and the terminal: one after the other.
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
    if (row.failed) context.result = ExitCode::integrity;
    if (context.json)
      context.out << row.line << '\n' << std::flush;
    else
      table.add(std::move(row.cells));
  }
  if (!context.json) table.print(context);
}

}  // namespace litezoo::cli
