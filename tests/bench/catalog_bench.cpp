// How the catalog grows: import, size a row, and the ten typical searches at several sizes.
//   catalog_bench [DIRECTORY [LARGEST]]     a scratch directory (default .), default 100000
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "catalog/bundle.h"
#include "catalog/catalog.h"
#include "catalog/search.h"
#include "catalog/seed.h"
#include "catalog/stats.h"
#include "data/data.h"
#include "tests/bench/synthetic_catalog.h"
#include "tests/bench/typical_searches.h"

using namespace litezoo;

namespace {

using Clock = std::chrono::steady_clock;

// CPU time of this thread: what a search costs, however busy the machine is.
double cpu_milliseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

struct Timing {
  double p50 = 0, p99 = 0;
};

Timing time_search(catalog::Catalog& catalog, const catalog::SearchQuery& query) {
  constexpr std::size_t kRuns = 200;
  std::vector<double> times;
  const auto begin = Clock::now();
  while (times.size() < kRuns && Clock::now() - begin < std::chrono::seconds(5)) {
    const double start = cpu_milliseconds();
    static_cast<void>(catalog::search(catalog, query));
    times.push_back(cpu_milliseconds() - start);
  }
  std::ranges::sort(times);
  return {times[times.size() / 2], times[times.size() * 99 / 100]};
}

void run(const std::filesystem::path& directory, std::uint64_t artifacts) {
  const auto path = directory / fmt::format("bench-{}.db", artifacts);
  const auto bundle = directory / fmt::format("bench-{}.jsonl", artifacts);
  for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
  {
    std::ofstream out(bundle);
    bench::write_synthetic_bundle(out, artifacts);
  }
  catalog::Catalog catalog(path);
  catalog::seed(catalog, {.tasks = data::file("tasks.tsv"),
                          .models = data::file("models.tsv"),
                          .artifacts = data::file("artifacts.tsv"),
                          .claims = data::file("claims.tsv"),
                          .examples = data::file("examples.tsv"),
                          .digest = data::digest()});
  const auto seeded = catalog::stats(catalog);
  std::ifstream in(bundle);
  const auto start = Clock::now();
  const double cpu_start = cpu_milliseconds();
  const auto result = catalog::import_bundle(catalog, in);
  const double seconds = milliseconds(Clock::now() - start) / 1000;
  const double cpu_seconds = (cpu_milliseconds() - cpu_start) / 1000;
  const auto rows = result.added.artifacts + result.added.models;
  const auto grown = catalog::stats(catalog).file_size.count - seeded.file_size.count;
  fmt::print(
      "\n{} artifacts: import {:.0f} rows/s ({:.0f} per CPU second), {:.0f} bytes an artifact\n",
      artifacts, static_cast<double>(rows) / seconds, static_cast<double>(rows) / cpu_seconds,
      static_cast<double>(grown) / static_cast<double>(artifacts));
  for (const auto& search : bench::kTypicalSearches) {
    const Timing timing = time_search(catalog, search.query());
    fmt::print("  {:<44} p50 {:8.3f} ms   p99 {:8.3f} ms\n", search.name, timing.p50, timing.p99);
  }
  std::filesystem::remove(bundle);
}

}  // namespace

int main(int count, char** arguments) {
  const std::filesystem::path directory = count > 1 ? arguments[1] : ".";
  const std::uint64_t largest = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 100'000;
  for (std::uint64_t artifacts = 1000; artifacts <= largest; artifacts *= 10) {
    run(directory, artifacts);
  }
}
