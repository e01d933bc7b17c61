#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/builder/write_tflite.h"
#include "tests/cli/program.h"
#include "tests/support/graph_builder.h"
#include "tests/support/zip.h"

// `litezoo inspect` and `litezoo compare` as a user meets them.

using namespace litezoo;
using litezoo::test::Program;
using nlohmann::json;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string content(const std::string& path) {
  return read_text_file(path);
}

// All keys of a document, at any depth.
void collect_keys(const json& value, std::set<std::string>& keys) {
  if (value.is_array()) {
    for (const json& item : value) collect_keys(item, keys);
  }
  if (!value.is_object()) return;
  for (const auto& [key, inner] : value.items()) {
    keys.insert(key);
    // The options of operators have the names that the format's schema gives them.
    if (key != "options") collect_keys(inner, keys);
  }
}

}  // namespace

TEST_CASE("the summary of a model fits one screen") {
  const Program program;
  const auto result = program.run({"inspect", program.model("m.tflite")});
  CHECK(result.exit_code == 0);
  CHECK(lines_in(result.out) <= 24);
  for (const char* part : {"parameters", "MACs", "memory", "input", "output", "XNNPACK", "runs on",
                           "precision", "operators"}) {
    CAPTURE(part);
    CHECK(contains(result.out, part));
  }
}

TEST_CASE("each view shows what it is for") {
  const Program program;
  const auto model = program.model("m.tflite");
  struct Case {
    const char* flag;
    std::vector<const char*> parts;
  };
  const Case cases[] = {
      {"--ops", {"DEPTHWISE_CONV_2D", "% of MACs"}},
      {"--nodes", {"bytes written", "XNNPACK", "yes"}},
      {"--tensors", {"constant", "FLOAT32", "input"}},
      {"--memory", {"alive at the peak", "from node", "best known plan"}},
      {"--compat", {"edge-tpu", "litezoo", "needs TensorFlow", "gpu_compatibility"}},
      {"--stats", {"different values", "deflate", "float16-weights"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.flag);
    const auto result = program.run({"inspect", model, c.flag});
    CHECK(result.exit_code == 0);
    for (const char* part : c.parts) {
      CAPTURE(part);
      CHECK(contains(result.out, part));
    }
  }
}

TEST_CASE("labels that are not there are an error that says so") {
  const Program program;
  const auto result = program.run({"inspect", program.model("m.tflite"), "--labels"});
  CHECK(result.exit_code == 4);
  CHECK(test::is_one_clear_line(result.err));
}

TEST_CASE("the graph is written for Graphviz") {
  const Program program;
  const auto result = program.run({"inspect", program.model("m.tflite"), "--graph", "dot"});
  CHECK(result.exit_code == 0);
  CHECK(result.out.starts_with("digraph"));
  CHECK(contains(result.out, "CONV_2D"));
  CHECK(std::count(result.out.begin(), result.out.end(), '{') ==
        std::count(result.out.begin(), result.out.end(), '}'));
  CHECK(program.run({"inspect", program.model("m.tflite"), "--graph", "svg"}).exit_code == 2);
}

TEST_CASE("every key of the JSON is documented") {
  const Program program;
  const auto model = program.model("m.tflite");
  const auto quantised =
      program.model("q.tflite", {.width = 0.25, .precision = builder::Precision::int8});
  std::set<std::string> keys;
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"inspect", model, "--json", "--stats", "--sha256"},
                                             {"inspect", quantised, "--json"},
                                             {"compare", model, quantised, "--json"}}) {
    const auto result = program.run(arguments);
    REQUIRE(result.exit_code == 0);
    collect_keys(json::parse(result.out), keys);
  }
  CHECK(keys.size() > 80);
  const std::string document =
      read_text_file(std::filesystem::path(LITEZOO_SOURCE_DIR) / "docs/inspect-json.md");
  for (const auto& key : keys) {
    CAPTURE(key);
    CHECK(contains(document, "`" + key + "`"));
  }
}

