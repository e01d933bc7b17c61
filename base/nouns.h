#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/tensor_type.h"
#include "base/units.h"

namespace litezoo {

// The nouns that modules hand to each other: plain values without behaviour.

// What a publisher calls one thing: "google/movenet".
struct Model {
  std::string name;  // "publisher/name", unique in a catalog
  std::string publisher;
  std::string task;  // an id of the task taxonomy: "image-pose-detection"; empty = not known
  std::vector<std::string> domains;  // "image", "audio", "text", "video", ...
  std::string description;
  std::string architecture;
  std::string dataset;                 // what it was trained on
  std::string license;                 // SPDX identifier where it is one; empty = not known
  std::vector<std::string> languages;  // BCP 47
  std::string link;                    // a page for people
  std::string source;                  // where these facts come from
};

enum class ArtifactFormat { tflite, task_bundle, saved_model, other };

// One file of a model. The ranker picks artifacts.
struct Artifact {
  std::string name;   // unique in a catalog: "google/movenet/singlepose/lightning/tflite/int8/4"
  std::string model;  // Model::name
  ArtifactFormat format = ArtifactFormat::tflite;
  std::vector<std::string> references;  // every place it can be had from, best first
  std::string revision;                 // immutable revision of references[0]; may be empty
  std::string sha256;                   // 64 hex digits; empty = not known yet
  std::optional<Bytes> size;
  std::string precision;  // Inspection::precision, or what the publisher says
  bool starter = false;   // belongs to the starter zoo
};

// A number somebody published.
struct Claim {
  std::string artifact_or_model;  // the name it is about
  std::string metric;             // "top1", "mAP", "latency"
  std::string dataset, split, variant;
  double value = 0;
  std::string unit;
  std::string raw;     // the text as published
  std::string source;  // who says so
  std::string date;    // ISO 8601; empty = not known
};

struct Task {
  std::string id;
  std::string display_name;
  std::vector<std::string> domains;
  std::vector<std::string> synonyms;
};

struct TensorInfo {
  std::string name;
  TensorType type = TensorType::FLOAT32;
  std::vector<std::int32_t> shape;  // -1 = dynamic
  std::vector<float> scale;
  std::vector<std::int64_t> zero_point;
};

struct OperatorCount {
  std::string name;  // "CONV_2D", or a custom operator's own name
  bool custom = false;
  std::int32_t version = 1;
  std::uint64_t count = 0;
};

struct SignatureInfo {
  std::string key;
  std::int32_t subgraph = 0;
  std::vector<std::string> inputs, outputs;
};

// Something about the file that its user should know; not an error.
struct Finding {
  std::string code;     // stable identifier: "options-mismatch"
  std::string message;  // one line
};

// TFLITE_METADATA, where the file has it.
struct ModelMetadata {
  std::string name, description, version, author, license, min_parser_version;
  std::vector<std::string> associated_files;
  std::vector<std::string> labels;
};

// What the bytes of one .tflite file say. Key: sha256.
struct Inspection {
  std::string sha256;
  Bytes size;
  std::uint32_t schema_version = 3;
  std::string description;
  std::size_t subgraphs = 0, tensors = 0, operators = 0;
  std::vector<OperatorCount> operator_counts;  // by name, then version
  std::vector<TensorInfo> inputs, outputs;     // of subgraph 0
  std::vector<SignatureInfo> signatures;
  std::string precision;  // "float32", "float16", "dynamic-range", "int8", "uint8", "int16x8", ...
  std::uint64_t parameters = 0;  // elements of constant weights
  std::uint64_t macs = 0;        // multiply-accumulates of one inference, convolutions and matmuls
  Bytes weight_bytes;
  Bytes input_bytes, output_bytes;
  Bytes activation_bytes;  // peak of live intermediate tensors in execution order: a lower bound
  std::string min_runtime_version;
  std::optional<ModelMetadata> metadata;
  std::vector<Finding> findings;
};

// Where a measurement was taken. Equal fingerprints = numbers may be compared.
struct Device {
  std::string fingerprint;   // 16 hex digits over the fields below
  std::string cpu;           // "AMD EPYC 9B14"
  std::string architecture;  // "x86_64"
  std::uint32_t cores = 0;   // online logical CPUs
  Bytes memory;
  std::string features;  // CPU features that choose kernels, space-separated: "avx2 avx512vnni"
  std::string system;    // "Linux 6.1"
  // The fastest timings of the anchor seen here with `anchor_build`: the machine at its best. Zero
  // = none yet. No part of the fingerprint.
  Nanoseconds anchor{}, stream{};
  std::string anchor_build;
};

struct MeasurementSettings {
  std::uint32_t threads = 1;
  std::uint32_t min_runs = 50;                                   // undisturbed ones
  std::chrono::nanoseconds min_time = std::chrono::seconds(1);   // of undisturbed runs
  std::chrono::nanoseconds max_time = std::chrono::seconds(10);  // of everything after the warm-up
  std::chrono::nanoseconds max_warmup_time = std::chrono::seconds(2);
  std::uint32_t seed = 1;  // of the random inputs
  // When set, measuring stops as soon as it is decided whether this percentile of the latency is
  // within the limit.
  std::optional<Nanoseconds> limit;
  double percentile = 0.9;
  std::string mode = "quick";       // "rapid", "quick", "rigorous", "sustained"
  std::optional<Nanoseconds> pace;  // one run every so often, as an app calls; unset: back to back
  std::string cores = "auto";       // the class of cores to run on: "auto", "big", "little", "all"
  std::string inputs;               // SHA-256 of the user's input files; empty = random values
  std::vector<std::string> shapes;  // of inputs, where not the file's: "0=1x192x192x3"
  std::uint32_t launches = 1;       // fresh processes the runs are spread over
  double risk = 0.01;               // of a wrong PASS, and of a wrong FAIL, over all looks
  auto operator<=>(const MeasurementSettings&) const = default;
};

// A stretch of consecutive samples between two timings of the anchor kernel, a fixed piece of work
// that tells whether the machine itself became slower meanwhile.
struct MeasurementBlock {
  std::size_t first = 0, count = 0;             // a range of Measurement::samples
  Nanoseconds anchor_before{}, anchor_after{};  // arithmetic
  Nanoseconds stream_before{}, stream_after{};  // copying memory
  Nanoseconds start{};                          // since the first block of its process
  double ghz = 0;                               // of the core at its end; 0 = not readable
  std::uint32_t launch = 0;                     // which process
  // Told of a voided block: the time in which the CPU was not the process's, and how many times
  // slower its runs may have become besides; 0 = cannot be told.
  Nanoseconds lost{};
  double slowdown = 0;
  std::string voided;  // why its samples do not count: "the machine was 12 % slower ..."; or empty
};

// Where the memory of the process that ran a model went, above what the empty runtime takes.
struct MemoryBreakdown {
  Bytes file;            // the model file
  Bytes mapped_weights;  // of it resident: the system can drop and read these again
  Bytes packed_weights;  // copies of weights in the kernels' order, and the kernels' own state
  Bytes peak_anonymous;  // what nothing can take back from the process
  Bytes peak_pss;        // all of it, pages shared with other processes counted in proportion
};

// What a run gave. Key: sha256 x device x engine build x settings; the raw samples are kept.
struct Measurement {
  std::string sha256;
  std::string device;          // Device::fingerprint
  std::string engine;          // "xnnpack"
  std::string engine_version;  // the XNNPACK snapshot, or how it was recognised
  std::string litezoo_version;
  MeasurementSettings settings;
  std::string taken_at;  // ISO 8601, UTC
  Nanoseconds load{}, init{}, first_run{};
  std::vector<Nanoseconds> warmup;       // in the order they ran
  std::vector<Nanoseconds> samples;      // in the order they ran; none is ever dropped
  std::vector<MeasurementBlock> blocks;  // cover samples
  Bytes peak_memory;                     // VmHWM of the child process
  Bytes baseline_memory;                 // VmHWM of the child before the model was loaded
  Bytes arena;                           // planned activations
  MemoryBreakdown memory;
  std::string build;                // of Litezoo: compiler and optimisation
  std::string kernels;              // which int8 instructions the engine's kernels use
  std::string core_class;           // "big (2 of 8 cores)", "all cores are alike"
  std::vector<std::uint32_t> cpus;  // that it was allowed to run on
  std::string governor;             // of the first of them; empty = not readable
  std::uint32_t partitions = 0;     // XNNPACK subgraphs
  std::uint32_t delegated_nodes = 0, fallback_nodes = 0;
  std::vector<std::string> fallback_operators;  // "GATHER x2", most first
};

}  // namespace litezoo
