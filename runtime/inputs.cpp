#include "runtime/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/float16.h"
#include "base/graph.h"
#include "base/serialized_strings.h"
#include "base/units.h"

namespace litezoo::runtime {
namespace {

// Marsaglia, "Xorshift RNGs", 2003: triple (13, 17, 5). Speed and repeatability are all we ask.
class Xorshift32 {
 public:
  explicit Xorshift32(std::uint32_t seed) : state_(seed == 0 ? 1 : seed) {}
  std::uint32_t next() noexcept {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 17U;
    state_ ^= state_ << 5U;
    return state_;
  }
  double unit() noexcept { return (next() >> 8U) / 8388608.0 - 1.0; }  // [-1, 1)

 private:
  std::uint32_t state_;
};

template <typename T, typename Draw>
void fill(std::span<std::byte> data, Draw draw) {
  for (std::size_t at = 0; at + sizeof(T) <= data.size(); at += sizeof(T)) {
    const T value = static_cast<T>(draw());
    std::memcpy(data.data() + at, &value, sizeof(T));
  }
}

// IEEE 754 binary16 and bfloat16 of +-k/256 need no rounding care: seven significant bits.
std::uint16_t small_half(std::uint32_t draw) {
  const std::uint32_t exponent = 12 + (draw & 1U);  // magnitudes 2^-3 and 2^-2
  return static_cast<std::uint16_t>(((draw >> 31U) << 15U) | (exponent << 10U) |
                                    ((draw >> 8U) & 0x3FFU));
}

std::uint16_t small_bfloat16(std::uint32_t draw) {
  const std::uint32_t exponent = 124 + (draw & 1U);
  return static_cast<std::uint16_t>(((draw >> 31U) << 15U) | (exponent << 7U) |
                                    ((draw >> 8U) & 0x7FU));
}

template <typename T>
bool fill_integers(std::span<std::byte> data, Xorshift32& random, const ValueRange& range) {
  // Beyond 2^53 a double no longer tells neighbours apart.
  constexpr double kExact = 9007199254740992.0;
  const double least = std::max(static_cast<double>(std::numeric_limits<T>::min()), -kExact);
  const double most = std::min(static_cast<double>(std::numeric_limits<T>::max()), kExact);
  const double low = std::ceil(std::max(range.low, least));
  const double high = std::floor(std::min(range.high, most));
  if (!(low <= high)) return false;
  const auto first = static_cast<std::int64_t>(low);
  const auto count = static_cast<std::uint64_t>(static_cast<std::int64_t>(high) - first) + 1;
  fill<T>(data, [&] {
    const std::uint64_t draw = (std::uint64_t{random.next()} << 32U) | random.next();
    return first + static_cast<std::int64_t>(draw % count);
  });
  return true;
}

// False when the type has no use for a range, or nothing of it fits.
bool fill_within(const TensorView& input, Xorshift32& random, const ValueRange& range) {
  const auto real = [&] { return range.low + (random.unit() + 1) / 2 * (range.high - range.low); };
  switch (input.type) {
    case TensorType::FLOAT32:
      fill<float>(input.data, real);
      return true;
    case TensorType::FLOAT64:
      fill<double>(input.data, real);
      return true;
    case TensorType::FLOAT16:
      fill<Half>(input.data, [&] { return static_cast<float>(real()); });
      return true;
    case TensorType::INT8:
      return fill_integers<std::int8_t>(input.data, random, range);
    case TensorType::UINT8:
      return fill_integers<std::uint8_t>(input.data, random, range);
    case TensorType::INT16:
      return fill_integers<std::int16_t>(input.data, random, range);
    case TensorType::UINT16:
      return fill_integers<std::uint16_t>(input.data, random, range);
    case TensorType::INT32:
      return fill_integers<std::int32_t>(input.data, random, range);
    case TensorType::UINT32:
      return fill_integers<std::uint32_t>(input.data, random, range);
    case TensorType::INT64:
      return fill_integers<std::int64_t>(input.data, random, range);
    case TensorType::UINT64:
      return fill_integers<std::uint64_t>(input.data, random, range);
    default:
      return false;
  }
}

Xorshift32 random_of(std::size_t position, std::uint32_t seed) {
  return Xorshift32(seed * 0x9E3779B9U ^ static_cast<std::uint32_t>(position + 1) * 0x85EBCA6BU);
}

void fill_one(const TensorView& input, std::size_t position, std::uint32_t seed,
              const std::optional<ValueRange>& range) {
  Xorshift32 random = random_of(position, seed);
  if (range && fill_within(input, random, *range)) return;
  const auto index = [&] { return (random.next() >> 8U) % 8; };
  switch (input.type) {
    case TensorType::FLOAT32:
    case TensorType::COMPLEX64:
      return fill<float>(input.data, [&] { return random.unit(); });
    case TensorType::FLOAT64:
    case TensorType::COMPLEX128:
      return fill<double>(input.data, [&] { return random.unit(); });
    case TensorType::FLOAT16:
      return fill<std::uint16_t>(input.data, [&] { return small_half(random.next()); });
    case TensorType::BFLOAT16:
      return fill<std::uint16_t>(input.data, [&] { return small_bfloat16(random.next()); });
    case TensorType::INT16:
    case TensorType::UINT16:
      return fill<std::uint16_t>(input.data, [&] { return random.next() >> 16U; });
    case TensorType::INT32:
    case TensorType::UINT32:
      return fill<std::uint32_t>(input.data, index);
    case TensorType::INT64:
    case TensorType::UINT64:
      return fill<std::uint64_t>(input.data, index);
    case TensorType::BOOL:
      return fill<std::uint8_t>(input.data, [&] { return random.next() >> 31U; });
    case TensorType::STRING:
    case TensorType::RESOURCE:
    case TensorType::VARIANT:
      return;
    default:
      return fill<std::uint8_t>(input.data, [&] { return random.next() >> 24U; });
  }
}

std::vector<std::byte> random_strings(std::size_t count, Xorshift32& random) {
  constexpr std::uint32_t kMostWords = 4;
  constexpr std::uint32_t kLongestWord = 8;
  std::vector<std::string> texts(count);
  for (std::string& text : texts) {
    const std::uint32_t words = 1 + (random.next() >> 8U) % kMostWords;
    for (std::uint32_t word = 0; word < words; ++word) {
      if (word > 0) text += ' ';
      const std::uint32_t length = 1 + (random.next() >> 8U) % kLongestWord;
      for (std::uint32_t i = 0; i < length; ++i) {
        text += static_cast<char>('a' + (random.next() >> 8U) % 26);
      }
    }
  }
  auto content = serialize_strings(std::vector<std::string_view>(texts.begin(), texts.end()));
  if (!content) throw Error(ErrorKind::unsupported, "an input's strings take more than 2 GiB");
  return *std::move(content);
}

}  // namespace

void copy_inputs(Session& session, std::span<const InputBytes> inputs) {
  const auto views = session.inputs();
  for (const InputBytes& input : inputs) {
    const bool is_there = input.index < views.size();
    if (is_there && views[input.index].type == TensorType::STRING) {
      session.set_string_input(input.index, input.data);
      continue;
    }
    if (!is_there || views[input.index].data.size() != input.data.size()) {
      throw Error(ErrorKind::usage,
                  fmt::format("input {} of the model does not take {}; see 'litezoo inspect'",
                              input.index, to_text(Bytes{input.data.size()})));
    }
    std::memcpy(views[input.index].data.data(), input.data.data(), input.data.size());
  }
}

void fill_random(Session& session, std::uint32_t seed,
                 std::span<const std::optional<ValueRange>> ranges) {
  const auto inputs = session.inputs();
  fill_random(inputs, seed, ranges);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].type != TensorType::STRING) continue;
    Xorshift32 random = random_of(i, seed);
    session.set_string_input(i, random_strings(element_count(inputs[i].shape), random));
  }
}

void fill_random(std::span<const TensorView> inputs, std::uint32_t seed,
                 std::span<const std::optional<ValueRange>> ranges) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    fill_one(inputs[i], i, seed, i < ranges.size() ? ranges[i] : std::nullopt);
  }
}

}  // namespace litezoo::runtime
