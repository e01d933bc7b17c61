// Chooses again and again among models whose runs were recorded, as `litezoo recommend` does: the
// ranker's own walk, fed with recorded samples instead of processes. Prints one JSON object.
//
//   replay_selections RECORDING.json
//
// RECORDING: {"candidates": [{"name", "size_bytes", "samples_ns"}], "limits_ns": [...],
//             "repetitions": 100, "seed": 1}
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/latency.h"
#include "base/statistics.h"
#include "ranker/walk.h"

using namespace litezoo;

namespace {

constexpr double kPercentile = 0.9;
constexpr std::size_t kBlockRuns = 20;  // a third of the runs of the quickest PASS
constexpr std::size_t kMostRuns = 400;

struct Recorded {
  std::string name;
  Bytes size;
  std::vector<Nanoseconds> samples;
  bool holds(Nanoseconds limit) const { return quantile(samples, kPercentile) <= limit; }
};

// Recorded runs in the order they were taken, from a random one on: what a new process would see.
class Replay {
 public:
  explicit Replay(std::uint32_t seed) : random_(seed) {}

  // As the measuring process stops: a FAIL after any run, a PASS after a block.
  Measurement measure(const Recorded& model, std::optional<Nanoseconds> limit, double risk) {
    std::size_t at = random_() % model.samples.size();
    Measurement measurement;
    while (measurement.samples.size() < kMostRuns) {
      MeasurementBlock block{.first = measurement.samples.size()};
      for (; block.count < kBlockRuns; ++block.count) {
        measurement.samples.push_back(model.samples[at++ % model.samples.size()]);
        if (limit && verdict(measurement, *limit, risk) == LatencyVerdict::fail) break;
      }
      measurement.blocks.push_back(block);
      if (limit && verdict(measurement, *limit, risk) != LatencyVerdict::undecided) break;
      if (!limit && measurement.samples.size() >= 50) break;
    }
    return measurement;
  }

  std::minstd_rand& random() { return random_; }

 private:
  static LatencyVerdict verdict(const Measurement& measurement, Nanoseconds limit, double risk) {
    return decide_latency(measurement, limit, kPercentile, risk).verdict;
  }

  std::minstd_rand random_;
};

ranker::Candidate candidate_of(const Recorded& model) {
  ranker::Candidate candidate;
  candidate.model.name = candidate.artifact.name = model.name;
  candidate.artifact.size = model.size;
  candidate.availability = ranker::Availability::here;
  return candidate;
}

ranker::Recommendation choose(const std::vector<Recorded>& models, Nanoseconds limit,
                              Replay& replay, std::string& name) {
  ranker::Constraints constraints;
  constraints.max_latency = limit;
  std::vector<ranker::Candidate> candidates;
  candidates.reserve(models.size());
  for (const Recorded& model : models) candidates.push_back(candidate_of(model));
  ranker::Walk walk(std::move(candidates), constraints);
  while (const auto question = walk.next()) {
    const auto& asked = walk.candidates()[question->candidate].artifact.name;
    const auto& model = *std::ranges::find(models, asked, &Recorded::name);
    if (question->needs == ranker::Needs::file) {
      Inspection inspection;
      inspection.size = model.size;
      walk.inspected(question->candidate, inspection, {});
      continue;
    }
    auto measurement = replay.measure(model, question->limit, question->risk);
    if (question->confirms) {
      walk.confirmed(question->candidate, std::move(measurement));
    } else {
      walk.measured(question->candidate, std::move(measurement));
    }
  }
  auto result = walk.result();
  name = result.chosen ? walk.candidates()[*result.chosen].artifact.name : std::string();
  return result;
}

std::string smallest_that_holds(const std::vector<Recorded>& models, Nanoseconds limit) {
  const Recorded* best = nullptr;
  for (const Recorded& model : models) {
    if (!model.holds(limit)) continue;
    if (best == nullptr || std::tie(model.size, model.name) < std::tie(best->size, best->name)) {
      best = &model;
    }
  }
  return best != nullptr ? best->name : std::string();
}

std::vector<Nanoseconds> durations(const nlohmann::json& numbers) {
  std::vector<Nanoseconds> result;
  for (const auto& number : numbers) result.emplace_back(number.get<std::int64_t>());
  return result;
}

void replay_all(const nlohmann::json& recording) {
  std::vector<Recorded> models;
  for (const auto& row : recording.at("candidates")) {
    models.push_back({row.at("name").get<std::string>(),
                      Bytes{row.at("size_bytes").get<std::uint64_t>()},
                      durations(row.at("samples_ns"))});
  }
  const auto limits = durations(recording.at("limits_ns"));
  const auto repetitions = recording.at("repetitions").get<std::size_t>();
  Replay replay(recording.at("seed").get<std::uint32_t>());
  std::size_t same = 0;
  std::size_t unsure = 0;
  std::size_t runs = 0;
  for (std::size_t i = 0; i < repetitions; ++i) {
    const Nanoseconds limit = limits[replay.random()() % limits.size()];
    std::string chosen;
    const auto result = choose(models, limit, replay, chosen);
    runs += result.runs;
    const bool right = chosen == smallest_that_holds(models, limit);
    same += right ? 1 : 0;
    // Another answer that says of itself that a smaller model may hold is no wrong one.
    unsure += !right && result.unjudged_smaller > 0 ? 1 : 0;
  }
  fmt::print("{}\n", nlohmann::json{{"repetitions", repetitions},
                                    {"same", same},
                                    {"unsure", unsure},
                                    {"wrong", repetitions - same - unsure},
                                    {"runs", runs}}
                         .dump());
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 2) {
    fmt::print(stderr, "usage: replay_selections RECORDING.json\n");
    return 2;
  }
  replay_all(parse_json(read_text_file(arguments[1]), arguments[1]));
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "replay_selections: {}\n", error.what());
  return 1;
}
