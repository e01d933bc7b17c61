#include "tests/support/zip.h"

#include <archive.h>
#include <archive_entry.h>

#include <stdexcept>

namespace litezoo::test {

std::vector<std::byte> zip(const std::vector<ZipMember>& members) {
  std::size_t room = 4096;
  for (const ZipMember& m : members) room += m.content.size() + 4 * m.name.size() + 1024;
  std::vector<std::byte> result(room);
  std::size_t used = 0;
  struct archive* writer = archive_write_new();
  archive_write_set_format_zip(writer);
  archive_write_open_memory(writer, result.data(), result.size(), &used);
  for (const ZipMember& m : members) {
    m.deflated ? archive_write_zip_set_compression_deflate(writer)
               : archive_write_zip_set_compression_store(writer);
    struct archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, m.name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(m.content.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    if (archive_write_header(writer, entry) != ARCHIVE_OK) {
      throw std::runtime_error(archive_error_string(writer));
    }
    archive_write_data(writer, m.content.data(), m.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  result.resize(used);
  return result;
}

}  // namespace litezoo::test
