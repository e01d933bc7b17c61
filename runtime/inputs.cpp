#include "runtime/inputs.h"

#include <concepts>
#include <cstring>
#include <type_traits>

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

}  // namespace

void fill_random(const TensorView& input, std::size_t position, std::uint32_t seed) {
  Xorshift32 random(seed * 0x9E3779B9U ^ static_cast<std::uint32_t>(position + 1) * 0x85EBCA6BU);
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

void fill_random(std::span<const TensorView> inputs, std::uint32_t seed) {
  for (std::size_t i = 0; i < inputs.size(); ++i) fill_random(inputs[i], i, seed);
}

}  // namespace litezoo::runtime
