#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "base/error.h"
#include "base/sanitizer.h"
#include "cli/bench.h"
#include "cli/context.h"
#include "cli/junit.h"
#include "cli/measure_model.h"
#include "cli/npy.h"
#include "cli/protocol.h"
#include "cli/workspace.h"
#include "tests/builder/write_tflite.h"
#include "tests/cli/program.h"
#include "tests/support/graph_builder.h"

using namespace litezoo;
using namespace litezoo::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// What happens to whoever measures when the measuring process behaves like this script.
Error error_of_child(const Program& program, const std::string& script) {
  const auto path = program.file("child.sh", "#!/bin/sh\n" + script);
  ::chmod(path.c_str(), 0700);
  std::ostringstream out;
  std::ostringstream err;
  const cli::Context context{.out = out, .err = err, .program = path};
  try {
    cli::measure_in_child(context, {.path = "model.tflite", .timeout = milliseconds(500)});
  } catch (const Error& error) {
    return error;
  }
  FAIL("the child's failure was not seen");
  return Error(ErrorKind::internal, "");
}

// Runs for as long as it is let.
void add_endless_loop(GraphBuilder& b) {
  const std::byte yes{1};
  const int go = b.constant_bytes(TensorType::BOOL, {1}, {&yes, 1});
  const int x = b.input(TensorType::FLOAT32, {1});
  b.op(BuiltinOperator::WHILE, {go, x}, {b.tensor(TensorType::BOOL), b.output(TensorType::FLOAT32)},
       WhileOptions{1, 2});
  for (const bool is_body : {false, true}) {
    b.subgraph();
    const int flag = b.input(TensorType::BOOL, {1});
    const int value = b.input(TensorType::FLOAT32, {1});
    const int first = b.constant<std::int32_t>({1}, {0});
    b.op(BuiltinOperator::GATHER, {flag, first}, {b.output(TensorType::BOOL, {1})},
         GatherOptions{});
    if (is_body) {
      b.op(BuiltinOperator::ADD, {value, value}, {b.output(TensorType::FLOAT32, {1})},
           AddOptions{});
    }
  }
}

}  // namespace

TEST_CASE(
    "whatever happens to the measuring process, the one that started it goes on and says it") {
  struct Case {
    const char* name;
    const char* script;
    ErrorKind kind;
    const char* said;
  };
  const Case cases[] = {
      {"crashes", "kill -SEGV $$", ErrorKind::internal, "crashed"},
      {"hangs", "exec sleep 60", ErrorKind::io, "did not end within 500 ms"},
      {"killed for its memory", "kill -KILL $$", ErrorKind::io, "out of memory"},
      {"answers nonsense", "echo hello", ErrorKind::corrupt, "not valid JSON"},
      {"says nothing", "exit 0", ErrorKind::corrupt, "not valid JSON"},
      {"says why", "echo 'litezoo: no such op' >&2; exit 1", ErrorKind::unsupported, "no such op"},
  };
  const Program program;
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const Error error = error_of_child(program, c.script);
    CHECK(error.kind() == c.kind);
    CHECK(std::string(error.what()).find(c.said) != std::string::npos);
  }
}

TEST_CASE("a model that never ends is stopped, and the next one is measured all the same") {
  const Program program;
  GraphBuilder b;
  add_endless_loop(b);
  const auto endless = program.file("a-endless.tflite", as_text(builder::write_tflite(b.graph())));
  const auto good = program.model("good.tflite");
  const auto list = program.file("list.txt", endless + "\n" + good + "\n");
  const auto result = program.run({"recommend", "--from", list, "--max-p90", "60s", "--mode",
                                   "rapid", "--timeout", "8s", "--json"});
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const auto document = nlohmann::json::parse(result.out);
  CHECK(document["chosen"]["name"] == good);
  CHECK(document["eliminated"][0]["name"] == endless);
  CHECK(document["eliminated"][0]["criterion"] == "measure");

  // Alone, it is not shown to be too slow: it was only never waited for.
  const auto alone = program.file("alone.txt", endless + "\n");
  CHECK(program.run({"recommend", "--from", alone, "--max-p90", "60s", "--timeout", "500ms"})
            .exit_code == 3);
}

TEST_CASE("a model that cannot be profiled does not take away what another one gave") {
  const Program program;
  const auto good = program.model("good.tflite");
  const auto result = program.run(
      {"profile", good, program.home() / "none.tflite", "--mode", "rapid", "--max-time", "300ms"});
  CHECK(result.exit_code == 4);
  CHECK(result.out.find("good.tflite") != std::string::npos);
  CHECK(result.err.find("none.tflite") != std::string::npos);
}

