#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace litezoo::inspector {

enum class ContainerKind {
  tflite,      // schema version 3
  old_tflite,  // TFL1, TFL2
  empty,
  git_lfs_pointer,
  web_page,  // HTML or a server's XML answer
  json,
  zip,
  gzip,
  tar,
  litertlm,
  saved_model,
  graph_def,
  tfjs,
  keras_hdf5,
  onnx,
  pytorch,
  safetensors,
  gguf,
  unknown,
};

// What a file is, told by its content; its name plays no part.
struct Container {
  ContainerKind kind = ContainerKind::unknown;
  std::string_view id;           // stable, for JSON: "git-lfs-pointer"
  std::string_view description;  // "a git-lfs pointer"
  std::string_view advice;       // what to do to get a .tflite from it; empty for tflite
};

// Looks at the first kilobyte only. Never throws.
const Container& recognise(std::span<const std::byte> bytes) noexcept;

}  // namespace litezoo::inspector
