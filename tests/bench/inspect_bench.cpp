// The inspector's speed on one core: small models a second, the structure of a model of 1 GB, and
// weight statistics. Usage: inspect_bench [DIRECTORY OF MODELS]; without one, models are built.

#include <fcntl.h>
#include <flatbuffers/flatbuffers.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "inspector/inspect.h"
#include "inspector/report.h"
#include "inspector/schema_generated.h"
#include "inspector/weight_statistics.h"
#include "tests/builder/classifier.h"

namespace {

using namespace litezoo;

// Time that this thread had a core: the same on a busy machine as on a quiet one.
double core_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double seconds_since(double start) {
  return core_seconds() - start;
}

// --- Small models ------------------------------------------------------------------------------

using Models = std::vector<std::vector<std::byte>>;

Models built_models() {
  Models result;
  for (const double width : {0.25, 0.5}) result.push_back(builder::classifier({.width = width}));
  return result;
}

// Up to 1 MB each, in memory, those only that can be read.
Models models_of(const std::filesystem::path& directory) {
  Models result;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file() || entry.file_size() > 1'000'000) continue;
    const MappedFile file(entry.path());
    try {
      inspector::inspect(file.bytes(), "m");
      result.emplace_back(file.bytes().begin(), file.bytes().end());
    } catch (const Error&) {
    }
  }
  return result;
}

template <typename Look>
void print_rate(const char* what, const Models& models, Look look) {
  std::size_t count = 0;
  const double start = core_seconds();
  while (seconds_since(start) < 2) {
    for (const auto& model : models) look(model);
    count += models.size();
  }
  fmt::print("{}: {:.0f} models a second of one core ({} different ones)\n", what,
             static_cast<double>(count) / seconds_since(start), models.size());
}

// --- A model of 1 GB ---------------------------------------------------------------------------

// Memory that takes pages only where something is written.
class MappedAllocator : public flatbuffers::Allocator {
 public:
  std::uint8_t* allocate(std::size_t size) override {
    void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw Error(ErrorKind::io, "cannot map the model of 1 GB");
    return static_cast<std::uint8_t*>(memory);
  }
  void deallocate(std::uint8_t* memory, std::size_t size) override { munmap(memory, size); }
};

constexpr std::int32_t kRows = 4096, kColumns = 1024, kLayers = 64;  // 16 MiB a layer

flatbuffers::Offset<schema::Tensor> add_tensor(flatbuffers::FlatBufferBuilder& b,
                                               const std::vector<std::int32_t>& shape,
                                               std::uint32_t buffer, const std::string& name) {
  return schema::CreateTensorDirect(b, &shape, 0, buffer, name.c_str());
}

// A chain of fully connected layers, alternately 1024 to 4096 and back, whose weights are holes.
void write_big_model(flatbuffers::FlatBufferBuilder& b) {
  std::vector<flatbuffers::Offset<schema::Buffer>> buffers{schema::CreateBuffer(b)};
  std::vector<flatbuffers::Offset<schema::Tensor>> tensors{
      add_tensor(b, {1, kColumns}, 0, "input")};
  std::vector<flatbuffers::Offset<schema::Operator>> operators;
  for (std::int32_t layer = 0; layer < kLayers; ++layer) {
    std::uint8_t* data = nullptr;
    b.ForceVectorAlignment(std::size_t{kRows} * kColumns * 4, 1, 16);
    const flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> bytes(
        b.CreateUninitializedVector(std::size_t{kRows} * kColumns * 4, 1, &data));
    buffers.push_back(schema::CreateBuffer(b, bytes));
    const std::int32_t out = layer % 2 == 0 ? kRows : kColumns;
    const std::int32_t in = layer % 2 == 0 ? kColumns : kRows;
    const auto weights = static_cast<std::int32_t>(tensors.size());
    tensors.push_back(add_tensor(b, {out, in}, static_cast<std::uint32_t>(layer) + 1,
                                 fmt::format("weights{}", layer)));
    tensors.push_back(add_tensor(b, {1, out}, 0, fmt::format("layer{}", layer)));
    const std::vector<std::int32_t> inputs{layer == 0 ? 0 : weights - 1, weights, -1};
    const std::vector<std::int32_t> outputs{weights + 1};
    operators.push_back(schema::CreateOperatorDirect(
        b, 0, &inputs, &outputs, schema::BuiltinOptions::FullyConnectedOptions,
        schema::CreateFullyConnectedOptions(b).Union()));
  }
  const std::vector<std::int32_t> inputs{0}, outputs{2 * kLayers};
  const std::vector subgraphs{
      schema::CreateSubGraphDirect(b, &tensors, &inputs, &outputs, &operators, "main")};
  const std::vector codes{schema::CreateOperatorCode(b, 9, 0, 1, 9)};
  schema::FinishModelBuffer(
      b, schema::CreateModelDirect(b, 3, &codes, &subgraphs, "1 GB of holes", &buffers));
}

