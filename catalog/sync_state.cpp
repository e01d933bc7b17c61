#include "catalog/sync_state.h"

#include "catalog/store.h"

namespace litezoo::catalog {
namespace {

std::string key_of(std::string_view hub) {
  return "sync " + std::string(hub);
}

}  // namespace

std::string sync_state(Catalog& catalog, std::string_view hub) {
  Store& store = catalog.store();
  return store.read([&]() -> std::string {
    Query query = store.query("SELECT value FROM note WHERE key = ?");
    if (!query.with(key_of(hub)).step()) return "";
    return query.text(0);
  });
}

void put_sync_state(Catalog& catalog, std::string_view hub, std::string_view state) {
  Store& store = catalog.store();
  store.write([&] {
    store
        .query(
            "INSERT INTO note(key, value) VALUES(?, ?) "
            "ON CONFLICT(key) DO UPDATE SET value = excluded.value")
        .with(key_of(hub), state)
        .run();
  });
}

}  // namespace litezoo::catalog
