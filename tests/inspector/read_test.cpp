#include "inspector/read.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "tests/builder/classifier.h"
#include "tests/builder/write_tflite.h"
#include "tests/support/graph_builder.h"

using namespace litezoo;
using enum BuiltinOperator;

namespace {

std::string refusal(const std::vector<std::byte>& bytes) {
  try {
    inspector::read_graph(bytes, "m.tflite");
    return "accepted";
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::corrupt);
    return error.what();
  }
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

// One ADD of two inputs.
void add_one(test::GraphBuilder& b) {
  const int x = b.input(TensorType::FLOAT32, {2, 3});
  const int y = b.constant<float>({3}, {1, 2, 3});
  b.op(ADD, {x, y}, {b.output(TensorType::FLOAT32, {2, 3})}, AddOptions{});
}

}  // namespace

TEST_CASE("a graph that was written is read back") {
  test::GraphBuilder b;
  add_one(b);
  b.graph().description = "made for a test";
  const auto bytes = builder::write_tflite(b.graph());
  const auto [graph, findings] = inspector::read_graph(bytes, "m.tflite");
  CHECK(findings.empty());
  CHECK(graph.description == "made for a test");
  REQUIRE(graph.subgraphs.size() == 1);
  const Subgraph& main = graph.subgraphs[0];
  REQUIRE(main.operators.size() == 1);
  CHECK(main.operators[0].code == ADD);
  CHECK(std::holds_alternative<AddOptions>(main.operators[0].options));
  CHECK(main.tensors[1].data.size() == 3 * sizeof(float));
  CHECK(main.tensors[0].shape == std::vector<std::int32_t>{2, 3});
}

TEST_CASE("every truncation of a model is refused, none is read out of bounds") {
  const auto bytes = builder::classifier({.width = 0.25, .image_side = 32});
  for (std::size_t size = 8; size < bytes.size(); size += 1 + size / 16) {
    CAPTURE(size);
    const std::vector<std::byte> cut(bytes.begin(),
                                     bytes.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(contains(refusal(cut), "m.tflite"));
  }
}

TEST_CASE("flipped bits give an answer or an error") {
  const auto bytes = builder::classifier({.width = 0.25, .image_side = 32});
  std::uint32_t state = 1;
  int refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::byte> mutant = bytes;
    for (int flip = 0; flip < 3; ++flip) {
      state = state * 1664525 + 1013904223;
      // Tables lie at both ends of the file.
      const std::size_t near = (state >> 8) % 3000;
      const std::size_t at = (state & 128) != 0 ? near : mutant.size() - 1 - near;
      mutant[at] ^= static_cast<std::byte>(1U << (state >> 28 & 7));
    }
    if (refusal(mutant) != "accepted") ++refused;
  }
  CHECK(refused > 100);
}

