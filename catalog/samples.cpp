#include "catalog/samples.h"

#include <cstdint>

#include "base/error.h"

namespace litezoo::catalog {
namespace {

constexpr unsigned kBitsOfByte = 7;
constexpr std::uint64_t kMore = 0x80;
constexpr unsigned kLastShift = 63;

Error damaged() {
  return Error(ErrorKind::corrupt,
               "a measurement's samples are damaged in the catalog; measure the model again");
}

}  // namespace

std::string pack_samples(const std::vector<Nanoseconds>& samples) {
  std::string bytes;
  std::uint64_t previous = 0;
  for (const Nanoseconds sample : samples) {
    const auto value = static_cast<std::uint64_t>(sample.count());
    const auto difference = static_cast<std::int64_t>(value - previous);
    previous = value;
    auto rest = (static_cast<std::uint64_t>(difference) << 1U) ^
                static_cast<std::uint64_t>(difference >> kLastShift);
    for (; rest >= kMore; rest >>= kBitsOfByte) {
      bytes.push_back(static_cast<char>((rest & (kMore - 1)) | kMore));
    }
    bytes.push_back(static_cast<char>(rest));
  }
  return bytes;
}

std::vector<Nanoseconds> unpack_samples(std::string_view bytes) {
  std::vector<Nanoseconds> samples;
  std::uint64_t value = 0;
  std::uint64_t number = 0;
  unsigned shift = 0;
  for (const char c : bytes) {
    if (shift > kLastShift) throw damaged();
    const auto byte = static_cast<std::uint8_t>(c);
    number |= (byte & (kMore - 1)) << shift;
    shift += kBitsOfByte;
    if ((byte & kMore) != 0) continue;
    value += (number >> 1U) ^ (~(number & 1U) + 1U);
    samples.emplace_back(static_cast<std::int64_t>(value));
    number = 0;
    shift = 0;
  }
  if (shift != 0) throw damaged();
  return samples;
}

}  // namespace litezoo::catalog
