#include "tests/hub/archive_writer.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>

#include "base/error.h"
#include "base/handle.h"

namespace litezoo::hub {
namespace {

using Writer = std::unique_ptr<struct archive, Deleter<archive_write_free>>;
using Entry = std::unique_ptr<archive_entry, Deleter<archive_entry_free>>;

la_ssize_t collect(struct archive*, void* user, const void* data, std::size_t size) {
  static_cast<std::string*>(user)->append(static_cast<const char*>(data), size);
  return static_cast<la_ssize_t>(size);
}

void choose_form(struct archive* writer, ArchiveForm form) {
  switch (form) {
    case ArchiveForm::tar_gz:
      archive_write_add_filter_gzip(writer);
      [[fallthrough]];
    case ArchiveForm::tar:
      archive_write_set_format_pax_restricted(writer);
      break;
    case ArchiveForm::zip:
      archive_write_set_format_zip(writer);
      break;
    case ArchiveForm::zip_stored:
      archive_write_set_format_zip(writer);
      archive_write_zip_set_compression_store(writer);
      break;
  }
}

Entry describe(const ArchiveEntry& entry) {
  Entry header(archive_entry_new());
  archive_entry_set_pathname(header.get(), entry.name.c_str());
  archive_entry_set_perm(header.get(), 0644);
  switch (entry.kind) {
    case EntryKind::file:
      archive_entry_set_filetype(header.get(), AE_IFREG);
      archive_entry_set_size(header.get(), static_cast<la_int64_t>(entry.content.size()));
      break;
    case EntryKind::directory:
      archive_entry_set_filetype(header.get(), AE_IFDIR);
      break;
    case EntryKind::symbolic_link:
      archive_entry_set_filetype(header.get(), AE_IFLNK);
      archive_entry_set_symlink(header.get(), entry.content.c_str());
      break;
    case EntryKind::hard_link:
      archive_entry_set_filetype(header.get(), AE_IFREG);
      archive_entry_set_hardlink(header.get(), entry.content.c_str());
      break;
  }
  return header;
}

}  // namespace

namespace {

std::string write_all(const Writer& writer, const std::vector<ArchiveEntry>& entries) {
  std::string bytes;
  archive_write_set_bytes_in_last_block(writer.get(), 1);
  if (archive_write_open(writer.get(), &bytes, nullptr, collect, nullptr) != ARCHIVE_OK) {
    throw Error(ErrorKind::internal, "cannot make an archive");
  }
  for (const ArchiveEntry& entry : entries) {
    const Entry header = describe(entry);
    const bool has_content = entry.kind == EntryKind::file && !entry.content.empty();
    if (archive_write_header(writer.get(), header.get()) < ARCHIVE_WARN ||
        (has_content &&
         archive_write_data(writer.get(), entry.content.data(), entry.content.size()) < 0)) {
      throw Error(ErrorKind::internal,
                  "cannot make an archive: " + std::string(archive_error_string(writer.get())));
    }
  }
  archive_write_close(writer.get());
  return bytes;
}

}  // namespace

std::string make_archive(ArchiveForm form, const std::vector<ArchiveEntry>& entries) {
  const Writer writer(archive_write_new());
  choose_form(writer.get(), form);
  return write_all(writer, entries);
}

std::string gzip(const std::string& content) {
  const Writer writer(archive_write_new());
  archive_write_add_filter_gzip(writer.get());
  archive_write_set_format_raw(writer.get());
  return write_all(writer, {{"content", content}});
}

}  // namespace litezoo::hub
