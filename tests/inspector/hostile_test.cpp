#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include "base/error.h"
#include "inspector/report.h"
#include "inspector/schema_generated.h"
#include "inspector/validate.h"
#include "tests/builder/classifier.h"

// Files made to lead a reader astray. Each must end in Error(corrupt), never in a wrong read.
// FlatBuffers refer forwards only, so that tables cannot be cyclic; subgraphs that call each other
// in a circle are in read_test.cpp.

using namespace litezoo;

namespace {

using Bytes32 = std::vector<std::byte>;

Bytes32 sound_model() {
  return builder::classifier({.width = 0.25, .image_side = 32});
}

void put(Bytes32& bytes, std::size_t at, std::uint32_t value) {
  REQUIRE(at + sizeof(value) <= bytes.size());
  std::memcpy(bytes.data() + at, &value, sizeof(value));
}

std::size_t place_of(const Bytes32& bytes, const void* pointer) {
  return static_cast<std::size_t>(static_cast<const std::byte*>(pointer) - bytes.data());
}

std::string refusal(const Bytes32& bytes, inspector::BufferTables buffer_tables) {
  try {
    inspector::report_on(bytes, "m.tflite", inspector::Weights::untouched, buffer_tables);
    return "accepted";
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::corrupt);
    return error.what();
  }
}

const schema::Model& model_of(const Bytes32& bytes) {
  return *schema::GetModel(bytes.data());
}

}  // namespace

TEST_CASE("damaged tables are refused, whichever way buffers are read") {
  struct Case {
    const char* name;
    void (*damage)(Bytes32& bytes);
  };
  const Case cases[] = {
      {"the root outside", [](Bytes32& b) { put(b, 0, 0x7fffffff); }},
      {"a vtable before the file",
       [](Bytes32& b) { put(b, place_of(b, &model_of(b)), 0x7fffffff); }},
      {"a vtable behind the file",
       [](Bytes32& b) { put(b, place_of(b, &model_of(b)), 0x80000001); }},
      {"2^31 subgraphs",
       [](Bytes32& b) { put(b, place_of(b, model_of(b).subgraphs()), 0x80000000); }},
      {"2^32 - 1 buffers",
       [](Bytes32& b) { put(b, place_of(b, model_of(b).buffers()), 0xffffffff); }},
      {"2^31 - 1 tensors",
       [](Bytes32& b) {
         put(b, place_of(b, model_of(b).subgraphs()->Get(0)->tensors()), 0x7fffffff);
       }},
      {"a tensor's table outside",
       [](Bytes32& b) {
         put(b, place_of(b, model_of(b).subgraphs()->Get(0)->tensors()->Data()), 0x7ffffff0);
       }},
      {"a name of 2^31 characters",
       [](Bytes32& b) {
         put(b, place_of(b, model_of(b).subgraphs()->Get(0)->tensors()->Get(0)->name()),
             0x80000000);
       }},
      {"a buffer's table outside",
       [](Bytes32& b) { put(b, place_of(b, model_of(b).buffers()->Data()) + 4, 0x7ffffff0); }},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Bytes32 bytes = sound_model();
    c.damage(bytes);
    CHECK(refusal(bytes, inspector::BufferTables::followed) != "accepted");
    CHECK(refusal(bytes, inspector::BufferTables::inferred) != "accepted");
  }
}

TEST_CASE("a buffer of 2^31 bytes is refused when it is followed") {
  Bytes32 bytes = sound_model();
  std::size_t damaged = 0;
  for (const auto* buffer : *model_of(bytes).buffers()) {
    if (buffer->data() == nullptr) continue;
    put(bytes, place_of(bytes, buffer->data()), 0x80000000);
    ++damaged;
  }
  REQUIRE(damaged > 0);
  CHECK(refusal(bytes, inspector::BufferTables::followed) != "accepted");
}

namespace {

// Newer releases of FlatBuffers ask for the alignment too.
template <typename Builder>
void start_numbers(Builder& b, std::size_t count) {
  if constexpr (requires { b.StartVector(count, sizeof(std::int32_t), alignof(std::int32_t)); }) {
    b.StartVector(count, sizeof(std::int32_t), alignof(std::int32_t));
  } else {
    b.StartVector(count, sizeof(std::int32_t));
  }
}

}  // namespace

