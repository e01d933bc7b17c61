#include "inspector/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "inspector/bundle.h"
#include "tests/builder/classifier.h"

using namespace litezoo;

namespace {

struct Member {
  std::string name, content;
  bool deflated;
};

// A zip archive as another program writes it.
std::vector<std::byte> zip(const std::vector<Member>& members) {
  std::vector<std::byte> result(4 << 20);
  std::size_t used = 0;
  struct archive* writer = archive_write_new();
  archive_write_set_format_zip(writer);
  archive_write_open_memory(writer, result.data(), result.size(), &used);
  for (const Member& m : members) {
    m.deflated ? archive_write_zip_set_compression_deflate(writer)
               : archive_write_zip_set_compression_store(writer);
    struct archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, m.name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(m.content.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    REQUIRE(archive_write_header(writer, entry) == ARCHIVE_OK);
    archive_write_data(writer, m.content.data(), m.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  result.resize(used);
  return result;
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return std::string(as_text(bytes));
}

const std::vector<Member> kMembers = {{"labels.txt", "cat\ndog\n", false},
                                      {"vocab.txt", std::string(5000, 'a'), true}};

}  // namespace

TEST_CASE("stored and deflated members of an appended archive are read") {
  std::vector<std::byte> file(1000, std::byte{7});
  const auto archive_bytes = zip(kMembers);
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
  auto file = zip(kMembers);
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
  const auto file = zip(kMembers);
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
  const auto file = zip({{"face.tflite", std::string(as_text(model)), false},
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
