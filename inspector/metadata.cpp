#include "inspector/metadata.h"

#include <flatbuffers/flatbuffers.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "inspector/copy.h"
#include "inspector/metadata_schema_generated.h"
#include "inspector/stamps.h"

namespace litezoo::inspector {
namespace {

namespace format = schema::metadata;

constexpr std::size_t kLargestLabelFile = std::size_t{32} << 20;
// The longest real lists name a hundred thousand places.
constexpr std::ptrdiff_t kMostLabels = 250'000;

template <std::size_t N>
std::string name_of(int value, const std::array<std::string_view, N>& names) {
  return value >= 0 && static_cast<std::size_t>(value) < N
             ? std::string(names[static_cast<std::size_t>(value)])
             : std::string();
}

constexpr std::array<std::string_view, 3> kColorSpaces = {"", "rgb", "grayscale"};
constexpr std::array<std::string_view, 4> kBoxTypes = {"", "boundaries", "upper-left", "center"};
constexpr std::array<std::string_view, 2> kCoordinates = {"ratio", "pixel"};
constexpr std::array<std::string_view, 3> kTransformations = {"identity", "log",
                                                              "inverse-logistic"};

// Reads every element of a vector of tables; an absent vector is empty.
template <typename Vector, typename Read>
auto each(const Vector* tables, Source& source, Read read) {
  std::vector<decltype(read(*tables->Get(0), source))> result;
  if (tables == nullptr) return result;
  for (const auto* table : *tables) {
    source.charge(64);
    result.push_back(read(*table, source));
  }
  return result;
}

AssociatedFile read_file(const format::AssociatedFile& table, Source& source) {
  AssociatedFile file{.name = copy_string(table.name(), source),
                      .description = copy_string(table.description(), source),
                      .locale = copy_string(table.locale(), source),
                      .version = copy_string(table.version(), source)};
  if (table.type() > 0 && table.type() <= static_cast<int>(FileType::scann_index)) {
    file.type = static_cast<FileType>(table.type());
  }
  return file;
}

void read_content(const format::Content* content, TensorMetadata& tensor, Source& source) {
  if (content == nullptr) return;
  if (const auto* range = content->range()) tensor.value_range = {range->min(), range->max()};
  const auto type = static_cast<int>(content->content_properties_type());
  if (type <= static_cast<int>(ContentKind::audio)) tensor.content = static_cast<ContentKind>(type);
  if (const auto* image = content->content_properties_as_ImageProperties()) {
    tensor.color_space = name_of(image->color_space(), kColorSpaces);
    if (const auto* size = image->default_size()) {
      tensor.width = size->width();
      tensor.height = size->height();
    }
  }
  if (const auto* box = content->content_properties_as_BoundingBoxProperties()) {
    tensor.box_type = name_of(box->type(), kBoxTypes);
    tensor.coordinates = name_of(box->coordinate_type(), kCoordinates);
    tensor.box_order = copy_vector<std::uint32_t>(box->index(), source);
  }
  if (const auto* audio = content->content_properties_as_AudioProperties()) {
    tensor.sample_rate_hz = audio->sample_rate();
    tensor.channels = audio->channels();
  }
}

void read_unit(const format::ProcessUnit& unit, ProcessUnits& units, Source& source) {
  if (const auto* normalization = unit.options_as_NormalizationOptions()) {
    units.normalization.push_back({.mean = copy_vector<float>(normalization->mean(), source),
                                   .std = copy_vector<float>(normalization->std(), source)});
  } else if (const auto* calibration = unit.options_as_ScoreCalibrationOptions()) {
    units.calibration.push_back(
        {.transformation = name_of(calibration->score_transformation(), kTransformations),
         .default_score = calibration->default_score()});
  } else if (const auto* threshold = unit.options_as_ScoreThresholdingOptions()) {
    units.score_thresholds.push_back(threshold->global_score_threshold());
  } else if (const auto* bert = unit.options_as_BertTokenizerOptions()) {
    units.tokenizers.push_back(
        {.kind = "bert", .delimiter = {}, .files = each(bert->vocab_file(), source, read_file)});
  } else if (const auto* regex = unit.options_as_RegexTokenizerOptions()) {
    units.tokenizers.push_back({.kind = "regex",
                                .delimiter = copy_string(regex->delim_regex_pattern(), source),
                                .files = each(regex->vocab_file(), source, read_file)});
  } else if (const auto* pieces = unit.options_as_SentencePieceTokenizerOptions()) {
    Tokenizer tokenizer{.kind = "sentencepiece",
                        .delimiter = {},
                        .files = each(pieces->sentencepiece_model(), source, read_file)};
    for (AssociatedFile& file : each(pieces->vocab_file(), source, read_file)) {
      tokenizer.files.push_back(std::move(file));
    }
    units.tokenizers.push_back(std::move(tokenizer));
  }
}

template <typename Vector>
ProcessUnits read_units(const Vector* tables, Source& source) {
  ProcessUnits units;
  if (tables == nullptr) return units;
  for (const auto* table : *tables) {
    source.charge(32);
    read_unit(*table, units, source);
  }
  return units;
}

template <typename Vector>
std::vector<std::string> read_strings(const Vector* strings, Source& source) {
  std::vector<std::string> result;
  if (strings == nullptr) return result;
  for (const auto* text : *strings) {
    source.charge(sizeof(std::string));
    result.push_back(copy_string(text, source));
  }
  return result;
}

TensorMetadata read_tensor(const format::TensorMetadata& table, Source& source) {
  TensorMetadata tensor;
  tensor.name = copy_string(table.name(), source);
  tensor.description = copy_string(table.description(), source);
  tensor.dimension_names = read_strings(table.dimension_names(), source);
  read_content(table.content(), tensor, source);
  tensor.process = read_units(table.process_units(), source);
  if (const auto* stats = table.stats()) {
    tensor.min = copy_vector<float>(stats->min(), source);
    tensor.max = copy_vector<float>(stats->max(), source);
  }
  tensor.files = each(table.associated_files(), source, read_file);
  return tensor;
}

TensorGroup read_group(const format::TensorGroup& table, Source& source) {
  return {.name = copy_string(table.name(), source),
          .tensors = read_strings(table.tensor_names(), source)};
}

SubgraphMetadata read_subgraph(const format::SubGraphMetadata& table, Source& source) {
  SubgraphMetadata subgraph;
  subgraph.name = copy_string(table.name(), source);
  subgraph.description = copy_string(table.description(), source);
  subgraph.inputs = each(table.input_tensor_metadata(), source, read_tensor);
  subgraph.outputs = each(table.output_tensor_metadata(), source, read_tensor);
  subgraph.input_process = read_units(table.input_process_units(), source);
  subgraph.output_process = read_units(table.output_process_units(), source);
  subgraph.input_groups = each(table.input_tensor_groups(), source, read_group);
  subgraph.output_groups = each(table.output_tensor_groups(), source, read_group);
  subgraph.files = each(table.associated_files(), source, read_file);
  subgraph.custom_metadata =
      each(table.custom_metadata(), source, [](const format::CustomMetadata& custom, Source& s) {
        return copy_string(custom.name(), s);
      });
  return subgraph;
}

FileMetadata read_model(const format::ModelMetadata& table, Source& source) {
  FileMetadata result;
  result.name = copy_string(table.name(), source);
  result.description = copy_string(table.description(), source);
  result.version = copy_string(table.version(), source);
  result.author = copy_string(table.author(), source);
  result.license = copy_string(table.license(), source);
  result.min_parser_version = copy_string(table.min_parser_version(), source);
  result.subgraphs = each(table.subgraph_metadata(), source, read_subgraph);
  result.files = each(table.associated_files(), source, read_file);
  return result;
}

const AssociatedFile* best_labels(const std::vector<AssociatedFile>& files) {
  const AssociatedFile* best = nullptr;
  for (const AssociatedFile& file : files) {
    if (file.type != FileType::axis_labels && file.type != FileType::value_labels) continue;
    if (best == nullptr || (file.locale.empty() && !best->locale.empty())) best = &file;
  }
  return best;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines = split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  for (std::string& line : lines) {
    if (line.ends_with('\r')) line.pop_back();
  }
  return lines;
}

}  // namespace

std::string_view to_string(FileType type) noexcept {
  constexpr auto kNames =
      std::to_array<std::string_view>({"unknown", "descriptions", "axis-labels", "value-labels",
                                       "score-calibration", "vocabulary", "scann-index"});
  return kNames[static_cast<std::size_t>(type)];
}

std::string_view to_string(ContentKind kind) noexcept {
  constexpr auto kNames =
      std::to_array<std::string_view>({"unknown", "feature", "image", "bounding-box", "audio"});
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<FileMetadata> read_metadata(const Graph& graph, std::vector<Finding>& findings) {
  const auto bytes = metadata_entry(graph, "TFLITE_METADATA");
  if (bytes.empty()) return std::nullopt;
  // The entry may lie anywhere in the file; FlatBuffers wants its start aligned.
  const std::vector<std::byte> aligned(bytes.begin(), bytes.end());
  const auto* data = reinterpret_cast<const std::uint8_t*>(aligned.data());
  flatbuffers::Verifier verifier(data, aligned.size());
  if (!format::VerifyModelMetadataBuffer(verifier)) {
    findings.push_back({"metadata", "TFLITE_METADATA is damaged and left out"});
    return std::nullopt;
  }
  try {
    Source source(aligned, "TFLITE_METADATA");
    return read_model(*format::GetModelMetadata(data), source);
  } catch (const Error& error) {
    findings.push_back({"metadata", error.what()});
    return std::nullopt;
  }
}

const AssociatedFile* label_file(const FileMetadata& metadata) {
  for (const SubgraphMetadata& subgraph : metadata.subgraphs) {
    for (const TensorMetadata& output : subgraph.outputs) {
      if (const AssociatedFile* file = best_labels(output.files)) return file;
    }
    if (const AssociatedFile* file = best_labels(subgraph.files)) return file;
  }
  return best_labels(metadata.files);
}

std::vector<std::string> read_labels(std::span<const std::byte> file,
                                     const std::optional<Archive>& archive,
                                     const FileMetadata& metadata, std::vector<Finding>& findings) {
  const AssociatedFile* labels = label_file(metadata);
  if (labels == nullptr) return {};
  const std::string shown = escape_for_terminal(labels->name);
  if (!archive) {
    findings.push_back({"labels", fmt::format("label file '{}' is not in the file", shown)});
    return {};
  }
  const auto entry = std::ranges::find(archive->entries, labels->name, &ArchiveEntry::name);
  if (entry == archive->entries.end()) {
    findings.push_back({"labels", fmt::format("label file '{}' is not in the archive", shown)});
    return {};
  }
  try {
    const std::vector<std::byte> bytes = read_entry(file, *entry, kLargestLabelFile);
    if (std::ranges::count(bytes, std::byte{'\n'}) <= kMostLabels) return lines_of(as_text(bytes));
    findings.push_back(
        {"labels", fmt::format("label file '{}' has more than {} lines and is left out", shown,
                               kMostLabels)});
    return {};
  } catch (const Error& error) {
    findings.push_back({"labels", error.what()});
    return {};
  }
}

ModelMetadata summary(const FileMetadata& metadata, const std::optional<Archive>& archive,
                      std::vector<std::string> labels) {
  ModelMetadata result;
  result.name = metadata.name;
  result.description = metadata.description;
  result.version = metadata.version;
  result.author = metadata.author;
  result.license = metadata.license;
  result.min_parser_version = metadata.min_parser_version;
  if (archive) {
    for (const ArchiveEntry& entry : archive->entries) {
      result.associated_files.push_back(entry.name);
    }
  }
  result.labels = std::move(labels);
  return result;
}

}  // namespace litezoo::inspector
