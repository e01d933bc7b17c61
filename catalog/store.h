#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "catalog/catalog.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace litezoo::catalog {

class DeferredIndex;  // deferred_index.h

// For sets and maps whose strings are found without making one of the text that is asked for.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

// A prepared statement on loan from the Store; goes back, reset, at the end of its life.
class Query {
 public:
  explicit Query(SQLite::Statement& statement) noexcept : statement_(&statement) {}
  Query(Query&& other) noexcept : statement_(other.statement_) { other.statement_ = nullptr; }
  Query& operator=(Query&&) = delete;
  ~Query();

  // Binds the next parameters in order.
  template <typename... Values>
  Query& with(const Values&... values) {
    (bind(values), ...);
    return *this;
  }
  bool step();  // to the next row; false at the end
  void run();   // for statements without rows

  std::int64_t integer(int column) const;
  double number(int column) const;
  std::string text(int column) const;
  bool is_null(int column) const;
  std::optional<Bytes> size(int column) const;

 private:
  void bind(std::int64_t value);
  void bind(int value) { bind(std::int64_t{value}); }
  void bind(bool value) { bind(std::int64_t{value ? 1 : 0}); }
  void bind(double value);
  void bind(std::string_view value);
  void bind(const std::string& value);
  void bind(const char* value) { bind(std::string_view(value)); }
  void bind(const std::optional<Bytes>& value);
  void bind(const std::optional<std::int64_t>& value);

  SQLite::Statement* statement_;
  int next_ = 1;
};

// The open database: statements are prepared once, SQLite's exceptions become Error.
class Store {
 public:
  Store(const std::filesystem::path& path, const OpenOptions& options);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  const std::filesystem::path& path() const noexcept { return path_; }

  // A statement with this text; its parameters are unbound. One that is in use already (a loop
  // over the same text inside) is an Error(internal).
  Query query(std::string_view sql);
  // Runs statements that give no rows.
  void execute(const std::string& sql);
  std::int64_t last_row() const;
  // Rows that the last INSERT, UPDATE or DELETE wrote.
  std::int64_t changed_rows() const;

  // Set while many rows are written and put into the indexes afterwards.
  DeferredIndex* deferred_index() const noexcept { return deferred_index_; }
  void set_deferred_index(DeferredIndex* index) noexcept { deferred_index_ = index; }

  // The entry of table provenance that rows written now belong to; none = entered on this machine.
  std::optional<std::int64_t> provenance() const noexcept { return provenance_; }
  void set_provenance(std::optional<std::int64_t> entry) noexcept { provenance_ = entry; }

  // Runs `body`, translating SQLite's exceptions.
  template <typename Body>
  auto read(Body body) {
    try {
      return body();
    } catch (...) {
      rethrow_translated();
    }
  }

  // Runs `body` in one write transaction, which is committed when it returns and rolled back when
  // it throws.
  template <typename Body>
  auto write(Body body) {
    return transaction("BEGIN IMMEDIATE", std::move(body));
  }

  // Runs `body`, which only reads, on one state of the catalog while others write.
  template <typename Body>
  auto snapshot(Body body) {
    return transaction("BEGIN", std::move(body));
  }

 private:
  class Transaction {
   public:
    Transaction(Store& store, const char* begin);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    void commit();

   private:
    Store& store_;
    bool open_ = true;
  };

  template <typename Body>
  auto transaction(const char* begin, Body body) {
    return read([&] {
      Transaction writing(*this, begin);
      if constexpr (std::is_void_v<decltype(body())>) {
        body();
        writing.commit();
      } else {
        auto result = body();
        writing.commit();
        return result;
      }
    });
  }

  [[noreturn]] void rethrow_translated() const;
  void open(const OpenOptions& options);
  void migrate();
  std::int64_t pragma(std::string_view name);

  std::filesystem::path path_;
  std::unique_ptr<SQLite::Database> database_;
  std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>, TextHash, std::equal_to<>>
      statements_;
  DeferredIndex* deferred_index_ = nullptr;
  std::optional<std::int64_t> provenance_;
};

// '|'-joined lists of the schema.
std::string join_list(const std::vector<std::string>& parts);
std::vector<std::string> split_list(std::string_view text);

// Now, ISO 8601 in UTC: "2026-02-03T04:05:06Z".
std::string timestamp();

}  // namespace litezoo::catalog
