#include "cli/given_inputs.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/serialized_strings.h"
#include "cli/real_values.h"
#include "tests/builder/write_tflite.h"
#include "tests/cli/program.h"
#include "tests/support/graph_builder.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Values from 0 to 1, one .npy file for every variant of a classifier of 64x64 pixels.
std::string image(const Program& program) {
  auto path = program.file("image.npy", "");
  std::vector<float> pixels(std::size_t{64} * 64 * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(i % 97) / 96.0F;
  cli::write_npy(path, TensorType::FLOAT32, std::vector<std::int32_t>{1, 64, 64, 3},
                 std::as_bytes(std::span(pixels)));
  return path;
}

}  // namespace

TEST_CASE("quantised values stand for real ones and are cut to what their type holds") {
  Tensor tensor;
  tensor.quantization.scale = {0.5F};
  tensor.quantization.zero_point = {10};
  const std::vector<double> real = {0.0, 1.0, 1000.0, -kInfinity};
  const auto data = cli::stored_values(TensorType::INT8, real, tensor);
  REQUIRE(data.size() == 4);
  CHECK(static_cast<std::int8_t>(data[1]) == 12);
  CHECK(static_cast<std::int8_t>(data[2]) == 127);
  CHECK(cli::real_values(TensorType::INT8, data, tensor) == std::vector{0.0, 1.0, 58.5, -69.0});
  CHECK(cli::real_values(TensorType::STRING, data, tensor).empty());
}

TEST_CASE("what is no number is stored as the real 0, whatever the file's scale is") {
  constexpr float kNoNumber = std::numeric_limits<float>::quiet_NaN();
  for (const float scale : {0.5F, kNoNumber, static_cast<float>(kInfinity), 0.0F}) {
    CAPTURE(scale);
    Tensor tensor;
    tensor.quantization.scale = {scale};
    tensor.quantization.zero_point = {10};
    const std::vector<double> real = {static_cast<double>(kNoNumber)};
    const auto data = cli::stored_values(TensorType::INT8, real, tensor);
    REQUIRE(data.size() == 1);
    CHECK(static_cast<std::int8_t>(data[0]) == (scale == 0.5F ? 10 : 0));
  }
}

TEST_CASE("integers hold what is too large or no number as their nearest value or 0") {
  const std::vector<double> real = {1e300, -1e300, std::numeric_limits<double>::quiet_NaN()};
  const auto data = cli::stored_values(TensorType::INT64, real, {});
  std::int64_t stored[3];
  REQUIRE(data.size() == sizeof(stored));
  std::memcpy(stored, data.data(), sizeof(stored));
  CHECK(stored[0] == std::numeric_limits<std::int64_t>::max());
  CHECK(stored[1] == std::numeric_limits<std::int64_t>::min());
  CHECK(stored[2] == 0);
}

TEST_CASE("real numbers for a quantised input are what their stored values are") {
  const Program program;
  const auto model = program.model("int8.tflite", {.precision = builder::Precision::int8});
  const auto real = image(program);
  const cli::NpyArray values = cli::read_npy(real);
  const auto described = nlohmann::json::parse(program.run({"inspect", model, "--json"}).out);
  Tensor input;
  input.quantization.scale = described["inputs"][0]["scale"].get<std::vector<float>>();
  input.quantization.zero_point =
      described["inputs"][0]["zero_point"].get<std::vector<std::int64_t>>();
  const auto stored = program.file("stored.npy", "");
  cli::write_npy(stored, TensorType::INT8, values.shape,
                 cli::stored_values(TensorType::INT8,
                                    cli::real_values(values.type, values.data, input), input));
  std::vector<std::vector<std::byte>> outputs;
  for (const auto& file : {real, stored}) {
    const auto directory = file + ".out";
    const auto result =
        program.run({"run", model, "--input", "0=" + file, "--output-dir", directory});
    CAPTURE(result.err);
    REQUIRE(result.exit_code == 0);
    outputs.push_back(cli::read_npy(directory + "/0.npy").data);
  }
  CHECK(outputs[0] == outputs[1]);
}

TEST_CASE("one file of real numbers serves a float model and its quantised variant") {
  const Program program;
  const auto full = program.model("full.tflite");
  const auto quantised = program.model("int8.tflite", {.precision = builder::Precision::int8});
  const auto compared =
      program.run({"compare", full, quantised, "--measure", "--mode", "rapid", "--max-time",
                   "100ms", "--input", "0=" + image(program), "--json"});
  CAPTURE(compared.err);
  REQUIRE(compared.exit_code == 0);
  const auto agreement = nlohmann::json::parse(compared.out)["models"][1]["agreement_with_first"];
  CHECK(agreement["samples"] == 1);
  CHECK(agreement["cosine"].get<double>() > 0.9);
}

TEST_CASE("a quantised input takes what its own type stores, and nothing else but real numbers") {
  const Program program;
  const auto model = program.model("int8.tflite", {.precision = builder::Precision::int8});
  const std::vector<std::int32_t> shape = {1, 64, 64, 3};
  const std::size_t count = std::size_t{64} * 64 * 3;
  const struct {
    TensorType type;
    std::size_t size;
    int exit_code;
  } rows[] = {{TensorType::INT8, 1, 0},
              {TensorType::UINT8, 1, 2},
              {TensorType::INT32, 4, 2},
              {TensorType::FLOAT64, 8, 2}};
  for (const auto& row : rows) {
    CAPTURE(tensor_type_name(row.type));
    const auto path = program.file("stored.npy", "");
    cli::write_npy(path, row.type, shape, std::vector<std::byte>(count * row.size));
    const auto result = program.run({"run", model, "--input", "0=" + path});
    CHECK(result.exit_code == row.exit_code);
    if (row.exit_code != 0) CHECK(is_one_clear_line(result.err));
  }
}

TEST_CASE("strings are given and come out as NumPy's, and random ones are made up") {
  const Program program;
  GraphBuilder b;
  const int words = b.input(TensorType::STRING, {3});
  const int order = b.constant<std::int32_t>({2}, {2, 0});
  b.op(BuiltinOperator::GATHER, {words, order}, {b.output(TensorType::STRING)}, GatherOptions{});
  const auto model = program.file("words.tflite", as_text(builder::write_tflite(b.graph())));
  const std::vector<std::string_view> given = {"ape", "", "two bears"};
  const auto file = program.file("words.npy", "");
  cli::write_npy(file, TensorType::STRING, std::vector<std::int32_t>{3}, *serialize_strings(given));
  const auto directory = file + ".out";
  const auto result =
      program.run({"run", model, "--input", "0=" + file, "--output-dir", directory});
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const auto output = cli::read_npy(directory + "/0.npy").data;
  CHECK(parse_strings(output) == std::vector<std::string_view>{"two bears", "ape"});
  CHECK(program.run({"run", model}).exit_code == 0);
  CHECK(program.run({"profile", model, "--mode", "rapid", "--max-time", "50ms"}).exit_code == 0);
  const auto numbers = program.file("numbers.npy", "");
  cli::write_npy(numbers, TensorType::FLOAT32, std::vector<std::int32_t>{3},
                 std::vector<std::byte>(12));
  const auto refused = program.run({"run", model, "--input", "0=" + numbers});
  CHECK(refused.exit_code == 2);
  CHECK(is_one_clear_line(refused.err));
}
