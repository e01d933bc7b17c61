#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "fetcher/partial.h"

namespace litezoo::fetcher {

// A stretch of a file: [from, to).
struct Stretch {
  std::uint64_t from = 0, to = 0;
  bool operator==(const Stretch&) const = default;
};

// Whose bytes an unfinished file holds.
struct JournalHead {
  std::string origin;     // scheme, host and port they came from
  std::string validator;  // of the version there, for If-Range; empty = none
  std::optional<std::uint64_t> size;
  bool operator==(const JournalHead&) const = default;
};

// An unfinished file that is filled in any order, block by block and each block from its start.
// The journal beside it says how much of each block has arrived and what its CRC-32C is; it is
// written after the bytes, so that a later run can tell what of the file is there after kill -9,
// and what of it really reached the disk after a power cut. Layout: 4096 bytes of text lines
// ("litezoo-journal 1", origin, validator, size or '-', process id), zero-padded; then per block of
// 1 MiB two little-endian 32-bit numbers, bytes and CRC.
class BlockFile {
 public:
  static constexpr std::uint64_t kBlock = std::uint64_t{1} << 20;

  // Both must outlive it; without a journal's name nothing is kept for later.
  BlockFile(GrowingFile& file, std::filesystem::path journal);
  BlockFile(const BlockFile&) = delete;
  BlockFile& operator=(const BlockFile&) = delete;
  ~BlockFile();

  // Takes up what an earlier run left: every block is read again and dropped when it is not what
  // the journal says. Nothing, and an empty file, when there is no usable journal.
  std::optional<JournalHead> resume();

  // Starts anew.
  void clear();
  // Says whose bytes follow; the blocks stay. Throws Error(io).
  void describe(const JournalHead& head);

  // Forgets every block that holds bytes of the stretch. Throws Error(io).
  void drop(const Stretch& stretch);

  // How far a block is filled, and the CRC-32C of that.
  struct Filled {
    std::size_t block = 0;
    std::uint32_t bytes = 0, crc = 0;
  };
  // Writes bytes where those of their block end so far; `mark` makes them count, for a later run
  // once the journal is written, which the destructor does, too. While one thread puts, others may
  // call the const functions. Throws Error(io).
  std::vector<Filled> put(std::uint64_t offset, std::span<const std::byte> bytes);
  void mark(std::span<const Filled> filled);
  void write_journal();
  // Bytes that are there. Throws Error(io).
  void read(std::uint64_t offset, std::span<std::byte> bytes) const;

  std::uint64_t received() const noexcept { return received_; }
  // The end of what is there without a gap from the start. May be called from any thread.
  std::uint64_t frontier() const noexcept { return frontier_; }
  // What is missing below `end`, in order.
  std::vector<Stretch> gaps(std::uint64_t end) const;
  // What is there, in order, without two that touch.
  std::vector<Stretch> filled() const;
  const GrowingFile& file() const noexcept { return file_; }

 private:
  struct Record {
    std::uint32_t filled = 0, crc = 0;
  };
  void store(std::size_t block);
  void open_journal();
  bool read_journal(JournalHead& head);
  void drop_damaged();
  void count();

  GrowingFile& file_;
  std::filesystem::path journal_path_;
  FileDescriptor journal_;
  std::vector<Record> records_;
  std::vector<std::size_t> pending_;  // blocks whose record the journal does not have yet
  std::uint64_t received_ = 0;
  std::atomic<std::uint64_t> frontier_ = 0;
};

// Bytes that a journal says have arrived, without looking at them; 0 when there is none.
std::uint64_t journaled_bytes(const std::filesystem::path& journal);

// The process that wrote the journal last; 0 = not known.
int journal_owner(const std::filesystem::path& journal);

}  // namespace litezoo::fetcher
