#include "fetcher/block_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include "fetcher/crc32c.h"
#include "tests/fetcher/workbench.h"

namespace litezoo::fetcher {
namespace {

constexpr std::uint64_t kBlock = BlockFile::kBlock;

// A file with its journal, opened anew as a later run would.
struct Run {
  TemporaryDirectory& directory;
  std::filesystem::path path = directory.path() / "f.partial";
  std::filesystem::path journal = directory.path() / "f.journal";
  GrowingFile file{FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)), path};
  BlockFile blocks{file, journal};
};

}  // namespace

TEST_CASE("CRC-32C gives the published check values, whole and in pieces") {
  struct Case {
    std::string content;
    std::uint32_t crc;
  };
  std::string ascending;
  for (int i = 0; i < 32; ++i) ascending += static_cast<char>(i);
  // RFC 3720, appendix B.4.
  const Case cases[] = {{"", 0},
                        {"123456789", 0xE3069283},
                        {std::string(32, '\0'), 0x8A9136AA},
                        {std::string(32, '\xff'), 0x62A8AB43},
                        {ascending, 0x46DD794E}};
  for (const Case& c : cases) {
    CHECK(crc32c(as_bytes(c.content)) == c.crc);
    for (std::size_t cut = 0; cut <= c.content.size(); ++cut) {
      const auto first = crc32c(as_bytes(c.content.substr(0, cut)));
      CHECK(crc32c(as_bytes(c.content.substr(cut)), first) == c.crc);
    }
  }
}

TEST_CASE("CRC-32C of long content is the same however it is cut") {
  const std::string content = random_bytes(20'000);
  std::uint32_t bytewise = 0;
  for (const char byte : content) bytewise = crc32c(as_bytes(std::string(1, byte)), bytewise);
  for (const std::size_t cut : {0U, 1U, 3'071U, 3'072U, 3'073U, 9'999U, 16'384U, 20'000U}) {
    const auto first = crc32c(as_bytes(content).first(cut));
    CHECK(crc32c(as_bytes(content).subspan(cut), first) == bytewise);
  }
}

TEST_CASE("blocks that are filled in any order leave the right gaps and frontier") {
  TemporaryDirectory directory;
  Run run{directory};
  run.blocks.clear();
  const std::string content = random_bytes(3 * kBlock + 500);
  const std::uint64_t end = content.size();
  const auto put = [&](std::uint64_t from, std::uint64_t to) {
    run.blocks.mark(run.blocks.put(from, as_bytes(content).subspan(from, to - from)));
  };
  CHECK(run.blocks.gaps(end) == std::vector<Stretch>{{0, end}});
  put(2 * kBlock, 2 * kBlock + 100);
  CHECK(run.blocks.gaps(end) == std::vector<Stretch>{{0, 2 * kBlock}, {2 * kBlock + 100, end}});
  CHECK(run.blocks.frontier() == 0);
  put(0, kBlock + 7);
  CHECK(run.blocks.frontier() == kBlock + 7);
  put(kBlock + 7, 2 * kBlock);
  CHECK(run.blocks.frontier() == 2 * kBlock + 100);
  put(2 * kBlock + 100, end);
  CHECK(run.blocks.gaps(end).empty());
  CHECK(run.blocks.frontier() == end);
  CHECK(run.blocks.received() == end);
  CHECK(read_text_file(run.path) == content);
  // A block may only be filled from where it ends.
  CHECK(error_of([&] { put(kBlock + 3, kBlock + 9); })->kind() == ErrorKind::internal);
}

TEST_CASE("a later run believes the journal only where the file agrees") {
  TemporaryDirectory directory;
  const std::string content = random_bytes(2 * kBlock + 1000);
  const JournalHead head{"http://127.0.0.1:1", "\"tag\"", content.size()};
  {
    Run run{directory};
    run.blocks.clear();
    run.blocks.describe(head);
    run.blocks.mark(run.blocks.put(0, as_bytes(content).first(kBlock + 10)));
    run.blocks.mark(run.blocks.put(2 * kBlock, as_bytes(content).subspan(2 * kBlock, 1000)));
    CHECK(journaled_bytes(run.journal) == 0);
    run.blocks.write_journal();
    CHECK(journaled_bytes(run.journal) == kBlock + 1010);
    CHECK(journal_owner(run.journal) == ::getpid());
  }
  {
    Run run{directory};
    const auto found = run.blocks.resume();
    REQUIRE(found.has_value());
    CHECK(*found == head);
    CHECK(run.blocks.received() == kBlock + 1010);
    CHECK(run.blocks.gaps(content.size()) == std::vector<Stretch>{{kBlock + 10, 2 * kBlock}});
  }
  {
    // As after a power cut: a block of the file never reached the disk.
    Run run{directory};
    const std::string zeros(100, '\0');
    run.file.write_at(500, as_bytes(zeros));
    REQUIRE(run.blocks.resume().has_value());
    CHECK(run.blocks.received() == 1010);
    CHECK(run.blocks.frontier() == 0);
  }
  {
    write_file_atomically(Run{directory}.journal, "litezoo-journal 1\nx");
    Run run{directory};
    CHECK_FALSE(run.blocks.resume().has_value());
    CHECK(run.file.size() == 0);
  }
}

}  // namespace litezoo::fetcher
