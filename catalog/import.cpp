#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <istream>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "catalog/bundle.h"
#include "catalog/rows.h"
#include "catalog/store.h"

namespace litezoo::catalog {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestLine = std::size_t{64} << 20U;

struct Kind {
  std::string_view name;
  std::uint64_t BundleCounts::*count;
  bool (*add)(Store&, const json&);  // true when the row was new
};

bool add_task(Store& store, const json& value) {
  const auto task = value.get<Task>();
  if (task.id.empty()) throw Error(ErrorKind::corrupt, "a task without an id");
  Query query = store.query("SELECT 1 FROM task WHERE name = ?");
  if (query.with(task.id).step()) return false;
  write_task(store, task, Origin::user);
  return true;
}

bool add_device(Store& store, const json& value) {
  return write_device(store, value.get<Device>(), Existing::keep);
}

bool add_inspection(Store& store, const json& value) {
  return write_inspection(store, value.get<Inspection>(), Existing::keep);
}

bool add_measurement(Store& store, const json& value) {
  return write_measurement(store, value.get<Measurement>());
}

bool add_claim(Store& store, const json& value) {
  return write_claim(store, value.get<Claim>(), Origin::user, Existing::keep);
}

bool add_model(Store& store, const json& value) {
  return write_model(store, value.get<Model>(), Origin::user, Existing::keep);
}

bool add_artifact(Store& store, const json& value) {
  return write_artifact(store, value.get<Artifact>(), Origin::user, Existing::keep);
}

constexpr auto kKinds = std::to_array<Kind>({
    {"artifact", &BundleCounts::artifacts, add_artifact},
    {"claim", &BundleCounts::claims, add_claim},
    {"device", &BundleCounts::devices, add_device},
    {"inspection", &BundleCounts::inspections, add_inspection},
    {"measurement", &BundleCounts::measurements, add_measurement},
    {"model", &BundleCounts::models, add_model},
    {"task", &BundleCounts::tasks, add_task},
});

// Gives the bundle's lines with their digest taken on the way.
class Reader {
 public:
  explicit Reader(std::istream& in) : in_(in) {}

  // {kind, value} of the next line. Throws Error(corrupt) at the end of the text.
  std::pair<std::string, json> next() {
    if (!std::getline(in_, line_)) fail("the bundle is cut off");
    ++number_;
    if (line_.size() > kLongestLine) fail("the line is too long");
    json object = parse_json(line_, where());
    if (!object.is_object() || object.size() != 1) fail("not an object with one key");
    auto first = object.begin();
    return {first.key(), std::move(first.value())};
  }
  // Takes the line that next() gave into the digest.
  void accept() {
    hash_.update(as_bytes(line_));
    hash_.update(as_bytes("\n"));
  }
  std::string digest() { return hash_.finish(); }
  std::uint64_t lines_before() const { return number_ - 1; }
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorKind::corrupt, fmt::format("{}: {}; export it again", where(), why));
  }

 private:
  std::string where() const { return fmt::format("bundle, line {}", number_); }

  std::istream& in_;
  std::string line_;
  std::uint64_t number_ = 0;
  Sha256 hash_;
};

struct Header {
  std::string label, created_at;
};

Header read_header(Reader& reader) {
  const auto [kind, value] = reader.next();
  if (kind != "litezoo_bundle" || !value.is_object()) reader.fail("not a Litezoo bundle");
  const int version = value.value("version", 0);
  if (version > kBundleVersion) {
    throw Error(ErrorKind::usage,
                fmt::format("the bundle has version {}, this Litezoo reads {}; update Litezoo",
                            version, kBundleVersion));
  }
  reader.accept();
  return {value.value("label", std::string()), value.value("created_at", std::string())};
}

void add_row(Store& store, Reader& reader, const std::string& kind, const json& value,
             ImportResult& result) {
  const auto* row = std::ranges::find(kKinds, kind, &Kind::name);
  if (row == kKinds.end()) reader.fail(fmt::format("unknown kind '{}'", escape_for_terminal(kind)));
  try {
    if (row->add(store, value)) ++(result.added.*row->count);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::io) throw;
    reader.fail(error.what());
  }
  ++(result.read.*row->count);
  reader.accept();
}

// True when a bundle with this digest has been imported before; notes it otherwise.
bool note_bundle(Store& store, const Header& header, const std::string& digest,
                 std::uint64_t lines) {
  Query query = store.query("SELECT 1 FROM bundle WHERE sha256 = ?");
  if (query.with(digest).step()) return true;
  store
      .query(
          "INSERT INTO bundle(sha256, label, created_at, imported_at, lines) "
          "VALUES(?, ?, ?, ?, ?)")
      .with(digest, header.label, header.created_at, timestamp(), static_cast<std::int64_t>(lines))
      .run();
  return false;
}

}  // namespace

ImportResult import_bundle(Catalog& catalog, std::istream& in) {
  Store& store = catalog.store();
  return store.write([&] {
    ImportResult result;
    Reader reader(in);
    const Header header = read_header(reader);
    while (true) {
      const auto [kind, value] = reader.next();
      if (kind != "end") {
        add_row(store, reader, kind, value, result);
        continue;
      }
      const std::string digest = reader.digest();
      if (!value.is_object() || value.value("sha256", std::string()) != digest ||
          value.value("lines", std::uint64_t{0}) != reader.lines_before()) {
        reader.fail("the bundle was altered: its digest does not fit");
      }
      result.repeated = note_bundle(store, header, digest, reader.lines_before());
      return result;
    }
  });
}

}  // namespace litezoo::catalog
