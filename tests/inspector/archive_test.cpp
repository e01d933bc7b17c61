#include "inspector/archive.h"

#include <doctest/doctest.h>

#include <algorithm>
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

TEST_CASE("names that lead out of a directory are labels, nothing else") {
  const auto model = builder::classifier({.width = 0.25, .image_side = 32});
  const auto file = test::zip({{"../../evil.tflite", std::string(as_text(model)), false}});
  const auto models = inspector::models_in_bundle(file);
  REQUIRE(models.size() == 1);
  CHECK(models[0].name == "../../evil.tflite");
  CHECK(inspector::read_member(file, "b.task", "../../evil.tflite") == model);
}