// Writes the pages that hold something and leaves holes for the others.
void write_sparsely(const std::uint8_t* first, std::size_t size, const FileDescriptor& file) {
  constexpr std::size_t kPage = 4096;
  const auto address = reinterpret_cast<std::uintptr_t>(first);
  const std::size_t lead = address % kPage;
  const std::size_t pages = (lead + size + kPage - 1) / kPage;
  std::vector<unsigned char> resident(pages);
  auto* const start = const_cast<std::uint8_t*>(first) - lead;
  bool good = ftruncate(file.number(), static_cast<off_t>(size)) == 0 &&
              mincore(start, pages * kPage, resident.data()) == 0;
  for (std::size_t page = 0; good && page < pages; ++page) {
    if ((resident[page] & 1) == 0) continue;
    const std::size_t from = std::max(page * kPage, lead) - lead;
    const std::size_t to = std::min((page + 1) * kPage - lead, size);
    good = pwrite(file.number(), first + from, to - from, static_cast<off_t>(from)) ==
           static_cast<ssize_t>(to - from);
  }
  if (!good) throw Error(ErrorKind::io, "cannot write the model of 1 GB");
}

std::filesystem::path sparse_model(const std::filesystem::path& directory) {
  MappedAllocator memory;
  flatbuffers::FlatBufferBuilder b(std::size_t{1200} << 20, &memory);
  write_big_model(b);
  auto path = directory / "big.tflite";
  const FileDescriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600));
  if (!file) throw Error(ErrorKind::io, "cannot create " + path.string());
  write_sparsely(b.GetBufferPointer(), b.GetSize(), file);
  return path;
}

long minor_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

void print_big_model() {
  const TemporaryDirectory directory;
  const auto path = sparse_model(directory.path());
  std::vector<double> times;
  long faults = 0;
  for (int run = 0; run < 21; ++run) {
    const long before = minor_faults();
    const double start = core_seconds();
    const MappedFile file(path);
    inspector::report_on(file.bytes(), "big.tflite");
    times.push_back(1e3 * seconds_since(start));
    faults = minor_faults() - before;
  }
  std::ranges::sort(times);
  fmt::print("structure of {:.2f} GB: {:.2f} ms (median of 21), {} page faults\n",
             static_cast<double>(std::filesystem::file_size(path)) / 1e9, times[times.size() / 2],
             faults);
}

// --- Weight statistics -------------------------------------------------------------------------

void print_statistics_rate(TensorType type, const char* what) {
  std::vector<std::uint32_t> words(std::size_t{64} << 20);
  std::mt19937 random(1);
  for (auto& word : words) word = static_cast<std::uint32_t>(random());
  Tensor tensor;
  tensor.type = type;
  tensor.data = std::as_bytes(std::span(words));
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    const double start = core_seconds();
    if (!inspector::weight_statistics(tensor)) return;
    best = std::max(best, static_cast<double>(tensor.data.size()) / seconds_since(start) / 1e9);
  }
  fmt::print("weight statistics, {}: {:.1f} GB/s (best of 5, {} MB)\n", what, best,
             tensor.data.size() >> 20);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Models models = argc > 1 ? models_of(argv[1]) : built_models();
    print_rate("inspection", models, [](const auto& m) { inspector::inspect(m, "m"); });
    print_rate("full report", models, [](const auto& m) { inspector::report_on(m, "m"); });
    print_big_model();
    print_statistics_rate(TensorType::FLOAT32, "float32");
    print_statistics_rate(TensorType::FLOAT16, "float16");
    print_statistics_rate(TensorType::INT8, "int8");
    return 0;
  } catch (const Error& error) {
    fmt::print(stderr, "inspect_bench: {}\n", error.what());
    return 4;
  }
}