TEST_CASE("many models are lines of JSON in their order, what cannot be read among them") {
  const Program program;
  const auto good = program.model("models/a.tflite");
  program.file("models/b.tflite", "<html>sign in</html>");
  program.file("models/c.onnx", std::string("\x08\x07\x12\x07pytorch", 11));
  program.file("models/notes.txt", "nothing to see");
  program.file("models/d.task", as_text(test::zip({{"in/side.tflite", content(good), false}})));
  const auto directory = std::filesystem::path(good).parent_path().string();
  const auto result = program.run({"inspect", directory, "--json"});
  CHECK(result.exit_code == 6);
  std::vector<json> rows;
  for (const auto& line : test::lines_of(result.out)) rows.push_back(json::parse(line));
  REQUIRE(rows.size() == 4);
  CHECK(contains(rows[0]["name"], "a.tflite"));
  CHECK(rows[0]["macs"] > 0);
  CHECK_FALSE(rows[0].contains("graph"));
  CHECK(rows[1]["container"] == "web-page");
  CHECK(rows[1]["error"]["kind"] == "corrupt");
  CHECK(rows[2]["container"] == "onnx");
  CHECK(contains(rows[2]["error"]["message"], "onnx2tf"));
  CHECK(contains(rows[3]["name"], "d.task!in/side.tflite"));
  CHECK(rows[3]["macs"] == rows[0]["macs"]);
  const auto table = program.run({"inspect", directory});
  CHECK(table.exit_code == 6);
  CHECK(lines_in(table.out) == 5);
  const auto empty = std::filesystem::path(program.file("empty/x.txt", "x")).parent_path();
  CHECK(program.run({"inspect", empty.string()}).exit_code == 4);
}

TEST_CASE("a bundle lists its members, and each is inspected in place") {
  const Program program;
  const auto model = program.model("m.tflite");
  const auto bundle =
      program.file("b.task", as_text(test::zip({{"face.tflite", content(model), false},
                                                {"../up.tflite", content(model), true},
                                                {"labels.txt", "cat\n", true}})));
  const auto list = program.run({"inspect", bundle});
  CHECK(list.exit_code == 0);
  for (const char* part : {"face.tflite", "../up.tflite", "labels.txt", "MACs"}) {
    CAPTURE(part);
    CHECK(contains(list.out, part));
  }
  const auto alone = json::parse(program.run({"inspect", model, "--json"}).out);
  for (const char* member : {"!face.tflite", "!../up.tflite"}) {
    CAPTURE(member);
    auto inside = json::parse(program.run({"inspect", bundle + member, "--json"}).out);
    inside["name"] = alone["name"];
    CHECK(inside == alone);
  }
  const auto document = json::parse(program.run({"inspect", bundle, "--json"}).out);
  CHECK(document["container"] == "zip");
  CHECK(document["members"][0]["model"]["macs"] == alone["macs"]);
  CHECK(document["members"][2]["model"].is_null());
  CHECK(program.run({"inspect", bundle, "--extract", "labels.txt"}).out == "cat\n");
  const auto absent = program.run({"inspect", bundle + "!fase.tflite"});
  CHECK(absent.exit_code == 4);
  CHECK(contains(absent.err, "face.tflite"));
}

TEST_CASE("a bundle's member with a changed byte does not run, stored or packed") {
  const Program program;
  const std::string model = content(program.model("m.tflite"));
  // Weights, which no check of the tables can tell from right ones.
  const std::size_t weight = model.size() / 2;
  for (const bool deflated : {true, false}) {
    CAPTURE(deflated);
    std::string file(as_text(test::zip({{"m.tflite", model, deflated}})));
    const std::string reference = program.file("b.task", file) + "!m.tflite";
    CHECK(program.run({"run", reference}).exit_code == 0);
    if (deflated) {
      // The checksum in the directory.
      file[file.find("PK\x01\x02") + 16] ^= 1;
    } else {
      file[file.find(model) + weight] ^= 1;
    }
    program.file("b.task", file);
    const auto result = program.run({"run", reference});
    CHECK(result.exit_code == 6);
    CHECK(contains(result.err, "'m.tflite' is damaged: its CRC-32 is wrong"));
    CHECK(test::is_one_clear_line(result.err));
  }
}

