#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <functional>
#include <ostream>
#include <string>
#include <thread>

#include "catalog/catalog.h"
#include "catalog/measurements.h"
#include "catalog/models.h"
#include "catalog/search.h"
#include "catalog/stats.h"
#include "catalog/upkeep.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {
namespace {

// Runs `body` in a child process; 0 is its exit status when it throws nothing.
pid_t start(const std::function<void()>& body) {
  const pid_t child = fork();
  if (child != 0) return child;
  try {
    body();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    _exit(1);
  }
  _exit(0);
}

int wait_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

std::string artifact_name(int writer, int number) {
  return "load/" + std::to_string(writer) + "/" + std::to_string(number);
}

void write_row(Catalog& catalog, int writer, int number) {
  put_artifact(catalog, {.name = artifact_name(writer, number),
                         .model = "load/net",
                         .size = Bytes{static_cast<std::uint64_t>(number)}});
}

void check_whole(const std::filesystem::path& path) {
  Catalog catalog(path);
  CHECK(verify(catalog).empty());
}

}  // namespace

TEST_CASE("two processes writing at once and one reading lose nothing") {
  const CatalogFile file;
  {
    Catalog catalog(file.path);
    put_model(catalog, {.name = "load/net", .domains = {"image"}});
  }
  constexpr int kRows = 60;
  const auto writer = [&](int number) {
    Catalog catalog(file.path);
    for (int i = 0; i < kRows; ++i) write_row(catalog, number, i);
  };
  const std::array children = {
      start([&] { writer(1); }),
      start([&] { writer(2); }),
      start([&] {
        Catalog catalog(file.path);
        for (int i = 0; i < kRows; ++i) {
          for (const auto& row : search(catalog, {.limit = 0}).rows) {
            if (row.model != "load/net") throw Error(ErrorKind::internal, "a torn row");
          }
        }
      }),
  };
  for (const pid_t child : children) CHECK(wait_for(child) == 0);
  Catalog catalog(file.path);
  CHECK(stats(catalog).artifacts == 2 * kRows);
  CHECK(search(catalog, {.domain = "image", .limit = 0}).rows.size() == 2 * kRows);
  check_whole(file.path);
}

TEST_CASE("kill -9 of a writer loses no committed row and leaves a whole catalog") {
  const CatalogFile file;
  {
    Catalog catalog(file.path);
    put_model(catalog, {.name = "load/net", .domains = {"image"}});
  }
  for (int round = 0; round < 8; ++round) {
    std::array<int, 2> pipe_ends{};
    REQUIRE(pipe(pipe_ends.data()) == 0);
    const pid_t child = start([&] {
      Catalog catalog(file.path);
      for (int i = 0;; ++i) {
        write_row(catalog, round, i);
        // The row is committed: from here on it must survive.
        if (write(pipe_ends[1], &i, sizeof(i)) != sizeof(i)) return;
      }
    });
    close(pipe_ends[1]);
    int last = -1;
    const int wanted = 3 + round * 2;
    while (last < wanted && read(pipe_ends[0], &last, sizeof(last)) == sizeof(last)) {
    }
    kill(child, SIGKILL);
    while (read(pipe_ends[0], &last, sizeof(last)) == sizeof(last)) {
    }
    close(pipe_ends[0]);
    CHECK(WIFSIGNALED(wait_for(child)));
    CHECK(last >= wanted);
    Catalog catalog(file.path);
    for (int i = 0; i <= last; ++i) {
      CHECK(find_artifact(catalog, artifact_name(round, i)).artifact.size ==
            Bytes{static_cast<std::uint64_t>(i)});
    }
    check_whole(file.path);
  }
}

}  // namespace litezoo::catalog
