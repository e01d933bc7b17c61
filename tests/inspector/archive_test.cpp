#include "inspector/archive.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "inspector/bundle.h"
#include "tests/builder/classifier.h"
#include "tests/support/zip.h"

using namespace litezoo;

namespace {

std::string text_of(const std::vector<std::byte>& bytes) {
  return std::string(as_text(bytes));
}

const std::vector<test::ZipMember> kMembers = {{"labels.txt", "cat\ndog\n", false},
                                               {"vocab.txt", std::string(5000, 'a'), true}};

}  // namespace

TEST_CASE("stored and deflated members of an appended archive are read") {
  std::vector<std::byte> file(1000, std::byte{7});
  const auto archive_bytes = test::zip(kMembers);
  file.insert(file.end(), archive_bytes.begin(), archive_bytes.end());
  const auto archive = inspector::find_archive(file);
  REQUIRE(archive);
  CHECK(archive->start == 1000);
  REQUIRE(archive->entries.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(archive->entries[i].name == kMembers[i].name);
    CHECK(text_of(inspector::read_entry(file, archive->entries[i])) == kMembers[i].content);
  }
}

TEST_CASE("bytes without an archive have none") {
  CHECK_FALSE(inspector::find_archive({}));
  const std::vector<std::byte> noise(100000, std::byte{'P'});
  CHECK_FALSE(inspector::find_archive(noise));
}

TEST_CASE("an archive that claims an impossible size is refused before memory is taken") {
  auto file = test::zip(kMembers);
  auto archive = inspector::find_archive(file);
  REQUIRE(archive);
  inspector::ArchiveEntry bomb = archive->entries[1];
  bomb.size = std::size_t{900} << 20;
  CHECK_THROWS_AS(inspector::read_entry(file, bomb), Error);
  CHECK_THROWS_AS(inspector::read_entry(file, archive->entries[1], 100), Error);
  bomb = archive->entries[0];
  bomb.packed_size = file.size();
  CHECK_THROWS_AS(inspector::read_entry(file, bomb), Error);
  bomb = archive->entries[0];
  bomb.method = 12;
  CHECK_THROWS_AS(inspector::read_entry(file, bomb), Error);
}

TEST_CASE("a member whose bytes are not those of its checksum is refused") {
  for (const bool deflated : {true, false}) {
    CAPTURE(deflated);
    const auto file = test::zip({{"a", "one two three", deflated}});
    auto entry = inspector::find_archive(file)->entries.front();
    CHECK(inspector::read_entry(file, entry).size() == entry.size);
    entry.crc32 ^= 1U;
    try {
      inspector::read_entry(file, entry);
      FAIL("read");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::corrupt);
      CHECK(std::string(error.what()).find("CRC-32") != std::string::npos);
    }
  }
}

TEST_CASE("every mutation of a small archive gives an answer or an error") {
  const auto file = test::zip(kMembers);
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (const std::byte value : {std::byte{0}, std::byte{0xff}}) {
      auto mutant = file;
      mutant[at] = value;
      const auto archive = inspector::find_archive(mutant);
      if (!archive) continue;
      for (const auto& entry : archive->entries) {
        try {
          const std::size_t size = inspector::read_entry(mutant, entry).size();
          CHECK(size == entry.size);
        } catch (const Error& error) {
          CHECK(error.kind() != ErrorKind::internal);
        }
      }
    }
  }
}

TEST_CASE("models inside a bundle are listed and read") {
  const auto model = builder::classifier({.width = 0.25, .image_side = 32});
  const auto file = test::zip({{"face.tflite", std::string(as_text(model)), false},
                               {"notes.txt", "hello", false},
                               {"pose.TFLITE", std::string(as_text(model)), true}});
  const auto models = inspector::models_in_bundle(file);
  REQUIRE(models.size() == 2);
  CHECK(models[0].name == "face.tflite");
  CHECK(inspector::read_member(file, "b.task", "pose.TFLITE") == model);
  try {
    inspector::read_member(file, "b.task", "fase.tflite");
    FAIL("found");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::not_found);
    CHECK(std::string(error.what()).find("face.tflite") != std::string::npos);
  }
  CHECK_THROWS_AS(inspector::read_member(model, "m.tflite", "x"), Error);
}

