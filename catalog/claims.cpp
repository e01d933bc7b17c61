#include "catalog/claims.h"

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
        "SELECT c.subject, c.metric, c.dataset, c.split, c.variant, c.value, c.unit, c.raw, "
        "s.text, c.date FROM claim c JOIN source s ON s.id = c.source_id "
        "WHERE c.subject IN (?1, (SELECT m.name FROM artifact a JOIN model m ON m.id = a.model_id "
        "WHERE a.name = ?1)) "
        "ORDER BY c.metric, c.dataset, c.split, c.variant, s.text, c.id");
    query.with(artifact_or_model);
    while (query.step()) {
      result.push_back({.artifact_or_model = query.text(0),
                        .metric = query.text(1),
                        .dataset = query.text(2),
                        .split = query.text(3),
                        .variant = query.text(4),
                        .value = query.number(5),
                        .unit = query.text(6),
                        .raw = query.text(7),
                        .source = query.text(8),
                        .date = query.text(9)});
    }
    return result;
  });
}

}  // namespace litezoo::catalog
