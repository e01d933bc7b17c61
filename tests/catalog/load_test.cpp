// Many processes at once, any of them killed at any moment. Two seconds; the ctest test
// catalog_load runs it for a minute (LITEZOO_LOAD_SECONDS).
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ostream>
#include <random>
#include <string>
#include <thread>

#include "catalog/listings.h"
#include "catalog/models.h"
#include "catalog/search.h"
#include "catalog/upkeep.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {
namespace {

constexpr std::size_t kWriters = 2;
constexpr std::size_t kReaders = 8;
constexpr int kRowsOfListing = 3;

// How many listings each writer has committed: shared by all processes.
class Committed {
 public:
  Committed()
      : counts_(static_cast<Counts*>(mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE,
                                          MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
    REQUIRE(counts_ != MAP_FAILED);
  }
  Committed(const Committed&) = delete;
  Committed& operator=(const Committed&) = delete;
  ~Committed() { munmap(counts_, sizeof(Counts)); }
  std::atomic<int>& of(std::size_t writer) { return (*counts_)[writer]; }

 private:
  using Counts = std::array<std::atomic<int>, kWriters>;
  Counts* counts_;
};

std::string model_name(std::size_t writer, int number) {
  return "load" + std::to_string(writer) + "/net" + std::to_string(number);
}

Listing listing(std::size_t writer, int number) {
  Listing result{.model = {.name = model_name(writer, number),
                           .publisher = "load" + std::to_string(writer),
                           .task = "image-classification",
                           .domains = {"image"},
                           .license = "MIT"},
                 .artifacts = {},
                 .claims = {}};
  for (int i = 0; i < kRowsOfListing; ++i) {
    result.artifacts.push_back({.name = result.model.name + "/" + std::to_string(i),
                                .model = result.model.name,
                                .size = Bytes{static_cast<std::uint64_t>(number + 1)}});
  }
  return result;
}

void write_on(const std::filesystem::path& path, std::size_t writer, std::atomic<int>& committed) {
  Catalog catalog(path, {.busy_timeout = std::chrono::seconds(60)});
  while (true) {
    const Listing next = listing(writer, committed.load());
    put_listings(catalog, {&next, 1});
    ++committed;
  }
}

void read_on(const std::filesystem::path& path, std::size_t number) {
  Catalog catalog(path, {.busy_timeout = std::chrono::seconds(60)});
  while (true) {
    const auto publisher = "load" + std::to_string(number % kWriters);
    const auto rows = search(catalog, {.publisher = publisher, .limit = 0}).rows;
    if (rows.size() % kRowsOfListing != 0) throw Error(ErrorKind::internal, "half a listing");
    static_cast<void>(search(catalog, {.text = "net" + std::to_string(number), .domain = "image"}));
  }
}

template <typename Body>
pid_t start(Body body) {
  const pid_t child = fork();
  if (child != 0) return child;
  try {
    body();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  _exit(1);  // none of them ends by itself
}

std::chrono::seconds duration() {
  const char* seconds = std::getenv("LITEZOO_LOAD_SECONDS");
  return std::chrono::seconds(seconds == nullptr ? 2 : std::atoi(seconds));
}

}  // namespace

TEST_CASE("eight readers and two writers, killed at random, lose nothing that was committed") {
  const CatalogFile file;
  {
    Catalog catalog(file.path);
    const Listing first = listing(kWriters, 0);  // so that the domain is known
    put_listings(catalog, {&first, 1});
  }
  Committed committed;
  const auto start_one = [&](std::size_t i) {
    if (i < kWriters) return start([&, i] { write_on(file.path, i, committed.of(i)); });
    return start([&, i] { read_on(file.path, i); });
  };
  std::array<pid_t, kWriters + kReaders> children{};
  for (std::size_t i = 0; i < children.size(); ++i) children[i] = start_one(i);

  std::mt19937 random(7);
  const auto end = std::chrono::steady_clock::now() + duration();
  int killed = 0;
  while (std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 100));
    // Every other time a writer: there are fewer of them.
    const std::size_t i = random() % 2 == 0 ? random() % kWriters : random() % children.size();
    kill(children[i], SIGKILL);
    int status = 0;
    waitpid(children[i], &status, 0);
    CHECK(WIFSIGNALED(status));  // else it had ended by itself, on an error
    children[i] = start_one(i);
    ++killed;
  }
  for (const pid_t child : children) kill(child, SIGKILL);
  for (const pid_t child : children) waitpid(child, nullptr, 0);

  Catalog catalog(file.path);
  CHECK(verify(catalog) == std::vector<std::string>{});
  CHECK(committed.of(0) + committed.of(1) > 0);
  for (std::size_t writer = 0; writer < kWriters; ++writer) {
    const int count = committed.of(writer).load();
    MESSAGE("writer " << writer << ": " << count << " listings committed; " << killed << " kills");
    for (int i = 0; i < count; ++i) {
      CHECK(artifacts_of_model(catalog, model_name(writer, i)).size() == kRowsOfListing);
    }
  }
}

}  // namespace litezoo::catalog