TEST_CASE("views of a bundle are those of each model in it") {
  const Program program;
  const auto model = program.model("m.tflite");
  const auto bundle =
      program.file("b.task", as_text(test::zip({{"TF_LITE_PREFILL_DECODE", content(model), false},
                                                {"broken.tflite", "<html>", true},
                                                {"side.tflite", content(model), true}})));
  const auto result = program.run({"inspect", bundle, "--ops"});
  CHECK(result.exit_code == 6);
  CHECK(contains(result.out, "!TF_LITE_PREFILL_DECODE\n"));
  CHECK(contains(result.out, "!side.tflite\n"));
  CHECK(contains(result.err, "broken.tflite is a web page"));
  const auto alone = program.run({"inspect", model, "--ops"});
  CHECK(contains(result.out, alone.out));
  const auto nodes = program.run({"inspect", bundle, "--json", "--nodes"});
  CHECK(nodes.exit_code == 6);
  CHECK(json::parse(nodes.out)["members"][0]["model"]["graph"].size() == 1);
  const auto listed = program.run({"inspect", bundle});
  CHECK(listed.exit_code == 6);
  CHECK(contains(listed.out, "side.tflite"));
  const auto compared = program.run({"compare", bundle, model});
  CHECK(compared.exit_code == 2);
  CHECK(contains(compared.err, "name the model inside it: '"));
  CHECK(contains(compared.err, "!TF_LITE_PREFILL_DECODE'"));
}

TEST_CASE("one file that cannot be read does not keep the views of others back") {
  const Program program;
  const auto bad = program.file("bad.tflite", "<html>sign in</html>");
  const auto good = program.model("good.tflite");
  const auto result = program.run({"inspect", bad, good, "--ops"});
  CHECK(result.exit_code == 6);
  CHECK(contains(result.out, "DEPTHWISE_CONV_2D"));
  CHECK(test::is_one_clear_line(result.err));
}

