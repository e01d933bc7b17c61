#include "tests/runtime/operators/loops.h"

// Several tensors to one and one to several.

namespace litezoo::test {
namespace {

using enum BuiltinOperator;
using enum TensorType;

constexpr const char* kStored =
    "f32 f16 bf16 f64 c64 bool s8 u8 s16 u16 s32 u32 s64 u64 s8q u8q s16q s32q";

std::size_t counted(std::int32_t axis, std::size_t rank) {
  return static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int32_t>(rank) : axis);
}

Cases concatenations() {
  struct Row {
    std::vector<Shape> shapes;
    std::int32_t axis;
  };
  Cases cases;
  for (const Row& row : {Row{{{2, 3, 2}, {2, 3, 2}}, 0},
                         {{{2, 1, 2}, {2, 3, 2}, {2, 2, 2}}, 1},
                         {{{2, 3}, {2, 1}, {2, 4}, {2, 2}, {2, 3}}, -1},
                         {{{3}}, 0},
                         {{{2, 0}, {2, 3}}, 1},
                         {{{1, 2, 1, 2, 3}, {1, 2, 1, 2, 1}}, 4}}) {
    std::vector<Slot> inputs;
    for (const Shape& shape : row.shapes) inputs.push_back(given(shape));
    cases.push_back({.code = CONCATENATION,
                     .edge = std::to_string(inputs.size()) + " along " + std::to_string(row.axis),
                     .inputs = inputs,
                     .outputs = {result()},
                     .options = ConcatenationOptions{.axis = row.axis},
                     .reference =
                         [row](const Call& call) {
                           Shape shape = row.shapes[0];
                           const std::size_t axis = counted(row.axis, shape.size());
                           shape[axis] = 0;
                           for (const Shape& one : row.shapes) shape[axis] += one[axis];
                           return std::vector<Real>{generate(shape, [&](Index at) {
                             std::size_t i = 0;
                             while (at[axis] >= call.in[i].shape[axis]) {
                               at[axis] -= call.in[i++].shape[axis];
                             }
                             return call.in[i].at(at);
                           })};
                         },
                     .types = std::string(kStored) + " s4 u4 s2 s4q s2q"});
  }
  return cases;
}

Cases packs() {
  Cases cases;
  for (const std::size_t count : {1U, 3U}) {
    for (const std::int32_t axis : {0, 1, -1}) {
      const std::size_t at_axis = counted(axis, 3);
      const std::string edge = std::to_string(count) + " along " + std::to_string(axis);
      const auto number_of = static_cast<std::int32_t>(count);
      Shape packed = {2, 3};
      packed.insert(packed.begin() + static_cast<std::ptrdiff_t>(at_axis), number_of);
      cases.push_back({.code = PACK,
                       .edge = edge,
                       .inputs = std::vector<Slot>(count, given({2, 3})),
                       .outputs = {result()},
                       .options = PackOptions{number_of, axis},
                       .reference =
                           [=](const Call& call) {
                             return std::vector<Real>{generate(packed, [&](Index at) {
                               const auto which = static_cast<std::size_t>(at[at_axis]);
                               at.erase(at.begin() + static_cast<std::ptrdiff_t>(at_axis));
                               return call.in[which].at(at);
                             })};
                           },
                       .types = kStored});
      cases.push_back({.code = UNPACK,
                       .edge = edge,
                       .inputs = {given(packed)},
                       .outputs = std::vector<Slot>(count, result()),
                       .options = PackOptions{number_of, axis},
                       .reference =
                           [=](const Call& call) {
                             std::vector<Real> parts;
                             for (std::int32_t i = 0; i < number_of; ++i) {
                               parts.push_back(generate({2, 3}, [&](Index at) {
                                 at.insert(at.begin() + static_cast<std::ptrdiff_t>(at_axis), i);
                                 return call.in[0].at(at);
                               }));
                             }
                             return parts;
                           },
                       .types = kStored});
    }
  }
  return cases;
}

// Parts of `sizes` along an axis.
Reference parts_of(std::size_t input, std::int32_t axis, std::vector<std::int32_t> sizes) {
  return [=](const Call& call) {
    const Real& x = call.in[input];
    const std::size_t along = counted(axis, x.shape.size());
    std::vector<Real> parts;
    std::int64_t first = 0;
    for (const std::int32_t size : sizes) {
      Shape shape = x.shape;
      shape[along] = size;
      parts.push_back(generate(shape, [&](Index at) {
        at[along] += first;
        return x.at(at);
      }));
      first += size;
    }
    return parts;
  };
}

Cases splits() {
  Cases cases;
  for (const std::int32_t axis : {0, 1, -1}) {
    for (const std::int32_t count : {1, 2, 3}) {
      cases.push_back(
          {.code = SPLIT,
           .edge = std::to_string(count) + " along " + std::to_string(axis),
           .inputs = {number(axis), given({6, 6})},
           .outputs = std::vector<Slot>(static_cast<std::size_t>(count), result()),
           .options = SplitOptions{count},
           .reference = parts_of(
               1, axis, std::vector<std::int32_t>(static_cast<std::size_t>(count), 6 / count)),
           .types = kStored});
    }
    for (const char* index : {"s32", "s64"}) {
      cases.push_back({.code = SPLIT_V,
                       .edge = std::string(index) + " along " + std::to_string(axis),
                       .inputs = {given({6, 6}), list({1, -1, 2, 0}).of(index), number(axis)},
                       .outputs = std::vector<Slot>(4, result()),
                       .options = SplitOptions{4},
                       .reference = parts_of(0, axis, {1, 3, 2, 0}),
                       .types = kStored});
    }
  }
  return cases;
}

}  // namespace

Cases join_cases() {
  Cases cases = concatenations();
  for (Cases (*some)() : {packs, splits}) {
    const Cases more = some();
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

}  // namespace litezoo::test