TEST_CASE("a model whose input chooses from a small table is measured with what the table has") {
  const Program program;
  GraphBuilder b;
  const int ids = b.input(TensorType::INT32, {64});
  const int table = b.constant<float>({3, 2}, {1, 2, 3, 4, 5, 6});
  b.op(BuiltinOperator::GATHER, {table, ids}, {b.output(TensorType::FLOAT32, {64, 2})},
       GatherOptions{});
  const auto model = program.file("embedding.tflite", as_text(builder::write_tflite(b.graph())));
  for (const auto& words : {std::vector<std::string>{"run", model},
                            {"profile", model, "--mode", "rapid", "--max-time", "300ms"}}) {
    const auto result = program.run(words);
    CAPTURE(result.err);
    CHECK(result.exit_code == 0);
  }
}

#if !LITEZOO_ADDRESS_SANITIZER && !LITEZOO_THREAD_SANITIZER
TEST_CASE("a model that eats more memory than it may have falls, and the next one is measured") {
  const Program program;
  GraphBuilder b;
  const std::vector<std::int32_t> half_a_gigabyte = {1, 8192, 8192, 2};
  const int x = b.input(TensorType::FLOAT32, half_a_gigabyte);
  b.op(BuiltinOperator::ADD, {x, x}, {b.output(TensorType::FLOAT32, half_a_gigabyte)},
       AddOptions{});
  const auto greedy = program.file("a-greedy.tflite", as_text(builder::write_tflite(b.graph())));
  const auto good = program.model("good.tflite");
  const auto list = program.file("list.txt", greedy + "\n" + good + "\n");
  auto words = program.command(
      {"recommend", "--from", list, "--max-p90", "60s", "--mode", "rapid", "--json"});
  words.insert(words.begin(), {"/bin/sh", "-c", "ulimit -d 300000; exec \"$@\"", "sh"});
  const auto result = run_process(words, program.environment());
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const auto document = nlohmann::json::parse(result.out);
  CHECK(document["chosen"]["name"] == good);
  CHECK(document["eliminated"][0]["name"] == greedy);
  CHECK(document["eliminated"][0]["reason"].get<std::string>().find("1.07 GB") !=
        std::string::npos);
}
#endif

TEST_CASE("a machine that is another one after a measurement is noticed") {
  const Program program;
  const auto path =
      program.file("child.sh", "#!/bin/sh\necho '{\"device\":\"another\",\"samples_ns\":[1]}'\n");
  ::chmod(path.c_str(), 0700);
  ::setenv("LITEZOO_HOME", program.home().c_str(), 1);
  std::ostringstream out;
  std::ostringstream err;
  const cli::Context context{.out = out, .err = err, .program = path};
  cli::Workspace workspace(context);
  const cli::Bench bench(context, workspace, cli::protocol_of({}));
  CHECK_THROWS_WITH_AS(bench.measure({"model", "model.tflite", std::string(64, '0')}),
                       doctest::Contains("this machine changed"), Error);
  ::unsetenv("LITEZOO_HOME");
}

TEST_CASE("a limit turns a profile into a verdict with an exit code") {
  const Program program;
  const auto model = program.model("model.tflite");
  const auto held = program.run({"profile", model, "--max-p90", "60s", "--json"});
  CAPTURE(held.err);
  CHECK(held.exit_code == 0);
  const auto row = nlohmann::json::parse(held.out)["profiles"][0];
  CHECK(row["verdict"] == "PASS");
  CHECK(row["runs_judged"].get<int>() >= 62);
  // FAIL needs undisturbed runs; on a busy machine the honest answer is UNSTABLE.
  const auto missed = program.run({"profile", model, "--max-p90", "1ns", "--max-time", "300ms"});
  CHECK((missed.exit_code == 1 || missed.exit_code == 3));
  CHECK(program.run({"profile", model, "--max-p90", "0ms"}).exit_code == 2);
}

TEST_CASE("a profile tells where it ran, how, and where the memory went") {
  const Program program;
  const auto model = program.model("model.tflite");
  const auto result = program.run(
      {"profile", model, "--mode", "rapid", "--paced", "5ms", "--max-time", "1s", "--json"});
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const auto measurement = nlohmann::json::parse(result.out)["profiles"][0]["measurement"];
  CHECK(measurement["settings"]["mode"] == "rapid");
  CHECK(measurement["settings"]["pace_ns"] == 5'000'000);
  for (const char* key : {"build", "kernels", "core_class", "engine_version", "taken_at"}) {
    CAPTURE(key);
    CHECK_FALSE(measurement[key].get<std::string>().empty());
  }
  CHECK_FALSE(measurement["cpus"].empty());
  CHECK(measurement["memory"]["file"].get<int>() > 0);
  CHECK(measurement["memory"]["mapped_weights"].get<int>() > 0);
  CHECK(measurement["memory"]["peak_anonymous"].get<std::uint64_t>() >=
        measurement["arena"].get<std::uint64_t>());
  const auto card = program.run({"profile", model, "--mode", "rapid", "--max-time", "300ms"});
  for (const char* word : {"latency", "memory", "peak", "engine", "mode rapid"}) {
    CHECK(card.out.find(word) != std::string::npos);
  }
}

