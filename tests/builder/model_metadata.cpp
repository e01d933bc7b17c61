#include "tests/builder/model_metadata.h"

#include <flatbuffers/flatbuffers.h>

#include <array>
#include <span>
#include <string>
#include <utility>

namespace litezoo::builder {
namespace {

// Field numbers of the metadata format's ModelMetadata table.
enum Field : flatbuffers::voffset_t {
  kName = 0,
  kDescription = 1,
  kVersion = 2,
  kAuthor = 4,
  kLicense = 5,
  kMinParserVersion = 7,
};

}  // namespace

std::vector<std::byte> write_metadata(const ModelMetadata& metadata) {
  flatbuffers::FlatBufferBuilder file;
  const std::array<std::pair<Field, const std::string*>, 6> fields = {{
      {kName, &metadata.name},
      {kDescription, &metadata.description},
      {kVersion, &metadata.version},
      {kAuthor, &metadata.author},
      {kLicense, &metadata.license},
      {kMinParserVersion, &metadata.min_parser_version},
  }};
  std::vector<std::pair<Field, flatbuffers::Offset<flatbuffers::String>>> strings;
  for (const auto& [field, text] : fields) {
    if (!text->empty()) strings.emplace_back(field, file.CreateString(*text));
  }
  const auto start = file.StartTable();
  for (const auto& [field, text] : strings) {
    file.AddOffset(flatbuffers::FieldIndexToOffset(field), text);
  }
  file.Finish(flatbuffers::Offset<flatbuffers::Table>(file.EndTable(start)), "M001");
  const auto bytes = std::as_bytes(std::span(file.GetBufferPointer(), file.GetSize()));
  return {bytes.begin(), bytes.end()};
}

}  // namespace litezoo::builder
