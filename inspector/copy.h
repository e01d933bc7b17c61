#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "inspector/source.h"

namespace litezoo::inspector {

// Copies of a verified FlatBuffer's vectors and strings; an absent one is empty. `Vector` and
// `String` are FlatBuffers' own, which only .cpp files may name.

template <typename T, typename Vector>
std::vector<T> copy_vector(const Vector* vector, Source& source) {
  if (vector == nullptr) return {};
  source.charge(vector->size() * sizeof(T));
  std::vector<T> result;
  result.reserve(vector->size());
  // The verifier does not see to the alignment of 8-byte elements.
  for (std::size_t i = 0; i < vector->size(); ++i) {
    typename Vector::value_type value{};
    std::memcpy(&value, vector->Data() + i * sizeof(value), sizeof(value));
    result.push_back(static_cast<T>(value));
  }
  return result;
}

template <typename String>
std::string copy_string(const String* text, Source& source) {
  if (text == nullptr) return {};
  source.charge(text->size());
  return text->str();
}

template <typename ByteVector>
std::span<const std::byte> view_bytes(const ByteVector* vector) {
  if (vector == nullptr) return {};
  return {reinterpret_cast<const std::byte*>(vector->data()), vector->size()};
}

}  // namespace litezoo::inspector
