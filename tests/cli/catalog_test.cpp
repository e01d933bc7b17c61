#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/program.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

nlohmann::json json_of(const Program& program, std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const auto result = program.run(arguments);
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  return nlohmann::json::parse(result.out);
}

}  // namespace

TEST_CASE("search pages on from the last artifact") {
  const Program program;
  const auto first = json_of(program, {"search", "--domain", "audio", "--limit", "5"});
  REQUIRE(first["artifacts"].size() == 5);
  CHECK(first["more"] == true);
  const auto second = json_of(program, {"search", "--domain", "audio", "--limit", "5", "--after",
                                        first["next"].get<std::string>()});
  const auto both = json_of(program, {"search", "--domain", "audio", "--limit", "10"});
  CHECK(second["artifacts"][0]["name"] == both["artifacts"][5]["name"]);
  const auto shown = program.run({"search", "--domain", "audio", "--limit", "5"});
  CHECK(shown.err.find("--after '" + first["next"].get<std::string>() + "'") != std::string::npos);
}

TEST_CASE("a question that no model has the words of is read as options, page by page, and said") {
  const Program program;
  const std::vector<std::string> question = {"search", "a", "permissive", "audio", "classifier"};
  auto paged = question;
  paged.insert(paged.end(), {"--limit", "1"});
  const auto first = json_of(program, paged);
  CHECK(first["read_as"] == "audio classifier --license permissive");
  paged.insert(paged.end(), {"--after", first["next"].get<std::string>()});
  const auto second = json_of(program, paged);
  const auto all = json_of(program, question)["artifacts"];
  CHECK(first["artifacts"][0] == all[0]);
  CHECK(second["artifacts"][0] == all[1]);
  CHECK(program.run(question).err.find("read as: audio classifier") != std::string::npos);
  CHECK(json_of(program, {"search", "yamnet"})["read_as"].is_null());

  const auto none = program.run({"search", "yamnet", "--max-size", "1kB"});
  CHECK(none.exit_code == 1);
  CHECK(none.err.find("without --max-size: ") != std::string::npos);
}

TEST_CASE("search prints what the JSON holds as CSV") {
  const Program program;
  const auto result = program.run({"search", "selfie", "--csv"});
  REQUIRE(result.exit_code == 0);
  const auto lines = lines_of(result.out);
  const auto rows = json_of(program, {"search", "selfie"})["artifacts"];
  REQUIRE(lines.size() == rows.size() + 1);
  CHECK(lines[0].starts_with("name,model,publisher,task,"));
  CHECK(lines[1].starts_with(rows[0]["name"].get<std::string>() + ","));
  CHECK(lines[1].back() == '\r');
}

TEST_CASE("facets count, use cases are listed, and what is unknown is refused") {
  const Program program;
  const auto facets = json_of(program, {"search", "--facets", "--publisher", "arm"})["facets"];
  CHECK(facets["publisher"][0]["value"] == "arm");
  CHECK(facets["task"].size() > 3);
  const auto cases = json_of(program, {"search", "--example"})["use_cases"];
  CHECK(cases.size() > 20);
  CHECK(json_of(program, {"search", "--example", "pose-estimation"})["artifacts"].size() > 2);
  const std::vector<std::string> wrong[] = {
      {"search", "--example", "cooking"},     {"search", "--fps", "30"},
      {"search", "--input", "smell"},         {"search", "--sort", "colour"},
      {"search", "--after", "no/such/thing"}, {"search", "--input", "video", "--fps", "0"},
  };
  for (const auto& arguments : wrong) {
    CAPTURE(arguments.back());
    const auto result = program.run(arguments);
    CHECK(result.exit_code == 2);
    CHECK(is_one_clear_line(result.err));
  }
}

TEST_CASE("a video's frame budget is said, and what runs here is found") {
  const Program program;
  const auto found = json_of(program, {"search", "--input", "video", "--fps", "25"});
  CHECK(found["frame_budget_ns"] == 40'000'000);
  const auto model = program.model("mine.tflite");
  CHECK(program.run({"search", "--runnable"}).exit_code == 1);
  REQUIRE(program.run({"catalog", "add", model, "--task", "image-classification"}).exit_code == 0);
  const auto runnable = json_of(program, {"search", "--runnable"})["artifacts"];
  REQUIRE(runnable.size() == 1);
  CHECK(runnable[0]["name"] == "local/mine");
  CHECK(runnable[0]["parameters"].is_number());
}