TEST_CASE("the times of the operators add up to the time of a run") {
  const Program program;
  const auto model = program.model("model.tflite", {.width = 1.0});
  double best = 1e9;
  // What another program takes from one run and not from the next is no fault of the sum.
  for (int attempt = 0; attempt < 6 && best > 0.1; ++attempt) {
    const auto result = program.run({"profile", model, "--ops", "--mode", "rapid", "--json"});
    CAPTURE(result.err);
    REQUIRE(result.exit_code == 0);
    const auto report = nlohmann::json::parse(result.out);
    double sum = 0;
    double shares = 0;
    for (const auto& node : report["nodes"]) {
      sum += node["time_ns"].get<double>();
      shares += node["share"].get<double>();
    }
    CHECK(report["nodes"].size() > 10);
    CHECK(shares == doctest::Approx(1).epsilon(0.001));
    CHECK(sum == doctest::Approx(report["sum_ns"].get<double>()).epsilon(0.001));
    best = std::min(best, std::abs(sum / report["whole_ns"].get<double>() - 1));
  }
  CHECK(best <= 0.1);
}

TEST_CASE("the user's inputs are measured with and must fit") {
  const Program program;
  const auto model = program.model("model.tflite", {.width = 0.25});
  const auto good = program.file("good.npy", "");
  const std::vector<std::int32_t> shape = {1, 64, 64, 3};
  cli::write_npy(good, TensorType::FLOAT32, shape,
                 std::vector<std::byte>(std::size_t{64} * 64 * 3 * 4));
  const auto given = program.run({"profile", model, "--mode", "rapid", "--max-time", "300ms",
                                  "--input", "0=" + good, "--json"});
  CAPTURE(given.err);
  REQUIRE(given.exit_code == 0);
  const auto settings = nlohmann::json::parse(given.out)["profiles"][0]["measurement"]["settings"];
  CHECK(settings["inputs"].get<std::string>().size() == 64);
  const auto counts = program.file("counts.npy", "");
  cli::write_npy(counts, TensorType::INT32, shape,
                 std::vector<std::byte>(std::size_t{64} * 64 * 3 * 4));
  const std::vector<std::string> wrong[] = {{"--input", good},
                                            {"--input", "7=" + good},
                                            {"--input", "0=" + model},
                                            {"--input", "0=" + counts}};
  for (const auto& words : wrong) {
    const auto result = program.run({"profile", model, words[0], words[1]});
    CHECK(result.exit_code != 0);
    CHECK(is_one_clear_line(result.err));
  }
}

TEST_CASE("a model of unknown input size is measured at the size that is given") {
  const Program program;
  GraphBuilder b;
  const int image = b.input(TensorType::FLOAT32, {1, 1, 1, 1});
  const int filter = b.constant<float>({1, 3, 3, 1}, std::vector<float>(9, 1.0F));
  const int bias = b.constant<float>({1}, {0.0F});
  b.op(BuiltinOperator::CONV_2D, {image, filter, bias}, {b.output(TensorType::FLOAT32)},
       Conv2DOptions{.padding = Padding::VALID, .stride_w = 1, .stride_h = 1});
  Graph graph = b.graph();
  graph.subgraphs[0].tensors[0].shape_signature = {1, -1, -1, 1};
  const auto model = program.file("any-size.tflite", as_text(builder::write_tflite(graph)));
  const auto pixels = program.file("pixels.npy", "");
  cli::write_npy(pixels, TensorType::FLOAT32, std::vector<std::int32_t>{1, 12, 10, 1},
                 std::vector<std::byte>(std::size_t{12} * 10 * 4));

  for (const char* command : {"run", "profile"}) {
    const auto alone = program.run({command, model});
    CHECK(alone.exit_code == 6);
    CHECK(is_one_clear_line(alone.err));
    CHECK(alone.err.find("is 1x?x?x1: try a larger one with --resize 0=") != std::string::npos);
  }
  struct Case {
    std::vector<std::string> words;
    std::string_view output, shape;
    std::uint64_t macs;
  };
  const Case cases[] = {{{"--resize", "0=1x8x8x1"}, "1x6x6x1", "0=1x8x8x1", 6 * 6 * 9},
                        {{"--input", "t0=" + pixels}, "1x10x8x1", "", 10 * 8 * 9}};
  for (const auto& c : cases) {
    CAPTURE(c.words.back());
    std::vector<std::string> words = {"profile", model, "--mode", "rapid", "--max-time", "300ms"};
    words.insert(words.end(), c.words.begin(), c.words.end());
    words.emplace_back("--json");
    const auto measured = program.run(words);
    CAPTURE(measured.err);
    REQUIRE(measured.exit_code == 0);
    const auto settings =
        nlohmann::json::parse(measured.out)["profiles"][0]["measurement"]["settings"];
    CHECK(settings["shapes"] == (c.shape.empty() ? nlohmann::json::array()
                                                 : nlohmann::json::array({std::string(c.shape)})));
    words.emplace_back("--ops");
    const auto ops = program.run(words);
    REQUIRE(ops.exit_code == 0);
    const auto node = nlohmann::json::parse(ops.out)["nodes"][0];
    CHECK(node["output_shape"] == std::string(c.output));
    CHECK(node["macs"] == c.macs);
  }
  const auto too_small = program.run({"profile", model, "--resize", "0=1x2x2x1"});
  CHECK(too_small.exit_code == 2);
  CHECK(too_small.err.find("with the shapes given") != std::string::npos);
  for (const char* shape : {"0=wide", "0=1x8x8x1x", "0="}) {
    CHECK(program.run({"profile", model, "--resize", shape}).exit_code == 2);
  }
  // One that the shape does not fit falls, the others go on.
  const auto other = program.model("other.tflite");
  const auto list = program.file("list.txt", other + "\n" + model + "\n");
  const auto chosen = program.run({"recommend", "--from", list, "--max-p90", "60s", "--mode",
                                   "rapid", "--resize", "0=1x8x8x1", "--json"});
  CHECK(chosen.exit_code == 0);
}

