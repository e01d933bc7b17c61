#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/npy.h"
#include "tests/cli/program.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

// A program whose list names two models: the small one and a larger one.
struct Listed {
  Program program;
  std::string small, large, list;

  Listed() {
    small = program.model("small.tflite", {.width = 0.25});
    large = program.model("large.tflite", {.width = 0.5});
    list = program.file("list.txt", "# candidates\n" + large + "\n\n" + small + "  # the other\n");
  }

  Finished recommend(std::vector<std::string> more) const {
    std::vector<std::string> words = {"recommend", "--from", list, "--mode", "rapid"};
    // A limit ends measuring when it is decided, which takes long on a busy machine; figures alone
    // would be waited for until the machine is quiet.
    const bool decides = std::ranges::find(more, "--max-p90") != more.end();
    if (!decides) words.insert(words.end(), {"--max-time", "500ms"});
    words.insert(words.end(), more.begin(), more.end());
    return program.run(words);
  }
};

nlohmann::json document_of(const Finished& result) {
  CAPTURE(result.err);
  auto document = nlohmann::json::parse(result.out, nullptr, false);
  REQUIRE(document.is_object());
  return document;
}

}  // namespace

TEST_CASE("a list restricts the candidates, and files that no catalog knows can be on it") {
  const Listed listed;
  const auto result = listed.recommend({"--max-p90", "60s", "--json"});
  REQUIRE(result.exit_code == 0);
  const auto document = document_of(result);
  CHECK(document["chosen"]["name"] == listed.small);
  CHECK(document["waterfall"][0]["left"] == 2);
  CHECK(document["runs_now"].get<int>() >= 43);

  const auto bad = listed.program.file("bad.txt", listed.small + "\nno such model\n");
  const auto refused = listed.program.run({"recommend", "--from", bad});
  CHECK(refused.exit_code == 4);
  CHECK(refused.err.find("line 2") != std::string::npos);
  CHECK(listed.program.run({"recommend", "--from", listed.program.file("none.txt", "# nothing\n")})
            .exit_code == 2);
}

TEST_CASE("a model that was only not looked at keeps the answer open") {
  const Program program;
  // The starter zoo has faces that nobody has fetched into this home.
  const auto offline =
      program.run({"recommend", "--offline", "--task", "image-face-detection", "--no-measure"});
  CHECK(offline.exit_code == 3);

  // Of what is not fetched, many have no known size: those are not said to be larger.
  const auto model = program.model("face.tflite");
  REQUIRE(
      program.run({"catalog", "add", model, "--task", "image-face-detection", "--license", "MIT"})
          .exit_code == 0);
  const auto document = document_of(program.run({"recommend", "--task", "image-face-detection",
                                                 "--license", "mit", "--no-measure", "--json"}));
  CHECK(document["chosen"]["name"] == "local/face");
}

TEST_CASE("what a bundle tells about speed proves nothing here") {
  const Listed listed;
  const auto& lab = listed.program;
  REQUIRE(lab.run({"catalog", "add", listed.small, "--name", "lab/net", "--task",
                   "image-classification"})
              .exit_code == 0);
  REQUIRE(lab.run({"profile", "lab/net", "--max-p90", "60s"}).exit_code == 0);
  REQUIRE(lab.run({"profile", "lab/net", "--max-p90", "60s"}).exit_code == 0);
  const auto bundle = lab.file("lab.jsonl", "");
  REQUIRE(lab.run({"catalog", "export", bundle}).exit_code == 0);

  const Program desk;
  REQUIRE(desk.run({"catalog", "import", bundle}).exit_code == 0);
  const auto list = desk.file("list.txt", "");
  REQUIRE(desk.run({"catalog", "add", listed.small, "--name", "desk/net"}).exit_code == 0);
  write_file_atomically(list, "desk/net\n");
  const auto result = desk.run({"recommend", "--from", list, "--max-p90", "60s", "--json"});
  CHECK(document_of(result)["runs_now"].get<int>() > 0);
}

TEST_CASE("the explanation names the smallest change that would give a model") {
  const Listed listed;
  const auto result = listed.recommend({"--max-size", "20kB", "--no-measure", "--json"});
  CHECK(result.exit_code == 1);
  const auto document = document_of(result);
  CHECK(document["verdict"] == "none");
  REQUIRE(document["relaxations"].size() == 2);
  const auto& change = document["relaxations"][0];
  CHECK(change["name"] == listed.small);
  CHECK(change["needed"].get<std::string>().find("--max-size ") == 0);
  const auto text = listed.recommend({"--max-size", "20kB", "--no-measure"});
  CHECK(text.out.find(change["needed"].get<std::string>()) != std::string::npos);
}

