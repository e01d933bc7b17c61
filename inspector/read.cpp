#include "inspector/read.h"

#include <flatbuffers/flatbuffers.h>
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "inspector/archive.h"
#include "inspector/bundle.h"
#include "inspector/container.h"
#include "inspector/schema_generated.h"
#include "inspector/source.h"
#include "inspector/validate.h"
#include "inspector/walk.h"

namespace litezoo::inspector {
namespace {

// The deepest real nesting is Model > SubGraph > Tensor > Quantization > details.
constexpr flatbuffers::uoffset_t kDeepest = 16;
constexpr std::uint32_t kSchemaVersion = 3;

void require_tflite(std::span<const std::byte> bytes, const std::string& name) {
  const Container& container = recognise(bytes);
  if (container.kind == ContainerKind::tflite) return;
  std::string advice(container.advice);
  ErrorKind kind = ErrorKind::corrupt;
  if (container.kind == ContainerKind::zip) read_directory(bytes, name);
  const auto models = models_in_bundle(bytes);
  if (!models.empty()) {
    kind = ErrorKind::usage;
    advice = fmt::format(
        "name the model inside it: '{}!{}'{}", name, escape_for_terminal(models.front().name),
        models.size() > 1 ? fmt::format(", or one of {} more", models.size() - 1) : std::string());
  }
  throw Error(kind, fmt::format("{} is {}; {}", name, container.description, advice));
}

// A Model whose Buffer tables are not looked at, only the vector that lists them.
struct ModelWithoutBuffers : private flatbuffers::Table {
  bool Verify(flatbuffers::Verifier& verifier) const {
    using flatbuffers::uoffset_t;
    using schema::Model;
    return VerifyTableStart(verifier) &&
           VerifyField<std::uint32_t>(verifier, Model::VT_VERSION, sizeof(std::uint32_t)) &&
           VerifyOffset(verifier, Model::VT_BUFFERS) &&
           verifier.VerifyVector(
               GetPointer<const flatbuffers::Vector<uoffset_t>*>(Model::VT_BUFFERS)) &&
           verify_text(verifier, Model::VT_DESCRIPTION) &&
           verify_tables<schema::OperatorCode>(verifier, Model::VT_OPERATOR_CODES) &&
           verify_tables<schema::SubGraph>(verifier, Model::VT_SUBGRAPHS) &&
           verify_tables<schema::Metadata>(verifier, Model::VT_METADATA) &&
           verify_tables<schema::SignatureDef>(verifier, Model::VT_SIGNATURE_DEFS) &&
           verify_tables<schema::ExternalBufferGroup>(verifier, Model::VT_EXTERNAL_BUFFER_GROUPS) &&
           verify_tables<schema::ExternalBuffer>(verifier, Model::VT_EXTERNAL_BUFFERS) &&
           verifier.EndTable();
  }

 private:
  bool verify_text(const flatbuffers::Verifier& verifier, flatbuffers::voffset_t field) const {
    return VerifyOffset(verifier, field) &&
           verifier.VerifyString(GetPointer<const flatbuffers::String*>(field));
  }
  template <typename T>
  bool verify_tables(flatbuffers::Verifier& verifier, flatbuffers::voffset_t field) const {
    using Tables = flatbuffers::Vector<flatbuffers::Offset<T>>;
    const auto* const tables =
        VerifyOffset(verifier, field) ? GetPointer<const Tables*>(field) : nullptr;
    if (tables == nullptr) return GetOptionalFieldOffset(field) == 0;
    return verifier.VerifyVector(tables) && verifier.VerifyVectorOfTables(tables);
  }
};

const schema::Model& verified_model(std::span<const std::byte> bytes, BufferTables buffer_tables,
                                    const Source& source) {
  // A FlatBuffer ends before 2 GiB; what lies behind are weights, found by Buffer.offset.
  const std::size_t size = std::min<std::size_t>(bytes.size(), FLATBUFFERS_MAX_BUFFER_SIZE - 1);
  // A table takes 4 bytes and the reference to it 4 more: files without sharing stay below this.
  const std::size_t tables = std::min<std::size_t>(size / 4 + 64, 50'000'000);
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(data, size, kDeepest, static_cast<flatbuffers::uoffset_t>(tables));
  const bool is_sound = buffer_tables == BufferTables::followed
                            ? schema::VerifyModelBuffer(verifier)
                            : verifier.VerifyBuffer<ModelWithoutBuffers>(schema::ModelIdentifier());
  if (!is_sound) {
    source.fail(
        fmt::format("its tables lead outside its {} bytes: the file is truncated or "
                    "damaged; download it again",
                    bytes.size()));
  }
  return *schema::GetModel(data);
}

}  // namespace

ReadResult read_graph(std::span<const std::byte> bytes, const std::string& name,
                      OtherSchemaVersions other_versions, BufferTables buffer_tables) {
  require_tflite(bytes, name);
  Source source(bytes, name);
  const schema::Model& model = verified_model(bytes, buffer_tables, source);
  if (model.version() != kSchemaVersion) {
    const std::string fault =
        fmt::format("it has schema version {}, runtimes want 3; convert the original model again",
                    model.version());
    if (other_versions == OtherSchemaVersions::refused) source.fail(fault);
    source.findings.add("schema-version", fault);
  }
  Graph graph = walk(model, buffer_tables, source);
  if (const auto archive = find_archive(bytes)) graph.flatbuffer_bytes = archive->start;
  validate(graph, source);
  return {std::move(graph), source.findings.take()};
}

}  // namespace litezoo::inspector
