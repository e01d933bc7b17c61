#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/nouns.h"
#include "catalog/input.h"
#include "catalog/search.h"
#include "catalog/search_plan.h"
#include "catalog/store.h"

namespace litezoo::catalog {
namespace {

constexpr std::size_t kMostValues = 40;

using Digests = std::unordered_set<std::string>;

// What is known of few artifacts, looked up by name or digest instead of joined to a million rows.
struct Known {
  std::unordered_set<std::string> with_accuracy;             // models and artifacts
  std::unordered_map<std::string, std::uint64_t> claimed;    // parameters, of the same
  std::unordered_map<std::string, std::uint64_t> inspected;  // parameters, by digest
  Digests fetched, measured, runnable;
  bool tells_runnable = false;
};

// One artifact that fits.
struct Fitting {
  std::string artifact, model, sha256, domains, task, license, publisher, architecture, dataset,
      precision, format, languages, references;
  LicenseClass license_class = LicenseClass::unknown;
  std::optional<Bytes> size;
};
constexpr std::string_view kColumns =
    "a.name, m.name, a.sha256, m.domains, coalesce(t.name, ''), m.license, m.publisher, "
    "m.architecture, m.dataset, a.precision, a.format, m.languages, a.reference_list, "
    "a.license_class, a.size";

Fitting read_fitting(const Query& row) {
  return {.artifact = row.text(0),
          .model = row.text(1),
          .sha256 = row.text(2),
          .domains = row.text(3),
          .task = row.text(4),
          .license = row.text(5),
          .publisher = row.text(6),
          .architecture = row.text(7),
          .dataset = row.text(8),
          .precision = row.text(9),
          .format = row.text(10),
          .languages = row.text(11),
          .references = row.text(12),
          .license_class = static_cast<LicenseClass>(row.integer(13)),
          .size = row.size(14)};
}

using Counts = std::unordered_map<std::string, std::uint64_t>;

void count(std::string_view value, Counts& counts) {
  ++counts[std::string(value)];
}

// Each part of a list; "" when it has none.
void count_parts(std::string_view list, Counts& counts) {
  if (list.empty()) return count({}, counts);
  for (const auto& part : split_list(list)) count(part, counts);
}

void count_yes(bool yes, Counts& counts) {
  count(yes ? "yes" : "no", counts);
}

void count_hubs(const Fitting& row, Counts& counts) {
  std::vector<std::string> hubs;
  std::string_view left = row.references;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    const std::size_t colon = left.substr(0, end).find(':');
    std::string hub(left.substr(0, colon == std::string_view::npos ? 0 : colon));
    if (std::ranges::find(hubs, hub) == hubs.end()) hubs.push_back(std::move(hub));
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  if (hubs.empty()) hubs.emplace_back();
  for (const auto& hub : hubs) count(hub, counts);
}

struct Range {
  std::uint64_t below;
  std::string_view name;
};

template <std::size_t N>
void count_range(std::optional<std::uint64_t> value, const std::array<Range, N>& ranges,
                 std::string_view above, Counts& counts) {
  if (!value) return count({}, counts);
  const auto* range =
      std::ranges::find_if(ranges, [&](const Range& part) { return *value < part.below; });
  count(range == ranges.end() ? above : range->name, counts);
}

void count_size(const Fitting& row, Counts& counts) {
  static constexpr auto kSizes = std::to_array<Range>(
      {{1'000'000, "under 1 MB"}, {10'000'000, "1 to 10 MB"}, {100'000'000, "10 to 100 MB"}});
  count_range(row.size ? std::optional(row.size->count) : std::nullopt, kSizes, "100 MB or more",
              counts);
}

std::optional<std::uint64_t> parameters_of(const Fitting& row, const Known& known) {
  if (const auto found = known.inspected.find(row.sha256); found != known.inspected.end()) {
    return found->second;
  }
  for (const auto& subject : {row.artifact, row.model}) {
    if (const auto found = known.claimed.find(subject); found != known.claimed.end()) {
      return found->second;
    }
  }
  return std::nullopt;
}

void count_parameters(const Fitting& row, const Known& known, Counts& counts) {
  static constexpr auto kParameters = std::to_array<Range>({{1'000'000, "under 1 million"},
                                                            {10'000'000, "1 to 10 million"},
                                                            {100'000'000, "10 to 100 million"}});
  count_range(parameters_of(row, known), kParameters, "100 million or more", counts);
}

struct FacetRow {
  std::string_view name;
  void (*add)(const Fitting&, const Known&, Counts&);
};

constexpr auto kFacets = std::to_array<FacetRow>({
    {"domain", [](const auto& row, const auto&, auto& to) { count_parts(row.domains, to); }},
    {"task", [](const auto& row, const auto&, auto& to) { count(row.task, to); }},
    {"input", [](const auto& row, const auto&, auto& to) { count(input_of_task(row.task), to); }},
    {"license class",
     [](const auto& row, const auto&, auto& to) { count(to_string(row.license_class), to); }},
    {"license", [](const auto& row, const auto&, auto& to) { count(row.license, to); }},
    {"publisher", [](const auto& row, const auto&, auto& to) { count(row.publisher, to); }},
    {"architecture", [](const auto& row, const auto&, auto& to) { count(row.architecture, to); }},
    {"dataset", [](const auto& row, const auto&, auto& to) { count(row.dataset, to); }},
    {"precision", [](const auto& row, const auto&, auto& to) { count(row.precision, to); }},
    {"format", [](const auto& row, const auto&, auto& to) { count(row.format, to); }},
    {"size", [](const auto& row, const auto&, auto& to) { count_size(row, to); }},
    {"parameters", count_parameters},
    {"language", [](const auto& row, const auto&, auto& to) { count_parts(row.languages, to); }},
    {"hub", [](const auto& row, const auto&, auto& to) { count_hubs(row, to); }},
    {"has accuracy",
     [](const auto& row, const auto& known, auto& to) {
       count_yes(known.with_accuracy.contains(row.artifact) ||
                     known.with_accuracy.contains(row.model),
                 to);
     }},
    {"fetched",
     [](const auto& row, const auto& known, auto& to) {
       count_yes(known.fetched.contains(row.sha256), to);
     }},
    {"runnable here",
     [](const auto& row, const auto& known, auto& to) {
       if (known.tells_runnable) count_yes(known.runnable.contains(row.sha256), to);
     }},
    {"measured here",
     [](const auto& row, const auto& known, auto& to) {
       count_yes(known.measured.contains(row.sha256), to);
     }},
});

Known read_known(Store& store, const SearchQuery& query,
                 const std::optional<std::vector<std::string>>& runnable) {
  Known known;
  Query claims = store.query(
      "SELECT subject, metric = 'parameters', max(value) FROM claim "
      "WHERE metric NOT IN ('latency', 'size', 'macs') GROUP BY 1, 2");
  while (claims.step()) {
    if (claims.integer(1) == 0) {
      known.with_accuracy.insert(claims.text(0));
    } else {
      known.claimed[claims.text(0)] = static_cast<std::uint64_t>(claims.integer(2));
    }
  }
  Query inspections = store.query("SELECT sha256, parameters FROM inspection");
  while (inspections.step()) {
    known.inspected[inspections.text(0)] = static_cast<std::uint64_t>(inspections.integer(1));
  }
  Query files = store.query("SELECT sha256 FROM stored_file");
  while (files.step()) known.fetched.insert(files.text(0));
  Query measured = store.query("SELECT DISTINCT sha256 FROM measurement WHERE device = ?");
  measured.with(query.device);
  while (measured.step()) known.measured.insert(measured.text(0));
  known.tells_runnable = runnable.has_value();
  if (runnable) known.runnable.insert(runnable->begin(), runnable->end());
  return known;
}

Facet facet_of(std::string_view name, const Counts& counts) {
  Facet facet{.name = std::string(name), .counts = {}, .others = 0};
  for (const auto& [value, artifacts] : counts) facet.counts.push_back({value, artifacts});
  std::ranges::sort(facet.counts, [](const FacetCount& a, const FacetCount& b) {
    return std::pair(b.count, std::string_view(a.value)) <
           std::pair(a.count, std::string_view(b.value));
  });
  if (facet.counts.size() > kMostValues) {
    facet.others = facet.counts.size() - kMostValues;
    facet.counts.resize(kMostValues);
  }
  return facet;
}

}  // namespace

std::vector<Facet> facets(Catalog& catalog, const SearchQuery& query,
                          const std::optional<std::vector<std::string>>& runnable) {
  Store& store = catalog.store();
  return store.read([&] {
    std::vector<Facet> result;
    SearchQuery all = query;
    all.after.clear();
    all.sort = SortKey::size;
    all.descending = false;
    const Plan plan = plan_of(catalog, all);
    if (plan.nothing) return result;
    const Known known = read_known(store, query, runnable);
    std::array<Counts, kFacets.size()> counts;
    Query rows =
        store.query(fmt::format("SELECT {} {}", kColumns, from_where(plan, plan.whole, kColumns)));
    bind_where(rows, plan, plan.whole);
    while (rows.step()) {
      const Fitting row = read_fitting(rows);
      for (std::size_t i = 0; i < kFacets.size(); ++i) kFacets[i].add(row, known, counts[i]);
    }
    for (std::size_t i = 0; i < kFacets.size(); ++i) {
      if (!counts[i].empty()) result.push_back(facet_of(kFacets[i].name, counts[i]));
    }
    return result;
  });
}

}  // namespace litezoo::catalog
