#include "inspector/metadata.h"

#include <doctest/doctest.h>

#include "base/file.h"
#include "inspector/inspect.h"
#include "inspector/metadata_schema_generated.h"
#include "inspector/stamps.h"
#include "tests/inspector/shared_models.h"
#include "tests/support/zip.h"

using namespace litezoo;
namespace format = litezoo::schema::metadata;

namespace {

std::span<const std::byte> bytes_of(const flatbuffers::FlatBufferBuilder& b) {
  return std::as_bytes(std::span(b.GetBufferPointer(), b.GetSize()));
}

// An image classifier's metadata with all that a publisher may say.
void write(flatbuffers::FlatBufferBuilder& b) {
  const auto size = format::CreateImageSize(b, 224, 192);
  const auto image = format::CreateImageProperties(b, 1, size);
  const auto content =
      format::CreateContent(b, format::ContentProperties::ImageProperties, image.Union());
  const std::vector<float> mean{127.5F}, deviation{128.0F}, low{-1.0F}, high{1.0F};
  const auto normalization = format::CreateNormalizationOptionsDirect(b, &mean, &deviation);
  const std::vector units{format::CreateProcessUnit(
      b, format::ProcessUnitOptions::NormalizationOptions, normalization.Union())};
  const auto input =
      format::CreateTensorMetadataDirect(b, "image", "what to look at", nullptr, content, &units,
                                         format::CreateStatsDirect(b, &high, &low));
  const std::vector files{format::CreateAssociatedFileDirect(b, "labels_fr.txt", nullptr, 2, "fr"),
                          format::CreateAssociatedFileDirect(b, "labels.txt", nullptr, 2)};
  const auto output =
      format::CreateTensorMetadataDirect(b, "score", nullptr, nullptr, 0, nullptr, 0, &files);
  const std::vector inputs{input}, outputs{output};
  const std::vector subgraphs{
      format::CreateSubGraphMetadataDirect(b, nullptr, nullptr, &inputs, &outputs)};
  b.Finish(format::CreateModelMetadataDirect(b, "Flowers", "names flowers", "v1", &subgraphs,
                                             "somebody", "Apache-2.0"),
           "M001");
}

}  // namespace

TEST_CASE("metadata is read in full") {
  flatbuffers::FlatBufferBuilder b;
  write(b);
  Graph graph;
  graph.metadata.push_back({"TFLITE_METADATA", bytes_of(b)});
  std::vector<Finding> findings;
  const auto metadata = inspector::read_metadata(graph, findings);
  REQUIRE(metadata);
  CHECK(findings.empty());
  CHECK(metadata->name == "Flowers");
  CHECK(metadata->license == "Apache-2.0");
  REQUIRE(metadata->subgraphs.size() == 1);
  REQUIRE(metadata->subgraphs[0].inputs.size() == 1);
  const auto& input = metadata->subgraphs[0].inputs[0];
  CHECK(input.content == inspector::ContentKind::image);
  CHECK(input.color_space == "rgb");
  CHECK(input.width == 224);
  CHECK(input.height == 192);
  REQUIRE(input.process.normalization.size() == 1);
  CHECK(input.process.normalization[0].mean == std::vector<float>{127.5F});
  CHECK(input.min == std::vector<float>{-1.0F});
  CHECK(input.max == std::vector<float>{1.0F});
  const auto* labels = inspector::label_file(*metadata);
  REQUIRE(labels != nullptr);
  CHECK(labels->name == "labels.txt");
}

TEST_CASE("damaged metadata is a finding, never a crash") {
  flatbuffers::FlatBufferBuilder b;
  write(b);
  const auto whole = bytes_of(b);
  int damaged = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::vector<std::byte> mutant(whole.begin(), whole.end());
    mutant[at] ^= std::byte{0x81};
    Graph graph;
    graph.metadata.push_back({"TFLITE_METADATA", mutant});
    std::vector<Finding> findings;
    if (!inspector::read_metadata(graph, findings)) {
      CHECK(findings.size() == 1);
      ++damaged;
    }
  }
  CHECK(damaged > 10);
}

TEST_CASE("labels come from the archive behind the model") {
  const auto folder = test::shared_models();
  if (folder.empty()) {
    MESSAGE("no ../shared/models here (or $LITEZOO_SHARED): nothing to read");
    return;
  }
  struct Case {
    const char* file;
    std::size_t labels;
    const char* first;
  };
  const Case cases[] = {
      {"gh-google-coral-test_data/mobilenet_v1_0.25_128_quant.tflite", 1001, "background"},
      {"gh-tensorflow-tflite-support/yamnet_audio_classifier_with_metadata.tflite", 521, "Speech"},
      {"gh-tensorflow-tflite-support/deeplabv3.tflite", 21, "background"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.file);
    const MappedFile file(folder / c.file);
    const Inspection inspection = inspector::inspect(file.bytes(), c.file);
    REQUIRE(inspection.metadata);
    REQUIRE(inspection.metadata->labels.size() == c.labels);
    CHECK(inspection.metadata->labels[0] == c.first);
  }
}

TEST_CASE("a label file that is a bomb is a finding") {
  inspector::FileMetadata metadata;
  metadata.files = {{.name = "labels.txt", .type = inspector::FileType::axis_labels}};
  struct Case {
    const char* name;
    std::string content;
    std::size_t labels;
    const char* finding;
  };
  const Case cases[] = {
      {"two labels", "cat\ndog\n", 2, ""},
      {"many labels", std::string(250'000, '\n'), 250'000, ""},
      {"too many", std::string(250'001, '\n'), 0, "more than 250000 lines"},
      {"32 MB that were 33 kB", std::string(std::size_t{32} << 20, '\n'), 0, "bomb"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto file = test::zip({{"labels.txt", c.content, true}});
    std::vector<Finding> findings;
    const auto labels =
        inspector::read_labels(file, inspector::find_archive(file), metadata, findings);
    CHECK(labels.size() == c.labels);
    REQUIRE(findings.size() == (*c.finding == '\0' ? 0 : 1));
    if (!findings.empty()) CHECK(findings[0].message.find(c.finding) != std::string::npos);
  }
}

TEST_CASE("a chip stamp and the runtime version are read up to their zeros") {
  std::vector<char> stamp(250, '\0');
  std::string_view("Qualcomm").copy(stamp.data(), 8);
  std::string_view("SM8650").copy(stamp.data() + 125, 6);
  const std::string version("1.14.0\0\0\0\0\0\0\0\0\0\0", 16);
  Graph graph;
  graph.metadata.push_back({"LiteRtStamp", std::as_bytes(std::span(stamp))});
  graph.metadata.push_back({"min_runtime_version", as_bytes(version)});
  const auto chip = inspector::read_chip_stamp(graph);
  REQUIRE(chip);
  CHECK(chip->maker == "Qualcomm");
  CHECK(chip->model == "SM8650");
  CHECK(inspector::min_runtime_version(graph) == "1.14.0");
  CHECK_FALSE(inspector::read_conversion(graph));
}
