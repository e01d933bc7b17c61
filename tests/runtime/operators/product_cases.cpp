#include "tests/runtime/operators/loops.h"

// Products of matrices. T is the rows' kind, U that of what they are multiplied by.

namespace litezoo::test {
namespace {

using enum BuiltinOperator;
using enum TensorType;
using Act = ActivationFunction;

const std::vector<Step> kWeights = {
    {INT8, 0.02F, 0}, {UINT8, 0.02F, 110}, {INT4, 0.1F, 0}, {INT2, 0.5F, 0}, {INT16, 0.0004F, 0}};
const std::vector<Step> kSums = {{INT8, 0.6F, 4}, {UINT8, 0.6F, 131}, {INT16, 0.02F, 0}};

Cases layers() {
  struct Row {
    const char* edge;
    Shape rows;
    std::int32_t depth, outputs;
    bool keep, biased;
    std::int32_t channels;
    ActivationFunction activation;
  };
  const Row rows[] = {{"rows flattened", {2, 3, 4}, 4, 5, false, true, -1, Act::RELU},
                      {"dimensions kept", {2, 3, 4}, 4, 5, true, true, -1, Act::NONE},
                      {"a scale an output", {3, 8}, 8, 7, false, true, 0, Act::RELU6},
                      {"no bias", {3, 4}, 4, 5, false, false, -1, Act::NONE},
                      {"one row", {1, 34}, 34, 17, false, true, -1, Act::RELU_N1_TO_1},
                      {"one output", {5, 6}, 6, 1, false, true, -1, Act::NONE},
                      {"longer rows than the depth", {2, 8}, 4, 3, false, true, -1, Act::NONE},
                      {"a vector", {6}, 6, 3, false, true, -1, Act::NONE}};
  Cases cases;
  for (const Row& row : rows) {
    Slot w = weights({row.outputs, row.depth}).of("U").scaled(kWeights);
    if (row.channels >= 0) w = w.by_channel(row.channels);
    const auto count = static_cast<std::int32_t>(element_count(row.rows)) / row.depth;
    Shape out = {count, row.outputs};
    if (row.keep) {
      out = row.rows;
      out.back() = row.outputs;
    }
    cases.push_back(
        {.code = FULLY_CONNECTED,
         .edge = row.edge,
         .inputs = {given(row.rows), w,
                    row.biased ? weights({row.outputs}).of("B").between(-3, 3) : absent()},
         .outputs = {result().scaled(kSums)},
         .options = FullyConnectedOptions{.fused_activation_function = row.activation,
                                          .keep_num_dims = row.keep},
         .reference =
             [=](const Call& call) {
               Real y = generate({count, row.outputs}, [&](const Index& at) {
                 double sum = row.biased ? call.in[2].values[static_cast<std::size_t>(at[1])] : 0.0;
                 for (std::int64_t i = 0; i < row.depth; ++i) {
                   const auto place = static_cast<std::size_t>(at[0] * row.depth + i);
                   sum += call.in[0].values[place] * call.in[1].at({at[1], i});
                 }
                 return fused(row.activation, sum);
               });
               y.shape = out;
               return std::vector<Real>{y};
             },
         .types = "f32/f32 f32/s8q f32/u8q f32/s4q f32/s2q s8q/s8q s8q/s4q s8q/s2q u8q/u8q "
                  "s16q/s8q s16q/s4q s16q/s2q s16q/s16q"});
  }
  return cases;
}

Index matrix_place(const Shape& shape, const Index& batch, std::int64_t row, std::int64_t column) {
  Index at;
  const std::size_t own = shape.size() - 2;
  for (std::size_t i = 0; i < own; ++i) {
    at.push_back(shape[i] == 1 ? 0 : batch[batch.size() - own + i]);
  }
  at.push_back(row);
  at.push_back(column);
  return at;
}

Cases products() {
  struct Row {
    Shape a, b;
  };
  Cases cases;
  for (const Row& row : {Row{{2, 3}, {3, 4}},
                         {{2, 2, 3}, {2, 3, 4}},
                         {{3, 1, 2, 3}, {2, 3, 4}},
                         {{1, 19}, {19, 33}},
                         {{2, 1, 2, 3, 4}, {1, 3, 1, 4, 2}},
                         {{0, 3}, {3, 4}}}) {
    for (const auto& [x, y] :
         {std::pair{false, false}, {true, false}, {false, true}, {true, true}}) {
      Shape a = row.a;
      Shape b = row.b;
      if (x) std::swap(a[a.size() - 1], a[a.size() - 2]);
      if (y) std::swap(b[b.size() - 1], b[b.size() - 2]);
      const std::int32_t rows = row.a[row.a.size() - 2];
      const std::int32_t depth = row.a.back();
      const std::int32_t columns = row.b.back();
      for (const bool constant : {false, true}) {
        const Slot right = constant ? weights(b) : given(b);
        cases.push_back(
            {.code = BATCH_MATMUL,
             .edge = std::string(constant ? "constant" : "computed") + ", rank " +
                     std::to_string(a.size()) + (x ? ", x turned" : "") + (y ? ", y turned" : ""),
             .inputs = {given(a), right.of("U").scaled(kWeights)},
             .outputs = {result().scaled(kSums)},
             .options = BatchMatMulOptions{.adj_x = x, .adj_y = y},
             .reference =
                 [=, x = x, y = y](const Call& call) {
                   Shape shape = broadcast_shape(Shape(a.begin(), a.end() - 2),
                                                 Shape(b.begin(), b.end() - 2));
                   shape.push_back(rows);
                   shape.push_back(columns);
                   return std::vector<Real>{generate(shape, [&](const Index& at) {
                     const Index batch(at.begin(), at.end() - 2);
                     const std::int64_t r = at[at.size() - 2];
                     const std::int64_t c = at.back();
                     double sum = 0.0;
                     for (std::int64_t i = 0; i < depth; ++i) {
                       sum += call.in[0].at(matrix_place(a, batch, x ? i : r, x ? r : i)) *
                              call.in[1].at(matrix_place(b, batch, y ? c : i, y ? i : c));
                     }
                     return sum;
                   })};
                 },
             .types = "f32/f32 f32/s8q f32/s4q s8q/s8q s8q/s4q s8q/s2q s16q/s16q s16q/s8q s16q/s4q "
                      "s16q/s2q"});
      }
    }
  }
  return cases;
}

}  // namespace

Cases product_cases() {
  Cases cases = layers();
  const Cases more = products();
  cases.insert(cases.end(), more.begin(), more.end());
  return cases;
}

}  // namespace litezoo::test
