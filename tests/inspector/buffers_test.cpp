#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "inspector/inspect.h"
#include "inspector/memory.h"
#include "tests/builder/classifier.h"
#include "tests/inspector/shared_models.h"

// Reading a model without its Buffer tables, as over a network.

using namespace litezoo;
using inspector::BufferTables;
using nlohmann::json;

namespace {

inspector::ReadResult read(std::span<const std::byte> bytes, BufferTables buffer_tables) {
  return inspector::read_graph(bytes, "m", inspector::OtherSchemaVersions::accepted, buffer_tables);
}

std::size_t offset_in(std::span<const std::byte> bytes, const std::byte* place) {
  return static_cast<std::size_t>(place - bytes.data());
}

// Which constants the two readings see differently.
std::vector<std::string> differences(const Graph& a, const Graph& b) {
  std::vector<std::string> result;
  for (std::size_t s = 0; s < a.subgraphs.size(); ++s) {
    const auto& tensors = a.subgraphs[s].tensors;
    for (std::size_t t = 0; t < tensors.size(); ++t) {
      if (tensors[t].data.size() == b.subgraphs[s].tensors[t].data.size()) continue;
      result.push_back(tensors[t].name);
    }
  }
  return result;
}

}  // namespace

TEST_CASE("a model is described the same without its buffer tables") {
  const auto bytes = builder::classifier({.width = 0.5, .image_side = 32});
  const json followed = inspector::inspect(bytes, "m");
  const json inferred = inspector::inspect(bytes, "m", BufferTables::inferred);
  CHECK(followed == inferred);
}

TEST_CASE("inferring does not look at the weights' buffer tables") {
  auto bytes = builder::classifier({.width = 0.5, .image_side = 32});
  const json before = inspector::inspect(bytes, "m");
  const auto graph = read(bytes, BufferTables::followed).graph;
  std::size_t damaged = 0;
  for (const Tensor& tensor : graph.subgraphs[0].tensors) {
    if (tensor.data.size() < 256) continue;
    // The length and what stands before it is the end of the Buffer table.
    const std::size_t at = offset_in(bytes, tensor.data.data());
    std::memset(bytes.data() + at - 8, 0xff, 8 + tensor.data.size());
    ++damaged;
  }
  REQUIRE(damaged > 5);
  CHECK_THROWS_AS(inspector::inspect(bytes, "m"), Error);
  // The last table in the file has no next one to be measured by, so it may be followed.
  try {
    CHECK(json(inspector::inspect(bytes, "m", BufferTables::inferred)) == before);
  } catch (const Error& error) {
    FAIL(error.what());
  }
}

TEST_CASE("every shared model is described the same without its buffer tables") {
  const auto folder = test::shared_models();
  if (folder.empty()) {
    MESSAGE("no ../shared/models here (or $LITEZOO_SHARED): nothing to compare with");
    return;
  }
  const json manifest = json::parse(read_text_file(folder / "manifest.json"));
  for (const json& model : manifest["models"]) {
    const std::string file = model["file"];
    CAPTURE(file);
    const MappedFile mapped(folder / file);
    const auto followed = read(mapped.bytes(), BufferTables::followed);
    const auto inferred = read(mapped.bytes(), BufferTables::inferred);
    CHECK(differences(followed.graph, inferred.graph) == std::vector<std::string>{});
    CHECK(json(inspector::inspect(mapped.bytes(), followed)) ==
          json(inspector::inspect(mapped.bytes(), inferred)));
  }
}