TEST_CASE("an earlier measurement proves something only when it says what a new one would") {
  const auto now = std::chrono::system_clock::now();
  Measurement earlier;
  earlier.engine_version = "engine";
  earlier.build = "build";
  earlier.litezoo_version = LITEZOO_VERSION;
  earlier.taken_at = "2026-11-22T08:45:00Z";
  earlier.samples = {Nanoseconds(1)};
  const auto taken = *cli::parse_moment(earlier.taken_at);
  const cli::Freshness fresh{taken + std::chrono::hours(1), std::chrono::hours(2)};
  CHECK(cli::counts(earlier, {}, "engine", "build", fresh));
  CHECK_FALSE(cli::counts(earlier, {}, "other engine", "build", fresh));
  CHECK_FALSE(cli::counts(earlier, {}, "engine", "other build", fresh));
  CHECK_FALSE(cli::counts(earlier, {.threads = 2}, "engine", "build", fresh));
  CHECK_FALSE(cli::counts(earlier, {.pace = milliseconds(33)}, "engine", "build", fresh));
  CHECK_FALSE(cli::counts(earlier, {.cores = "little"}, "engine", "build", fresh));
  CHECK_FALSE(cli::counts(earlier, {.inputs = "digest"}, "engine", "build", fresh));
  CHECK_FALSE(cli::counts(earlier, {.shapes = {"0=1x8x8x1"}}, "engine", "build", fresh));
  const cli::Freshness old{taken + std::chrono::hours(3), std::chrono::hours(2)};
  CHECK_FALSE(cli::counts(earlier, {}, "engine", "build", old));
  const cli::Freshness clock_was_set_back{taken - std::chrono::hours(1), std::chrono::hours(2)};
  CHECK_FALSE(cli::counts(earlier, {}, "engine", "build", clock_was_set_back));
  CHECK(cli::counts(earlier, {}, "engine", "build", {taken - seconds(10), std::chrono::hours(2)}));
  earlier.taken_at = "yesterday";
  CHECK_FALSE(cli::counts(earlier, {}, "engine", "build", {now, std::chrono::hours(2)}));
  CHECK_FALSE(cli::parse_moment(""));
}

TEST_CASE("only undisturbed blocks tell how fast a device is at its best") {
  Measurement measurement;
  CHECK_FALSE(cli::anchor_level(measurement));
  measurement.blocks = {{.anchor_after = Nanoseconds(5), .stream_after = Nanoseconds(7)},
                        {.anchor_after = Nanoseconds(1), .voided = "preempted"}};
  CHECK(cli::anchor_level(measurement)->anchor.count() == 5);
}

TEST_CASE("JUnit XML holds any text") {
  const auto text = cli::junit_text("a<b", {{"x", cli::JunitOutcome::passed, ""},
                                            {"y", cli::JunitOutcome::failed, "1 > \"0\" & \x01\n"},
                                            {"z", cli::JunitOutcome::error, "?"}});
  CHECK(text.find("tests=\"3\" failures=\"1\" errors=\"1\"") != std::string::npos);
  CHECK(text.find("a&lt;b") != std::string::npos);
  CHECK(text.find("message=\"1 &gt; &quot;0&quot; &amp; \"") != std::string::npos);
}
