#include "fetcher/store.h"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "tests/fetcher/workbench.h"

namespace litezoo::fetcher {
namespace {

struct Shelf {
  TemporaryDirectory directory;
  Store store{directory.path() / "store"};

  std::string add(const std::string& content) const {
    Partial partial(store.partial_directory(), "key", {});
    partial.file().append(as_bytes(content));
    return store.add(partial, sha256_of_text(content)).sha256;
  }
};

}  // namespace

TEST_CASE("a published file is found by its digest and by a prefix, and is read-only") {
  const Shelf shelf;
  CHECK(shelf.store.list().empty());
  const std::string one = shelf.add("one");
  const std::string two = shelf.add("two");
  const auto found = shelf.store.find(one);
  REQUIRE(found.has_value());
  CHECK(found->size == Bytes{3});
  CHECK(read_text_file(found->path) == "one");
  using std::filesystem::perms;
  CHECK((std::filesystem::status(found->path).permissions() & perms::owner_write) == perms::none);
  CHECK(shelf.store.list().size() == 2);
  CHECK(shelf.store.find_prefix(two.substr(0, 1)).size() == (one[0] == two[0] ? 2 : 1));
  CHECK(shelf.store.find_prefix(two.substr(0, 20)).front().sha256 == two);
  CHECK_FALSE(shelf.store.find(sha256_of_text("three")).has_value());
  CHECK(error_of([&] { static_cast<void>(shelf.store.find("../../etc")); })->kind() ==
        ErrorKind::usage);
}

TEST_CASE("verify names the files whose content changed") {
  const Shelf shelf;
  const std::string one = shelf.add("one");
  shelf.add("two");
  CHECK(shelf.store.verify().empty());
  write_file_atomically(shelf.store.path_of(one), "One");
  const auto damaged = shelf.store.verify();
  REQUIRE(damaged.size() == 1);
  CHECK(damaged.front().sha256 == one);
}

TEST_CASE("what is in a store and not of it is neither listed, followed nor removed") {
  const Shelf shelf;
  const std::string one = shelf.add("one");
  const auto shelves = shelf.store.root() / "sha256";
  const auto outside = shelf.directory.path() / "outside";
  const auto named = [](char c) { return std::string(64, c); };
  write_file_atomically(outside / named('a'), "precious");
  std::filesystem::create_directory_symlink(outside, shelves / "aa");
  std::filesystem::create_directories(shelves / "bb" / named('b') / "deep");
  std::filesystem::create_symlink(outside / named('a'),
                                  shelves / "bb" / ("bb" + named('c').substr(2)));
  write_file_atomically(shelves / "bb" / "README", "foreign");
  write_file_atomically(shelves / "bb" / named('d'), "on the wrong shelf");
  write_file_atomically(shelves / "file", "");
  REQUIRE(::mkfifo((shelves / "bb" / ("bb" + named('e').substr(2))).c_str(), 0600) == 0);
  CHECK(shelf.store.list().size() == 1);
  CHECK(shelf.store.verify().empty());
  for (const char c : {'a', 'b', 'd'}) CHECK_FALSE(shelf.store.remove(named(c)));
  CHECK(read_text_file(outside / named('a')) == "precious");
  for (const char c : {'a', 'b'}) {
    Partial partial(shelf.store.partial_directory(), "key", {});
    const auto error = error_of([&] { shelf.store.add(partial, named(c)); });
    CHECK(says(error, "in the way"));
  }
  CHECK(shelf.store.find(one).has_value());
}

TEST_CASE("a sweep removes what dead processes left unfinished, and nothing else") {
  const Shelf shelf;
  shelf.add("one");
  Partial alive(shelf.store.partial_directory(), "alive", {});
  write_file_atomically(shelf.store.partial_directory() / "dead.partial", "rest");
  write_file_atomically(shelf.store.partial_directory() / "alone.journal", "rest");
  CHECK(shelf.store.sweep_partials(std::chrono::hours(1)).partials == 0);
  const Swept swept = shelf.store.sweep_partials(std::chrono::hours(0));
  CHECK(swept.partials == 1);
  CHECK(swept.freed == Bytes{4});
  CHECK(shelf.store.list().size() == 1);
  CHECK(leftovers(shelf.store) == 1);
  alive.file().append(as_bytes("alive"));
  CHECK_NOTHROW(shelf.store.add(alive, sha256_of_text("alive")));
}

TEST_CASE("a store knows which file was used last") {
  const Shelf shelf;
  const auto one = shelf.store.find(shelf.add("one"));
  const auto two = shelf.store.find(shelf.add("two"));
  REQUIRE((one && two));
  std::filesystem::last_write_time(
      two->path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
  CHECK(shelf.store.last_used(*two) < shelf.store.last_used(*one));
  std::filesystem::last_write_time(
      one->path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(3));
  shelf.store.note_use(*two);
  CHECK(shelf.store.last_used(*one) < shelf.store.last_used(*two));
}

TEST_CASE("a partial file waits for its living owner and not for a dead one") {
  const Shelf shelf;
  const auto directory = shelf.store.partial_directory();
  std::filesystem::create_directories(directory);
  auto owner = std::make_unique<Partial>(directory, "key", LockWait{});
  std::jthread release([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    owner.reset();
  });
  const Partial second(directory, "key", {});
  CHECK(second.waited());
  write_file_atomically(directory / "dead.partial", "rest");
  const Partial third(directory, "dead", {});
  CHECK_FALSE(third.waited());
}

TEST_CASE("an owner that hangs is worked around, and waiting can be stopped") {
  const Shelf shelf;
  const Partial owner(shelf.store.partial_directory(), "key", {});
  LockWait wait;
  wait.patience = std::chrono::milliseconds(100);
  Partial beside(shelf.store.partial_directory(), "key", wait);
  beside.file().append(as_bytes("x"));
  CHECK_NOTHROW(shelf.store.add(beside, sha256_of_text("x")));
  LockWait stopped;
  stopped.cancelled = [] { return true; };
  const auto error =
      error_of([&] { const Partial partial(shelf.store.partial_directory(), "key", stopped); });
  REQUIRE(error.has_value());
  CHECK(error->kind() == ErrorKind::interrupted);
}

TEST_CASE("a store that cannot be written is an io error that says what to set") {
  const TemporaryDirectory directory;
  write_file_atomically(directory.path() / "file", "");
  const Store store(directory.path() / "file");
  const auto error = error_of([&] { const Partial partial(store.partial_directory(), "key", {}); });
  REQUIRE(error.has_value());
  CHECK(error->kind() == ErrorKind::io);
  CHECK(says(error, "LITEZOO_HOME"));
  CHECK(store.list().empty());
  CHECK(error_of([&] { require_room(directory.path(), Bytes{std::uint64_t{1} << 60}); })->kind() ==
        ErrorKind::io);
}

}  // namespace litezoo::fetcher
