#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/program.h"

using namespace litezoo::test;

namespace {

const std::string kCommands[] = {"search",    "show", "fetch",  "inspect", "profile",
                                 "recommend", "run",  "doctor", "compare"};

}  // namespace

TEST_CASE("every command's help shows an example") {
  const Program program;
  for (const auto& command : kCommands) {
    CAPTURE(command);
    const auto result = program.run({command, "--help"});
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    CHECK(result.out.find("Example:\n  litezoo " + command) != std::string::npos);
    CHECK(result.out.find("--json") != std::string::npos);
  }
}

TEST_CASE("the general help lists every command and the exit codes") {
  const auto result = Program().run({"--help"});
  CHECK(result.exit_code == 0);
  for (const auto& command : kCommands) {
    CAPTURE(command);
    CHECK(result.out.find(command) != std::string::npos);
  }
  CHECK(result.out.find("Exit codes: 0 done") != std::string::npos);
  CHECK(result.out.find("measure-child") == std::string::npos);
}

TEST_CASE("wrong usage is one line and exit code 2") {
  const Program program;
  const auto model = program.model("model.tflite");
  const std::vector<std::string> cases[] = {
      {},
      {"serach"},
      {"search", "--bogus"},
      {"search", "--max-size", "big"},
      {"search", "--domain", "odour"},
      {"search", "--task", "image-clasification"},
      {"search", "--license", "WTFPL-9"},
      {"show"},
      {"fetch"},
      {"fetch", "npm:"},
      {"fetch", "ftp://host/model.tflite"},
      {"fetch", "http://example.com/model.tflite"},
      {"fetch", model, "--sha256", "beef"},
      {"inspect"},
      {"run"},
      {"run", model, "--input", "nothing"},
      {"run", model, "--input", "9=x.npy"},
      {"run", model, "--signature", "no-such"},
      {"run", model, "--threads", "0"},
      {"recommend"},
      {"recommend", "--task", "image-clasification"},
      {"recommend", "--task", "image-classification", "--max-p90", "20"},
      {"recommend", "--task", "image-classification", "--max-size", "-4MB"},
      {"catalog"},
      {"search", "--limit", "-1"},
      {"profile", model, "--ops", "--max-p90", "1ms"},
  };
  for (const auto& arguments : cases) {
    std::string shown;
    for (const auto& word : arguments) shown += word + " ";
    CAPTURE(shown);
    const auto result = program.run(arguments);
    CAPTURE(result.err);
    CHECK(result.exit_code == 2);
    CHECK(is_one_clear_line(result.err));
    CHECK(result.out.empty());
  }
}

TEST_CASE("near names are offered for an unknown command") {
  const auto result = Program().run({"serach"});
  CHECK(result.err.find("'serach'") != std::string::npos);
  CHECK(result.err.find("search") != std::string::npos);
}

TEST_CASE("near names are offered for an unknown task") {
  const Program program;
  const struct {
    std::vector<std::string> arguments;
    const char* offered;
  } cases[] = {
      {{"recommend", "--task", "image-clasification"}, "image-classification"},
      {{"search", "--task", "audio-speech-syntesis"}, "audio-speech-synthesis"},
      {{"recommend", "--task", "pose"}, "image-pose-detection"},
  };
  for (const auto& c : cases) {
    const auto result = program.run(c.arguments);
    CAPTURE(result.err);
    CHECK(result.err.find(c.offered) != std::string::npos);
  }
}

TEST_CASE("a result as JSON carries the version of its form") {
  const Program program;
  const auto model = program.model("model.tflite");
  const std::vector<std::string> cases[] = {
      {"search", "--domain", "audio"},
      {"show", "mediapipe/selfie_segmentation"},
      {"inspect", model},
      {"run", model},
      {"catalog", "stats"},
      {"doctor"},
      {"fetch", model},
      {"profile", model, "--max-time", "500ms"},
  };
  for (auto arguments : cases) {
    CAPTURE(arguments.front());
    arguments.emplace_back("--json");
    arguments.emplace_back("-q");
    const auto result = program.run(arguments);
    CAPTURE(result.err);
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    const auto document = nlohmann::json::parse(result.out, nullptr, false);
    REQUIRE(document.is_object());
    CHECK(document.contains("schema_version"));
  }
}

TEST_CASE("a full device for the result is an error, not silence") {
  const Program program;
  auto words = program.command({"search", "--domain", "audio", "--quiet"});
  words.insert(words.begin(), {"sh", "-c", "exec \"$@\" > /dev/full", "sh"});
  const auto result = run_process(words, program.environment());
  CHECK(result.exit_code == 4);
  CHECK(is_one_clear_line(result.err));
}

TEST_CASE("a reader that has read enough is no error") {
  const Program program;
  auto words = program.command({"search", "--domain", "audio", "--quiet"});
  words.insert(words.begin(),
               {"sh", "-c", "{ sleep 0.2; \"$@\"; echo \"code $?\" >&2; } | true", "sh"});
  const auto result = run_process(words, program.environment());
  CHECK(result.err == "code 0\n");
}

TEST_CASE("nothing is written outside the home, and a home nobody named is an error") {
  const Program program;
  auto words = program.command({"catalog", "stats"});
  words.insert(words.begin(), {"env", "-i"});
  const auto result = run_process(words);
  CAPTURE(result.err);
  CHECK(result.exit_code == 2);
  CHECK(is_one_clear_line(result.err));
  CHECK(result.err.find("LITEZOO_HOME") != std::string::npos);
}
