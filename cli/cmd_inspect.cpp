#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/bundle.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/inspect_batch.h"
#include "cli/inspect_dot.h"
#include "cli/inspect_json.h"
#include "cli/inspect_one.h"
#include "cli/inspect_text.h"
#include "cli/inspect_views.h"
#include "cli/model_bytes.h"
#include "cli/remote_model.h"
#include "cli/render.h"
#include "inspector/bundle.h"
#include "inspector/container.h"

namespace litezoo::cli {
namespace {

// A table that one flag asks for.
struct View {
  std::string_view flag, help;
  void (*print)(const Context& context, const inspector::Report& report);
};

constexpr auto kViews = std::to_array<View>({
    {"--ops", "Operators with versions, counts and cost", print_operators},
    {"--nodes", "Each node with shapes, cost and who would run it", print_nodes},
    {"--tensors", "Each tensor with type, shape, size and quantisation", print_tensors},
    {"--memory", "Which activations make the peak, and how long they live", print_memory},
    {"--compat", "Where it runs, with the nodes and rules behind each verdict",
     print_compatibility},
    {"--stats", "Zeros, different values, compressibility (reads all weights)", print_statistics},
    {"--labels", "The class labels packed into the file, one a line", print_labels},
});

struct InspectOptions {
  std::vector<std::string> models;
  std::array<bool, kViews.size()> views{};  // by kViews
  std::string graph;                        // "dot" or empty
  std::string extract;                      // name of a packed file
  bool with_sha256 = false;
  bool fetch = false;  // even where a look at the server would do

