#include "tests/runtime/operators/kind.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>

#include "base/float16.h"
#include "tests/runtime/kernels/strings.h"

namespace litezoo::test {
namespace {

using enum TensorType;

constexpr auto kKinds = std::to_array<Kind>({
    {"f32", FLOAT32},
    {"f16", FLOAT16},
    {"bf16", BFLOAT16},
    {"f64", FLOAT64},
    {"c64", COMPLEX64},
    {"bool", BOOL},
    {"s8", INT8},
    {"u8", UINT8},
    {"s16", INT16},
    {"u16", UINT16},
    {"s32", INT32},
    {"u32", UINT32},
    {"s64", INT64},
    {"u64", UINT64},
    {"s4", INT4},
    {"u4", UINT4},
    {"s2", INT2},
    {"str", STRING},
    {"s8q", INT8, 0.05F, -3},
    {"u8q", UINT8, 0.05F, 120},
    {"s16q", INT16, 0.001F, 0},
    {"s32q", INT32, 0.001F, 0},
    {"s4q", INT4, 0.5F, 0},
    {"s2q", INT2, 0.5F, 0},
});

struct Limits {
  double lowest, highest;
};

template <typename T>
Limits limits_of() {
  return {static_cast<double>(std::numeric_limits<T>::lowest()),
          static_cast<double>(std::numeric_limits<T>::max())};
}

Limits limits(TensorType type) {
  switch (type) {
    case INT2:
      return {-2, 1};
    case INT4:
      return {-8, 7};
    case UINT4:
      return {0, 15};
    case BOOL:
      return {0, 1};
    case INT8:
      return limits_of<std::int8_t>();
    case UINT8:
      return limits_of<std::uint8_t>();
    case INT16:
      return limits_of<std::int16_t>();
    case UINT16:
      return limits_of<std::uint16_t>();
    case INT32:
      return limits_of<std::int32_t>();
    case UINT32:
      return limits_of<std::uint32_t>();
    case INT64:
      return {-0x1p53, 0x1p53};  // as far as a double is exact
    case UINT64:
      return {0, 0x1p53};
    default:
      return {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  }
}

bool is_real(TensorType type) {
  return type == FLOAT32 || type == FLOAT16 || type == BFLOAT16 || type == FLOAT64 ||
         type == COMPLEX64 || type == STRING;
}

template <typename T, typename From>
void store(std::vector<std::byte>& bytes, From from) {
  const T value = static_cast<T>(from);
  const auto raw = std::as_bytes(std::span(&value, 1));
  bytes.insert(bytes.end(), raw.begin(), raw.end());
}

template <typename T>
T load(std::span<const std::byte> bytes, std::size_t element) {
  T value{};
  std::memcpy(&value, bytes.data() + element * sizeof(T), sizeof(T));
  return value;
}

void store_one(TensorType type, double value, std::vector<std::byte>& bytes) {
  switch (type) {
    case FLOAT32:
      return store<float>(bytes, value);
    case FLOAT16:
      return store<std::uint16_t>(bytes, Half(static_cast<float>(value)).bits());
    case BFLOAT16:
      return store<BFloat16>(bytes, BFloat16(static_cast<float>(value)));
    case FLOAT64:
      return store<double>(bytes, value);
    case COMPLEX64: {
      const double fours = std::floor(value / 4.0);
      return store<std::complex<float>>(
          bytes,
          std::complex<float>(static_cast<float>(value - fours * 4.0), static_cast<float>(fours)));
    }
    case BOOL:
    case UINT8:
      return store<std::uint8_t>(bytes, value);
    case INT8:
      return store<std::int8_t>(bytes, value);
    case INT16:
      return store<std::int16_t>(bytes, value);
    case UINT16:
      return store<std::uint16_t>(bytes, value);
    case INT32:
      return store<std::int32_t>(bytes, value);
    case UINT32:
      return store<std::uint32_t>(bytes, value);
    case INT64:
      return store<std::int64_t>(bytes, value);
    case UINT64:
      return store<std::uint64_t>(bytes, value);
    default:
      throw std::runtime_error("no such elements in tests");
  }
}

double load_one(TensorType type, std::span<const std::byte> bytes, std::size_t element) {
  switch (type) {
    case FLOAT32:
      return static_cast<double>(load<float>(bytes, element));
    case FLOAT16:
      return static_cast<double>(
          static_cast<float>(Half::from_bits(load<std::uint16_t>(bytes, element))));
    case BFLOAT16:
      return static_cast<double>(static_cast<float>(load<BFloat16>(bytes, element)));
    case FLOAT64:
      return load<double>(bytes, element);
    case COMPLEX64: {
      const auto value = load<std::complex<float>>(bytes, element);
      return static_cast<double>(value.imag()) * 4.0 + static_cast<double>(value.real());
    }
    case BOOL:
    case UINT8:
      return load<std::uint8_t>(bytes, element);
    case INT8:
      return load<std::int8_t>(bytes, element);
    case INT16:
      return load<std::int16_t>(bytes, element);
    case UINT16:
      return load<std::uint16_t>(bytes, element);
    case INT32:
      return load<std::int32_t>(bytes, element);
    case UINT32:
      return load<std::uint32_t>(bytes, element);
    case INT64:
      return static_cast<double>(load<std::int64_t>(bytes, element));
    case UINT64:
      return static_cast<double>(load<std::uint64_t>(bytes, element));
    default:
      throw std::runtime_error("no such elements in tests");
  }
}

// Low bits first.
std::vector<std::byte> pack(TensorType type, std::span<const double> values) {
  const auto bits = static_cast<unsigned>(tensor_type_bits(type));
  std::vector<std::byte> bytes(tensor_type_bytes(type, values.size()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<unsigned>(static_cast<int>(values[i])) & ((1U << bits) - 1U);
    bytes[i * bits / 8] |= static_cast<std::byte>(value << (i * bits % 8));
  }
  return bytes;
}

double unpack(TensorType type, std::span<const std::byte> bytes, std::size_t i) {
  const auto bits = static_cast<unsigned>(tensor_type_bits(type));
  const unsigned mask = (1U << bits) - 1U;
  const unsigned raw = std::to_integer<unsigned>(bytes[i * bits / 8]) >> (i * bits % 8) & mask;
  const bool negative = type != UINT4 && raw >> (bits - 1) != 0;
  return negative ? static_cast<double>(raw) - static_cast<double>(mask) - 1.0
                  : static_cast<double>(raw);
}

bool is_packed(TensorType type) {
  return tensor_type_bits(type) > 0 && tensor_type_bits(type) < 8;
}

std::vector<double> texts_of(std::span<const std::byte> bytes) {
  std::vector<double> values;
  if (bytes.empty()) return values;
  const auto count = static_cast<std::size_t>(load<std::int32_t>(bytes, 0));
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  for (std::size_t i = 0; i < count; ++i) {
    const auto from = static_cast<std::size_t>(load<std::int32_t>(bytes, i + 1));
    const auto to = static_cast<std::size_t>(load<std::int32_t>(bytes, i + 2));
    values.push_back(to > from ? std::stod(std::string(text + from, to - from)) : 0.0);
  }
  return values;
}

}  // namespace

bool Kind::real() const noexcept {
  return is_real(type);
}

bool Kind::whole() const noexcept {
  return !quantized() && !is_real(type);
}

std::span<const Kind> kinds() noexcept {
  return kKinds;
}

const Kind& kind(std::string_view name) {
  const auto* const found = std::ranges::find(kKinds, name, &Kind::name);
  if (found == kKinds.end()) throw std::runtime_error("no kind " + std::string(name));
  return *found;
}

Quantization Encoding::quantization() const {
  Quantization quantization;
  quantization.scale = scales;
  quantization.zero_point.assign(scales.size(), zero_point);
  quantization.quantized_dimension = axis;
  return quantization;
}

double Encoding::scale(std::size_t element) const {
  if (scales.empty() || stored) return 1.0;
  if (scales.size() == 1) return static_cast<double>(scales.front());
  std::size_t inner = 1;
  for (std::size_t i = static_cast<std::size_t>(axis) + 1; i < shape.size(); ++i) {
    inner *= static_cast<std::size_t>(shape[i]);
  }
  return static_cast<double>(scales[element / inner % scales.size()]);
}

double Encoding::lowest() const {
  return (limits(type).lowest - offset()) * scale(0);
}

double Encoding::highest() const {
  return (limits(type).highest - offset()) * scale(0);
}

std::vector<std::byte> encode(const Encoding& encoding, std::span<const double> reals) {
  const auto [lowest, highest] = limits(encoding.type);
  std::vector<double> raw;
  raw.reserve(reals.size());
  for (std::size_t i = 0; i < reals.size(); ++i) {
    const double steps = reals[i] / encoding.scale(i) + encoding.offset();
    raw.push_back(is_real(encoding.type) ? steps
                                         : std::clamp(std::nearbyint(steps), lowest, highest));
  }
  if (is_packed(encoding.type)) return pack(encoding.type, raw);
  if (encoding.type == STRING) {
    std::vector<std::string> texts;
    for (const double value : raw) texts.push_back(std::to_string(std::lround(value)));
    return as_byte_vector(serialised(texts));
  }
  std::vector<std::byte> bytes;
  for (const double value : raw) store_one(encoding.type, value, bytes);
  return bytes;
}

std::vector<double> decode(const Encoding& encoding, std::span<const std::byte> bytes) {
  if (encoding.type == STRING) return texts_of(bytes);
  std::vector<double> reals(element_count(encoding.shape));
  for (std::size_t i = 0; i < reals.size(); ++i) {
    const double raw = is_packed(encoding.type) ? unpack(encoding.type, bytes, i)
                                                : load_one(encoding.type, bytes, i);
    reals[i] = (raw - encoding.offset()) * encoding.scale(i);
  }
  return reals;
}

}  // namespace litezoo::test
