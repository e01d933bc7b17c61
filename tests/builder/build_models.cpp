#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/hash.h"
#include "tests/builder/classifier.h"

using namespace litezoo;

namespace {

// Writes one model of the family; gives its entry of models.json.
nlohmann::ordered_json build(const std::filesystem::path& directory,
                             const builder::ClassifierOptions& options) {
  const auto name = builder::classifier_name(options);
  const auto bytes = builder::classifier(options);
  const auto file = name + ".tflite";
  write_file_atomically(directory / file, as_text(bytes));
  return {{"name", "synthetic/" + name},
          {"file", file},
          {"task", "image-classification"},
          {"domain", "image"},
          {"precision", builder::to_string(options.precision)},
          {"license", "Apache-2.0"},
          {"label", "synthetic"},
          {"size", bytes.size()},
          {"sha256", sha256_of(bytes)}};
}

// "0.5@128"
builder::ClassifierOptions parse_options(const std::string& text) {
  const std::size_t at = text.find('@');
  builder::ClassifierOptions options{.width = std::stod(text.substr(0, at))};
  if (at != std::string::npos) options.image_side = std::stoi(text.substr(at + 1));
  return options;
}

int build_family(const std::filesystem::path& directory) {
  constexpr double kWidths[] = {0.25, 0.5, 1, 2};
  constexpr builder::Precision kPrecisions[] = {
      builder::Precision::float32, builder::Precision::float16, builder::Precision::int8};
  auto list = nlohmann::ordered_json::array();
  for (const double width : kWidths) {
    for (const auto precision : kPrecisions) {
      list.push_back(build(directory, {.width = width, .precision = precision}));
    }
  }
  write_file_atomically(directory / "models.json", list.dump(2) + "\n");
  fmt::print("{} models in {}\n", list.size(), directory.string());
  return 0;
}

}  // namespace

// build_models DIRECTORY            the synthetic family and its list, models.json
// build_models DIRECTORY WIDTH[@SIDE] ...
//                                   float32 models of other widths and image sides, without a list
int main(int count, char** arguments) try {
  const std::vector<std::string_view> words(arguments, arguments + count);
  if (words.size() < 2) {
    fmt::print(stderr, "usage: build_models DIRECTORY [WIDTH[@SIDE] ...]\n");
    return 2;
  }
  const std::filesystem::path directory = words[1];
  if (words.size() == 2) return build_family(directory);
  for (std::size_t i = 2; i < words.size(); ++i) {
    build(directory, parse_options(std::string(words[i])));
  }
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "build_models: {}\n", error.what());
  return 1;
}
