#include "tests/fuzz/operator_models.h"

#include <functional>
#include <utility>

#include "tests/builder/write_tflite.h"
#include "tests/support/graph_builder.h"

namespace litezoo::test {
namespace {

using enum BuiltinOperator;
using Shape = std::vector<std::int32_t>;

constexpr auto kReal = TensorType::FLOAT32;
constexpr auto kWhole = TensorType::INT32;

// x of {2, 3, 4} and constants to one output.
void unary(GraphBuilder& b, BuiltinOperator code, const std::vector<std::pair<Shape, Shape>>& rest,
           OperatorOptions options = {}) {
  std::vector<std::int32_t> inputs{b.input(kReal, {2, 3, 4})};
  for (const auto& [shape, values] : rest)
    inputs.push_back(b.constant<std::int32_t>(shape, values));
  b.op(code, inputs, {b.output(kReal)}, std::move(options));
}

void moves(GraphBuilder& b) {
  const int x = b.input(TensorType::INT8, {2, 3, 4}, quantized(0.1F, 3));
  const int order = b.constant<std::int32_t>({3}, {2, 0, 1});
  const int turned = b.tensor(TensorType::INT8, {4, 2, 3}, quantized(0.1F, 3));
  const int wide = b.tensor(TensorType::INT8, {6, 2, 3}, quantized(0.1F, 3));
  const int paddings = b.constant<std::int32_t>({3, 2}, {1, 1, 0, 0, 0, 0});
  const int repeats = b.constant<std::int32_t>({3}, {1, 2, 1});
  b.op(TRANSPOSE, {x, order}, {turned});
  b.op(PAD, {turned, paddings}, {wide});
  b.op(TILE, {wide, repeats}, {b.output(TensorType::INT8, {6, 4, 3}, quantized(0.1F, 3))});
}

// The output's shape is known in a run only.
void dynamic_shapes(GraphBuilder& b) {
  const int x = b.input(kReal, {4, 3});
  const int places = b.tensor(TensorType::INT64);
  const int picked = b.tensor(kReal);
  const int axis = b.constant<std::int32_t>({1}, {0});
  b.op(WHERE, {x}, {places});
  b.op(GATHER_ND, {x, places}, {picked});
  b.op(SUM, {picked, axis}, {b.output(kReal)}, ReducerOptions{.keep_dims = false});
}

void fills(GraphBuilder& b) {
  const int shape = b.input(kWhole, {2});
  const int value = b.constant<float>({}, {1.5F});
  const int filled = b.tensor(kReal);
  b.op(FILL, {shape, value}, {filled});
  b.op(NEG, {filled}, {b.output(kReal)});
}

void lookups(GraphBuilder& b) {
  const int at = b.input(kWhole, {3});
  const int table = b.constant<float>({8, 2}, std::vector<float>(16, 0.5F));
  const int rows = b.tensor(kReal, {3, 2});
  const int indices = b.constant<std::int32_t>({3, 1}, {0, 2, 4});
  const int shape = b.constant<std::int32_t>({2}, {6, 2});
  b.op(EMBEDDING_LOOKUP, {at, table}, {rows});
  b.op(SCATTER_ND, {indices, rows, shape}, {b.output(kReal, {6, 2})});
}

void sorts(GraphBuilder& b) {
  const int x = b.input(kReal, {2, 9});
  const int k = b.constant<std::int32_t>({}, {3});
  b.op(TOPK_V2, {x, k}, {b.output(kReal), b.output(kWhole)});
}

void suppresses(GraphBuilder& b) {
  const int boxes = b.input(kReal, {6, 4});
  const int scores = b.input(kReal, {6});
  const int most = b.constant<std::int32_t>({}, {4});
  const int overlap = b.constant<float>({}, {0.4F});
  const int least = b.constant<float>({}, {0.1F});
  const int sigma = b.constant<float>({}, {0.5F});
  b.op(NON_MAX_SUPPRESSION_V5, {boxes, scores, most, overlap, least, sigma},
       {b.output(kWhole), b.output(kReal), b.output(kWhole)});
}

void transforms(GraphBuilder& b) {
  const int x = b.input(kReal, {2, 3, 8});
  const int lengths = b.constant<std::int32_t>({2}, {4, 8});
  const int spectrum = b.tensor(TensorType::COMPLEX64);
  b.op(RFFT2D, {x, lengths}, {spectrum});
  b.op(COMPLEX_ABS, {spectrum}, {b.output(kReal)});
}

// Counts to 5 in a WHILE; its body holds an IF.
void loops(GraphBuilder& b) {
  const int start = b.input(kWhole, {});
  b.op(WHILE, {start}, {b.output(kWhole)}, WhileOptions{1, 2});
  b.subgraph();
  const int count = b.input(kWhole, {});
  const int most = b.constant<std::int32_t>({}, {5});
  b.op(LESS, {count, most}, {b.output(TensorType::BOOL)});
  b.subgraph();
  const int before = b.input(kWhole, {});
  const int zero = b.constant<std::int32_t>({}, {0});
  const int negative = b.tensor(TensorType::BOOL);
  b.op(LESS, {before, zero}, {negative});
  b.op(IF, {negative, before}, {b.output(kWhole)}, IfOptions{3, 4});
  for (const std::int32_t step : {2, 1}) {
    b.subgraph();
    const int value = b.input(kWhole, {});
    const int by = b.constant<std::int32_t>({}, {step});
    b.op(ADD, {value, by}, {b.output(kWhole)}, AddOptions{});
  }
}

void products(GraphBuilder& b) {
  const int x = b.input(kReal, {2, 3, 4});
  const int y = b.input(kReal, {1, 4, 5});
  const int z = b.tensor(kReal, {2, 3, 5});
  const int weights = b.constant<std::int8_t>({7, 5}, std::vector<std::int8_t>(35, 9),
                                              quantized_by(0, std::vector<float>(7, 0.1F)));
  b.op(BATCH_MATMUL, {x, y}, {z}, BatchMatMulOptions{});
  b.op(FULLY_CONNECTED, {z, weights, -1}, {b.output(kReal)}, FullyConnectedOptions{});
}

void small_integers(GraphBuilder& b) {
  const std::vector<std::byte> bytes(12, std::byte{0x5A});
  const int x = b.constant_bytes(TensorType::INT4, {4, 6}, bytes, quantized(0.5F, 0));
  const int begin = b.input(kWhole, {2});
  const int size = b.constant<std::int32_t>({2}, {2, 3});
  const int cut = b.tensor(TensorType::INT4, {2, 3}, quantized(0.5F, 0));
  b.op(SLICE, {x, begin, size}, {cut});
  b.op(CAST, {cut}, {b.output(kReal)}, CastOptions{});
}

void strings(GraphBuilder& b) {
  const int x = b.input(TensorType::STRING, {3});
  const int at = b.constant<std::int32_t>({2}, {2, 0});
  b.op(GATHER, {x, at}, {b.output(TensorType::STRING)}, GatherOptions{});
}

}  // namespace

std::vector<std::vector<std::byte>> operator_models() {
  const std::function<void(GraphBuilder&)> makers[] = {
      [](GraphBuilder& b) {
        unary(b, SLICE, {{{3}, {0, 1, 1}}, {{3}, {2, -1, 2}}});
      },
      [](GraphBuilder& b) {
        unary(b, BROADCAST_TO, {{{4}, {2, 2, 3, 4}}});
      },
      [](GraphBuilder& b) {
        unary(b, REVERSE_V2, {{{1}, {1}}});
      },
      [](GraphBuilder& b) {
        unary(b, MEAN, {{{2}, {0, 2}}}, ReducerOptions{.keep_dims = true});
      },
      [](GraphBuilder& b) {
        unary(b, GATHER, {{{2}, {1, 0}}}, GatherOptions{.axis = 1});
      },
      [](GraphBuilder& b) {
        unary(b, UNSORTED_SEGMENT_SUM, {{{2}, {1, 0}}, {{}, {3}}});
      },
      [](GraphBuilder& b) {
        unary(b, RESHAPE, {{{2}, {-1, 6}}}, ReshapeOptions{});
      },
      moves,
      dynamic_shapes,
      fills,
      lookups,
      sorts,
      suppresses,
      transforms,
      loops,
      products,
      small_integers,
      strings};
  std::vector<std::vector<std::byte>> models;
  for (const auto& make : makers) {
    GraphBuilder b;
    make(b);
    models.push_back(builder::write_tflite(b.graph()));
  }
  return models;
}

}  // namespace litezoo::test
