#include "fetcher/block_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/error.h"
#include "base/text.h"
#include "fetcher/crc32c.h"

namespace litezoo::fetcher {
namespace {

constexpr std::size_t kHeadSize = 4096;
constexpr std::size_t kRecordSize = 8;
constexpr std::size_t kMostPending = 8;                    // not in the journal yet
constexpr std::size_t kMostBlocks = std::size_t{1} << 20;  // a terabyte
constexpr std::string_view kMagic = "litezoo-journal 1";

void put_all(int descriptor, const std::filesystem::path& path, std::span<const std::byte> bytes,
             std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_store_error(path, errno);
    offset += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

// How much of the span could be read.
std::size_t take_all(int descriptor, std::span<std::byte> bytes, std::uint64_t offset) {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const ssize_t count = ::pread(descriptor, bytes.data() + taken, bytes.size() - taken,
                                  static_cast<off_t>(offset + taken));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    taken += static_cast<std::size_t>(count);
  }
  return taken;
}

std::array<std::byte, kRecordSize> packed(std::uint32_t filled, std::uint32_t crc) {
  std::array<std::byte, kRecordSize> bytes{};
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[i] = static_cast<std::byte>(filled >> (8 * i));
    bytes[4 + i] = static_cast<std::byte>(crc >> (8 * i));
  }
  return bytes;
}

std::uint32_t unpacked(std::span<const std::byte> bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= std::to_integer<std::uint32_t>(bytes[i]) << (8 * i);
  return value;
}

std::vector<std::string> head_lines(int descriptor) {
  std::string text(kHeadSize, '\0');
  const auto bytes = std::as_writable_bytes(std::span(text.data(), text.size()));
  if (take_all(descriptor, bytes, 0) != kHeadSize) return {};
  text.resize(text.find('\0') == std::string::npos ? kHeadSize : text.find('\0'));
  auto lines = split(text, '\n');
  if (lines.size() < 5 || lines[0] != kMagic) return {};
  return lines;
}

}  // namespace

BlockFile::BlockFile(GrowingFile& file, std::filesystem::path journal)
    : file_(file), journal_path_(std::move(journal)) {}

BlockFile::~BlockFile() {
  try {
    write_journal();
  } catch (const Error&) {
    // A later run then fetches a little more.
    return;
  }
}

void BlockFile::open_journal() {
  if (journal_ || journal_path_.empty()) return;
  journal_ = FileDescriptor(
      ::open(journal_path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!journal_) throw_store_error(journal_path_, errno);
}

bool BlockFile::read_journal(JournalHead& head) {
  const auto lines = head_lines(journal_.number());
  if (lines.empty()) return false;
  head.origin = lines[1];
  head.validator = lines[2];
  std::uint64_t size = 0;
  const std::string& text = lines[3];
  if (std::from_chars(text.data(), text.data() + text.size(), size).ec == std::errc()) {
    head.size = size;
  }
  const off_t end = ::lseek(journal_.number(), 0, SEEK_END);
  if (end < static_cast<off_t>(kHeadSize)) return false;
  const auto count = (static_cast<std::size_t>(end) - kHeadSize) / kRecordSize;
  if (count > kMostBlocks) return false;
  std::vector<std::byte> bytes(count * kRecordSize);
  if (take_all(journal_.number(), bytes, kHeadSize) != bytes.size()) return false;
  records_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = std::span<const std::byte>(bytes).subspan(i * kRecordSize, kRecordSize);
    records_[i] = {unpacked(row.first(4)), unpacked(row.last(4))};
  }
  return true;
}

std::optional<JournalHead> BlockFile::resume() {
  std::error_code ignored;
  const bool there = !journal_path_.empty() && std::filesystem::exists(journal_path_, ignored);
  if (file_.size() > 0 && there) {
    open_journal();
    JournalHead head;
    if (read_journal(head)) {
      drop_damaged();
      count();
      if (received_ > 0) return head;
    }
  }
  clear();
  return std::nullopt;
}

void BlockFile::drop_damaged() {
  std::vector<std::byte> buffer(kBlock);
  for (std::size_t i = 0; i < records_.size(); ++i) {
    Record& record = records_[i];
    if (record.filled == 0) continue;
    const auto bytes = std::span(buffer).first(std::min<std::size_t>(record.filled, kBlock));
    const bool right = record.filled <= kBlock &&
                       take_all(file_.descriptor(), bytes, i * kBlock) == bytes.size() &&
                       crc32c(bytes) == record.crc;
    if (!right) record = {};
  }
}

void BlockFile::count() {
  received_ = 0;
  std::uint64_t frontier = 0;
  bool contiguous = true;
  for (const Record& record : records_) {
    received_ += record.filled;
    if (contiguous) frontier += record.filled;
    contiguous = contiguous && record.filled == kBlock;
  }
  frontier_ = frontier;
}

void BlockFile::clear() {
  records_.clear();
  pending_.clear();
  count();
  file_.truncate(0);
  if (journal_ && ::ftruncate(journal_.number(), 0) != 0) throw_store_error(journal_path_, errno);
}

