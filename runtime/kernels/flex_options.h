#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace litezoo::runtime {

// The options of a custom operator: a FlexBuffer whose root is a map of names to numbers, strings
// and vectors of numbers. Entries of other types are left out. Every access is checked, so the
// bytes may be hostile.
class FlexOptions {
 public:
  // nullopt when the bytes are not such a map. No bytes at all are an empty map.
  static std::optional<FlexOptions> parse(std::span<const std::byte> bytes);

  using Value = std::variant<std::int64_t, double, std::string, std::vector<double>>;
  const std::map<std::string, Value, std::less<>>& values() const noexcept { return values_; }

  bool contains(std::string_view name) const { return values_.find(name) != values_.end(); }
  // The entry under this name, converted as a number; `otherwise` when it is absent or not one.
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  float number(std::string_view name, float otherwise) const;
  bool flag(std::string_view name, bool otherwise) const;
  // Empty when the entry is absent or of another kind.
  std::string text(std::string_view name) const;
  std::vector<double> numbers(std::string_view name) const;

 private:
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace litezoo::runtime
