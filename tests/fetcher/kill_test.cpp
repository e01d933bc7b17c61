#include <doctest/doctest.h>

#include <random>
#include <thread>

#include "fetcher/block_file.h"
#include "tests/fetcher/child.h"
#include "tests/fetcher/workbench.h"
#include "tests/support/process.h"

namespace litezoo::fetcher {

TEST_CASE("200 kill -9 while 200 MB come cost at most a twentieth of the bytes twice") {
  constexpr std::size_t kSize = 200'000'000;
  constexpr int kKills = 200;
  Workbench bench;
  const std::string content = random_bytes(kSize);
  const std::string sha256 = sha256_of_text(content);
  bench.hub.add_file("/m.tflite", content);
  // Four requests at a time: about a megabyte in a quarter of a second.
  bench.hub.add_fault(hub::parse_fault("slow=1000000"));
  const auto journal = bench.store.partial_directory() / (sha256 + ".journal");
  std::mt19937 generator(7);
  std::uniform_int_distribution<int> moment(0, 400'000);
  int kills = 0;
  for (; kills < kKills && bench.store.list().empty(); ++kills) {
    const auto before = journaled_bytes(journal);
    const Child child(bench.store, sha256, bench.hub.url() + "/m.tflite");
    // However slow the machine is, every run gets somewhere.
    REQUIRE(test::wait_until([&] { return journaled_bytes(journal) > before + 200'000; },
                             std::chrono::seconds(60)));
    std::this_thread::sleep_for(std::chrono::microseconds(moment(generator)));
    child.kill();
    child.wait();
    CHECK(bench.store.verify().empty());
  }
  CHECK(kills == kKills);
  bench.hub.clear_faults();
  CHECK(Child(bench.store, sha256, bench.hub.url() + "/m.tflite").wait() == 0);
  CHECK(sha256_of_file(bench.store.path_of(sha256)) == sha256);
  const double twice = static_cast<double>(bench.hub.bytes_sent()) / static_cast<double>(kSize) - 1;
  MESSAGE(kills << " kills; " << 100 * twice << " % of the bytes were sent more than once");
  CHECK(twice <= 0.05);
}

}  // namespace litezoo::fetcher
