#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/search.h"
#include "catalog/store.h"

namespace litezoo::catalog {

// A search as SQL, while it is put together.
struct Condition {
  std::string sql;
  std::vector<std::string> texts;  // values of its parameters, in order
};

// Artifacts that a full-text expression fits (all, when it is empty) with a place (document.h)
// between two.
struct Step {
  std::string match;
  std::int64_t above = -1;
  std::int64_t below = std::numeric_limits<std::int64_t>::max();
};

struct Plan {
  bool nothing = false;     // the text has no word: no artifact fits
  Step whole;               // all that is looked for
  std::vector<Step> steps;  // the same cut into parts, in the order of the answer
  std::vector<Condition> conditions;
  std::string order;        // columns within a step; empty = by place
  bool descending = false;  // all of them
};

// Throws as search() does.
Plan plan_of(Catalog& catalog, const SearchQuery& query);

// "FROM ... WHERE ..." with the artifact as a and, where `needed` or a condition names them, its
// model as m, its task as t, its file as f.
std::string from_where(const Plan& plan, const Step& step, std::string_view needed);
void bind_where(Query& query, const Plan& plan, const Step& step);

// The SQL of one step: ids, in order, as many as its last parameter says. Tests ask SQLite how it
// would do it.
std::string search_sql(const Plan& plan, const Step& step);

}  // namespace litezoo::catalog
