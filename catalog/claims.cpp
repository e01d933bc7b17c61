#include "catalog/claims.h"

#include <fmt/format.h>

#include "catalog/rows.h"
#include "catalog/store.h"

namespace litezoo::catalog {

void put_claim(Catalog& catalog, const Claim& claim) {
  Store& store = catalog.store();
  store.write([&] { write_claim(store, claim, Origin::user); });
}

std::vector<Claim> claims(Catalog& catalog, std::string_view artifact_or_model) {
  Store& store = catalog.store();
  return store.read([&] {
    std::vector<Claim> result;
    Query query = store.query(
        fmt::format("{} WHERE c.subject IN (?1, (SELECT m.name FROM artifact a JOIN model m "
                    "ON m.id = a.model_id WHERE a.name = ?1)) "
                    "ORDER BY c.metric, c.dataset, c.split, c.variant, s.text, c.id",
                    kClaimSelect));
    query.with(artifact_or_model);
    while (query.step()) result.push_back(read_claim(query));
    return result;
  });
}

}  // namespace litezoo::catalog
