#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "tests/builder/classifier.h"
#include "tests/fuzz/operator_models.h"

// Runs a fuzz target without libFuzzer: on the files named, or on models made here and mutants of
// them. A failure is a crash. --write-seeds DIRECTORY leaves these models for libFuzzer instead.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

using namespace litezoo;

namespace {

constexpr int kMutantsOfClassifier = 400;
constexpr int kMutantsOfOperators = 100;

void run(const std::vector<std::byte>& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

// For libFuzzer to begin with.
void write_models(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  int number = 0;
  for (const auto& model : test::operator_models()) {
    const auto path = directory / (std::to_string(number++) + ".tflite");
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(model.data()),
               static_cast<std::streamsize>(model.size()));
  }
}

// Changes a few bytes, words or the length; mostly near the ends, where the tables are.
std::vector<std::byte> mutant(std::vector<std::byte> bytes, std::mt19937& random) {
  constexpr std::uint32_t kInteresting[] = {0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0xffffffff};
  const unsigned changes = 1 + random() % 4;
  for (unsigned i = 0; i < changes; ++i) {
    const std::size_t near = random() % std::min<std::size_t>(bytes.size() - 4, 4000);
    const std::size_t at = random() % 2 == 0 ? near : bytes.size() - 4 - near;
    const std::uint32_t value = kInteresting[random() % std::size(kInteresting)];
    switch (random() % 3) {
      case 0:
        bytes[at] ^= static_cast<std::byte>(1U << random() % 8);
        break;
      case 1:
        bytes[at] = static_cast<std::byte>(value);
        break;
      default:
        for (unsigned b = 0; b < 4; ++b) bytes[at + b] = static_cast<std::byte>(value >> 8 * b);
    }
  }
  if (random() % 8 == 0) bytes.resize(bytes.size() - random() % (bytes.size() / 2));
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--write-seeds") {
    write_models(argv[2]);
    return 0;
  }
  for (int i = 1; i < argc; ++i) {
    const MappedFile file{argv[i]};
    run({file.bytes().begin(), file.bytes().end()});
  }
  if (argc > 1) return 0;
  using builder::Precision;
  std::mt19937 random(1);
  run({});
  for (const Precision precision : {Precision::float32, Precision::float16, Precision::int8}) {
    const auto model =
        builder::classifier({.width = 0.25, .precision = precision, .image_side = 32});
    run(model);
    for (int i = 0; i < kMutantsOfClassifier; ++i) run(mutant(model, random));
  }
  for (const auto& model : test::operator_models()) {
    run(model);
    for (int i = 0; i < kMutantsOfOperators; ++i) run(mutant(model, random));
  }
  std::puts("no crash");
  return 0;
}
