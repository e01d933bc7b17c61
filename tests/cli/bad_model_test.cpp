#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/npy.h"
#include "tests/builder/write_tflite.h"
#include "tests/cli/program.h"
#include "tests/support/graph_builder.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

std::string good_model() {
  return std::string(as_text(builder::classifier({.width = 0.25})));
}

std::string git_lfs_pointer() {
  return "version https://git-lfs.github.com/spec/v1\n"
         "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
         "size 4276352\n";
}

std::string with_identifier(const std::string& identifier) {
  auto model = good_model();
  return model.replace(4, 4, identifier);
}

// Every 97th bit turned over: the verifier has something to find.
std::string flipped() {
  auto model = good_model();
  for (std::size_t bit = 64; bit < std::size_t{8} * 4096; bit += 97) {
    model[bit / 8] = static_cast<char>(model[bit / 8] ^ (1 << (bit % 8)));
  }
  return model;
}

}  // namespace

TEST_CASE("a file that is no model is refused in one line that says what it is") {
  const Program program;
  const struct {
    std::string name;
    std::string content;
    const char* said;
  } cases[] = {
      {"empty", "", "empty"},
      {"truncated", good_model().substr(0, 20000), ""},
      {"cut-in-the-header", good_model().substr(0, 12), ""},
      {"flipped", flipped(), ""},
      {"lfs", git_lfs_pointer(), "git-lfs"},
      {"page", "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n", "web page"},
      {"old", with_identifier("TFL2"), "schema before 3"},
      {"zip", std::string("PK\x03\x04") + std::string(200, 'x'), "directory is damaged"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto path = program.file(c.name + ".tflite", c.content);
    for (const std::string command : {"inspect", "run", "profile"}) {
      CAPTURE(command);
      const auto result = program.run({command, path});
      CAPTURE(result.err);
      CHECK(result.exit_code == 6);
      CHECK(is_one_clear_line(result.err));
      CHECK(result.err.find(path) != std::string::npos);
      CHECK(result.err.find(c.said) != std::string::npos);
      CHECK(result.out.empty());
    }
  }
  CHECK(program.stored_files().empty());
}

TEST_CASE("a model that is not there, or cannot be read, is exit code 4") {
  const Program program;
  const std::string empty_folder = program.home().string() + "/empty";
  std::filesystem::create_directories(empty_folder);
  for (const auto& path :
       {program.home().string() + "/none.tflite", std::string("/dev/null"), empty_folder}) {
    CAPTURE(path);
    const auto result = program.run({"inspect", path});
    CAPTURE(result.err);
    CHECK(result.exit_code == 4);
    CHECK(is_one_clear_line(result.err));
  }
}

TEST_CASE("an operator that cannot be run is named with its node, as an answer") {
  const Program program;
  GraphBuilder graph;
  const int x = graph.input(TensorType::FLOAT32, {1, 4});
  const int between = graph.tensor(TensorType::FLOAT32, {1, 4});
  const int y = graph.output(TensorType::FLOAT32, {1, 4});
  graph.op(BuiltinOperator::RELU, {x}, {between});
  graph.custom("MadeUpOperator", {between}, {y});
  const auto path = program.file("custom.tflite", as_text(builder::write_tflite(graph.graph())));
  for (const std::string command : {"run", "profile"}) {
    CAPTURE(command);
    const auto result = program.run({command, path});
    CAPTURE(result.err);
    CHECK(result.exit_code == 1);
    CHECK(is_one_clear_line(result.err));
    CHECK(result.err.find("MadeUpOperator") != std::string::npos);
    CHECK(result.err.find("node 1") != std::string::npos);
  }
  const auto inspected = program.run({"inspect", path});
  CHECK(inspected.exit_code == 0);
  CHECK(inspected.out.find("MadeUpOperator") != std::string::npos);
}

TEST_CASE("an input file of the wrong kind is refused before anything runs") {
  const Program program;
  const auto model = program.model("model.tflite");
  const auto path = program.file("input.npy", "this is not NumPy's format");
  const auto result = program.run({"run", model, "--input", "image=" + path});
  CAPTURE(result.err);
  CHECK(result.exit_code != 0);
  CHECK(is_one_clear_line(result.err));
  CHECK(result.err.find("input.npy") != std::string::npos);
}

TEST_CASE("an array of another shape or given twice is refused, whatever its size") {
  const Program program;
  const auto model = program.model("model.tflite");
  const auto inspected = nlohmann::json::parse(program.run({"inspect", model, "--json"}).out);
  const auto shape = inspected["inputs"][0]["shape"].get<std::vector<std::int32_t>>();
  std::int32_t count = 1;
  for (const std::int32_t dimension : shape) count *= dimension;
  const std::vector<std::byte> zeros(static_cast<std::size_t>(count) * sizeof(float));
  const auto flat = program.file("flat.npy", "");
  const auto right = program.file("right.npy", "");
  cli::write_npy(flat, TensorType::FLOAT32, std::vector<std::int32_t>{count}, zeros);
  const std::vector<std::int32_t> unbatched(shape.begin() + 1, shape.end());
  cli::write_npy(right, TensorType::FLOAT32, unbatched, zeros);
  CHECK(program.run({"run", model, "--input", "0=" + right}).exit_code == 0);
  for (const std::string command : {"run", "profile"}) {
    CAPTURE(command);
    const auto result = program.run({command, model, "--input", "0=" + flat});
    CHECK(result.exit_code == 2);
    CHECK(is_one_clear_line(result.err));
  }
  CHECK(program.run({"run", model, "--input", "0=" + right, "--input", "0=" + right}).exit_code ==
        2);
}

TEST_CASE("--memory-limit refuses what needs more, and says so") {
  const Program program;
  const std::string model = program.model("model.tflite");
  const std::vector<std::vector<std::string>> commands{
      {"run", model}, {"profile", model, "--mode", "rapid"}, {"profile", model, "--ops"}};
  for (auto command : commands) {
    CAPTURE(command[0]);
    command.insert(command.end(), {"--memory-limit", "1KiB"});
    const auto refused = program.run(command);
    CHECK(refused.exit_code == 1);
    CAPTURE(refused.err);
    CHECK(refused.err.find("memory limit of 1") != std::string::npos);
    command.back() = "much";
    CHECK(program.run(command).exit_code == 2);
  }
  CHECK(program.run({"run", model, "--memory-limit", "1GiB"}).exit_code == 0);
}