TEST_CASE("8-byte numbers that lie on multiples of 4 only are read all the same") {
  // Its length counts 8-byte zero points, its place is that of 4-byte elements: the verifier lets
  // it pass, and every other pad puts it between two multiples of 8.
  for (const bool padded : {false, true}) {
    flatbuffers::FlatBufferBuilder b;
    if (padded) b.CreateVector(std::vector<std::int32_t>{7});
    start_numbers(b, 4);
    for (const std::int32_t half : {-1, -3, 0, 5}) b.PushElement(half);
    const flatbuffers::Offset<flatbuffers::Vector<std::int64_t>> zero_points(b.EndVector(2));
    const auto scales = b.CreateVector(std::vector<float>{0.5F, 0.25F});
    const auto quantisation = schema::CreateQuantizationParameters(
        b, 0, 0, scales, zero_points, schema::QuantizationDetails::NONE, 0, 0);
    const auto shape = b.CreateVector(std::vector<std::int32_t>{2});
    const auto tensor = schema::CreateTensor(b, shape, static_cast<std::int8_t>(TensorType::INT8),
                                             0, b.CreateString("t"), quantisation);
    const auto subgraph = schema::CreateSubGraph(b, b.CreateVector(std::vector{tensor}),
                                                 b.CreateVector(std::vector<int>{0}),
                                                 b.CreateVector(std::vector<int>{0}));
    const auto subgraphs = b.CreateVector(std::vector{subgraph});
    schema::FinishModelBuffer(b, schema::CreateModel(b, 3, 0, subgraphs));
    const auto* const first = reinterpret_cast<const std::byte*>(b.GetBufferPointer());
    const Bytes32 bytes(first, first + b.GetSize());
    const auto report = inspector::report_on(bytes, "m.tflite");
    const auto& read = report.graph.subgraphs[0].tensors[0].quantization.zero_point;
    REQUIRE(read.size() == 2);
    CHECK(read[0] == std::int64_t{5});
    CHECK(read[1] == std::int64_t{-3});
  }
}

TEST_CASE("a list that names one table many times is refused before its table is looked at") {
  constexpr std::size_t kTimes = 500'000;
  for (const std::string list : {"tensors", "operators"}) {
    CAPTURE(list);
    flatbuffers::FlatBufferBuilder b;
    // Whoever looks finds a buffer, or an operator code, that is not there.
    const auto tensor = schema::CreateTensor(b, 0, 0, 99);
    const auto op = schema::CreateOperator(b, 99);
    const auto tensors = b.CreateVector(std::vector(list == "operators" ? 0 : kTimes, tensor));
    const auto operators = b.CreateVector(std::vector(list == "operators" ? kTimes : 0, op));
    const auto subgraph = schema::CreateSubGraph(b, tensors, 0, 0, operators);
    const auto subgraphs = b.CreateVector(std::vector{subgraph});
    schema::FinishModelBuffer(b, schema::CreateModel(b, 3, 0, subgraphs));
    const auto* const first = reinterpret_cast<const std::byte*>(b.GetBufferPointer());
    const Bytes32 bytes(first, first + b.GetSize());
    CHECK(refusal(bytes, inspector::BufferTables::followed).find("unfolded") != std::string::npos);
  }
}

TEST_CASE("many tensors in many other files are told by a few findings") {
  // Every tensor's file looked for from the start would be billions of steps.
  constexpr std::uint32_t kCount = 100'000;
  Graph graph;
  graph.subgraphs.resize(1);
  graph.subgraphs[0].tensors.resize(kCount);
  graph.external_buffers.resize(kCount);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    graph.subgraphs[0].tensors[i].external_buffer = i + 1;
    graph.external_buffers[i].id = kCount - i;
    graph.external_buffers[i].file = std::to_string(kCount - i) + ".bin";
  }
  graph.subgraphs[0].tensors[1].external_buffer = kCount + 1;
  inspector::Source source({}, "m.tflite");
  inspector::validate(graph, source);
  const auto findings = source.findings.take();
  REQUIRE(findings.size() == 9);
  CHECK(findings[0].message.ends_with("has its data in '1.bin'"));
  CHECK(findings[1].message.ends_with("has its data in a file that is not named"));
  CHECK(findings[7].message.ends_with("has its data in '8.bin'"));
  CHECK(findings[8].message == "and 99992 more like this");
}

TEST_CASE("a small file whose tables share one long text does not unfold") {
  flatbuffers::FlatBufferBuilder b;
  const auto name = b.CreateString(std::string(100'000, 'n'));
  const auto tensor = schema::CreateTensor(b, 0, 0, 0, name);
  const std::vector tensors(200'000, tensor);
  const auto subgraph =
      schema::CreateSubGraph(b, b.CreateVector(tensors), b.CreateVector(std::vector<int>{}),
                             b.CreateVector(std::vector<int>{}));
  const auto subgraphs = b.CreateVector(std::vector{subgraph});
  schema::FinishModelBuffer(b, schema::CreateModel(b, 3, 0, subgraphs));
  const auto* const first = reinterpret_cast<const std::byte*>(b.GetBufferPointer());
  const Bytes32 bytes(first, first + b.GetSize());
  CHECK(bytes.size() < 1'000'000);
  CHECK(refusal(bytes, inspector::BufferTables::followed).find("unfolded") != std::string::npos);
}
