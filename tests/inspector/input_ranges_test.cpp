#include "inspector/input_ranges.h"

#include <doctest/doctest.h>

#include <functional>
#include <limits>

#include "inspector/metadata_schema_generated.h"
#include "tests/support/graph_builder.h"

using namespace litezoo;
using namespace litezoo::test;
namespace format = litezoo::schema::metadata;

namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

// What the metadata of one input says: its statistics, and for images how they are normalised.
struct Said {
  std::vector<float> low{}, high{}, mean{}, deviation{};
};

// Metadata of a model with that one input; the bytes stay in `b`.
void describe(flatbuffers::FlatBufferBuilder& b, const Said& said, Graph& graph) {
  std::vector<flatbuffers::Offset<format::ProcessUnit>> units;
  flatbuffers::Offset<format::Content> content;
  if (!said.mean.empty()) {
    const auto image = format::CreateImageProperties(b, 1);
    content = format::CreateContent(b, format::ContentProperties::ImageProperties, image.Union());
    const auto normalization =
        format::CreateNormalizationOptionsDirect(b, &said.mean, &said.deviation);
    units.push_back(format::CreateProcessUnit(b, format::ProcessUnitOptions::NormalizationOptions,
                                              normalization.Union()));
  }
  const std::vector inputs{
      format::CreateTensorMetadataDirect(b, "x", nullptr, nullptr, content, &units,
                                         format::CreateStatsDirect(b, &said.high, &said.low))};
  const std::vector subgraphs{format::CreateSubGraphMetadataDirect(b, nullptr, nullptr, &inputs)};
  b.Finish(format::CreateModelMetadataDirect(b, "model", nullptr, nullptr, &subgraphs), "M001");
  graph.metadata.push_back(
      {"TFLITE_METADATA", std::as_bytes(std::span(b.GetBufferPointer(), b.GetSize()))});
}

}  // namespace

