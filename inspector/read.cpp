#include "inspector/read.h"

#include <flatbuffers/flatbuffers.h>
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "inspector/archive.h"
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
  throw Error(ErrorKind::corrupt,
              fmt::format("{} is {}; {}", name, container.description, container.advice));
}

const schema::Model& verified_model(std::span<const std::byte> bytes, const Source& source) {
  // A FlatBuffer ends before 2 GiB; what lies behind are weights, found by Buffer.offset.
  const std::size_t size = std::min<std::size_t>(bytes.size(), FLATBUFFERS_MAX_BUFFER_SIZE - 1);
  // A table takes 4 bytes and the reference to it 4 more: files without sharing stay below this.
  const std::size_t tables = std::min<std::size_t>(size / 4 + 64, 50'000'000);
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(data, size, kDeepest, static_cast<flatbuffers::uoffset_t>(tables));
  if (!schema::VerifyModelBuffer(verifier)) {
    source.fail(
        fmt::format("its tables lead outside its {} bytes: the file is truncated or "
                    "damaged; download it again",
                    bytes.size()));
  }
  return *schema::GetModel(data);
}

}  // namespace

ReadResult read_graph(std::span<const std::byte> bytes, const std::string& name,
                      OtherSchemaVersions other_versions) {
  require_tflite(bytes, name);
  Source source(bytes, name);
  const schema::Model& model = verified_model(bytes, source);
  if (model.version() != kSchemaVersion) {
    const std::string fault =
        fmt::format("it has schema version {}, runtimes want 3; convert the original model again",
                    model.version());
    if (other_versions == OtherSchemaVersions::refused) source.fail(fault);
    source.findings.add("schema-version", fault);
  }
  Graph graph = walk(model, source);
  if (const auto archive = find_archive(bytes)) graph.flatbuffer_bytes = archive->start;
  validate(graph, source);
  return {std::move(graph), source.findings.take()};
}

}  // namespace litezoo::inspector
