#pragma once

#include <flatbuffers/flatbuffers.h>

#include <string>
#include <vector>

#include "inspector/source.h"

namespace litezoo::inspector {

// Copies of a verified FlatBuffer's vectors and strings; an absent one is empty. Only for this
// module's .cpp files: it brings in the FlatBuffers header.

template <typename T, typename U>
std::vector<T> copy_vector(const flatbuffers::Vector<U>* vector, Source& source) {
  if (vector == nullptr) return {};
  source.charge(vector->size() * sizeof(T));
  std::vector<T> result;
  result.reserve(vector->size());
  for (const auto value : *vector) result.push_back(static_cast<T>(value));
  return result;
}

inline std::string copy_string(const flatbuffers::String* text, Source& source) {
  if (text == nullptr) return {};
  source.charge(text->size());
  return text->str();
}

inline std::span<const std::byte> view_bytes(const flatbuffers::Vector<std::uint8_t>* vector) {
  if (vector == nullptr) return {};
  return {reinterpret_cast<const std::byte*>(vector->data()), vector->size()};
}

}  // namespace litezoo::inspector