TEST_CASE("an input that is an index is kept within what it looks up") {
  struct Case {
    const char* name;
    std::function<void(GraphBuilder&)> build;
    double last;  // the largest index that makes sense; -1 = nothing is known
  };
  const auto table = [](GraphBuilder& b) { return b.tensor(TensorType::FLOAT32, {5, 3}); };
  const auto ids = [](GraphBuilder& b) { return b.input(TensorType::INT32, {1, 4}); };
  const auto floats = [](GraphBuilder& b) { return b.output(TensorType::FLOAT32); };
  const Case cases[] = {
      {"GATHER",
       [&](GraphBuilder& b) {
         const int x = ids(b);
         b.op(BuiltinOperator::GATHER, {table(b), x}, {floats(b)}, GatherOptions{});
       },
       4},
      {"GATHER along the last axis",
       [&](GraphBuilder& b) {
         const int x = ids(b);
         b.op(BuiltinOperator::GATHER, {table(b), x}, {floats(b)}, GatherOptions{.axis = -1});
       },
       2},
      {"GATHER along an axis that is not there",
       [&](GraphBuilder& b) {
         const int x = ids(b);
         b.op(BuiltinOperator::GATHER, {table(b), x}, {floats(b)}, GatherOptions{.axis = 9});
       },
       -1},
      {"EMBEDDING_LOOKUP",
       [&](GraphBuilder& b) {
         const int x = ids(b);
         b.op(BuiltinOperator::EMBEDDING_LOOKUP, {x, table(b)}, {floats(b)});
       },
       4},
      {"ONE_HOT",
       [&](GraphBuilder& b) {
         const int x = ids(b);
         const int depth = b.constant<std::int32_t>({}, {11});
         b.op(BuiltinOperator::ONE_HOT, {x, depth, b.tensor(TensorType::FLOAT32), x}, {floats(b)},
              OneHotOptions{});
       },
       10},
      {"GATHER_ND by rows of two",
       [&](GraphBuilder& b) {
         const int x = b.input(TensorType::INT64, {7, 2});
         b.op(BuiltinOperator::GATHER_ND, {table(b), x}, {floats(b)});
       },
       2},
      {"SCATTER_ND",
       [&](GraphBuilder& b) {
         const int x = b.input(TensorType::INT32, {7, 1});
         const int shape = b.constant<std::int32_t>({2}, {9, 2});
         b.op(BuiltinOperator::SCATTER_ND, {x, table(b), shape}, {floats(b)});
       },
       8},
      {"the way of a float through a cast and a reshape",
       [&](GraphBuilder& b) {
         const int x = b.input(TensorType::FLOAT32, {1, 4});
         const int whole = b.tensor(TensorType::INT32, {1, 4});
         const int flat = b.tensor(TensorType::INT32, {4});
         b.op(BuiltinOperator::CAST, {x}, {whole}).op(BuiltinOperator::RESHAPE, {whole}, {flat});
         b.op(BuiltinOperator::GATHER, {table(b), flat}, {floats(b)}, GatherOptions{});
       },
       4},
      {"two tables: the smaller one decides",
       [&](GraphBuilder& b) {
         const int x = ids(b);
         const int small = b.tensor(TensorType::FLOAT32, {3, 2});
         b.op(BuiltinOperator::EMBEDDING_LOOKUP, {x, table(b)}, {floats(b)});
         b.op(BuiltinOperator::EMBEDDING_LOOKUP, {x, small}, {floats(b)});
       },
       2},
      {"a table that is itself the input",
       [&](GraphBuilder& b) {
         const int x = b.input(TensorType::FLOAT32, {5, 3});
         const int at = b.constant<std::int32_t>({1}, {0});
         b.op(BuiltinOperator::GATHER, {x, at}, {floats(b)}, GatherOptions{});
       },
       -1},
      {"arithmetic in between",
       [&](GraphBuilder& b) {
         const int x = ids(b);
         const int sum = b.tensor(TensorType::INT32, {1, 4});
         b.op(BuiltinOperator::ADD, {x, x}, {sum}, AddOptions{});
         b.op(BuiltinOperator::GATHER, {table(b), sum}, {floats(b)}, GatherOptions{});
       },
       -1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    GraphBuilder b;
    c.build(b);
    const auto ranges = inspector::input_ranges(b.graph());
    REQUIRE(ranges.size() == 1);
    CHECK(ranges[0].has_value() == (c.last >= 0));
    if (ranges[0]) CHECK(*ranges[0] == ValueRange{0, c.last});
  }
}

TEST_CASE("a table of changing size tells no limit") {
  GraphBuilder b;
  const int x = b.input(TensorType::INT32, {4});
  const int table = b.tensor(TensorType::FLOAT32, {1, 3});
  b.tensor_at(table).shape_signature = {-1, 3};
  b.op(BuiltinOperator::GATHER, {table, x}, {b.output(TensorType::FLOAT32)}, GatherOptions{});
  CHECK_FALSE(inspector::input_ranges(b.graph())[0]);
}

TEST_CASE("the publisher's ranges count, whether they are steps or real numbers") {
  struct Case {
    const char* name;
    TensorType type;
    Quantization quantization;
    Said said;
    std::optional<ValueRange> range;
  };
  const Case cases[] = {
      {"float", TensorType::FLOAT32, {}, {{0}, {255}}, ValueRange{0, 255}},
      {"float, by channel", TensorType::FLOAT32, {}, {{-3, -1}, {5, 4}}, ValueRange{-1, 4}},
      {"float, channels apart", TensorType::FLOAT32, {}, {{0, 9}, {1, 10}}, ValueRange{0, 1}},
      {"steps", TensorType::UINT8, quantized(0.0078125F, 127), {{0}, {255}}, ValueRange{0, 255}},
      {"real numbers",
       TensorType::INT8,
       quantized(0.0078125F, 0),
       {{-1}, {1}},
       ValueRange{-128, 128}},
      {"not quantised", TensorType::INT32, {}, {{0}, {30521}}, ValueRange{0, 30521}},
      {"not a number", TensorType::FLOAT32, {}, {{kNone}, {1}}, {}},
      {"upside down", TensorType::FLOAT32, {}, {{1}, {-1}}, {}},
      {"no maximum", TensorType::FLOAT32, {}, {{1}, {}}, {}},
      {"pixels", TensorType::FLOAT32, {}, {{}, {}, {127.5F}, {127.5F}}, ValueRange{-1, 1}},
      {"pixels of bytes", TensorType::UINT8, {}, {{}, {}, {127.5F}, {127.5F}}, {}},
      {"deviation of zero", TensorType::FLOAT32, {}, {{}, {}, {127.5F}, {0}}, {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    GraphBuilder b;
    const int x = b.input(c.type, {1, 4}, c.quantization);
    b.op(BuiltinOperator::RELU, {x}, {b.output(c.type, {1, 4})});
    flatbuffers::FlatBufferBuilder bytes;
    describe(bytes, c.said, b.graph());
    const auto ranges = inspector::input_ranges(b.graph());
    REQUIRE(ranges.size() == 1);
    REQUIRE(ranges[0].has_value() == c.range.has_value());
    if (c.range) CHECK(*ranges[0] == *c.range);
  }
}

TEST_CASE("a graph without inputs or subgraphs has no ranges") {
  CHECK(inspector::input_ranges(Graph{}).empty());
  CHECK(inspector::input_ranges(GraphBuilder().graph()).empty());
}