TEST_CASE("what would lead a reader out of bounds is refused with its place") {
  struct Case {
    const char* name;
    void (*damage)(Graph& graph);
    const char* message;
  };
  const Case cases[] = {
      {"operator input", [](Graph& g) { g.subgraphs[0].operators[0].inputs[0] = 77; },
       "names tensor 77"},
      {"operator output", [](Graph& g) { g.subgraphs[0].operators[0].outputs[0] = -1; },
       "names tensor -1"},
      {"subgraph output", [](Graph& g) { g.subgraphs[0].outputs[0] = 9; }, "names tensor 9"},
      {"short constant", [](Graph& g) { g.subgraphs[0].tensors[1].shape = {4}; },
       "its data has 12 bytes, its shape asks for 16"},
      {"huge shape",
       [](Graph& g) {
         g.subgraphs[0].tensors[0].shape = {1 << 30, 1 << 30, 1 << 30};
       },
       "a shape that no memory can hold"},
      {"negative shape", [](Graph& g) { g.subgraphs[0].tensors[0].shape = {-7}; },
       "a shape that no memory can hold"},
      {"element type",
       [](Graph& g) { g.subgraphs[0].tensors[0].type = static_cast<TensorType>(99); },
       "element type 99"},
      {"write to constant", [](Graph& g) { g.subgraphs[0].operators[0].outputs[0] = 1; },
       "writes to constant tensor 1"},
      {"scales",
       [](Graph& g) {
         g.subgraphs[0].tensors[0].quantization = test::quantized_by(1, {1, 2});
       },
       "2 scales for the 3 slices of dimension 1"},
      {"scale axis",
       [](Graph& g) {
         g.subgraphs[0].tensors[0].quantization = test::quantized_by(5, {1, 2});
       },
       "dimension 5 of 2"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    test::GraphBuilder b;
    add_one(b);
    c.damage(b.graph());
    const std::string message = refusal(builder::write_tflite(b.graph()));
    CAPTURE(message);
    CHECK(contains(message, c.message));
  }
}

TEST_CASE("subgraphs that call each other in a circle are refused") {
  test::GraphBuilder b;
  const int x = b.input(TensorType::BOOL, {1});
  b.op(IF, {x}, {b.output(TensorType::BOOL, {1})},
       IfOptions{.then_subgraph_index = 1, .else_subgraph_index = 1});
  b.subgraph();
  const int y = b.input(TensorType::BOOL, {1});
  b.op(WHILE, {y}, {b.output(TensorType::BOOL, {1})},
       WhileOptions{.cond_subgraph_index = 0, .body_subgraph_index = 0});
  CHECK(contains(refusal(builder::write_tflite(b.graph())), "in a circle"));
}

TEST_CASE("a call of a subgraph that is not there is refused") {
  test::GraphBuilder b;
  const int x = b.input(TensorType::BOOL, {1});
  b.op(IF, {x}, {b.output(TensorType::BOOL, {1})},
       IfOptions{.then_subgraph_index = 1, .else_subgraph_index = 4});
  b.subgraph();
  CHECK(contains(refusal(builder::write_tflite(b.graph())), "calls subgraph 4"));
}

TEST_CASE("oddities that LiteRT tolerates become findings") {
  struct Case {
    const char* code;
    void (*change)(Graph& graph);
  };
  const Case cases[] = {
      {"options-mismatch", [](Graph& g) { g.subgraphs[0].operators[0].options = {}; }},
      {"long-constant", [](Graph& g) { g.subgraphs[0].tensors[1].shape = {2}; }},
      {"unset-dimension",
       [](Graph& g) {
         g.subgraphs[0].tensors[0].shape = {-1, 3};
       }},
      {"odd-scale",
       [](Graph& g) { g.subgraphs[0].tensors[0].quantization = test::quantized(-1, 0); }},
      {"signature",
       [](Graph& g) { g.signatures.push_back({.key = "serve", .subgraph = 5, .inputs = {}}); }},
      {"no-subgraphs", [](Graph& g) { g.subgraphs.clear(); }},
  };
  for (const Case& c : cases) {
    CAPTURE(c.code);
    test::GraphBuilder b;
    add_one(b);
    c.change(b.graph());
    const auto bytes = builder::write_tflite(b.graph());
    const auto read = inspector::read_graph(bytes, "m.tflite");
    REQUIRE(read.findings.size() == 1);
    CHECK(read.findings[0].code == c.code);
    CHECK(read.graph.signatures.empty());
  }
}

TEST_CASE("a schema version other than 3 is looked at only when asked for") {
  test::GraphBuilder b;
  add_one(b);
  b.graph().schema_version = 2;
  const auto bytes = builder::write_tflite(b.graph());
  CHECK(contains(refusal(bytes), "schema version 2"));
  const auto read =
      inspector::read_graph(bytes, "m.tflite", inspector::OtherSchemaVersions::accepted);
  REQUIRE(read.findings.size() == 1);
  CHECK(read.findings[0].code == "schema-version");
}

TEST_CASE("hostile names are shown escaped and shortened") {
  test::GraphBuilder b;
  add_one(b);
  b.tensor_at(1).name = "\x1b[2Jevil\n" + std::string(500, 'x');
  b.tensor_at(1).shape = {4};
  const std::string message = refusal(builder::write_tflite(b.graph()));
  CHECK(message.find('\x1b') == std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
  CHECK(message.size() < 250);
}