TEST_CASE("a stored member is looked at where it lies, if it lies on a multiple of 16") {
  const std::string content(100, 'x');
  std::vector<std::byte> file = test::zip({{"a.tflite", content, false}, {"b", content, true}});
  const auto archive = inspector::find_archive(file);
  REQUIRE(archive);
  const auto place = inspector::stored_bytes(file, archive->entries[0]);
  const auto unpacked = inspector::read_entry(file, archive->entries[0]);
  if (!place.empty()) CHECK(std::ranges::equal(place, unpacked));
  CHECK(inspector::stored_bytes(file, archive->entries[1]).empty());
  // Moved so that it does.
  const auto at = static_cast<std::size_t>(
      std::search(file.begin(), file.end(), unpacked.begin(), unpacked.end()) - file.begin());
  std::vector<std::byte> moved((16 - at % 16) % 16);
  moved.insert(moved.end(), file.begin(), file.end());
  inspector::ArchiveEntry entry = archive->entries[0];
  entry.header += (16 - at % 16) % 16;
  CHECK(inspector::stored_bytes(moved, entry).size() == content.size());
}

TEST_CASE("a bomb is refused before its bytes are unpacked") {
  const auto file = test::zip({{"bomb.tflite", std::string(200 << 20, '\0'), true}});
  CHECK(file.size() < 1'000'000);
  try {
    inspector::read_member(file, "bomb.task", "bomb.tflite");
    FAIL("unpacked");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::corrupt);
    CHECK(std::string(error.what()).find("unzip") != std::string::npos);
  }
}

TEST_CASE("a member too large for memory is unpacked in pieces") {
  const auto file =
      test::zip({{"a", std::string(3 << 20, 'x') + "end", true}, {"b", "stored", false}});
  const auto archive = inspector::find_archive(file);
  REQUIRE(archive);
  std::string whole;
  std::size_t pieces = 0;
  inspector::unpack_entry(file, archive->entries[0], [&](std::span<const std::byte> piece) {
    whole += as_text(piece);
    ++pieces;
  });
  CHECK(pieces > 1);
  CHECK(whole == std::string(3 << 20, 'x') + "end");
  for (const std::size_t other : {std::size_t{0}, whole.size() - 1, whole.size() + 1}) {
    CAPTURE(other);
    inspector::ArchiveEntry wrong = archive->entries[0];
    wrong.size = other;
    CHECK_THROWS_AS(inspector::unpack_entry(file, wrong, [](auto) {}), Error);
  }
  inspector::ArchiveEntry bomb = archive->entries[0];
  bomb.size = inspector::kMostUnpacked + 1;
  try {
    inspector::unpack_entry(file, bomb, [](auto) { FAIL("unpacked"); });
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("bomb") != std::string::npos);
  }
}

TEST_CASE("members that overlap make a directory that is not believed") {
  auto file =
      test::zip({{"a", std::string(1000, 'x'), false}, {"b", std::string(1000, 'y'), false}});
  REQUIRE(inspector::find_archive(file));
  // Each claims nearly the whole file.
  const std::string_view text = as_text(file);
  for (std::size_t at = text.find("PK\x01\x02"); at != std::string_view::npos;
       at = text.find("PK\x01\x02", at + 1)) {
    const std::uint32_t size = 1900;
    std::memcpy(file.data() + at + 20, &size, 4);
    std::memcpy(file.data() + at + 24, &size, 4);
  }
  CHECK_FALSE(inspector::find_archive(file));
}

namespace {

void append(std::string& text, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i, value >>= 8U) text.push_back(static_cast<char>(value));
}

