#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/graph.h"
#include "base/nouns.h"
#include "inspector/archive.h"

namespace litezoo::inspector {

// TFLITE_METADATA: what the publisher wrote into the file for those who use it. All texts are as
// written and may be hostile.

enum class FileType {
  unknown,
  descriptions,
  axis_labels,
  value_labels,
  score_calibration,
  vocabulary,
  scann_index
};

// "axis-labels", "vocabulary", ...
std::string_view to_string(FileType type) noexcept;

struct AssociatedFile {
  std::string name, description, locale, version;
  FileType type = FileType::unknown;
};

enum class ContentKind { unknown, feature, image, bounding_box, audio };

// "image", "bounding-box", ...
std::string_view to_string(ContentKind kind) noexcept;

struct Normalization {
  std::vector<float> mean, std;  // one, or one a channel: (value - mean) / std
};

struct ScoreCalibration {
  std::string transformation;  // "identity", "log", "inverse-logistic"
  float default_score = 0;
};

// How a text becomes numbers: the vocabulary or model files it takes.
struct Tokenizer {
  std::string kind;  // "bert", "sentencepiece", "regex"
  std::string delimiter;
  std::vector<AssociatedFile> files;
};

struct ProcessUnits {
  std::vector<Normalization> normalization;
  std::vector<ScoreCalibration> calibration;
  std::vector<float> score_thresholds;
  std::vector<Tokenizer> tokenizers;
};

struct TensorMetadata {
  std::string name, description;
  std::vector<std::string> dimension_names;
  ContentKind content = ContentKind::unknown;
  std::string color_space;                         // images: "rgb", "grayscale" or empty
  std::uint32_t width = 0, height = 0;             // images: default size, 0 = not said
  std::uint32_t sample_rate_hz = 0, channels = 0;  // audio
  std::string box_type, coordinates;               // boxes: "boundaries", ...; "ratio" or "pixel"
  std::vector<std::uint32_t> box_order;            // boxes: which number is which edge
  std::vector<std::int32_t> value_range;           // empty or {min, max}
  ProcessUnits process;
  std::vector<float> min, max;
  std::vector<AssociatedFile> files;
};

struct TensorGroup {
  std::string name;
  std::vector<std::string> tensors;
};

struct SubgraphMetadata {
  std::string name, description;
  std::vector<TensorMetadata> inputs, outputs;  // by position in the subgraph's own lists
  ProcessUnits input_process, output_process;
  std::vector<TensorGroup> input_groups, output_groups;
  std::vector<std::string> custom_metadata;  // names
  std::vector<AssociatedFile> files;
};

struct FileMetadata {
  std::string name, description, version, author, license, min_parser_version;
  std::vector<SubgraphMetadata> subgraphs;
  std::vector<AssociatedFile> files;
};

// nullopt when the graph has no TFLITE_METADATA or it is damaged; the latter adds a finding.
std::optional<FileMetadata> read_metadata(const Graph& graph, std::vector<Finding>& findings);

// The file that names the classes: axis or value labels of the first output that has some, the
// variant without a locale first; nullptr when there is none.
const AssociatedFile* label_file(const FileMetadata& metadata);

// Its lines, from the archive appended to the model; damage or absence adds a finding.
std::vector<std::string> read_labels(std::span<const std::byte> file,
                                     const std::optional<Archive>& archive,
                                     const FileMetadata& metadata, std::vector<Finding>& findings);

// The catalog's summary.
ModelMetadata summary(const FileMetadata& metadata, const std::optional<Archive>& archive,
                      std::vector<std::string> labels);

}  // namespace litezoo::inspector
