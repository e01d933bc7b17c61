#pragma once

#include "base/nouns.h"

namespace litezoo::catalog {

// What is known of a model or an artifact, with what it lacks taken from another source: a field
// that says something is never changed. Places an artifact can be had from are joined.
Model filled(Model known, const Model& other);
Artifact filled(Artifact known, const Artifact& other);

// Puts `value` into an empty `field`; true when it did.
template <typename T>
bool fill(T& field, const T& value) {
  if (!(field == T{}) || value == T{}) return false;
  field = value;
  return true;
}

}  // namespace litezoo::catalog
