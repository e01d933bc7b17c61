#pragma once

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

struct Plan {
  std::string match;     // of the full text; empty when the query has no text
  bool nothing = false;  // the text has no word: no artifact fits
  std::string tables;
  std::vector<Condition> conditions;
  std::string order;        // columns; the last one is unique
  bool descending = false;  // all of them
};

// Throws as search() does.
Plan plan_of(Catalog& catalog, const SearchQuery& query);

// "FROM ... WHERE ..." with the artifact as a and, where `needed` or a condition names them, its
// model as m, its task as t, its file as f.
std::string from_where(const Plan& plan, std::string_view needed,
                       std::string_view more_tables = {});

// Binds what the conditions need.
void bind_conditions(Query& query, const Plan& plan);

// The SQL that a search runs over the whole catalog; tests ask SQLite how it would do it.
std::string search_sql(const Plan& plan, const SearchQuery& query);

}  // namespace litezoo::catalog