TEST_CASE("a near miss is told once") {
  const Listed listed;
  const auto small = std::filesystem::file_size(listed.small);
  const auto limit = std::to_string(small - small / 10);
  const auto result = listed.recommend({"--max-size", limit, "--no-measure"});
  CHECK(result.exit_code == 1);
  const auto first = result.out.find("\n" + listed.small);
  REQUIRE(first != std::string::npos);
  CHECK(result.out.rfind("near miss", first) != std::string::npos);
  CHECK(result.out.find("\n" + listed.small, first + 1) == std::string::npos);
  CHECK(result.out.find("\n" + listed.large) > result.out.find("\nfell"));
}

TEST_CASE("an input that fits one model only makes the others fall, not the selection") {
  const Listed listed;
  const auto other = listed.program.model("other.tflite", {.width = 0.25, .image_side = 32});
  const auto list = listed.program.file("l.txt", other + "\n" + listed.large + "\n");
  const auto input = listed.program.file("input.npy", "");
  const std::vector<std::int32_t> shape = {1, 64, 64, 3};
  cli::write_npy(input, TensorType::FLOAT32, shape,
                 std::vector<std::byte>(std::size_t{64} * 64 * 3 * 4));
  const auto result = listed.program.run({"recommend", "--from", list, "--max-p90", "60s", "--mode",
                                          "rapid", "--input", "0=" + input, "--json"});
  const auto document = document_of(result);
  CHECK(result.exit_code == 0);
  CHECK(document["chosen"]["name"] == listed.large);
  CHECK(document["eliminated"][0]["reason"].get<std::string>().find("does not take") !=
        std::string::npos);
}

TEST_CASE("a constraints file, TOML or JSON, gives what the command line does not") {
  const Listed listed;
  const struct {
    const char* name;
    std::string content;
  } files[] = {
      {"c.toml",
       "# limits\nmax-size = \"20kB\"\nno-measure = true\nlicense = [\"MIT\", \"Apache-2.0\"]\n"},
      {"c.json", R"({"max_size": "20kB", "no-measure": true, "license": ["MIT", "Apache-2.0"]})"},
  };
  for (const auto& file : files) {
    CAPTURE(file.name);
    const auto path = listed.program.file(file.name, file.content);
    const auto result = listed.recommend({"--constraints", path, "--allow-unknown", "--json"});
    CHECK(result.exit_code == 1);
    CHECK(document_of(result)["eliminated"][0]["criterion"] == "size");
    const auto wins =
        listed.recommend({"--constraints", path, "--allow-unknown", "--max-size", "1GB", "--json"});
    CHECK(wins.exit_code == 0);
  }
  const auto wrong = listed.program.file("w.toml", "max-sise = \"4MB\"\n");
  const auto refused = listed.recommend({"--constraints", wrong});
  CHECK(refused.exit_code == 2);
  CHECK(is_one_clear_line(refused.err));
  CHECK(refused.err.find("max-size") != std::string::npos);
}

TEST_CASE("what is locked is verified; changed bytes and tighter machines are told apart") {
  const Listed listed;
  const auto lock = listed.program.file("model.lock", "");
  const auto junit = listed.program.file("verify.xml", "");
  REQUIRE(listed.recommend({"--max-p90", "60s", "--max-size", "1GB", "--lock", lock}).exit_code ==
          0);
  const auto document = nlohmann::json::parse(read_text_file(lock));
  CHECK(document["artifact"]["sha256"].get<std::string>().size() == 64);
  CHECK(document["evidence"]["samples_ns"].size() >= 43);
  CHECK(document["constraints"] == nlohmann::json({"--max-size", "1GB", "--max-p90", "60s"}));

  const auto held = listed.program.run({"verify", lock, "--junit", junit});
  CAPTURE(held.err);
  CHECK(held.exit_code == 0);
  CHECK(read_text_file(junit).find("failures=\"0\"") != std::string::npos);
  const auto unmeasured = listed.program.run({"verify", lock, "--no-measure", "--junit", junit});
  CHECK(unmeasured.exit_code == 0);
  CHECK(unmeasured.out.find("not checked") != std::string::npos);
  CHECK(read_text_file(junit).find("skipped=\"1\"") != std::string::npos);
  CHECK(listed.program.run({"verify", lock, "--timeout", "1ms"}).exit_code == 3);

  auto tighter = document;
  tighter["constraints"] = {"--max-size", "1kB"};
  const auto tight = listed.program.file("tight.lock", tighter.dump());
  CHECK(listed.program.run({"verify", tight}).exit_code == 1);

  auto other = read_text_file(listed.small);
  other.back() = static_cast<char>(other.back() ^ 1);
  write_file_atomically(listed.small, other);
  const auto changed = listed.program.run({"verify", lock});
  CHECK(changed.exit_code == 6);
  CHECK(is_one_clear_line(changed.err));
}

TEST_CASE("a lock that is none is one clear line") {
  const Program program;
  const struct {
    const char* content;
    int exit_code;
  } cases[] = {{"", 6},
               {"[]", 6},
               {"{}", 6},
               {R"({"litezoo_lock": 99})", 6},
               {R"({"litezoo_lock": 1, "constraints": 3})", 6}};
  for (const auto& c : cases) {
    CAPTURE(c.content);
    const auto result = program.run({"verify", program.file("x.lock", c.content)});
    CHECK(result.exit_code == c.exit_code);
    CHECK(is_one_clear_line(result.err));
  }
  CHECK(program.run({"verify", "no-such.lock"}).exit_code == 4);
}

