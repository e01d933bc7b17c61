#include <doctest/doctest.h>

#include <csignal>
#include <string>

#include "base/hash.h"
#include "tests/cli/program.h"
#include "tests/hub/hub.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

// The program under a filter that kills it for asking the kernel for a socket.
Finished run_without_sockets(const Program& program, const std::vector<std::string>& arguments) {
  auto words = program.command(arguments);
  words.insert(words.begin(), NO_SOCKETS);
  return run_process(words, program.environment());
}

}  // namespace

TEST_CASE("offline, the program asks for no socket at all, whatever it is told to do") {
  const Program program;
  hub::Hub hub;
  const std::string model(as_text(builder::classifier({.width = 0.25})));
  hub.add_file("/m.tflite", model);
  const std::string reference = hub.url() + "/m.tflite";
  const std::string sha256 = sha256_of(as_bytes(model));
  // Online the filter does strike: the test can fail.
  const auto online = run_without_sockets(program, {"fetch", reference});
  if (online.exit_code == 77) {
    MESSAGE("this kernel takes no filter: nothing proved");
    return;
  }
  CHECK(online.signal == SIGSYS);
  REQUIRE(program.run({"fetch", reference, "--sha256", sha256}).exit_code == 0);
  const struct {
    std::vector<std::string> words;
    int exit_code;
  } cases[] = {
      {{"fetch", reference, "--sha256", sha256, "--offline"}, 0},
      {{"fetch", "--offline", "https://example.org/m.tflite"}, 5},
      {{"fetch", "--offline", "hf:zoo/net/m.tflite"}, 5},
      {{"fetch", "--offline", "kaggle:zoo/net/tfLite/small"}, 5},
      {{"fetch", "--offline", "tfhub:google/lite-model/yamnet/classification/tflite/1"}, 5},
      {{"fetch", "--offline", "mediapipe:t/m/float16/1"}, 5},
      {{"fetch", "--offline", "github:o/r@v1/m.tflite"}, 5},
      {{"fetch", "--offline", "npm:zoo@1.0.0/m.tflite"}, 5},
      {{"fetch", "--offline", "--dry-run", "hf:zoo/net/m.tflite"}, 5},
      {{"inspect", "--offline", "sha256:" + sha256.substr(0, 12)}, 0},
      {{"inspect", "--offline", "hf:zoo/net/m.tflite"}, 5},
      {{"sync", "--offline", "hf"}, 5},
      {{"search", "--offline", "pose"}, 0},
      {{"store", "list", "--offline"}, 0},
      {{"store", "verify", "--offline"}, 0},
  };
  for (const auto& c : cases) {
    CAPTURE(c.words.front() + " " + c.words.back());
    const auto result = run_without_sockets(program, c.words);
    CAPTURE(result.err);
    CHECK(result.signal == 0);
    CHECK(result.exit_code == c.exit_code);
  }
}
