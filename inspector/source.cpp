#include "inspector/source.h"

#include <fmt/core.h>

#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace litezoo::inspector {
namespace {

constexpr std::size_t kKeptPerCode = 8;
constexpr std::size_t kLongestName = 60;
// Names, shapes and quantisation are a small part of a real file; four times all of it is ample.
constexpr std::size_t kCopiesPerByte = 4;
constexpr std::size_t kFreeCopies = std::size_t{1} << 20;

}  // namespace

void Findings::add(std::string_view code, std::string message) {
  const auto entry = count_.try_emplace(std::string(code), 0).first;
  if (++entry->second <= kKeptPerCode) kept_.push_back({std::string(code), std::move(message)});
}

bool Findings::keeps(std::string_view code) const {
  const auto entry = count_.find(code);
  return entry == count_.end() || entry->second < kKeptPerCode;
}

std::vector<Finding> Findings::take() {
  std::vector<Finding> result = std::exchange(kept_, {});
  for (const auto& [code, count] : std::exchange(count_, {})) {
    if (count > kKeptPerCode) {
      result.push_back({code, fmt::format("and {} more like this", count - kKeptPerCode)});
    }
  }
  return result;
}

Source::Source(std::span<const std::byte> bytes, std::string name)
    : bytes_(bytes), name_(std::move(name)), budget_(kFreeCopies + kCopiesPerByte * bytes.size()) {}

void Source::fail(const std::string& what) const {
  throw Error(ErrorKind::corrupt, fmt::format("{}: {}", name_, what));
}

void Source::charge(std::size_t count) {
  if (count > budget_) {
    fail("its tables refer to the same bytes so often that they cannot be unfolded");
  }
  budget_ -= count;
}

std::string tensor_label(std::size_t subgraph, std::size_t tensor, std::string_view name) {
  std::string shown = escape_for_terminal(name.substr(0, kLongestName));
  if (name.size() > kLongestName) shown += "...";
  return fmt::format("subgraph {}, tensor {} '{}'", subgraph, tensor, shown);
}

}  // namespace litezoo::inspector