TEST_CASE("a packed member larger than memory should hold is inspected through a file that goes") {
  const Program program;
  const auto model = program.model("m.tflite");
  // Compresses some thirty times: less than a bomb, enough to keep the test small.
  std::string large = content(model);
  std::uint32_t state = 1;
  while (large.size() <= std::size_t{165} << 20U) {
    for (int i = 0; i < 1024; ++i) {
      state = state * 1664525 + 1013904223;
      large.push_back(static_cast<char>(state >> 24U));
    }
    large.append(30'000, '\0');
  }
  const auto bundle = program.file("b.task", as_text(test::zip({{"large.tflite", large, true}})));
  const auto result = program.run({"inspect", bundle + "!large.tflite", "--json"});
  CHECK(result.exit_code == 0);
  const auto inside = json::parse(result.out);
  CHECK(inside["size"] == large.size());
  CHECK(inside["macs"] == json::parse(program.run({"inspect", model, "--json"}).out)["macs"]);
  CHECK(program.stored_files().empty());
  const auto bomb = program.file(
      "bomb.task", as_text(test::zip({{"bomb.tflite", std::string(165 << 20, '\0'), true}})));
  const auto refused = program.run({"inspect", bomb + "!bomb.tflite"});
  CHECK(refused.exit_code == 6);
  CHECK(contains(refused.err, "bomb"));
}

TEST_CASE("links are followed to models, not to directories") {
  namespace fs = std::filesystem;
  const Program program;
  const fs::path outside = program.model("outside/blob");
  const fs::path inside = fs::path(program.model("tree/blobs/1234")).parent_path();
  const fs::path tree = inside.parent_path();
  fs::create_symlink(inside / "1234", tree / "named.tflite");
  fs::create_symlink(outside, tree / "linked.tflite");
  fs::create_symlink(outside, tree / "not-named-like-one");
  fs::create_directory_symlink(outside.parent_path(), tree / "elsewhere");
  fs::create_directory_symlink(tree, tree / "circle");
  fs::create_symlink(tree / "nowhere", tree / "broken.tflite");
  const auto result = program.run({"inspect", tree.string(), "--json"});
  CHECK(result.exit_code == 0);
  std::vector<std::string> names;
  for (const auto& line : test::lines_of(result.out)) {
    names.push_back(fs::path(json::parse(line)["name"].get<std::string>()).filename().string());
  }
  CHECK(names == std::vector<std::string>{"linked.tflite", "named.tflite"});
  const auto kernel = program.run({"inspect", "/proc/self"});
  CHECK(kernel.exit_code == 4);
  CHECK(test::is_one_clear_line(kernel.err));
}

TEST_CASE("every node's options are told under the names of the format") {
  const Program program;
  const auto model = program.model("m.tflite");
  const auto document = json::parse(program.run({"inspect", model, "--json"}).out);
  const auto& operators = document["graph"][0]["operators"];
  REQUIRE(operators[0]["operator"] == "CONV_2D");
  CHECK(operators[0]["options"]["padding"] == "SAME");
  CHECK(operators[0]["options"]["stride_w"] == 2);
  CHECK(operators[0]["options"]["fused_activation_function"] == "RELU6");
  CHECK(contains(program.run({"inspect", model, "--nodes"}).out, "SAME stride 2x2 RELU6"));
}

TEST_CASE("names in a file cannot reach the terminal") {
  test::GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {4});
  b.custom("Evil\x1b[2J", {x}, {b.output(TensorType::FLOAT32, {4})});
  for (Tensor& tensor : b.graph().subgraphs[0].tensors) tensor.name = "a\x1b]0;x\x07\xff\"\\";
  b.graph().subgraphs[0].name = "sub\x1b[31m";
  b.graph().description = "made\x1b[1m by\xfe";
  const Program program;
  const auto model = program.file("evil.tflite", as_text(builder::write_tflite(b.graph())));
  for (const char* view : {"--ops", "--nodes", "--tensors", "--memory", "--compat", "--stats",
                           "--graph=dot", "-q", "--json"}) {
    CAPTURE(view);
    const auto result = program.run({"inspect", model, view});
    CHECK(result.exit_code == 0);
    CHECK_FALSE(contains(result.out, "\x1b"));
    CHECK_FALSE(contains(result.out, "\xff"));
  }
}

TEST_CASE("compare shows what differs and names what does not") {
  const Program program;
  const auto wide = program.model("wide.tflite", {.width = 0.5});
  const auto narrow = program.model("narrow.tflite", {.width = 0.25});
  const auto result = program.run({"compare", wide, narrow});
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, "wide.tflite"));
  CHECK(contains(result.out, "same: "));
  const auto document = json::parse(program.run({"compare", wide, narrow, "--json"}).out);
  for (const json& fact : document["facts"]) {
    CAPTURE(fact["fact"]);
    CHECK(fact["same"] == (fact["left"] == fact["right"]));
    if (fact["fact"] == "macs") CHECK(fact["left"] > fact["right"]);
    if (fact["fact"] == "inputs") CHECK(fact["same"] == true);
  }
  CHECK(document["operators"].empty());
  CHECK(program.run({"compare", wide}).exit_code == 2);
}

TEST_CASE("what reads every byte happens only when asked for") {
  const Program program;
  const auto path = program.model("m.tflite");
  const auto before = json::parse(program.run({"inspect", path, "--json"}).out);
  CHECK(before["sha256"] == "");
  CHECK(before["optimization"]["statistics"].is_null());
  const auto hashed = json::parse(program.run({"inspect", path, "--json", "--sha256"}).out);
  CHECK(hashed["sha256"].get<std::string>().size() == 64);
}