TEST_CASE("show tells a model with several artifacts, claims by group and how to convert") {
  const Program program;
  const auto model = json_of(program, {"show", "tensorflow/hosted/mobilenet_v1_1.0_224"});
  CHECK(model["artifacts"].size() >= 2);
  CHECK(model["claim_groups"].size() >= 2);
  const auto artifact = json_of(program, {"show", "tensorflow/hosted/efficientnet_lite0"});
  if (artifact.contains("artifact")) CHECK(artifact["needs_conversion"] == true);
  const auto text = program.run({"show", "tensorflow/hosted/efficientnet_lite0_int8"});
  CHECK(text.out.find("top1 on ImageNet") != std::string::npos);
  CHECK(text.out.find("higher is better") != std::string::npos);
  CHECK(text.out.find("to convert") != std::string::npos);
}

TEST_CASE("a bundle goes from one home to another, once, and its way is logged") {
  const Program lab;
  const auto model = lab.model("mine.tflite");
  REQUIRE(lab.run({"catalog", "add", model, "--name", "lab/net"}).exit_code == 0);
  const std::string bundle = lab.file("lab.jsonl", "");
  REQUIRE(lab.run({"catalog", "export", bundle, "--label", "bench 3"}).exit_code == 0);
  const auto piped = lab.run({"catalog", "export"});
  CHECK(piped.out.starts_with("{\"litezoo_bundle\":"));

  const Program desk;
  const auto first = json_of(desk, {"catalog", "import", bundle});
  CHECK(first["added"]["artifacts"] == 1);
  CHECK(first["added"]["inspections"] == 1);
  const auto again = json_of(desk, {"catalog", "import", bundle});
  CHECK(again["repeated"] == true);
  CHECK(again["added"]["artifacts"] == 0);
  CHECK(json_of(desk, {"show", "lab/net"})["artifact"]["precision"] == "float32");
  const auto log = json_of(desk, {"catalog", "provenance"})["provenance"];
  REQUIRE(log.size() == 2);
  CHECK(log[1]["label"] == "bench 3");
  CHECK(json_of(desk, {"catalog", "verify"})["whole"] == true);

  write_file_atomically(bundle, read_text_file(bundle).substr(0, 300));
  const auto cut = desk.run({"catalog", "import", bundle});
  CHECK(cut.exit_code == 6);
  CHECK(is_one_clear_line(cut.err));
  CHECK(desk.run({"catalog", "import", "no/such/file"}).exit_code == 4);
}

TEST_CASE("a name in the catalog goes on standing for the same model") {
  const Program program;
  const auto first = program.model("a/net.tflite", {.width = 0.25});
  const auto second = program.model("b/net.tflite", {.width = 0.5});
  REQUIRE(program.run({"catalog", "add", first}).exit_code == 0);
  CHECK(program.run({"catalog", "add", first}).exit_code == 0);
  const auto taken = program.run({"catalog", "add", second});
  CHECK(taken.exit_code == 2);
  CHECK(is_one_clear_line(taken.err));
  CHECK(
      program.run({"catalog", "add", second, "--name", "mediapipe/hand_landmark_lite"}).exit_code ==
      2);
  CHECK(program.run({"catalog", "add", second, "--name", "local/other"}).exit_code == 0);
  const auto bundle = program.run({"catalog", "export"});
  CHECK(bundle.out.find(first) == std::string::npos);
  // The user's own file may change.
  write_file_atomically(first, read_text_file(second));
  CHECK(program.run({"catalog", "add", first}).exit_code == 0);
}

TEST_CASE("show means the artifact of that name before the model") {
  const auto shown = json_of(Program(), {"show", "mediapipe/face_detection_short_range"});
  CHECK(shown["artifact"]["name"] == "mediapipe/face_detection_short_range");
}

TEST_CASE("a backup can be used in the catalog's place, and a damaged catalog fails verify") {
  const Program program;
  const auto target = program.home() / "backup.db";
  REQUIRE(program.run({"catalog", "stats"}).exit_code == 0);
  REQUIRE(program.run({"catalog", "backup", target.string()}).exit_code == 0);
  CHECK(program.run({"catalog", "backup", target.string()}).exit_code == 2);
  CHECK(json_of(program, {"catalog", "compact"})["after_bytes"] > 100'000);
  std::filesystem::rename(target, program.catalog());
  CHECK(json_of(program, {"catalog", "verify"})["whole"] == true);

  const auto model = program.model("mine.tflite");
  REQUIRE(program.run({"catalog", "add", model}).exit_code == 0);
  std::filesystem::remove(model);
  const auto result = program.run({"catalog", "verify"});
  CHECK(result.exit_code == 6);
  CHECK(result.out.find("mine.tflite") != std::string::npos);
}
