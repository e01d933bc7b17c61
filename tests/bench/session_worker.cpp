// The Litezoo side of tests/bench/vs_litert: loads one model, then answers commands on standard
// input with one line each.
//   session_worker MODEL THREADS [wall|cpu]
// First line: {"load_ns", "init_ns", "first_ns", "partitions", "delegated", "fallbacks"}.
//   run N   the times of N runs in nanoseconds
//   ops N   "op|engine|ns" of every step, medians of N runs, separated by ';'
//   split N the same with a step for each node, of another session
#include <algorithm>
#include <chrono>
#include <ctime>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "inspector/read.h"
#include "runtime/inputs.h"
#include "runtime/session.h"

namespace {

using namespace litezoo;

std::int64_t now(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void print_runs(runtime::Session& session, clockid_t clock, int count) {
  for (int i = 0; i < count; ++i) {
    const std::int64_t start = now(clock);
    session.run();
    std::cout << (i > 0 ? " " : "") << now(clock) - start;
  }
  std::cout << std::endl;
}

void print_ops(runtime::Session& session, int count) {
  std::vector<runtime::NodeTiming> steps;
  std::vector<std::vector<std::int64_t>> times;
  for (int i = 0; i < count; ++i) {
    auto timed = session.run_timed();
    times.resize(std::max(times.size(), timed.size()));
    for (std::size_t k = 0; k < timed.size(); ++k) times[k].push_back(timed[k].time.count());
    steps = std::move(timed);
  }
  for (std::size_t k = 0; k < steps.size(); ++k) {
    std::ranges::sort(times[k]);
    std::cout << steps[k].op << '|' << steps[k].engine << '|' << times[k][times[k].size() / 2]
              << ';';
  }
  std::cout << std::endl;
}

void serve(const std::string& path, std::uint32_t threads, clockid_t clock) {
  const std::int64_t start = now(clock);
  const MappedFile file(path);
  const auto read = inspector::read_graph(file.bytes(), path);
  const std::int64_t loaded = now(clock);
  runtime::Session session(read.graph, {.threads = threads});
  const std::int64_t ready = now(clock);
  runtime::fill_random(session, 1);
  const std::int64_t before = now(clock);
  session.run();
  const std::int64_t ran = now(clock);
  const runtime::Plan& plan = session.plan();
  const nlohmann::json first{
      {"load_ns", loaded - start},         {"init_ns", ready - loaded},
      {"first_ns", ran - before},          {"partitions", plan.partitions},
      {"delegated", plan.delegated_nodes}, {"fallbacks", plan.fallback_operators}};
  std::cout << first.dump() << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string command;
    int count = 0;
    words >> command >> count;
    if (command == "run") {
      print_runs(session, clock, count);
    } else if (command == "ops") {
      print_ops(session, count);
    } else if (command == "split") {
      runtime::Session split(read.graph, {.threads = threads, .split_partitions = true});
      runtime::fill_random(split, 1);
      print_ops(split, count);
    } else {
      return;
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::cerr << "usage: session_worker MODEL THREADS [wall|cpu]\n";
    return 2;
  }
  try {
    const std::string clock = count > 3 ? arguments[3] : "wall";
    // A line before anything is loaded, so that memory can be told from the bare program's.
    std::cout << "ready" << std::endl;
    std::string go;
    std::getline(std::cin, go);
    serve(arguments[1], static_cast<std::uint32_t>(std::stoul(arguments[2])),
          clock == "cpu" ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
