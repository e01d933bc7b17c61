#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/nouns.h"

namespace litezoo::catalog {

// One row of a bundle.
using BundleRow = std::variant<Task, Model, Artifact, Claim, Device, Inspection, Measurement>;

struct BundleLine {
  std::uint64_t number = 0;  // from 1
  BundleRow row;
};

// Reads a bundle (bundle.h), parsing ahead on a thread of its own. One thread uses it.
class BundleReader {
 public:
  // Reads the header. `in` must outlive the object and is not touched by others meanwhile. Throws
  // Error(corrupt) if it is no bundle, Error(usage) if it is of a newer version.
  explicit BundleReader(std::istream& in);
  BundleReader(const BundleReader&) = delete;
  BundleReader& operator=(const BundleReader&) = delete;
  ~BundleReader();

  const std::string& label() const noexcept;

  // The next rows, in order; none when the bundle ended whole. Throws Error(corrupt) naming the
  // line if it is malformed, cut off or altered.
  std::vector<BundleLine> next();

  // After the end: of all bytes before the end line.
  const std::string& digest() const noexcept;
  std::uint64_t lines() const noexcept;

 private:
  class Pipe;
  std::unique_ptr<Pipe> pipe_;
};

// Throws Error(corrupt) "bundle, line N: why; export it again".
[[noreturn]] void fail_at_line(std::uint64_t number, const std::string& why);

}  // namespace litezoo::catalog
