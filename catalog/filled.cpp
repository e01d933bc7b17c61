#include "catalog/filled.h"

#include <algorithm>

namespace litezoo::catalog {

Model filled(Model known, const Model& other) {
  for (const auto field : {&Model::publisher, &Model::task, &Model::description,
                           &Model::architecture, &Model::dataset, &Model::license, &Model::link}) {
    fill(known.*field, other.*field);
  }
  fill(known.domains, other.domains);
  fill(known.languages, other.languages);
  return known;
}

Artifact filled(Artifact known, const Artifact& other) {
  fill(known.revision, other.revision);
  fill(known.sha256, other.sha256);
  fill(known.size, other.size);
  fill(known.precision, other.precision);
  for (const auto& place : other.references) {
    if (std::ranges::find(known.references, place) == known.references.end()) {
      known.references.push_back(place);
    }
  }
  return known;
}

}  // namespace litezoo::catalog
