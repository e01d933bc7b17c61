#include "tests/runtime/operators/loops.h"

// Rows that indices pick or place.

namespace litezoo::test {
namespace {

using enum BuiltinOperator;
using enum TensorType;

constexpr const char* kStored =
    "f32 f16 bf16 f64 c64 bool s8 u8 s16 u16 s32 u32 s64 u64 s8q u8q s16q s32q";

// Every kind of kStored with each of `seconds`.
std::string with_each(std::string_view firsts, const std::vector<std::string>& seconds) {
  std::string pairs;
  for (const Pair& pair : pairs_of(firsts)) {
    for (const std::string& second : seconds) {
      pairs += (pairs.empty() ? "" : " ") + std::string(pair.t) + "/" + second;
    }
  }
  return pairs;
}

Index joined(std::initializer_list<std::span<const std::int64_t>> parts) {
  Index index;
  for (const auto part : parts) index.insert(index.end(), part.begin(), part.end());
  return index;
}

Cases gathers() {
  struct Row {
    std::int32_t axis, batch;
    Shape indices;
  };
  Cases cases;
  for (const Row& row : {Row{0, 0, {3}},
                         {1, 0, {3}},
                         {-1, 0, {2, 2}},
                         {0, 0, {}},
                         {0, 0, {0}},
                         {1, 1, {2, 2}},
                         {2, 1, {2, 3}}}) {
    const auto axis = static_cast<std::size_t>(row.axis < 0 ? row.axis + 3 : row.axis);
    const auto batch = static_cast<std::size_t>(row.batch);
    cases.push_back(
        {.code = GATHER,
         .edge = "axis " + std::to_string(row.axis) + ", indices of rank " +
                 std::to_string(row.indices.size()),
         .inputs = {given({2, 4, 3}), given(row.indices).of("U").between(0, 1)},
         .outputs = {result()},
         .options = GatherOptions{row.axis, row.batch},
         .reference =
             [=](const Call& call) {
               Shape shape(call.in[0].shape.begin(),
                           call.in[0].shape.begin() + static_cast<std::ptrdiff_t>(axis));
               shape.insert(shape.end(), row.indices.begin() + static_cast<std::ptrdiff_t>(batch),
                            row.indices.end());
               shape.insert(shape.end(),
                            call.in[0].shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1,
                            call.in[0].shape.end());
               const std::size_t own = row.indices.size() - batch;
               return std::vector<Real>{generate(shape, [&](const Index& out) {
                 const std::span all(out);
                 const Index place = joined({all.first(batch), all.subspan(axis, own)});
                 const std::int64_t picked[] = {static_cast<std::int64_t>(call.in[1].at(place))};
                 return call.in[0].at(joined({all.first(axis), picked, all.subspan(axis + own)}));
               })};
             },
         .types = with_each(std::string(kStored) + " str s4 u4 s2 s4q s2q",
                            {"s8", "u8", "s16", "s32", "s64", "s8q*", "u8q*", "s16q*", "s32q*"})});
  }
  return cases;
}

Cases many_axes() {
  Cases cases;
  for (const std::int32_t depth : {1, 2, 3}) {
    cases.push_back({.code = GATHER_ND,
                     .edge = std::to_string(depth) + " axes",
                     .inputs = {given({3, 4, 2}), given({2, depth}).of("U").between(0, 1)},
                     .outputs = {result()},
                     .reference =
                         [depth](const Call& call) {
                           Shape shape = {2};
                           for (std::int32_t i = depth; i < 3; ++i) {
                             shape.push_back(call.in[0].shape[static_cast<std::size_t>(i)]);
                           }
                           return std::vector<Real>{generate(shape, [&](const Index& out) {
                             Index at;
                             for (std::int64_t i = 0; i < depth; ++i) {
                               at.push_back(static_cast<std::int64_t>(call.in[1].at({out[0], i})));
                             }
                             at.insert(at.end(), out.begin() + 1, out.end());
                             return call.in[0].at(at);
                           })};
                         },
                     .types = with_each(std::string(kStored) + " str",
                                        {"s8", "u8", "s16", "s32", "s64", "s16q*", "s32q*"})});
  }
  cases.push_back(
      {.code = SCATTER_ND,
       .inputs = {numbers({3, 1}, {4, 1, 1}), given({3, 2}).between(0, 2), list({6, 2})},
       .outputs = {result()},
       .reference =
           [](const Call& call) {
             return std::vector<Real>{generate({6, 2}, [&](const Index& at) {
               if (at[0] == 4) return call.in[1].at({0, at[1]});
               if (at[0] != 1) return 0.0;
               return call.in[1].at({1, at[1]}) + call.in[1].at({2, at[1]});
             })};
           },
       .types = "f32 bool* s8 u8 s16 s32 u32 s64 s8q# u8q# s16q# s32q#"});
  cases.push_back({.code = STABLEHLO_GATHER,
                   .inputs = {given({3, 4}), numbers({2, 1}, {0, 2})},
                   .outputs = {result()},
                   .options = StablehloGatherOptions{.offset_dims = {1},
                                                     .collapsed_slice_dims = {0},
                                                     .start_index_map = {0},
                                                     .index_vector_dim = 1,
                                                     .slice_sizes = {1, 4}},
                   .reference =
                       [](const Call& call) {
                         return std::vector<Real>{generate({2, 4}, [&](const Index& at) {
                           return call.in[0].at({at[0] * 2, at[1]});
                         })};
                       },
                   .types = kStored});
  return cases;
}

Cases lookups() {
  Cases cases;
  const auto picks_rows = [](const Call& call) {
    return std::vector<Real>{generate({2, 4}, [&](const Index& at) {
      return call.in[1].at({at[0] == 0 ? 2 : 0, at[1]});
    })};
  };
  cases.push_back({.code = EMBEDDING_LOOKUP,
                   .edge = "rows as they are",
                   .inputs = {list({2, 0}), weights({3, 4})},
                   .outputs = {result()},
                   .reference = picks_rows,
                   .types = kStored});
  for (const std::int32_t axis : {-1, 0}) {
    cases.push_back(
        {.code = EMBEDDING_LOOKUP,
         .edge = axis < 0 ? "rows become FLOAT32" : "rows with a scale each become FLOAT32",
         .inputs = {list({2, 0}),
                    weights({3, 4}).by_channel(axis).scaled({{INT8, 0.02F, 0}, {UINT8, 0.02F, 0}})},
         .outputs = {result().of("f32")},
         .reference = picks_rows,
         .types = "f32 s8q u8q* s4q s2q"});
  }
  for (const auto combiner :
       {EmbeddingCombiner::SUM, EmbeddingCombiner::MEAN, EmbeddingCombiner::SQRTN}) {
    cases.push_back(
        {.code = EMBEDDING_LOOKUP_SPARSE,
         .edge = "combiner " + std::to_string(static_cast<int>(combiner)),
         .inputs = {list({1, 3, 0}), numbers({3, 2}, {0, 0, 2, 0, 2, 1}), list({3, 2}),
                    list({1, 2, 4}).of("f32"), given({4, 3})},
         .outputs = {result()},
         .options = EmbeddingLookupSparseOptions{combiner},
         .reference =
             [combiner](const Call& call) {
               const double whole = combiner == EmbeddingCombiner::MEAN    ? 6.0
                                    : combiner == EmbeddingCombiner::SQRTN ? std::sqrt(20.0)
                                                                           : 1.0;
               return std::vector<Real>{generate({3, 3}, [&](const Index& at) {
                 const Real& table = call.in[4];
                 if (at[0] == 1) return 0.0;
                 if (at[0] == 0) return table.at({1, at[1]});
                 return (table.at({3, at[1]}) * 2.0 + table.at({0, at[1]}) * 4.0) / whole;
               })};
             },
         .types = "f32"});
  }
  cases.push_back(
      {.code = HASHTABLE_LOOKUP,
       .inputs = {list({4, 7}), list({1, 4, 9}), weights({3, 2}).between(0, 2)},
       .outputs = {result(), result().of("u8")},
       .reference =
           [](const Call& call) {
             return std::vector<Real>{
                 generate({2, 2},
                          [&](const Index& at) {
                            return at[0] == 0 ? call.in[2].at({1, at[1]}) : 0.0;
                          }),
                 {{2}, {1, 0}}};
           },
       .types = "f32 f16 bf16 f64 c64 bool s8 u8 s16 u16 s32 u32 s64 u64 s8q# u8q# s16q# s32q#"});
  return cases;
}

Cases placements() {
  Cases cases;
  for (const std::int32_t axis : {0, 1, -1}) {
    for (const char* index : {"s32", "s64"}) {
      Slot on = given({});
      cases.push_back(
          {.code = ONE_HOT,
           .edge = std::string(index) + " along " + std::to_string(axis),
           .inputs = {given({2, 3}).of(index).between(-1, 4), number(4), given({}), given({})},
           .outputs = {result()},
           .options = OneHotOptions{axis},
           .reference =
               [axis](const Call& call) {
                 const auto along = static_cast<std::size_t>(axis < 0 ? 2 : axis);
                 Shape shape = {2, 3};
                 shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(along), 4);
                 return std::vector<Real>{generate(shape, [&](Index at) {
                   const auto place = static_cast<double>(at[along]);
                   at.erase(at.begin() + static_cast<std::ptrdiff_t>(along));
                   return call.in[0].at(at) == place ? call.in[2].values[0] : call.in[3].values[0];
                 })};
               },
           .types = kStored});
    }
  }
  for (const char* index : {"s32", "s64"}) {
    for (const bool one : {false, true}) {
      cases.push_back({.code = SPARSE_TO_DENSE,
                       .edge = std::string(index) + (one ? ", one value" : ""),
                       .inputs = {numbers({2, 2}, {0, 1, 1, 2}).of(index), list({2, 3}).of(index),
                                  given(one ? Shape{} : Shape{2}), given({})},
                       .outputs = {result()},
                       .options = SparseToDenseOptions{},
                       .reference =
                           [one](const Call& call) {
                             return std::vector<Real>{generate({2, 3}, [&](const Index& at) {
                               if (at[1] != at[0] + 1) return call.in[3].values[0];
                               return call.in[2].values[one ? 0 : static_cast<std::size_t>(at[0])];
                             })};
                           },
                       .types = kStored});
    }
  }
  return cases;
}

}  // namespace

Cases gather_cases() {
  Cases cases = gathers();
  for (Cases (*some)() : {many_axes, lookups, placements}) {
    const Cases more = some();
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

}  // namespace litezoo::test