void BlockFile::describe(const JournalHead& head) {
  if (journal_path_.empty()) return;
  open_journal();
  std::string text(kMagic);
  for (const std::string& line :
       {head.origin, head.validator, head.size ? std::to_string(*head.size) : std::string("-"),
        std::to_string(::getpid())}) {
    text += '\n' + line;
  }
  text += '\n';
  // A validator so long is no use; without one the blocks still count when the digest is known.
  if (text.size() > kHeadSize) {
    if (!head.validator.empty()) describe({head.origin, "", head.size});
    return;
  }
  text.resize(kHeadSize, '\0');
  put_all(journal_.number(), journal_path_, as_bytes(text), 0);
  for (std::size_t i = 0; i < records_.size(); ++i) store(i);
}

void BlockFile::store(std::size_t block) {
  if (!journal_) return;
  const auto bytes = packed(records_[block].filled, records_[block].crc);
  put_all(journal_.number(), journal_path_, bytes, kHeadSize + block * kRecordSize);
}

void BlockFile::write_journal() {
  for (const std::size_t block : pending_) store(block);
  pending_.clear();
}

std::vector<BlockFile::Filled> BlockFile::put(std::uint64_t offset,
                                              std::span<const std::byte> bytes) {
  std::vector<Filled> filled;
  while (!bytes.empty()) {
    const auto block = static_cast<std::size_t>(offset / kBlock);
    const std::uint64_t inside = offset % kBlock;
    const Record before = block < records_.size() ? records_[block] : Record{};
    if (before.filled != inside) {
      throw Error(ErrorKind::internal, "a block of a download was not filled in order");
    }
    const auto piece = bytes.first(std::min<std::size_t>(bytes.size(), kBlock - inside));
    file_.write_at(offset, piece);
    filled.push_back(
        {block, static_cast<std::uint32_t>(inside + piece.size()), crc32c(piece, before.crc)});
    offset += piece.size();
    bytes = bytes.subspan(piece.size());
  }
  return filled;
}

void BlockFile::mark(std::span<const Filled> filled) {
  for (const auto& [block, bytes, crc] : filled) {
    if (block >= records_.size()) records_.resize(block + 1);
    const std::uint64_t before = block * kBlock + records_[block].filled;
    received_ += bytes - records_[block].filled;
    records_[block] = {bytes, crc};
    if (pending_.empty() || pending_.back() != block) pending_.push_back(block);
    if (frontier_ != before) continue;
    std::uint64_t frontier = block * kBlock + bytes;
    // Up to the end of what other requests had filled before.
    for (std::size_t i = frontier / kBlock; frontier % kBlock == 0 && i < records_.size(); ++i) {
      frontier += records_[i].filled;
      if (records_[i].filled < kBlock) break;
    }
    frontier_ = frontier;
  }
  if (pending_.size() >= kMostPending) write_journal();
}

void BlockFile::drop(const Stretch& stretch) {
  for (auto i = static_cast<std::size_t>(stretch.from / kBlock);
       i < records_.size() && i * kBlock < stretch.to; ++i) {
    records_[i] = {};
    store(i);
    std::erase(pending_, i);
  }
  count();
}

void BlockFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  if (take_all(file_.descriptor(), bytes, offset) != bytes.size()) {
    throw Error(ErrorKind::io, "cannot read '" + file_.path().string() + "'; check LITEZOO_HOME");
  }
}

std::vector<Stretch> BlockFile::gaps(std::uint64_t end) const {
  std::vector<Stretch> gaps;
  for (std::uint64_t at = 0; at < end;) {
    const auto block = static_cast<std::size_t>(at / kBlock);
    if (block >= records_.size()) {
      if (!gaps.empty() && gaps.back().to == at) {
        gaps.back().to = end;
      } else {
        gaps.push_back({at, end});
      }
      break;
    }
    const std::uint64_t stop = std::min(end, at + kBlock);
    const std::uint64_t from = at + records_[block].filled;
    if (from < stop && from == at && !gaps.empty() && gaps.back().to == at) {
      gaps.back().to = stop;
    } else if (from < stop) {
      gaps.push_back({from, stop});
    }
    at = stop;
  }
  return gaps;
}

std::vector<Stretch> BlockFile::filled() const {
  std::vector<Stretch> filled;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (records_[i].filled == 0) continue;
    const std::uint64_t from = i * kBlock;
    if (filled.empty() || filled.back().to != from) filled.push_back({from, from});
    filled.back().to = from + records_[i].filled;
  }
  return filled;
}

std::uint64_t journaled_bytes(const std::filesystem::path& journal) {
  const FileDescriptor file(::open(journal.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file || head_lines(file.number()).empty()) return 0;
  std::uint64_t sum = 0;
  std::array<std::byte, kRecordSize> record{};
  for (std::size_t i = 0; i < kMostBlocks; ++i) {
    if (take_all(file.number(), record, kHeadSize + i * kRecordSize) != kRecordSize) break;
    sum += std::min<std::uint64_t>(unpacked(std::span(record).first(4)), BlockFile::kBlock);
  }
  return sum;
}

int journal_owner(const std::filesystem::path& journal) {
  const FileDescriptor file(::open(journal.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return 0;
  const auto lines = head_lines(file.number());
  return lines.empty() ? 0 : std::atoi(lines[4].c_str());
}

}  // namespace litezoo::fetcher
