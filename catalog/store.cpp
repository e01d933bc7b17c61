#include "catalog/store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string>
#include <system_error>
#include <vector>

#include "base/text.h"
#include "catalog/document.h"
#include "catalog/schema.h"

namespace litezoo::catalog {
namespace {

struct Explanation {
  int code;
  ErrorKind kind;
  const char* text;
};

constexpr auto kExplanations = std::to_array<Explanation>({
    {SQLITE_BUSY, ErrorKind::io, "it is locked by another process; wait for that one, or end it"},
    {SQLITE_LOCKED, ErrorKind::io, "it is locked; wait for the other user of it"},
    {SQLITE_READONLY, ErrorKind::io,
     "it is read-only; make it and its directory writable, or set LITEZOO_HOME"},
    {SQLITE_CANTOPEN, ErrorKind::io,
     "it cannot be opened for writing; check the path and its permissions, or set LITEZOO_HOME"},
    {SQLITE_PERM, ErrorKind::io, "permission denied; make it writable, or set LITEZOO_HOME"},
    {SQLITE_FULL, ErrorKind::io, "the disk is full; free some space"},
    {SQLITE_IOERR, ErrorKind::io, "reading or writing it failed; check the disk"},
    {SQLITE_NOTADB, ErrorKind::corrupt,
     "it is not a database; move it away, and a new catalog is made"},
    // Our statements fit our schema: what they do not find has been taken away.
    {SQLITE_ERROR, ErrorKind::corrupt,
     "a part of it is missing; restore a backup, or move it away, and a new catalog is made"},
    {SQLITE_CORRUPT, ErrorKind::corrupt,
     "it is damaged; restore a backup, or move it away, and a new catalog is made"},
});

}  // namespace

Query::~Query() {
  if (statement_ != nullptr) statement_->tryReset();
}

bool Query::step() {
  return statement_->executeStep();
}
void Query::run() {
  statement_->exec();
}

std::int64_t Query::integer(int column) const {
  return statement_->getColumn(column).getInt64();
}
double Query::number(int column) const {
  return statement_->getColumn(column).getDouble();
}
std::string Query::text(int column) const {
  return statement_->getColumn(column).getString();
}
bool Query::is_null(int column) const {
  return statement_->isColumnNull(column);
}

std::optional<Bytes> Query::size(int column) const {
  if (is_null(column)) return std::nullopt;
  return Bytes{static_cast<std::uint64_t>(integer(column))};
}

void Query::bind(std::int64_t value) {
  statement_->bind(next_++, value);
}
void Query::bind(double value) {
  statement_->bind(next_++, value);
}
void Query::bind(std::string_view value) {
  bind(std::string(value));
}
void Query::bind(const std::string& value) {
  statement_->bind(next_++, value);
}

void Query::bind(const std::optional<Bytes>& value) {
  if (value) {
    statement_->bind(next_++, static_cast<std::int64_t>(value->count));
  } else {
    statement_->bind(next_++);
  }
}

void Query::bind(const std::optional<std::int64_t>& value) {
  if (value) {
    statement_->bind(next_++, *value);
  } else {
    statement_->bind(next_++);
  }
}

Store::Store(const std::filesystem::path& path, const OpenOptions& options) : path_(path) {
  read([&] { open(options); });
}

Store::~Store() = default;

Store::Transaction::Transaction(Store& store, const char* begin) : store_(store) {
  store_.execute(begin);
}

Store::Transaction::~Transaction() {
  // Some errors (a full disk) have rolled back already; then there is nothing left to do.
  if (open_) static_cast<void>(store_.database_->tryExec("ROLLBACK"));
}

void Store::Transaction::commit() {
  store_.execute("COMMIT");
  open_ = false;
}

void Store::execute(const std::string& sql) {
  database_->exec(sql);
}
std::int64_t Store::last_row() const {
  return database_->getLastInsertRowid();
}
std::int64_t Store::changed_rows() const {
  return database_->getChanges();
}

void Store::open(const OpenOptions& options) {
  const bool in_memory = path_ == ":memory:";
  if (!in_memory && path_.has_parent_path()) {
    std::error_code failure;
    std::filesystem::create_directories(path_.parent_path(), failure);
    if (failure) {
      throw Error(ErrorKind::io,
                  fmt::format("cannot make directory '{}' for the catalog: {}; set LITEZOO_HOME to "
                              "a writable one",
                              path_.parent_path().string(), failure.message()));
    }
  }
  database_ = std::make_unique<SQLite::Database>(path_.string(),
                                                 SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                                                 static_cast<int>(options.busy_timeout.count()));
  register_document(database_->getHandle());
  const auto version = static_cast<std::size_t>(pragma("user_version"));
  if (version != migrations().size()) migrate();
  if (pragma("application_id") != kApplicationId) {
    throw Error(ErrorKind::corrupt,
                fmt::format("'{}' is a database of another program, not a catalog; name another "
                            "file, or move it away",
                            path_.string()));
  }
  // Mapped pages need not be copied for each search; what is not touched takes no memory.
  database_->exec(
      "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 1073741824");
}

std::int64_t Store::pragma(std::string_view name) {
  SQLite::Statement statement(*database_, fmt::format("PRAGMA {}", name));
  return statement.executeStep() ? statement.getColumn(0).getInt64() : 0;
}

void Store::migrate() {
  const auto refuse_newer = [&](std::size_t version) {
    if (version <= migrations().size()) return;
    throw Error(ErrorKind::io,
                fmt::format("catalog '{}' was written by a newer Litezoo (schema {}, this one "
                            "knows {}); update Litezoo, or name another file",
                            path_.string(), version, migrations().size()));
  };
  refuse_newer(static_cast<std::size_t>(pragma("user_version")));
  SQLite::Statement tables(*database_, "SELECT count(*) FROM sqlite_schema");
  const bool empty = tables.executeStep() && tables.getColumn(0).getInt() == 0;
  tables.reset();
  if (!empty && pragma("application_id") != kApplicationId) return;  // open() refuses it
  // The journal mode cannot change inside a transaction, and stays with the file.
  database_->exec("PRAGMA journal_mode = WAL");
  Transaction writing(*this, "BEGIN IMMEDIATE");
  const auto version = static_cast<std::size_t>(pragma("user_version"));
  refuse_newer(version);
  for (std::size_t i = version; i < migrations().size(); ++i) database_->exec(migrations()[i]);
  database_->exec(fmt::format("PRAGMA user_version = {}", migrations().size()));
  database_->exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
  writing.commit();
}

Query Store::query(std::string_view sql) {
  auto known = statements_.find(sql);
  if (known == statements_.end()) {
    std::string text(sql);
    auto statement = std::make_unique<SQLite::Statement>(*database_, text);
    known = statements_.emplace(std::move(text), std::move(statement)).first;
  }
  known->second->clearBindings();
  return Query(*known->second);
}

void Store::rethrow_translated() const {
  try {
    throw;
  } catch (const SQLite::Exception& error) {
    const int code = error.getErrorCode() & 0xFF;
    const auto* row = std::ranges::find(kExplanations, code, &Explanation::code);
    if (row == kExplanations.end()) {
      throw Error(ErrorKind::internal, fmt::format("catalog '{}': SQLite says '{}' ({})",
                                                   path_.string(), error.what(), code));
    }
    throw Error(row->kind, fmt::format("cannot use catalog '{}': {}", path_.string(), row->text));
  }
}

std::string join_list(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, "|"));
}

std::vector<std::string> split_list(std::string_view text) {
  if (text.empty()) return {};
  return split(text, '|');
}

std::string timestamp() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text.data(), length};
}

}  // namespace litezoo::catalog
