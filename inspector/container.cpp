#include "inspector/container.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/file.h"

namespace litezoo::inspector {
namespace {

constexpr std::size_t kLookedAt = 1024;

unsigned char byte_at(std::string_view head, std::size_t index) noexcept {
  return index < head.size() ? static_cast<unsigned char>(head[index]) : 0;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view lower_case) noexcept {
  if (text.size() < lower_case.size()) return false;
  return std::equal(lower_case.begin(), lower_case.end(), text.begin(), [](char want, char got) {
    return want == (got >= 'A' && got <= 'Z' ? static_cast<char>(got - 'A' + 'a') : got);
  });
}

std::string_view without_leading_space(std::string_view head) noexcept {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const std::size_t start = head.find_first_not_of(" \t\r\n");
  return start == std::string_view::npos ? std::string_view() : head.substr(start);
}

bool has_identifier(std::string_view head, std::string_view identifier) noexcept {
  return head.size() >= 8 && head.substr(4, 4) == identifier;
}

bool is_tflite(std::string_view head) noexcept {
  return has_identifier(head, "TFL3");
}

bool is_old_tflite(std::string_view head) noexcept {
  return has_identifier(head, "TFL2") || has_identifier(head, "TFL1");
}

bool is_git_lfs_pointer(std::string_view head) noexcept {
  return head.starts_with("version https://git-lfs.github.com/spec/");
}

bool is_web_page(std::string_view head) noexcept {
  const std::string_view text = without_leading_space(head);
  constexpr auto kStarts =
      std::to_array<std::string_view>({"<!doctype", "<html", "<?xml", "<head", "<body", "<!--"});
  return std::ranges::any_of(
      kStarts, [text](std::string_view start) { return starts_with_ignoring_case(text, start); });
}

bool is_json(std::string_view head) noexcept {
  const std::string_view text = without_leading_space(head);
  if (!text.starts_with('{') && !text.starts_with('[')) return false;
  const std::string_view inside = without_leading_space(text.substr(1));
  return inside.starts_with('"') || inside.starts_with('{') || inside.starts_with('}');
}

bool is_tfjs(std::string_view head) noexcept {
  if (!is_json(head)) return false;
  constexpr auto kKeys = std::to_array<std::string_view>(
      {"\"modelTopology\"", "\"weightsManifest\"", "\"graph-model\"", "\"layers-model\""});
  return std::ranges::any_of(
      kKeys, [head](std::string_view key) { return head.find(key) != std::string_view::npos; });
}

// Protocol buffers carry no signature. ModelProto starts with ir_version (field 1, a small number
// above 2) and SavedModel with schema version 1 and a MetaGraphDef.
bool is_saved_model(std::string_view head) noexcept {
  return byte_at(head, 0) == 0x08 && byte_at(head, 1) == 0x01 && byte_at(head, 2) == 0x12;
}

bool is_onnx(std::string_view head) noexcept {
  if (byte_at(head, 0) != 0x08 || byte_at(head, 1) < 3 || byte_at(head, 1) > 32) return false;
  const unsigned field = byte_at(head, 2);
  return field == 0x12 || field == 0x1a || field == 0x22 || field == 0x32 || field == 0x3a ||
         field == 0x42;
}

// GraphDef: node (field 1) { name (field 1) op (field 2) }.
bool is_graph_def(std::string_view head) noexcept {
  if (byte_at(head, 0) != 0x0a) return false;
  const std::size_t name = (byte_at(head, 1) & 0x80) != 0 ? 3 : 2;
  if (byte_at(head, name) != 0x0a) return false;
  const std::size_t op = name + 2 + byte_at(head, name + 1);
  return byte_at(head, op) == 0x12 && byte_at(head, op + 2) >= 'A' && byte_at(head, op + 2) <= 'Z';
}

bool is_pytorch(std::string_view head) noexcept {
  return byte_at(head, 0) == 0x80 && byte_at(head, 1) >= 2 && byte_at(head, 1) <= 5 &&
         head.substr(0, 64).find("torch") != std::string_view::npos;
}

bool is_safetensors(std::string_view head) noexcept {
  return head.size() > 9 && head[8] == '{' && head[9] == '"' && byte_at(head, 6) == 0 &&
         byte_at(head, 7) == 0;
}

// MediaPipe aligns the members of its .task bundles with zeros before their headers, the first
// one's too.
bool is_zip(std::string_view head) noexcept {
  constexpr std::size_t kMostPadding = 64;
  const std::size_t start = head.find_first_not_of('\0');
  if (start == std::string_view::npos || start > kMostPadding) return false;
  head.remove_prefix(start);
  return head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06");
}

bool is_tar(std::string_view head) noexcept {
  return head.size() >= 262 && head.substr(257, 5) == "ustar";
}

struct Row {
  Container container;
  bool (*matches)(std::string_view head) noexcept;
};

// The first row that matches wins.
constexpr auto kContainers = std::to_array<Row>({
    {{ContainerKind::tflite, "tflite", "a TensorFlow Lite model", ""}, is_tflite},
    {{ContainerKind::empty, "empty", "an empty file", "download it again"},
     [](std::string_view head) noexcept { return head.empty(); }},
    {{ContainerKind::old_tflite, "tflite-old", "a TensorFlow Lite model of a schema before 3",
      "convert the original model again with a TensorFlow release of 2018 or later"},
     is_old_tflite},
    {{ContainerKind::git_lfs_pointer, "git-lfs-pointer", "a git-lfs pointer, not the model itself",
      "fetch the file it stands for: git lfs pull, or the hub's download link"},
     is_git_lfs_pointer},
    {{ContainerKind::web_page, "web-page", "a web page or a server's error, not a model",
      "open the link in a browser: it may need a login, an agreement or the direct download link"},
     is_web_page},
    {{ContainerKind::tfjs, "tfjs", "a TensorFlow.js model",
      "convert its original with the TensorFlow Lite converter; TF.js files themselves cannot be "
      "converted back"},
     is_tfjs},
    {{ContainerKind::json, "json", "a JSON document, not a model",
      "look into it: it is probably a server's error message or a description"},
     is_json},
    {{ContainerKind::zip, "zip", "a zip archive or .task bundle",
      "name the model inside it as FILE!MEMBER"},
     is_zip},
    {{ContainerKind::gzip, "gzip", "a gzip archive", "unpack it first: tar xzf or gunzip"},
     [](std::string_view head) noexcept { return head.starts_with("\x1f\x8b"); }},
    {{ContainerKind::tar, "tar", "a tar archive", "unpack it first: tar xf"}, is_tar},
    {{ContainerKind::litertlm, "litertlm", "a LiteRT-LM bundle of a language model",
      "run it with the LiteRT-LM tools, or ask its publisher for the .tflite"},
     [](std::string_view head) noexcept { return head.starts_with("LITERTLM"); }},
    {{ContainerKind::keras_hdf5, "keras-hdf5", "a Keras HDF5 model",
      "convert it: tf.lite.TFLiteConverter.from_keras_model(tf.keras.models.load_model(FILE))"},
     [](std::string_view head) noexcept { return head.starts_with("\x89HDF\r\n\x1a\n"); }},
    {{ContainerKind::gguf, "gguf", "a GGUF model of llama.cpp",
      "run it with llama.cpp; there is no converter to .tflite"},
     [](std::string_view head) noexcept { return head.starts_with("GGUF"); }},
    {{ContainerKind::saved_model, "saved-model", "a TensorFlow SavedModel",
      "convert it: tf.lite.TFLiteConverter.from_saved_model(DIRECTORY)"},
     is_saved_model},
    {{ContainerKind::onnx, "onnx", "an ONNX model",
      "convert it with onnx2tf, which writes a .tflite"},
     is_onnx},
    {{ContainerKind::graph_def, "graph-def", "a TensorFlow GraphDef (.pb)",
      "convert it: tf.compat.v1.lite.TFLiteConverter.from_frozen_graph(FILE, INPUTS, OUTPUTS)"},
     is_graph_def},
    {{ContainerKind::pytorch, "pytorch", "a PyTorch checkpoint",
      "convert the model with litert-torch (ai-edge-torch)"},
     is_pytorch},
    {{ContainerKind::safetensors, "safetensors", "safetensors weights without a graph",
      "convert the model they belong to with litert-torch (ai-edge-torch)"},
     is_safetensors},
});

constexpr Container kUnknown{ContainerKind::unknown, "unknown",
                             "no TensorFlow Lite model (it does not carry the TFL3 identifier)",
                             "check where it came from, or download it again"};

}  // namespace

const Container& recognise(std::span<const std::byte> bytes) noexcept {
  const std::string_view head = as_text(bytes.first(std::min(bytes.size(), kLookedAt)));
  const auto* const row =
      std::ranges::find_if(kContainers, [head](const Row& r) { return r.matches(head); });
  return row == kContainers.end() ? kUnknown : row->container;
}

}  // namespace litezoo::inspector