// One stored member, with the sizes and offsets where archives over 4 GiB keep them.
std::string zip64(const std::string& name, const std::string& content, std::uint64_t claimed) {
  std::string file = "PK\x03\x04";
  append(file, 45, 2);
  append(file, 0, 20);
  append(file, name.size(), 2);
  append(file, 0, 2);
  file += name + content;
  const std::size_t directory = file.size();
  file += "PK\x01\x02";
  append(file, 45, 2);
  append(file, 45, 2);
  append(file, 0, 8);
  const auto* const bytes = reinterpret_cast<const Bytef*>(content.data());
  append(file, crc32_z(0, bytes, content.size()), 4);
  append(file, 0xFFFFFFFF, 4);  // packed
  append(file, 0xFFFFFFFF, 4);  // unpacked
  append(file, name.size(), 2);
  append(file, 28, 2);
  append(file, 0, 10);
  append(file, 0xFFFFFFFF, 4);  // header
  file += name;
  append(file, 1, 2);
  append(file, 24, 2);
  append(file, claimed, 8);
  append(file, claimed, 8);
  append(file, 0, 8);
  const std::size_t end = file.size();
  file += "PK\x06\x06";
  append(file, 44, 8);
  append(file, 0, 12);
  append(file, 1, 8);
  append(file, 1, 8);
  append(file, end - directory, 8);
  append(file, directory, 8);
  file += "PK\x06\x07";
  append(file, 0, 4);
  append(file, end, 8);
  append(file, 1, 4);
  file += "PK\x05\x06";
  append(file, 0, 4);
  append(file, 0xFFFF, 2);
  append(file, 0xFFFF, 2);
  append(file, 0xFFFFFFFF, 4);
  append(file, 0xFFFFFFFF, 4);
  append(file, 0, 2);
  return file;
}

}  // namespace

TEST_CASE("a zip64 archive is read, and its claims are checked") {
  const std::string good = zip64("a.tflite", "content", 7);
  const auto archive = inspector::find_archive(as_bytes(good));
  REQUIRE(archive);
  REQUIRE(archive->entries.size() == 1);
  CHECK(text_of(inspector::read_entry(as_bytes(good), archive->entries[0])) == "content");
  for (const std::uint64_t claimed :
       {std::uint64_t{8}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    CAPTURE(claimed);
    const std::string bad = zip64("a.tflite", "content", claimed);
    const auto found = inspector::find_archive(as_bytes(bad));
    if (!found) continue;
    CHECK_THROWS_AS(inspector::read_entry(as_bytes(bad), found->entries[0]), Error);
  }
  for (std::size_t at = good.size() - 98; at < good.size(); ++at) {
    std::string mutant = good;
    mutant[at] = '\xff';
    const auto found = inspector::find_archive(as_bytes(mutant));
    if (found) CHECK(found->entries.size() == 1);
  }
}

TEST_CASE("a stored model is told by its content when its name does not say so") {
  const auto model = builder::classifier({.width = 0.25, .image_side = 32});
  const auto file = test::zip({{"TF_LITE_PREFILL_DECODE", std::string(as_text(model)), false},
                               {"TOKENIZER_MODEL", "tokens", false}});
  const auto models = inspector::models_in_bundle(file);
  REQUIRE(models.size() == 1);
  CHECK(models[0].name == "TF_LITE_PREFILL_DECODE");
}

TEST_CASE("names that lead out of a directory are labels, nothing else") {
  const auto model = builder::classifier({.width = 0.25, .image_side = 32});
  const auto file = test::zip({{"../../evil.tflite", std::string(as_text(model)), false}});
  const auto models = inspector::models_in_bundle(file);
  REQUIRE(models.size() == 1);
  CHECK(models[0].name == "../../evil.tflite");
  CHECK(inspector::read_member(file, "b.task", "../../evil.tflite") == model);
}
