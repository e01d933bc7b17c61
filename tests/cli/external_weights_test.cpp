#include <doctest/doctest.h>

#include <cstring>

#include "cli/npy.h"
#include "tests/builder/write_tflite.h"
#include "tests/cli/program.h"
#include "tests/support/graph_builder.h"

namespace litezoo::test {
namespace {

// x + weights, whose four floats lie where `where` says.
std::string model_text(const ExternalBuffer& where) {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {4});
  const int weights = b.tensor(TensorType::FLOAT32, {4});
  b.tensor_at(weights).external_buffer = 7;
  b.op(BuiltinOperator::ADD, {x, weights}, {b.output(TensorType::FLOAT32, {4})}, AddOptions{});
  b.graph().external_buffers = {where};
  const auto bytes = builder::write_tflite(b.graph());
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string floats_text(const std::vector<float>& values) {
  std::string text(values.size() * sizeof(float), '\0');
  std::memcpy(text.data(), values.data(), text.size());
  return text;
}

}  // namespace

TEST_CASE("weights are read from the file beside the model that it names") {
  const Program program;
  // One byte in: what a file says of alignment is not to be relied on.
  program.file("weights.bin", "." + floats_text({9, 1, 2, 3, 4}));
  const auto model =
      program.file("model.tflite", model_text({7, "weights.bin", 5, 16, "unpacked"}));
  const auto input = program.home().parent_path() / "x.npy";
  const std::vector<float> x{10, 20, 30, 40};
  cli::write_npy(input, TensorType::FLOAT32, std::vector<std::int32_t>{4},
                 std::as_bytes(std::span(x)));
  const auto directory = program.home().parent_path() / "out";
  const auto result = program.run(
      {"run", model, "--input", "0=" + input.string(), "--output-dir", directory.string()});
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const auto output = cli::read_npy(directory / "0.npy");
  CHECK(std::string(reinterpret_cast<const char*>(output.data.data()), output.data.size()) ==
        floats_text({11, 22, 33, 44}));
  CHECK(program.run({"profile", model, "--mode", "rapid"}).exit_code == 0);
}

TEST_CASE("weights elsewhere than in a plain file beside the model are refused in one line") {
  const struct {
    const char* name;
    ExternalBuffer where;
    int exit_code;
  } cases[] = {
      {"absent", {7, "absent.bin", 0, 16, ""}, 4},
      {"no name", {7, "", 0, 16, ""}, 6},
      {"a path", {7, "../weights.bin", 0, 16, ""}, 6},
      {"an absolute path", {7, "/etc/passwd", 0, 16, ""}, 6},
      {"the directory", {7, "..", 0, 16, ""}, 6},
      {"beyond the end", {7, "weights.bin", 8, 16, ""}, 6},
      {"an offset that overflows", {7, "weights.bin", ~std::uint64_t{0}, 16, ""}, 6},
      {"too few bytes", {7, "weights.bin", 0, 12, ""}, 6},
      {"another id", {8, "weights.bin", 0, 16, ""}, 6},
      {"packed", {7, "weights.bin", 0, 16, "zip"}, 1},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const Program program;
    program.file("weights.bin", floats_text({1, 2, 3, 4}));
    const auto model = program.file("model.tflite", model_text(c.where));
    const auto result = program.run({"run", model});
    CAPTURE(result.err);
    CHECK(result.exit_code == c.exit_code);
    CHECK(is_one_clear_line(result.err));
    CHECK(program.run({"inspect", model}).exit_code == 0);
  }
}

}  // namespace litezoo::test
