#include "fetcher/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <exception>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/handle.h"
#include "base/text.h"
#include "fetcher/hub_file.h"

namespace litezoo::fetcher {
namespace {

using Reader = std::unique_ptr<struct archive, Deleter<archive_read_free>>;

constexpr std::size_t kMostEntries = 200'000;
constexpr std::size_t kMostListed = 12;

[[noreturn]] void throw_corrupt(const ArchiveMember& wanted, const std::string& why) {
  throw Error(ErrorKind::corrupt, "archive '" + escape_for_terminal(wanted.archive) + "' " + why);
}

[[noreturn]] void throw_damaged(const ArchiveMember& wanted, struct archive* reader) {
  const char* detail = archive_error_string(reader);
  throw_corrupt(wanted, "is damaged: " + escape_for_terminal(detail == nullptr ? "" : detail) +
                            "; download it again, or ask its publisher");
}

Reader start_reader() {
  Reader reader(archive_read_new());
  if (!reader) throw Error(ErrorKind::internal, "cannot start libarchive");
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_tar(reader.get());
  return reader;
}

Reader open_archive(int descriptor, const ArchiveMember& wanted) {
  Reader reader = start_reader();
  archive_read_support_format_zip(reader.get());
  if (::lseek(descriptor, 0, SEEK_SET) != 0 ||
      archive_read_open_fd(reader.get(), descriptor, std::size_t{256} << 10) != ARCHIVE_OK) {
    throw_damaged(wanted, reader.get());
  }
  return reader;
}

// What libarchive's callback sees: exceptions must not pass through it.
struct Pieces {
  const NextPiece& next;
  std::exception_ptr thrown;
};

la_ssize_t read_piece(struct archive*, void* user, const void** piece) {
  auto& pieces = *static_cast<Pieces*>(user);
  try {
    const auto bytes = pieces.next();
    *piece = bytes.data();
    return static_cast<la_ssize_t>(bytes.size());
  } catch (...) {
    pieces.thrown = std::current_exception();
    return ARCHIVE_FATAL;
  }
}

std::string name_of(archive_entry* entry) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  return name == nullptr ? "" : name;
}

std::string comparable(const std::string& name, MemberNames names) {
  std::string_view text(name);
  if (text.starts_with("/")) return "";
  if (text.starts_with("./")) text.remove_prefix(2);
  if (names == MemberNames::without_first_part) {
    const std::size_t slash = text.find('/');
    text.remove_prefix(slash == std::string_view::npos ? text.size() : slash + 1);
  }
  return std::string(text);
}

[[noreturn]] void throw_absent(const ArchiveMember& wanted, const std::vector<std::string>& models,
                               const std::vector<std::string>& others) {
  const auto& near = models.empty() ? near_names(wanted.member, others) : models;
  std::string hint = near.empty() ? "" : "; it holds " + escape_for_terminal(join_names(near));
  throw Error(ErrorKind::not_found, "archive '" + escape_for_terminal(wanted.archive) +
                                        "' has no file '" + escape_for_terminal(wanted.member) +
                                        "'" + hint);
}

void require_not_cancelled(const ArchiveMember& wanted) {
  if (wanted.cancelled && wanted.cancelled()) throw Error(ErrorKind::interrupted, "interrupted");
}

void read_entry(struct archive* reader, const ArchiveMember& wanted, const std::string& name,
                const std::function<void(std::span<const std::byte>)>& piece) {
  std::vector<std::byte> buffer(std::size_t{256} << 10);
  std::uint64_t total = 0;
  for (;;) {
    require_not_cancelled(wanted);
    const la_ssize_t count = archive_read_data(reader, buffer.data(), buffer.size());
    if (count < 0) throw_damaged(wanted, reader);
    if (count == 0) return;
    total += static_cast<std::uint64_t>(count);
    if (total > wanted.size_limit.count) {
      throw_corrupt(wanted, "holds more than the " + to_text(wanted.size_limit) + " allowed in '" +
                                escape_for_terminal(name) + "'");
    }
    piece(std::span(buffer).first(static_cast<std::size_t>(count)));
  }
}

// Entries are skipped by decompressing them, so what they say they hold is counted beforehand.
void charge(const ArchiveMember& wanted, archive_entry* entry, std::uint64_t& unpacked) {
  const la_int64_t size = archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : 0;
  if (size < 0 || static_cast<std::uint64_t>(size) > wanted.unpacked_limit.count - unpacked) {
    throw_corrupt(wanted,
                  "unpacks to more than the " + to_text(wanted.unpacked_limit) + " allowed");
  }
  unpacked += static_cast<std::uint64_t>(size);
}

bool is_regular(archive_entry* entry) {
  return archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == nullptr;
}

// Calls `visit` with each entry and its name until it gives false; whether one did. Nothing of an
// entry is read but what `visit` reads.
template <typename Visit>
bool walk(struct archive* reader, const ArchiveMember& wanted, const Visit& visit) {
  std::uint64_t unpacked = 0;
  for (std::size_t count = 0;; ++count) {
    require_not_cancelled(wanted);
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(reader, &entry);
    if (result == ARCHIVE_EOF) return false;
    if (result < ARCHIVE_WARN) throw_damaged(wanted, reader);
    if (count >= kMostEntries) throw_corrupt(wanted, "has too many entries");
    charge(wanted, entry, unpacked);
    if (!visit(entry, comparable(name_of(entry), wanted.names))) return true;
  }
}

void extract(const Reader& reader, const ArchiveMember& wanted,
             const std::function<void(std::span<const std::byte>)>& piece) {
  std::vector<std::string> models;
  std::vector<std::string> others;
  const bool found = walk(reader.get(), wanted, [&](archive_entry* entry, const std::string& name) {
    if (name == wanted.member) {
      if (!is_regular(entry)) {
        throw_corrupt(wanted, "has no regular file at '" + escape_for_terminal(name) + "'");
      }
      read_entry(reader.get(), wanted, name, piece);
      return false;
    }
    if (is_model_file(name) && models.size() < kMostListed) models.push_back(name);
    if (!is_model_file(name) && others.size() < 1000) others.push_back(name);
    return true;
  });
  if (!found) throw_absent(wanted, models, others);
}

}  // namespace

