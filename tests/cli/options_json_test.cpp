#include "cli/options_json.h"

#include <doctest/doctest.h>
#include <flatbuffers/flexbuffers.h>

#include <nlohmann/json.hpp>
#include <utility>

using namespace litezoo;
using nlohmann::ordered_json;

namespace {

template <std::size_t... Index>
std::vector<ordered_json> all_options(std::index_sequence<Index...>) {
  return {cli::options_json(
      OperatorOptions(std::variant_alternative_t<Index, OperatorOptionsVariant>{}))...};
}

Operator with_options(const std::vector<std::uint8_t>& bytes) {
  Operator op;
  op.custom_options = std::as_bytes(std::span(bytes));
  return op;
}

}  // namespace

TEST_CASE("every kind of options has its fields, having none is null") {
  const auto all =
      all_options(std::make_index_sequence<std::variant_size_v<OperatorOptionsVariant>>());
  REQUIRE(all.size() > 60);
  CHECK(all[0].is_null());
  for (std::size_t i = 1; i < all.size(); ++i) {
    CAPTURE(i);
    CHECK(all[i].is_object());
    CHECK_FALSE(all[i].empty());
  }
}

TEST_CASE("enumerations are told by name, and by number where the format has no name") {
  CHECK(cli::options_json(MirrorPadOptions{.mode = MirrorPadMode::SYMMETRIC})["mode"] ==
        "SYMMETRIC");
  CHECK(cli::options_json(MirrorPadOptions{.mode = static_cast<MirrorPadMode>(-7)})["mode"] == -7);
  CHECK(cli::options_json(OutputTypeOptions{.output_type = TensorType::INT64})["output_type"] ==
        "INT64");
  CHECK(cli::options_json(StablehloCompareOptions{
            .comparison_direction = StablehloComparisonDirection::LT})["comparison_direction"] ==
        "LT");
}

TEST_CASE("options are one short line for people") {
  struct Case {
    OperatorOptions options;
    const char* text;
  };
  const Case cases[] = {
      {{}, ""},
      {Conv2DOptions{.padding = Padding::VALID, .stride_w = 2, .stride_h = 1}, "VALID stride 1x2"},
      {Conv2DOptions{.stride_w = 1, .stride_h = 1, .dilation_w_factor = 4, .dilation_h_factor = 4},
       "SAME dilation 4x4"},
      {Pool2DOptions{.stride_w = 2, .stride_h = 2, .filter_width = 3, .filter_height = 3},
       "SAME stride 2x2 window 3x3"},
      {ConcatenationOptions{.axis = 3}, "axis 3"},
      {ReducerOptions{.keep_dims = true}, "keep_dims"},
      {ReducerOptions{}, ""},
      {VarHandleOptions{.container = "", .shared_name = "state"}, "shared_name state"},
      {ReshapeOptions{.new_shape = {1, -1}}, "new_shape [1,-1]"},
      {SoftmaxOptions{.beta = 1}, "beta 1"},
      {AddOptions{.fused_activation_function = ActivationFunction::RELU}, "RELU"},
      {ResizeBilinearOptions{.half_pixel_centers = true}, "half_pixel_centers"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(cli::options_text(c.options) == c.text);
  }
}

TEST_CASE("custom operators' options are read when they are a map, within a budget") {
  flexbuffers::Builder flex;
  flex.Map([&] {
    flex.Int("max_detections", 10);
    flex.String("name", "boxes");
  });
  flex.Finish();
  const auto bytes = flex.GetBuffer();
  cli::CustomOptions custom(2 * bytes.size());
  const Operator op = with_options(bytes);
  const auto read = custom.read(op);
  CHECK(read["max_detections"] == 10);
  CHECK(read["name"] == "boxes");
  CHECK(custom.read(op) == read);
  CHECK(custom.read(op).is_null());
  const std::vector<std::uint8_t> noise(7, 0xee);
  CHECK(cli::CustomOptions(100).read(with_options(noise)).is_null());
}
