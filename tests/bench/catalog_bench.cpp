// How the catalog grows: import, size a row, and the ten typical searches at several sizes, then
// some that cost more.
//   catalog_bench [DIRECTORY [LARGEST]]     a scratch directory (default .), default 100000
// Times of searches are CPU time, those of imports elapsed: with other programs at work, the least
// of several runs tells most.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
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
  double least = 0, p50 = 0, p99 = 0;
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
  return {times.front(), times[times.size() / 2], times[times.size() * 99 / 100]};
}

template <typename Searches>
void print_searches(catalog::Catalog& catalog, const Searches& searches) {
  for (const auto& search : searches) {
    const Timing timing = time_search(catalog, search.query());
    fmt::print("  {:<32} min {:7.3f}   p50 {:7.3f}   p99 {:7.3f} ms\n", search.name, timing.least,
               timing.p50, timing.p99);
  }
}

struct Rate {
  double elapsed = 0, cpu = 0;  // rows a second, and a second of the writing thread
};

Rate import_rate(catalog::Catalog& catalog, const std::filesystem::path& bundle) {
  std::ifstream in(bundle);
  const auto start = Clock::now();
  const double cpu_start = cpu_milliseconds();
  const auto result = catalog::import_bundle(catalog, in);
  const double cpu_seconds = (cpu_milliseconds() - cpu_start) / 1000;
  const double seconds = milliseconds(Clock::now() - start) / 1000;
  const auto rows = static_cast<double>(result.added.artifacts + result.added.models);
  return {rows / seconds, rows / cpu_seconds};
}

void run(const std::filesystem::path& directory, std::uint64_t artifacts) {
  constexpr int kImports = 3;
  const auto path = directory / fmt::format("bench-{}.db", artifacts);
  const auto bundle = directory / fmt::format("bench-{}.jsonl", artifacts);
  {
    std::ofstream out(bundle);
    bench::write_synthetic_bundle(out, artifacts);
  }
  std::vector<Rate> rates;
  std::optional<catalog::Catalog> catalog;
  double grown = 0;
  for (int i = 0; i < kImports; ++i) {
    catalog.reset();
    for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
    catalog.emplace(path);
    catalog::seed(*catalog, {.tasks = data::file("tasks.tsv"),
                             .models = data::file("models.tsv"),
                             .artifacts = data::file("artifacts.tsv"),
                             .claims = data::file("claims.tsv"),
                             .examples = data::file("examples.tsv"),
                             .digest = data::digest()});
    const auto seeded = catalog::stats(*catalog).file_size.count;
    rates.push_back(import_rate(*catalog, bundle));
    grown = static_cast<double>(catalog::stats(*catalog).file_size.count - seeded);
  }
  const auto best = [&](auto field) { return std::ranges::max(rates, {}, field).*field; };
  fmt::print(
      "\n{} artifacts, best of {} imports: {:.0f} rows/s ({:.0f} a CPU second of the writer), "
      "{:.0f} bytes an artifact\n",
      artifacts, kImports, best(&Rate::elapsed), best(&Rate::cpu),
      grown / static_cast<double>(artifacts));
  print_searches(*catalog, bench::kTypicalSearches);
  fmt::print("  harder ones\n");
  print_searches(*catalog, bench::kHarderSearches);
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
