#include "inspector/report.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/file.h"
#include "tests/builder/classifier.h"
#include "tests/inspector/shared_models.h"

using namespace litezoo;

TEST_CASE("a report tells cost, memory and verdicts without reading the weights") {
  auto bytes = builder::classifier({.width = 0.25, .image_side = 32});
  const auto before = inspector::report_on(bytes, "m");
  CHECK(before.cost.macs > 0);
  CHECK(before.statistics.empty());
  CHECK_FALSE(before.compressed_share);
  CHECK_FALSE(before.optimization.has_statistics);
  CHECK(inspector::least_memory(before).count ==
        before.inspection.weight_bytes.count + before.memory[0].peak.count);
  // Other weights, the same report.
  for (const Tensor& tensor : before.graph.subgraphs[0].tensors) {
    if (tensor.type != TensorType::FLOAT32) continue;
    const auto at = static_cast<std::size_t>(tensor.data.data() - bytes.data());
    for (std::size_t i = 0; i < tensor.data.size(); ++i) bytes[at + i] = std::byte{1};
  }
  const auto after = inspector::report_on(bytes, "m");
  CHECK(after.inspection.precision == before.inspection.precision);
  CHECK(after.xnnpack.delegated_nodes == before.xnnpack.delegated_nodes);
}

TEST_CASE("every verdict has a source, and a rule for each of its nodes") {
  const auto folder = test::shared_models();
  if (folder.empty()) {
    MESSAGE("no ../shared/models here (or $LITEZOO_SHARED): nothing to look at");
    return;
  }
  const auto manifest = nlohmann::json::parse(read_text_file(folder / "manifest.json"));
  for (const auto& model : manifest["models"]) {
    const std::string file = model["file"];
    CAPTURE(file);
    const MappedFile mapped(folder / file);
    const auto report = inspector::report_on(mapped.bytes(), file);
    for (const auto& row : report.compatibility) {
      CAPTURE(row.target);
      CHECK_FALSE(row.source.empty());
      CHECK_FALSE(row.reason.empty());
      CHECK(row.nodes.size() == row.rules.size());
    }
  }
}

TEST_CASE("measured weights are told to be compressible or not") {
  const auto bytes = builder::classifier({.width = 0.5, .image_side = 32});
  const auto report = inspector::report_on(bytes, "m", inspector::Weights::measured);
  REQUIRE(report.compressed_share);
  CHECK(*report.compressed_share > 0.5);
  CHECK(*report.compressed_share <= 1);
  CHECK(report.statistics.size() > 5);
}

TEST_CASE("published multiply-accumulates and parameters are met") {
  const auto folder = test::shared_models();
  if (folder.empty()) {
    MESSAGE("no ../shared/models here (or $LITEZOO_SHARED): nothing to compare with");
    return;
  }
  struct Case {
    const char* file;
    double millions_of_macs, millions_of_parameters;
    const char* source;
  };
  const Case cases[] = {
      {"gh-tensorflow-tflite-support/mobilenet_v2_1.0_224_quant.tflite", 300, 3.4,
       "Sandler et al. 2018, table 4"},
      {"gh-google-coral-test_data/tf2_mobilenet_v2_1.0_224_ptq.tflite", 300, 3.4,
       "Sandler et al. 2018, table 4"},
      {"gh-google-coral-test_data/mobilenet_v1_0.25_128_quant.tflite", 14, 0.47,
       "MobileNet_v1.md of tensorflow/models"},
      {"gh-tensorflow-tflite-support/yamnet_audio_classifier_with_metadata.tflite", 69.2, 3.7,
       "README of YAMNet in tensorflow/models"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.file);
    CAPTURE(c.source);
    const MappedFile mapped(folder / c.file);
    const auto report = inspector::report_on(mapped.bytes(), c.file);
    CHECK(static_cast<double>(report.cost.macs) / 1e6 ==
          doctest::Approx(c.millions_of_macs).epsilon(0.03));
    CHECK(static_cast<double>(report.cost.parameters) / 1e6 ==
          doctest::Approx(c.millions_of_parameters).epsilon(0.04));
  }
}
