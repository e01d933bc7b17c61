#pragma once

#include <string>
#include <vector>

namespace litezoo::hub {

enum class EntryKind { file, directory, symbolic_link, hard_link };

// One entry of an archive to be made, hostile names and links included.
struct ArchiveEntry {
  std::string name;
  std::string content;  // of a file; the target of a link
  EntryKind kind = EntryKind::file;
};

enum class ArchiveForm { tar, tar_gz, zip, zip_stored };

// The archive's bytes. Throws Error(internal).
std::string make_archive(ArchiveForm form, const std::vector<ArchiveEntry>& entries);

// The bytes compressed as one gzip stream.
std::string gzip(const std::string& content);

}  // namespace litezoo::hub
