#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/runtime/kernels/strings.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {

TEST_CASE("SKIP_GRAM lists word sequences with a limited number left out") {
  const auto run = [](SkipGramOptions options, const std::string& sentence) {
    GraphBuilder b;
    const int x = b.input(TensorType::STRING, {1});
    b.op(BuiltinOperator::SKIP_GRAM, {x}, {b.output(TensorType::STRING)}, options);
    return run_graph(b.graph(), {serialised({sentence})}).outputs[0].bytes;
  };
  const auto strings = [](const std::vector<std::string>& list) {
    return as_byte_vector(serialised(list));
  };
  CHECK(run({.ngram_size = 1, .max_skip_size = 0}, "a b c") == strings({"a", "b", "c"}));
  CHECK(run({.ngram_size = 2, .max_skip_size = 0}, "a b c") == strings({"a b", "b c"}));
  CHECK(run({.ngram_size = 2, .max_skip_size = 1}, "a b c d") ==
        strings({"a b", "a c", "b c", "b d", "c d"}));
  CHECK(run({.ngram_size = 2, .max_skip_size = 0, .include_all_ngrams = true}, "a b") ==
        strings({"a b", "a", "b"}));
  CHECK(run({.ngram_size = 3, .max_skip_size = 0}, "a b") == strings({}));
  CHECK(run({.ngram_size = 3, .include_all_ngrams = true}, "a b") == strings({}));
  CHECK(run({.ngram_size = 2, .max_skip_size = 0}, "") == strings({}));
  CHECK(run({.ngram_size = 1, .max_skip_size = 0}, "a  b\tc ") == strings({"a", "b", "c"}));
  CHECK(run({.ngram_size = 1, .max_skip_size = 0}, " a b") == strings({"b"}));
  CHECK_THROWS_AS(run({.ngram_size = 0, .max_skip_size = 0}, "a"), Error);
  std::string many;
  for (int i = 0; i < 200; ++i) many += "w ";
  CHECK_THROWS_AS(run({.ngram_size = 10, .max_skip_size = 200}, many), Error);
}

}  // namespace litezoo::test
