#include "inspector/member_stream.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/zip.h"

using namespace litezoo;

namespace {

// What the stream gives for the file's bytes from the entry's header on, in pieces of that size.
std::string streamed(std::span<const std::byte> file, const inspector::ArchiveEntry& entry,
                     std::size_t piece) {
  std::string content;
  const inspector::PieceSink sink = [&](auto bytes) { content += as_text(bytes); };
  inspector::MemberStream stream(entry, sink);
  for (std::size_t at = entry.header; at < file.size(); at += piece) {
    if (!stream.take(file.subspan(at, std::min(piece, file.size() - at)))) break;
  }
  stream.finish();
  return content;
}

}  // namespace

TEST_CASE("a member that comes in pieces of any size is what it is when it lies in memory") {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += std::to_string(i * 7919);
  const auto file = test::zip({{"a", text, true}, {"b", text, false}, {"empty", "", true}});
  const auto archive = inspector::find_archive(file);
  REQUIRE(archive);
  for (const auto& entry : archive->entries) {
    CAPTURE(entry.name);
    for (const std::size_t piece : {1U, 7U, 30U, 4096U, 1U << 20U}) {
      CAPTURE(piece);
      CHECK(streamed(file, entry, piece) == (entry.name == "empty" ? "" : text));
    }
    CHECK(inspector::end_of(*archive, entry) > entry.header + entry.packed_size);
  }
}

TEST_CASE("a member that is damaged, cut or not what its directory says is refused") {
  const std::string text(100'000, 'x');
  const auto good = test::zip({{"a", text, true}});
  const auto entry = inspector::find_archive(good)->entries.front();
  const auto refused = [&](const std::vector<std::byte>& file,
                           const inspector::ArchiveEntry& wanted) {
    try {
      streamed(file, wanted, 50);
    } catch (const Error& error) {
      return error.kind() == ErrorKind::corrupt;
    }
    return false;
  };
  for (const std::size_t size : {std::size_t{0}, text.size() - 1, text.size() + 1}) {
    auto wrong = entry;
    wrong.size = size;
    CHECK(refused(good, wrong));
  }
  auto cut = good;
  cut.resize(entry.header + 60);
  CHECK(refused(cut, entry));
  auto elsewhere = entry;
  elsewhere.header += 1;
  CHECK(refused(good, elsewhere));
  auto bomb = entry;
  bomb.size = inspector::kMostUnpacked;
  CHECK(refused(good, bomb));
  auto stored = entry;
  stored.method = 0;
  CHECK(refused(good, stored));
  for (const bool deflated : {true, false}) {
    const auto file = test::zip({{"a", text, deflated}});
    auto damaged = inspector::find_archive(file)->entries.front();
    damaged.crc32 ^= 1U;
    CHECK(refused(file, damaged));
  }
}
