#include "inspector/domain.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace litezoo::inspector {
namespace {

using Shape = std::vector<std::int32_t>;

// What the guesses are made from.
struct Features {
  std::vector<const Tensor*> inputs, outputs;
  const SubgraphMetadata* metadata = nullptr;
  bool has_convolution = false, has_postprocess = false, has_speech_operator = false;
};

bool is_convolution(BuiltinOperator code) {
  using enum BuiltinOperator;
  return code == CONV_2D || code == DEPTHWISE_CONV_2D || code == TRANSPOSE_CONV;
}

Features features_of(const Graph& graph, const std::optional<FileMetadata>& metadata) {
  Features f;
  const Subgraph& main = graph.subgraphs.front();
  for (const std::int32_t t : main.inputs) {
    f.inputs.push_back(&main.tensors[static_cast<std::size_t>(t)]);
  }
  for (const std::int32_t t : main.outputs) {
    f.outputs.push_back(&main.tensors[static_cast<std::size_t>(t)]);
  }
  for (const Operator& op : main.operators) {
    if (is_convolution(op.code)) f.has_convolution = true;
    if (op.custom_code == "TFLite_Detection_PostProcess") f.has_postprocess = true;
    if (op.custom_code == "AudioSpectrogram" || op.custom_code == "Mfcc" ||
        op.code == BuiltinOperator::RFFT2D) {
      f.has_speech_operator = true;
    }
  }
  if (metadata && !metadata->subgraphs.empty()) f.metadata = &metadata->subgraphs.front();
  return f;
}

bool has_content(const std::vector<TensorMetadata>& tensors, ContentKind kind) {
  return std::ranges::find(tensors, kind, &TensorMetadata::content) != tensors.end();
}

bool has_files(const std::vector<TensorMetadata>& tensors, FileType type) {
  return std::ranges::any_of(tensors, [type](const TensorMetadata& tensor) {
    return std::ranges::find(tensor.files, type, &AssociatedFile::type) != tensor.files.end();
  });
}

// Height and width both above 1 and 1, 3 or 4 channels: a picture.
bool looks_like_image(const Tensor& tensor) {
  const Shape& s = tensor.shape;
  if (s.size() != 4 || tensor.type == TensorType::STRING) return false;
  const bool channels = s[3] == 1 || s[3] == 3 || s[3] == 4;
  // Fully convolutional models store 1 for a side that is free.
  const bool free_sides = tensor.shape_signature.size() == 4 && tensor.shape_signature[1] == -1 &&
                          tensor.shape_signature[2] == -1;
  return channels && ((s[1] >= 16 && s[2] >= 16) || free_sides);
}

bool looks_like_video(const Tensor& tensor) {
  const Shape& s = tensor.shape;
  return s.size() == 5 && s[4] == 3 && s[2] >= 16 && s[3] >= 16;
}

bool looks_like_waveform(const Tensor& tensor) {
  if (tensor.type != TensorType::FLOAT32 && tensor.type != TensorType::INT16) return false;
  std::size_t long_sides = 0;
  for (const std::int32_t d : tensor.shape) {
    if (d > 4000) ++long_sides;
    if (d > 1 && d <= 4000) return false;
  }
  return long_sides == 1;
}

// One row of scores: every dimension but one is 1.
std::int32_t score_count(const Tensor& tensor) {
  std::int32_t count = 1;
  for (const std::int32_t d : tensor.shape) {
    if (d > 1 && count > 1) return 0;
    if (d > 1) count = d;
  }
  return count;
}

std::optional<DomainGuess> from_metadata(const Features& f) {
  if (f.metadata == nullptr) return std::nullopt;
  const auto& in = f.metadata->inputs;
  const auto& out = f.metadata->outputs;
  const bool labels = has_files(out, FileType::axis_labels);
  if (has_content(in, ContentKind::audio)) {
    return DomainGuess{"audio", "audio-event-classification", 0.9,
                       "metadata says that the input is audio"};
  }
  if (!f.metadata->input_process.tokenizers.empty() || has_files(in, FileType::vocabulary)) {
    return DomainGuess{"text", "text-classification", 0.75,
                       "metadata names a tokenizer or vocabulary"};
  }
  if (!has_content(in, ContentKind::image)) return std::nullopt;
  if (has_content(out, ContentKind::bounding_box)) {
    return DomainGuess{"image", "image-object-detection", 0.95,
                       "metadata says image in, bounding boxes out"};
  }
  const bool image_out =
      has_content(out, ContentKind::image) ||
      (f.outputs.size() == 1 && f.outputs[0]->shape.size() == 4 && f.outputs[0]->shape[1] > 1);
  if (image_out) {
    return DomainGuess{"image", labels ? "image-segmentation" : "image-others", labels ? 0.9 : 0.6,
                       "metadata says image in, image-shaped output"};
  }
  if (labels) {
    return DomainGuess{"image", "image-classification", 0.95,
                       "metadata says image in, labelled scores out"};
  }
  return DomainGuess{"image", "image-feature-vector", 0.4,
                     "metadata says that the input is an image"};
}

// Rows of points that only one kind of model gives.
struct Landmarks {
  std::int32_t numbers;
  const char* task;
  const char* what;
};
constexpr auto kLandmarks = std::to_array<Landmarks>({
    {63, "image-hand-landmark-detection", "21 points of a hand in space"},
    {195, "image-pose-detection", "39 points of a body with visibility"},
    {1404, "image-face-landmark-detection", "468 points of a face in space"},
});

std::optional<DomainGuess> from_landmarks(const Features& f) {
  for (const Tensor* out : f.outputs) {
    const auto* const row = std::ranges::find(kLandmarks, score_count(*out), &Landmarks::numbers);
    if (row == kLandmarks.end() || f.outputs.size() < 2) continue;
    return DomainGuess{"image", row->task, 0.8,
                       fmt::format("{} numbers come out, as of {}", row->numbers, row->what)};
  }
  return std::nullopt;
}

// A box for each anchor (four numbers, then two for each key point) and a score for each.
std::optional<DomainGuess> from_anchors(const Features& f) {
  if (f.outputs.size() != 2) return std::nullopt;
  const Shape& boxes = f.outputs[0]->shape;
  const Shape& scores = f.outputs[1]->shape;
  if (boxes.size() != 3 || scores.size() != 3 || boxes[1] != scores[1] || boxes[1] < 16) {
    return std::nullopt;
  }
  if (boxes[2] < 4 || boxes[2] % 2 != 0 || scores[2] != 1) return std::nullopt;
  const std::string reason =
      fmt::format("{} boxes with {} key points and a score each", boxes[1], (boxes[2] - 4) / 2);
  // Key points that faces (six) and hands (seven) are known by.
  if (boxes[2] == 16) return DomainGuess{"image", "image-face-detection", 0.7, reason};
  if (boxes[2] == 18) return DomainGuess{"image", "image-hand-detection", 0.7, reason};
  return DomainGuess{"image", "image-object-detection", 0.7, reason};
}

DomainGuess from_image_outputs(const Features& f) {
  if (auto guess = from_landmarks(f)) return *guess;
  if (auto guess = from_anchors(f)) return *guess;
  if (f.has_postprocess || f.outputs.size() == 4) {
    return {"image", "image-object-detection", f.has_postprocess ? 0.95 : 0.6,
            "image input, four outputs as of a detector"};
  }
  if (f.outputs.empty()) return {"image", "", 0.5, "image input"};
  const Tensor& out = *f.outputs.front();
  const Tensor& in = *f.inputs.front();
  const Shape& s = out.shape;
  if (s.size() == 4 && s[1] > 1 && s[2] > 1) {
    if (s[3] == 3 && (s[1] > in.shape[1] || s[2] > in.shape[2])) {
      return {"image", "image-super-resolution", 0.7, "a larger image comes out than goes in"};
    }
    if (s[3] == 3) return {"image", "image-style-transfer", 0.4, "an image comes out"};
    if (s[3] == 17) {
      return {"image", "image-pose-detection", 0.7, "17 maps come out, as many as body joints"};
    }
    if (s[1] == in.shape[1] && s[2] == in.shape[2]) {
      return {"image", "image-segmentation", 0.7, "a map of the input's size comes out"};
    }
    return {"image", "image-segmentation", 0.4, "a map comes out"};
  }
  if (s.size() == 4 && s[2] == 17 && s[3] == 3) {
    return {"image", "image-pose-detection", 0.9, "17 joints of three numbers come out"};
  }
  const std::int32_t scores = score_count(out);
  constexpr auto kEmbeddings = std::to_array<std::int32_t>({128, 256, 512, 1024, 1280, 2048});
  if (f.outputs.size() == 1 && (scores == 1000 || scores == 1001)) {
    return {"image", "image-classification", 0.95,
            fmt::format("{} scores come out, as many as ImageNet's classes", scores)};
  }
  if (f.outputs.size() == 1 && std::ranges::find(kEmbeddings, scores) != kEmbeddings.end()) {
    return {"image", "image-feature-vector", 0.6, fmt::format("a vector of {} comes out", scores)};
  }
  if (f.outputs.size() == 1 && scores > 1) {
    return {"image", "image-classification", 0.6, fmt::format("{} scores come out", scores)};
  }
  return {"image", "", 0.5, "image input"};
}

bool are_token_ids(const Features& f) {
  return !f.inputs.empty() && std::ranges::all_of(f.inputs, [](const Tensor* t) {
    return (t->type == TensorType::INT32 || t->type == TensorType::INT64) && t->shape.size() == 2 &&
           t->shape[1] > 1;
  });
}

DomainGuess from_shapes(const Features& f) {
  if (f.inputs.empty() || f.outputs.empty()) return {};
  const Tensor& in = *f.inputs.front();
  if (looks_like_video(in)) {
    return {"video", "video-classification", 0.7, "the input is a sequence of images"};
  }
  if (looks_like_image(in) && f.has_convolution) return from_image_outputs(f);
  if (looks_like_waveform(in) || f.has_speech_operator) {
    return {
        "audio", "audio-event-classification", 0.5,
        f.has_speech_operator ? "it computes a spectrogram" : "the input is a long row of samples"};
  }
  if (in.type == TensorType::INT16 && score_count(in) >= 90) {
    return {"audio", "", 0.5, "the input is a row of 16-bit samples or features"};
  }
  constexpr std::int32_t kSpectrumOf512 = 257;
  if (score_count(in) == kSpectrumOf512 && f.outputs.front()->shape == in.shape) {
    return {"audio", "audio-noise-suppression", 0.4,
            "a spectrum of 257 bands comes in and out, as of a filter"};
  }
  if (in.type == TensorType::STRING) return {"text", "", 0.6, "the input is text"};
  if (are_token_ids(f)) {
    const bool answers = f.inputs.size() == 3 && f.outputs.size() == 2;
    return answers
               ? DomainGuess{"text", "text-question-answering", 0.7,
                             "three rows of token ids in, two rows of scores out"}
               : DomainGuess{"text", "text-classification", 0.4, "the input looks like token ids"};
  }
  return {};
}

}  // namespace

DomainGuess guess_domain(const Graph& graph, const std::optional<FileMetadata>& metadata) {
  if (graph.subgraphs.empty()) return {};
  const Features features = features_of(graph, metadata);
  if (auto guess = from_metadata(features)) return *guess;
  return from_shapes(features);
}

}  // namespace litezoo::inspector
