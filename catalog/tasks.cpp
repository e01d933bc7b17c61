#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "catalog/models.h"
#include "catalog/rows.h"
#include "catalog/store.h"
#include "catalog/terms.h"

namespace litezoo::catalog {
namespace {

// "-", "_" and spaces are one; case does not count.
std::string folded(std::string_view name) {
  std::string result = to_lower(name);
  std::ranges::replace_if(
      result, [](char c) { return c == '_' || c == ' '; }, '-');
  return result;
}

bool is_called(const Task& task, const std::string& wanted) {
  return folded(task.id) == wanted || folded(task.display_name) == wanted ||
         std::ranges::any_of(task.synonyms,
                             [&](const std::string& synonym) { return folded(synonym) == wanted; });
}

}  // namespace

std::vector<Task> tasks(Catalog& catalog) {
  Store& store = catalog.store();
  return store.read([&] {
    std::vector<Task> result;
    Query query =
        store.query("SELECT name, display_name, domains, synonyms FROM task ORDER BY name");
    while (query.step()) {
      result.push_back({.id = query.text(0),
                        .display_name = query.text(1),
                        .domains = split_list(query.text(2)),
                        .synonyms = split_list(query.text(3))});
    }
    return result;
  });
}

Task find_task(Catalog& catalog, std::string_view name) {
  const auto known = tasks(catalog);
  const std::string wanted = folded(name);
  const auto exact = std::ranges::find(known, wanted, [](const Task& t) { return folded(t.id); });
  if (exact != known.end()) return *exact;
  const auto called =
      std::ranges::find_if(known, [&](const Task& task) { return is_called(task, wanted); });
  if (called != known.end()) return *called;

  std::vector<std::string> names;
  std::ranges::transform(known, std::back_inserter(names), &Task::id);
  const auto near = near_names(wanted, names);
  throw Error(ErrorKind::usage,
              fmt::format("unknown task '{}'; {}", escape_for_terminal(name),
                          near.empty() ? "`litezoo catalog stats` lists the tasks"
                                       : "did you mean " + join_names(near) + "?"));
}

std::vector<std::string> domains(Catalog& catalog) {
  Store& store = catalog.store();
  return store.read([&] {
    const auto used = facet_values(store, FacetKind::domain);
    std::set<std::string> found(used.begin(), used.end());
    Query known = store.query("SELECT DISTINCT domains FROM task");
    while (known.step()) {
      for (auto& domain : split_list(known.text(0))) found.insert(domain);
    }
    return std::vector<std::string>(found.begin(), found.end());
  });
}

std::string find_domain(Catalog& catalog, std::string_view name) {
  std::string wanted = to_lower(name);
  const auto known = domains(catalog);
  if (std::ranges::binary_search(known, wanted)) return wanted;
  throw Error(ErrorKind::usage, fmt::format("unknown domain '{}'; there are {}",
                                            escape_for_terminal(name), join_names(known)));
}

}  // namespace litezoo::catalog
