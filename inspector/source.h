#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/nouns.h"

namespace litezoo::inspector {

// Oddities of one file. At most a handful of each code are kept word for word; the rest are
// counted, so that a hostile file cannot make the list longer than itself.
class Findings {
 public:
  void add(std::string_view code, std::string message);
  // False when add() would only count: then the message need not be made.
  bool keeps(std::string_view code) const;
  // The findings in the order they came, each code's surplus as one line at the end.
  std::vector<Finding> take();

 private:
  std::vector<Finding> kept_;
  std::map<std::string, std::size_t, std::less<>> count_;
};

// The file that is being read: its bytes, what messages call it, what was found, and how much
// may still be copied out of it.
class Source {
 public:
  Source(std::span<const std::byte> bytes, std::string name);

  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  // Throws Error(corrupt) "<name>: <what>".
  [[noreturn]] void fail(const std::string& what) const;
  // Call before copying `count` bytes out of the file. FlatBuffers may point to one vector from
  // many places, so a small file could unfold into gigabytes: throws Error(corrupt) when more is
  // copied than any real file of this size holds.
  void charge(std::size_t count);

  Findings findings;

 private:
  std::span<const std::byte> bytes_;
  std::string name_;
  std::size_t budget_;
};

// "subgraph 0, tensor 12 'conv/weights'", the name made safe for a terminal and shortened.
std::string tensor_label(std::size_t subgraph, std::size_t tensor, std::string_view name);

}  // namespace litezoo::inspector