  bool wants(std::string_view flag) const {
    const auto* const view = std::ranges::find(kViews, flag, &View::flag);
    return views[static_cast<std::size_t>(view - kViews.begin())];
  }
  bool wants_view() const {
    return !graph.empty() || std::ranges::find(views, true) != views.end();
  }
};

ReportOptions report_options(const InspectOptions& options) {
  return {.weights = options.wants("--stats") ? inspector::Weights::measured
                                              : inspector::Weights::untouched,
          .with_sha256 = options.with_sha256,
          .fetch = options.fetch};
}

void print_report(const Context& context, const std::string& name, const inspector::Report& report,
                  const InspectOptions& options) {
  if (!options.graph.empty()) {
    context.out << to_dot(report);
    return;
  }
  if (context.json) {
    print_json(context, report_json(name, report, GraphDetail::included));
    return;
  }
  if (!options.wants_view()) {
    print_summary(context, name, report);
    return;
  }
  bool first = true;
  for (std::size_t i = 0; i < kViews.size(); ++i) {
    if (!options.views[i]) continue;
    if (!first) context.out << '\n';
    first = false;
    kViews[i].print(context, report);
  }
}

void require_labels(const std::string& name, const inspector::Report& report) {
  if (report.inspection.metadata && !report.inspection.metadata->labels.empty()) return;
  throw Error(ErrorKind::not_found, name +
                                        " has no labels packed into it; its publisher may offer "
                                        "them as a file of their own");
}

GraphDetail detail_of(const InspectOptions& options) {
  const bool is_detailed = options.wants("--tensors") || options.wants("--nodes");
  return is_detailed ? GraphDetail::included : GraphDetail::left_out;
}

void print_model(const Context& context, const std::string& name, const inspector::Report& report,
                 const InspectOptions& options) {
  if (options.wants("--labels")) require_labels(name, report);
  print_report(context, name, report, options);
}

void print_title(const Context& context, const std::string& name, const InspectOptions& options) {
  if (options.graph.empty()) context.out << fmt::format("== {}\n", escape_for_terminal(name));
}

// Runs `print`; what cannot be read is told on stderr and keeps nothing else from being printed.
template <typename Print>
void or_tell(Context& context, Print print) {
  try {
    print();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    context.err << fmt::format("litezoo: {}\n", escape_for_terminal(error.what()));
    context.result = worse_of(context.result, exit_code_of(error.kind()));
  }
}

// The views of every model in a bundle.
void inspect_members(Context& context, const Bundle& bundle, const InspectOptions& options,
                     const ReportOptions& wanted) {
  const auto models = bundle.models();
  if (models.empty()) {
    throw Error(ErrorKind::corrupt,
                bundle.name +
                    " is a zip archive that holds no model; inspect it without views to "
                    "see what is in it");
  }
  for (const auto& entry : models) {
    const std::string reference = bundle.name + "!" + entry.name;
    if (models.size() > 1) print_title(context, reference, options);
    or_tell(context, [&] {
      use_member_report(bundle, entry, wanted, [&](const inspector::Report& report) {
        print_model(context, reference, report, options);
      });
    });
  }
}

void inspect_bundle(Context& context, const Bundle& bundle, const InspectOptions& options,
                    const ReportOptions& wanted) {
  if (options.graph.empty() && (context.json || !options.wants_view())) {
    print_bundle(context, bundle, wanted, detail_of(options));
  } else {
    inspect_members(context, bundle, options, wanted);
  }
}

bool is_bundle(std::span<const std::byte> bytes) {
  return inspector::recognise(bytes).kind == inspector::ContainerKind::zip;
}

// Looks at a model where it is, when its server gives parts of it and the whole is not needed.
bool inspect_from_afar(Context& context, const std::string& reference,
                       const InspectOptions& options) {
  const ReportOptions wanted = report_options(options);
  if (!may_look_from_afar(wanted) || !options.extract.empty()) return false;
  return look_from_afar(context, reference, [&](const RemoteBytes& remote) {
    if (is_bundle(remote.bytes)) {
      return inspect_bundle(context, bundle_on_server(reference, remote), options, wanted);
    }
    auto report = full_report(reference, remote.bytes, suited(wanted, remote));
    remote.require_all_had();
    report.inspection.sha256 = remote.sha256;
    print_model(context, reference, report, options);
  });
}

void extract(const Context& context, const std::string& name, std::span<const std::byte> bytes,
             const std::string& wanted) {
  const auto entry = inspector::find_member(bytes, name, wanted);
  inspector::unpack_entry(bytes, entry, [&context](std::span<const std::byte> piece) {
    context.out << as_text(piece);
  });
}

void inspect_one(Context& context, const std::string& reference, const InspectOptions& options) {
  if (inspect_from_afar(context, reference, options)) return;
  const ModelBytes model = open_bytes(context, reference);
  const ReportOptions wanted = report_options(options);
  if (!options.extract.empty()) {
    extract(context, reference, model.bytes(), options.extract);
  } else if (is_bundle(model.bytes())) {
    inspect_bundle(context, bundle_in(reference, model.bytes()), options, wanted);
  } else {
    print_model(context, reference, full_report(reference, model.bytes(), wanted), options);
  }
}

void inspect(Context& context, const InspectOptions& options) {
  const auto references = expand_directories(context, options.models);
  const bool is_single = references.size() == 1 && references == options.models;
  if (is_single) {
    inspect_one(context, references.front(), options);
    return;
  }
  const bool is_text_view = options.wants_view() && !context.json;
  if (!is_text_view && options.graph.empty() && options.extract.empty()) {
    inspect_many(context, references, report_options(options), detail_of(options));
    return;
  }
  for (const std::string& reference : references) {
    print_title(context, reference, options);
    or_tell(context, [&] { inspect_one(context, reference, options); });
  }
}

}  // namespace

void add_inspect(CLI::App& command, Context& context) {
  auto options = std::make_shared<InspectOptions>();
  command
      .add_option("models", options->models,
                  "Model references, FILE!MEMBER inside a bundle, or directories")
      ->required();
  for (std::size_t i = 0; i < kViews.size(); ++i) {
    command.add_flag(std::string(kViews[i].flag), options->views[i], std::string(kViews[i].help));
  }
  command.add_option("--graph", options->graph, "Print the graph for Graphviz")
      ->check(CLI::IsMember({"dot"}));
  command.add_option("--extract", options->extract,
                     "Print one packed file (labels, vocabulary) as it is");
  command.add_flag("--sha256", options->with_sha256, "Also the digest (reads the whole file)");
  command.add_flag("--fetch", options->fetch,
                   "Fetch a remote model instead of reading its tables on the server");
  add_common_options(command, context);
  command.callback([&context, options] { inspect(context, *options); });
}

}  // namespace litezoo::cli
