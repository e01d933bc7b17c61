#pragma once

#include <optional>
#include <string>

#include "base/graph.h"
#include "inspector/metadata.h"

namespace litezoo::inspector {

// What a model is probably for, guessed from the file where the publisher does not say.
struct DomainGuess {
  std::string domain;     // "image", "audio", "text", "video"; empty = no idea
  std::string task;       // an id of the task taxonomy; empty = no idea
  double confidence = 0;  // 0 to 1: how often such a guess should hold
  std::string reason;     // one line
};

DomainGuess guess_domain(const Graph& graph, const std::optional<FileMetadata>& metadata);

}  // namespace litezoo::inspector
