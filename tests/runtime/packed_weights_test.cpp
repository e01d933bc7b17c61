#include "runtime/xnnpack/packed_weights.h"

#include <doctest/doctest.h>

#include "tests/support/random_values.h"
#include "tests/support/run_graph.h"

namespace litezoo {
namespace {

using test::GraphBuilder;

constexpr std::int32_t kSide = 64;  // of a matrix, large enough to be shared

// Two signatures that multiply with the same matrix, the second one twice.
class TwoSignatures {
 public:
  TwoSignatures() {
    const std::vector<std::int32_t> shape{kSide, kSide};
    const auto weights = test::random_values<float>(kSide * kSide, -1, 1, 3);
    const int own = b_.constant<float>(shape, weights);
    const int x = b_.input(TensorType::FLOAT32, {2, kSide});
    const int y = b_.output(TensorType::FLOAT32);
    product(x, own, y);
    b_.subgraph();
    const int same = b_.tensor(TensorType::FLOAT32, shape);
    const int first = b_.input(TensorType::FLOAT32, {2, kSide});
    const int between = b_.tensor(TensorType::FLOAT32);
    const int apart = b_.tensor(TensorType::FLOAT32);
    const int last = b_.output(TensorType::FLOAT32);
    product(first, same, between);
    // Between two partitions: XNNPACK has no SIGN.
    b_.op(BuiltinOperator::SIGN, {between}, {apart});
    product(apart, same, last);
    Graph& graph = b_.graph();
    const auto at = [](int i) { return static_cast<std::size_t>(i); };
    graph.subgraphs[1].tensors[at(same)] = graph.subgraphs[0].tensors[at(own)];
    graph.signatures = {{"one", 0, {{"x", x}}, {{"y", y}}},
                        {"two", 1, {{"x", first}}, {{"y", last}}}};
  }

  std::vector<float> run(const std::string& signature, bool delegate,
                         std::shared_ptr<runtime::xnn::PackedWeights> packed = nullptr) {
    runtime::Session session(
        b_.graph(),
        {.signature = signature, .delegate = delegate, .packed_weights = std::move(packed)});
    test::set_inputs(session, {test::random_values<float>(2 * kSide, -1, 1, 8)});
    session.run();
    return test::read_outputs(session).values<float>();
  }

 private:
  void product(int x, int weights, int y) {
    b_.op(BuiltinOperator::FULLY_CONNECTED, {x, weights, -1}, {y}, FullyConnectedOptions{});
  }
  GraphBuilder b_;
};

void check_close(const std::vector<float>& got, const std::vector<float>& want) {
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CHECK(static_cast<double>(got[i]) ==
          doctest::Approx(static_cast<double>(want[i])).epsilon(1e-4));
  }
}

TEST_CASE("partitions of a session that use the same weights give the same as those that do not") {
  TwoSignatures model;
  check_close(model.run("one", true), model.run("one", false));
  check_close(model.run("two", true), model.run("two", false));
}

TEST_CASE("sessions of one graph keep what they pack alike once") {
  const auto packed = runtime::make_packed_weights();
  CHECK((packed != nullptr) == runtime::xnn::PackedWeights::is_supported());
  if (!packed) return;
  TwoSignatures model;
  check_close(model.run("one", true, packed), model.run("one", false));
  const std::size_t bytes = packed->bytes();
  CHECK(bytes >= sizeof(float) * kSide * kSide);
  CHECK(packed->saved() == 0);
  check_close(model.run("two", true, packed), model.run("two", false));
  CHECK(packed->bytes() == bytes);
  CHECK(packed->saved() == 2 * bytes);
}

}  // namespace
}  // namespace litezoo
