#include "runtime/kernels/string_tensor.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/serialized_strings.h"
#include "tests/runtime/kernels/strings.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {

TEST_CASE("serialised strings are read back, empty ones too") {
  const auto bytes = as_byte_vector(serialised({"lite", "", "zoo"}));
  const auto strings = parse_strings(bytes);
  REQUIRE(strings);
  REQUIRE(strings->size() == 3);
  CHECK((*strings)[0] == "lite");
  CHECK((*strings)[1].empty());
  CHECK((*strings)[2] == "zoo");
  CHECK(parse_strings({})->empty());
}

TEST_CASE("strings are serialised as the format says") {
  const std::vector<std::string_view> texts = {"lite", "", "zoo"};
  CHECK(serialize_strings(texts) == as_byte_vector(serialised({"lite", "", "zoo"})));
  CHECK(serialize_strings({}) == as_byte_vector(serialised({})));
}

TEST_CASE("strings whose count or offsets lie are refused") {
  struct Case {
    const char* name;
    std::vector<std::int32_t> words;
  };
  const Case cases[] = {
      {"negative count", {-1, 8}},
      {"more strings than bytes", {1000000, 8, 8}},
      {"count near the limit", {2147483647, 8, 8}},
      {"only a count", {0}},
      {"an offset into the head", {1, 4, 12}},
      {"an offset past the end", {1, 12, 13}},
      {"a negative offset", {1, -12, 12}},
      {"backwards", {2, 20, 16, 20, 0}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK_FALSE(parse_strings(std::as_bytes(std::span(c.words))));
  }
}

TEST_CASE("GATHER picks strings") {
  GraphBuilder b;
  const int x = b.input(TensorType::STRING, {3});
  const int i = b.input(TensorType::INT32, {2});
  b.op(BuiltinOperator::GATHER, {x, i}, {b.output(TensorType::STRING)}, GatherOptions{});
  const auto words = serialised({"ape", "bear", "cat"});
  const RunResult result = run_graph(b.graph(), {words, std::vector<std::int32_t>{2, 0}});
  CHECK(result.outputs[0].bytes == as_byte_vector(serialised({"cat", "ape"})));
  const std::vector<std::int8_t> broken(16, 1);
  CHECK_THROWS_AS(run_graph(b.graph(), {broken, std::vector<std::int32_t>{2, 0}}), Error);
}

}  // namespace litezoo::test