void extract_member(int descriptor, const ArchiveMember& wanted,
                    const std::function<void(std::span<const std::byte>)>& piece) {
  extract(open_archive(descriptor, wanted), wanted, piece);
}

void extract_member(const NextPiece& next, const ArchiveMember& wanted,
                    const std::function<void(std::span<const std::byte>)>& piece) {
  Pieces pieces{next, nullptr};
  const Reader reader = start_reader();
  try {
    if (archive_read_open(reader.get(), &pieces, nullptr, &read_piece, nullptr) != ARCHIVE_OK) {
      throw_damaged(wanted, reader.get());
    }
    extract(reader, wanted, piece);
  } catch (const Error&) {
    // What kept the bytes from coming, rather than what libarchive makes of it.
    if (pieces.thrown) std::rethrow_exception(pieces.thrown);
    throw;
  }
}

void extract_models(int descriptor, const ArchiveMember& archive, const ModelSink& sink) {
  const Reader reader = open_archive(descriptor, archive);
  std::uint64_t unpacked = 0;  // what entries hold, whatever they say they do
  const auto counted = [&](std::span<const std::byte> bytes) {
    unpacked += bytes.size();
    if (unpacked > archive.unpacked_limit.count) {
      throw_corrupt(archive,
                    "unpacks to more than the " + to_text(archive.unpacked_limit) + " allowed");
    }
    sink.piece(bytes);
  };
  walk(reader.get(), archive, [&](archive_entry* entry, const std::string& name) {
    // No reference can name what holds control characters.
    const bool plain = escape_for_terminal(name) == name;
    if (!is_model_file(name) || !is_regular(entry) || !plain) return true;
    sink.begin(name);
    read_entry(reader.get(), archive, name, counted);
    sink.end();
    return true;
  });
}

}  // namespace litezoo::fetcher