TEST_CASE("constraints that contradict each other or make no sense are usage errors") {
  const Listed listed;
  const std::vector<std::vector<std::string>> cases = {
      {"--max-size", "0"},
      {"--max-p90", "20"},
      {"--max-p90", "0ms"},
      {"--max-p90", "20ms", "--max-latency", "30ms"},
      {"--accuracy", "good"},
      {"--accuracy", "top1>=0.9", "--accuracy", "top1<=0.5"},
      {"--ops", "all"},
      {"--runs-on", "toaster"},
      {"--runs-on", "litert:new"},
      {"--objective", "beauty"},
      {"--objective", "accuracy"},
      {"--precision", "in8"},
      {"--license", "permisive"},
      {"--percentile", "0"},
      {"--budget", "soon"},
      {"--cores", "enormous"},
      {"--percentile", "50", "--max-p90", "20ms"},
      {"--budget", "0s"},
      {"--language", "klingon"},
      {"--accuracy", "top1>=nan"},
      {"--min-time", "20s"},
      {"--task", "image-segmentation", "--domain", "audio"},
  };
  for (const auto& words : cases) {
    CAPTURE(words[1]);
    const auto result = listed.recommend(words);
    CHECK(result.exit_code == 2);
    CHECK(is_one_clear_line(lines_of(result.err).back() + "\n"));
  }
  CHECK(listed.program.run({"recommend"}).exit_code == 2);
}

TEST_CASE("a budget ends the search and says so") {
  const Listed listed;
  const auto result = listed.recommend({"--max-p90", "60s", "--budget", "1ns", "--json"});
  CHECK(result.exit_code == 3);
  const auto document = document_of(result);
  CHECK_FALSE(document["complete"].get<bool>());
  CHECK(document["eliminated"][0]["criterion"] == "budget");
}

TEST_CASE("the front of size and latency holds the smallest model at least") {
  const Listed listed;
  const auto result = listed.recommend({"--pareto", "--json"});
  REQUIRE(result.exit_code == 0);
  const auto document = document_of(result);
  CHECK(document["front"][0]["name"] == listed.small);
  CHECK(listed.recommend({"--pareto"}).out.find("on the front") != std::string::npos);
}

TEST_CASE("what was measured twice proves again without a run, unless it is too old") {
  const Listed listed;
  const std::vector<std::string> words = {"recommend", "--from", listed.list,
                                          "--max-p90", "60s",    "--json"};
  REQUIRE(listed.program.run(words).exit_code == 0);
  const auto again = document_of(listed.program.run(words));
  CHECK(again["measured_now"] == 0);
  CHECK(again["chosen"]["name"] == listed.small);
  auto aged = words;
  aged.insert(aged.end(), {"--max-age", "1ns"});
  CHECK(document_of(listed.program.run(aged))["measured_now"] == 1);
}

TEST_CASE("JUnit tells a CI system the answer") {
  const Listed listed;
  const auto junit = listed.program.file("r.xml", "");
  CHECK(listed.recommend({"--max-size", "1kB", "--no-measure", "--junit", junit}).exit_code == 1);
  const auto text = read_text_file(junit);
  CHECK(text.find("<failure message=\"no model satisfies") != std::string::npos);
  CHECK(text.find("tests=\"1\" failures=\"1\" errors=\"0\"") != std::string::npos);
}

namespace {

// Every key that the schema requires, and none that it does not know.
void check_against(const nlohmann::json& schema, const nlohmann::json& object) {
  for (const auto& key : schema.at("required")) {
    CAPTURE(key.get<std::string>());
    CHECK(object.contains(key.get<std::string>()));
  }
  for (const auto& item : object.items()) {
    CAPTURE(item.key());
    CHECK(schema.at("properties").contains(item.key()));
  }
}

}  // namespace

TEST_CASE("the JSON of a recommendation has the keys of its documented schema") {
  const auto schema =
      nlohmann::json::parse(read_text_file(LITEZOO_SOURCE_DIR "/docs/recommend.schema.json"));
  const Listed listed;
  for (const std::string limit : {"1GB", "45kB", "1kB"}) {
    CAPTURE(limit);
    const auto document = document_of(listed.recommend({"--max-size", limit, "--json"}));
    check_against(schema, document);
    if (!document["chosen"].is_null()) check_against(schema["$defs"]["model"], document["chosen"]);
    for (const auto& fallen : document["eliminated"]) {
      check_against(schema["$defs"]["fallen"], fallen);
    }
    for (const auto& change : document["relaxations"]) {
      check_against(schema["properties"]["relaxations"]["items"], change);
    }
  }
}
