#include "inspector/precision.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "inspector/read.h"
#include "tests/builder/classifier.h"
#include "tests/inspector/shared_models.h"
#include "tests/support/graph_builder.h"

using namespace litezoo;
using enum BuiltinOperator;
using enum TensorType;

namespace {

// A fully connected layer; `unpack` puts DEQUANTIZE between stored and used weights.
std::string class_of(TensorType activation, TensorType weights, bool unpack = false) {
  test::GraphBuilder b;
  const int x = b.input(activation, {1, 2}, test::quantized(1, 0));
  const std::vector<std::byte> data(32);
  int w = b.constant_bytes(weights, {2, 2}, data, test::quantized(1, 0));
  if (unpack) {
    const int unpacked = b.tensor(activation, {2, 2});
    b.op(DEQUANTIZE, {w}, {unpacked});
    w = unpacked;
  }
  b.op(FULLY_CONNECTED, {x, w, -1}, {b.output(activation, {1, 2})}, FullyConnectedOptions{});
  return inspector::precision_class(b.graph());
}

}  // namespace

TEST_CASE("the precision class tells how weights meet activations") {
  struct Case {
    TensorType activation, weights;
    bool unpack;
    const char* want;
  };
  const Case cases[] = {
      {FLOAT32, FLOAT32, false, "float32"},
      {FLOAT32, FLOAT16, true, "float16"},
      {FLOAT32, INT8, false, "dynamic-range"},
      {FLOAT32, INT8, true, "weight-only"},
      {FLOAT32, INT4, false, "int4"},
      {INT8, INT8, false, "int8"},
      {INT8, INT4, false, "int8"},
      {UINT8, UINT8, false, "uint8"},
      {INT16, INT8, false, "int16x8"},
      {INT16, INT16, false, "int16"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.want);
    CHECK(class_of(c.activation, c.weights, c.unpack) == c.want);
  }
}

TEST_CASE("models made at three precisions are recognised") {
  using builder::Precision;
  struct Case {
    Precision precision;
    const char* want;
  };
  const Case cases[] = {
      {Precision::float32, "float32"}, {Precision::float16, "float16"}, {Precision::int8, "int8"}};
  for (const Case& c : cases) {
    CAPTURE(c.want);
    const auto bytes = builder::classifier({.width = 0.25, .precision = c.precision});
    const auto read = inspector::read_graph(bytes, c.want);
    CHECK(inspector::precision_class(read.graph) == c.want);
  }
}

TEST_CASE("without weights the activations decide") {
  test::GraphBuilder b;
  const int x = b.input(UINT8, {4}, test::quantized(1, 0));
  b.op(RELU, {x}, {b.output(UINT8, {4}, test::quantized(1, 0))});
  CHECK(inspector::precision_class(b.graph()) == "uint8");
  CHECK(inspector::precision_class(Graph{}) == "none");
}

TEST_CASE("precision classes agree in meaning with the kinds of the shared models") {
  const auto folder = test::shared_models();
  if (folder.empty()) {
    MESSAGE("no ../shared/models here (or $LITEZOO_SHARED): nothing to compare with");
    return;
  }
  // Kinds that mean one of our classes; the others list element types.
  const std::map<std::string, std::set<std::string>> meanings = {
      {"float32", {"float32", "integer"}},
      {"fp16-weights", {"float16"}},
      {"sparse+fp16-weights", {"float16"}},
      {"dynamic-range/hybrid-int8", {"dynamic-range", "weight-only"}},
      {"int8-perchannel", {"int8", "int16x8"}},  // the kind looks at the weights alone
      {"int8", {"int8"}},
      {"INT8", {"int8"}},
      {"uint8", {"uint8"}},
      {"UINT8", {"uint8"}},
      {"int16x8", {"int16x8", "int8"}},  // LSTM cells keep int16 state between int8 steps
      {"INT16", {"int16"}},
      {"none", {"none"}},
      {"STRING", {"integer"}},
      {"INT32", {"integer"}},
  };
  // Mixed files, where the kind goes by the float tensors and the class by most weights.
  const std::map<std::string, std::string> mixed = {
      {"gh-google-ai-edge-LiteRT/add_quantized.bin", "uint8"},
      {"gh-google-ai-edge-LiteRT/add_quantized_int8.bin", "int8"},
      {"gh-google-ai-edge-ai-edge-quantizer/partly_quantized_mnist.tflite", "int8"},
      {"gh-google-lyra/lyragan.tflite", "int8"},
      {"gh-google-lyra/soundstream_encoder.tflite", "int8"},
      {"gh-tensorflow-tflite-micro/audio_preprocessor_float.tflite", "int16"},
      {"gh-tensorflow-tflite-micro/person_detect_vela.tflite", "int8"},
  };
  const auto manifest = nlohmann::json::parse(read_text_file(folder / "manifest.json"));
  std::size_t compared = 0;
  for (const auto& model : manifest["models"]) {
    const std::string file = model["file"], kind = model["kind"];
    const auto meaning = meanings.find(kind);
    if (meaning == meanings.end()) continue;
    const MappedFile mapped(folder / file);
    const auto read =
        inspector::read_graph(mapped.bytes(), file, inspector::OtherSchemaVersions::accepted);
    const std::string got = inspector::precision_class(read.graph);
    CAPTURE(file);
    CAPTURE(kind);
    CAPTURE(got);
    const auto exception = mixed.find(file);
    if (exception != mixed.end()) CHECK(got == exception->second);
    if (exception == mixed.end()) CHECK(meaning->second.contains(got));
    ++compared;
  }
  MESSAGE("compared ", compared, " models");
  CHECK(compared > 400);
}
