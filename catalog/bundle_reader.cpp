#include "catalog/bundle_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <exception>
#include <istream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "catalog/bundle.h"

namespace litezoo::catalog {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestLine = std::size_t{64} << 20U;
constexpr std::size_t kRowsOfBatch = 256;
constexpr std::size_t kMostBatches = 16;

template <typename Noun>
BundleRow parsed(const json& value) {
  return value.get<Noun>();
}

struct Kind {
  std::string_view name;
  BundleRow (*parse)(const json&);
};
constexpr auto kKinds = std::to_array<Kind>({
    {"artifact", parsed<Artifact>},
    {"claim", parsed<Claim>},
    {"device", parsed<Device>},
    {"inspection", parsed<Inspection>},
    {"measurement", parsed<Measurement>},
    {"model", parsed<Model>},
    {"task", parsed<Task>},
});

// The text's lines as {kind, value}, with the digest taken on the way.
class Lines {
 public:
  explicit Lines(std::istream& in) : in_(in) {}

  std::pair<std::string, json> next() {
    read_line();
    ++number_;
    json object = parse_json(line_, fmt::format("bundle, line {}", number_));
    if (!object.is_object() || object.size() != 1) fail("not an object with one key");
    auto first = object.begin();
    return {first.key(), std::move(first.value())};
  }
  // Takes the line that next() gave into the digest.
  void accept() {
    line_ += '\n';
    hash_.update(as_bytes(line_));
  }
  std::string digest() { return hash_.finish(); }
  std::uint64_t number() const { return number_; }
  [[noreturn]] void fail(const std::string& why) const { fail_at_line(number_, why); }

 private:
  // In pieces, so that a line without an end takes no more memory than the longest that is allowed.
  void read_line() {
    line_.clear();
    while (line_.size() <= kLongestLine) {
      in_.getline(piece_.data(), static_cast<std::streamsize>(piece_.size()));
      const auto count = static_cast<std::size_t>(in_.gcount());
      const bool unfinished = in_.fail() && count + 1 == piece_.size();
      if (in_.fail() && !unfinished) fail("the bundle is cut off");
      // The newline counts, but is not kept.
      line_.append(piece_.data(), unfinished || in_.eof() ? count : count - 1);
      if (!unfinished) return;
      in_.clear();
    }
    fail("the line is too long");
  }

  std::istream& in_;
  std::string line_;
  std::array<char, std::size_t{1} << 16> piece_{};
  std::uint64_t number_ = 0;
  Sha256 hash_;
};

// The member of that name; an empty one when there is none.
template <typename T>
T field(const Lines& lines, const json& object, const char* name) {
  try {
    return object.value(name, T());
  } catch (const json::exception&) {
    lines.fail(fmt::format("'{}' is of the wrong kind", name));
  }
}

std::string read_label(Lines& lines) {
  const auto [kind, value] = lines.next();
  if (kind != "litezoo_bundle" || !value.is_object()) lines.fail("not a Litezoo bundle");
  const auto version = field<int>(lines, value, "version");
  if (version > kBundleVersion) {
    throw Error(ErrorKind::usage,
                fmt::format("the bundle has version {}, this Litezoo reads {}; update Litezoo",
                            version, kBundleVersion));
  }
  lines.accept();
  return field<std::string>(lines, value, "label");
}

BundleLine row_of(Lines& lines, const std::string& kind, const json& value) {
  const auto* row = std::ranges::find(kKinds, kind, &Kind::name);
  if (row == kKinds.end()) lines.fail(fmt::format("unknown kind '{}'", escape_for_terminal(kind)));
  try {
    BundleLine line{.number = lines.number(), .row = row->parse(value)};
    lines.accept();
    return line;
  } catch (const Error& error) {
    lines.fail(error.what());
  }
}

}  // namespace

void fail_at_line(std::uint64_t number, const std::string& why) {
  throw Error(ErrorKind::corrupt, fmt::format("bundle, line {}: {}; export it again", number, why));
}

// What the parsing thread hands to the using one.
class BundleReader::Pipe {
 public:
  explicit Pipe(std::istream& in) : lines_(in), label_(read_label(lines_)) {
    thread_ = std::jthread([this] { run(); });
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    const std::lock_guard lock(mutex_);
    unwanted_ = true;
    changed_.notify_all();
  }

  std::vector<BundleLine> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !batches_.empty() || ended_; });
    if (!batches_.empty()) {
      auto batch = std::move(batches_.front());
      batches_.pop_front();
      changed_.notify_all();
      return batch;
    }
    if (failure_) std::rethrow_exception(failure_);
    return {};
  }

  const std::string& label() const noexcept { return label_; }
  const std::string& digest() const noexcept { return digest_; }
  std::uint64_t lines() const noexcept { return lines_.number() - 1; }

 private:
  void run() {
    std::exception_ptr failure;
    try {
      read_rows();
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    failure_ = failure;
    ended_ = true;
    changed_.notify_all();
  }

  void read_rows() {
    std::vector<BundleLine> batch;
    while (true) {
      const auto [kind, value] = lines_.next();
      if (kind == "end") {
        put(std::move(batch));
        return check_end(value);
      }
      batch.push_back(row_of(lines_, kind, value));
      if (batch.size() == kRowsOfBatch && !put(std::exchange(batch, {}))) return;
    }
  }

  // False when nobody wants more.
  bool put(std::vector<BundleLine> batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return batches_.size() < kMostBatches || unwanted_; });
    if (!batch.empty()) batches_.push_back(std::move(batch));
    changed_.notify_all();
    return !unwanted_;
  }

  void check_end(const json& value) {
    digest_ = lines_.digest();
    if (!value.is_object() || field<std::string>(lines_, value, "sha256") != digest_ ||
        field<std::uint64_t>(lines_, value, "lines") != lines()) {
      lines_.fail("the bundle was altered: its digest does not fit");
    }
  }

  Lines lines_;
  std::string label_, digest_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::vector<BundleLine>> batches_;
  std::exception_ptr failure_;
  bool ended_ = false, unwanted_ = false;
  std::jthread thread_;  // the last member: joined before the others go
};

BundleReader::BundleReader(std::istream& in) : pipe_(std::make_unique<Pipe>(in)) {}
BundleReader::~BundleReader() = default;

const std::string& BundleReader::label() const noexcept {
  return pipe_->label();
}
std::vector<BundleLine> BundleReader::next() {
  return pipe_->take();
}
const std::string& BundleReader::digest() const noexcept {
  return pipe_->digest();
}
std::uint64_t BundleReader::lines() const noexcept {
  return pipe_->lines();
}

}  // namespace litezoo::catalog
