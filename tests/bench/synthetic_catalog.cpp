#include "tests/bench/synthetic_catalog.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>
#include <random>
#include <span>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "catalog/bundle.h"

namespace litezoo::bench {
namespace {

constexpr auto kFamilies = std::to_array<std::string_view>(
    {"mobilenet_v1", "mobilenet_v2", "mobilenet_v3", "efficientnet_lite",
     "resnet",       "inception",    "efficientdet", "ssd_mobilenet",
     "yolov8",       "yolov11",      "deeplabv3",    "unet",
     "movenet",      "posenet",      "blazeface",    "midas",
     "esrgan",       "yamnet",       "wav2letter",   "whisper",
     "conformer",    "ds_cnn",       "mobilebert",   "albert",
     "gemma",        "movinet",      "selfie",       "hand_landmark",
     "convnext",     "vit"});

struct TaskShare {
  std::string_view id, domain;
  double weight;
};
constexpr auto kTasks = std::to_array<TaskShare>({{"image-classification", "image", 40},
                                                  {"image-object-detection", "image", 18},
                                                  {"image-segmentation", "image", 12},
                                                  {"image-pose-detection", "image", 5},
                                                  {"image-super-resolution", "image", 3},
                                                  {"image-depth-estimation", "image", 2},
                                                  {"audio-event-classification", "audio", 4},
                                                  {"audio-command-detection", "audio", 3},
                                                  {"audio-stt", "audio", 3},
                                                  {"text-classification", "text", 4},
                                                  {"text-embedding", "text", 3},
                                                  {"video-classification", "video", 2},
                                                  {"sensor-activity-recognition", "sensor", 1}});
constexpr auto kLicenses = std::to_array<std::string_view>(
    {"Apache-2.0", "Apache-2.0", "MIT", "", "BSD-3-Clause", "AGPL-3.0-only", "CC-BY-NC-4.0"});
constexpr auto kPrecisions =
    std::to_array<std::string_view>({"float32", "float16", "int8", "dynamic-range", "uint8"});

// One generator a bundle; draws are made portably, so that every machine makes the same text.
class Draw {
 public:
  std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
  double unit() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }
  template <typename T, std::size_t N>
  const T& one_of(const std::array<T, N>& choices) {
    return choices[below(N)];
  }
  const TaskShare& task() {
    double total = 0;
    for (const auto& task : kTasks) total += task.weight;
    double left = unit() * total;
    for (const auto& task : kTasks) {
      left -= task.weight;
      if (left < 0) return task;
    }
    return kTasks.front();
  }
  // Log-normal about 4 MB, as model files are.
  Bytes size() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += unit();
    return {static_cast<std::uint64_t>(4e6 * std::exp(1.6 * sum))};
  }

 private:
  std::mt19937_64 engine_{20260101};
};

class Lines {
 public:
  explicit Lines(std::ostream& out) : out_(out) {}
  void add(std::string_view kind, const nlohmann::json& value) {
    const std::string text = dump_json({{std::string(kind), value}}) + '\n';
    hash_.update(as_bytes(text));
    out_ << text;
    ++count_;
  }
  void end() {
    const nlohmann::json last = {{"lines", count_}, {"sha256", hash_.finish()}};
    out_ << dump_json({{"end", last}}) << '\n';
  }

 private:
  std::ostream& out_;
  Sha256 hash_;
  std::uint64_t count_ = 0;
};

}  // namespace

void write_synthetic_bundle(std::ostream& out, std::uint64_t artifacts) {
  Draw draw;
  Lines lines(out);
  lines.add("litezoo_bundle", {{"version", catalog::kBundleVersion}, {"label", "synthetic"}});
  for (std::uint64_t made = 0, number = 0; made < artifacts; ++number) {
    const TaskShare& task = draw.task();
    const std::string_view family = draw.one_of(kFamilies);
    const std::string publisher = fmt::format("org{}", draw.below(1 + artifacts / 200));
    const Model model{.name = fmt::format("{}/{}_{}", publisher, family, number),
                      .publisher = publisher,
                      .task = std::string(task.id),
                      .domains = {std::string(task.domain)},
                      .description = fmt::format("{} for {}", family, task.id),
                      .architecture = std::string(family),
                      .license = std::string(draw.one_of(kLicenses)),
                      .source = "synthetic"};
    lines.add("model", model);
    const std::uint64_t variants = std::min(1 + draw.below(5), artifacts - made);
    for (std::uint64_t i = 0; i < variants; ++i, ++made) {
      const std::string precision(kPrecisions[i]);
      Artifact artifact{.name = model.name + "/" + precision, .model = model.name};
      artifact.references = {fmt::format("hf:{}/{}.tflite", model.name, precision)};
      artifact.sha256 = sha256_of(as_bytes(artifact.name));
      artifact.size = draw.size();
      artifact.precision = precision;
      lines.add("artifact", artifact);
    }
  }
  lines.end();
}

}  // namespace litezoo::bench
