#include "cli/commands.h"

#include <CLI/CLI.hpp>
#include <array>

#include "cli/context.h"

namespace litezoo::cli {
namespace {

constexpr auto kCommands = std::to_array<Command>({
    {"search", "Find models in the offline catalog", "litezoo search --domain audio --max-size 5MB",
     add_search},
    {"show", "All that is known of one model", "litezoo show mediapipe/hand_landmark_lite",
     add_show},
    {"fetch", "Bring models onto this machine, verified by digest", "litezoo fetch --starter",
     add_fetch},
    {"sync", "Bring a hub's listing into the catalog", "litezoo sync hf", add_sync},
    {"store", "The files that are here: list, verify, remove", "litezoo store verify", add_store},
    {"inspect", "What a model file says: operators, tensors, precision, cost",
     "litezoo inspect model.tflite --json", add_inspect},
    {"compare", "What differs between two model files: size, cost, operators, where they run",
     "litezoo compare model.tflite model_int8.tflite", add_compare},
    {"run", "Run a model on inputs and write its outputs as .npy files",
     "litezoo run model.tflite --input 0=image.npy --output-dir out", add_run},
    {"profile", "Measure latency and memory on this device",
     "litezoo profile model.tflite --threads 2", add_profile},
    {"recommend", "The smallest model that meets the constraints, with the reasons",
     "litezoo recommend --task image-segmentation --max-p90 20ms --max-size 5MB", add_recommend},
    {"verify", "Check that a locked choice still holds", "litezoo verify model.lock", add_verify},
    {"catalog", "What the catalog holds; enter, carry over, verify, back up",
     "litezoo catalog stats", add_catalog},
    {"doctor", "Check this machine, the engine and Litezoo's files", "litezoo doctor", add_doctor},
    {"measure-child", "", "", add_measure_child, true},
});

}  // namespace

std::span<const Command> commands() noexcept {
  return kCommands;
}

void add_common_options(CLI::App& command, Context& context) {
  command.add_flag("--json", context.json, "Print the result as JSON (with schema_version)");
  command.add_flag("-q,--quiet", context.quiet, "No progress and no notes on stderr");
  command.add_flag("--offline", context.offline, "Open no network connection");
}

}  // namespace litezoo::cli
