#include "cli/external_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "base/checked.h"
#include "base/error.h"
#include "base/text.h"

namespace litezoo::cli {
namespace {

// What the model calls its files is an attacker's word: nothing outside of its directory is opened.
bool is_plain_name(const std::string& name) {
  const std::filesystem::path path(name);
  return path.has_filename() && path == path.filename() && name != "." && name != ".." &&
         name.find('\0') == std::string::npos;
}

class WeightFiles {
 public:
  WeightFiles(const Graph& graph, const std::filesystem::path& model)
      : graph_(graph), model_(model) {}

  std::span<const std::byte> bytes_of(const Tensor& tensor) {
    const auto buffer =
        std::ranges::find(graph_.external_buffers, tensor.external_buffer, &ExternalBuffer::id);
    if (buffer == graph_.external_buffers.end()) {
      fail(ErrorKind::corrupt, tensor, "which the file does not describe");
    }
    if ((!buffer->packing.empty() && buffer->packing != "unpacked") || tensor.sparsity ||
        tensor_type_bits(tensor.type) == 0) {
      fail(ErrorKind::unsupported, tensor, "and they are packed, sparse or strings");
    }
    const std::span<const std::byte> file = open(tensor, buffer->file);
    const auto end = checked_add(buffer->offset, buffer->length);
    if (!end || *end > file.size()) {
      fail(ErrorKind::corrupt, tensor,
           fmt::format("'{}', but beyond its end", escape_for_terminal(buffer->file)));
    }
    return file.subspan(static_cast<std::size_t>(buffer->offset),
                        static_cast<std::size_t>(buffer->length));
  }

  std::vector<MappedFile> take() {
    std::vector<MappedFile> result;
    for (auto& [name, file] : files_) result.push_back(std::move(file));
    return result;
  }

 private:
  [[noreturn]] void fail(ErrorKind kind, const Tensor& tensor, const std::string& where) const {
    throw Error(kind, fmt::format("'{}': the weights of '{}' lie in another file, {}",
                                  model_.string(), escape_for_terminal(tensor.name), where));
  }

  std::span<const std::byte> open(const Tensor& tensor, const std::string& name) {
    if (const auto found = files_.find(name); found != files_.end()) return found->second.bytes();
    if (!is_plain_name(name)) {
      fail(ErrorKind::corrupt, tensor,
           fmt::format("and '{}' is no plain file name", escape_for_terminal(name)));
    }
    const std::filesystem::path path = model_.parent_path() / name;
    if (!std::filesystem::exists(path)) {
      fail(ErrorKind::not_found, tensor, fmt::format("put '{}' beside it", path.string()));
    }
    return files_.emplace(name, MappedFile(path)).first->second.bytes();
  }

  const Graph& graph_;
  const std::filesystem::path& model_;
  std::map<std::string, MappedFile> files_;
};

}  // namespace

std::vector<MappedFile> attach_external_weights(Graph& graph, const std::filesystem::path& model) {
  WeightFiles files(graph, model);
  for (Subgraph& subgraph : graph.subgraphs) {
    for (Tensor& tensor : subgraph.tensors) {
      if (tensor.external_buffer != 0 && tensor.data.empty()) tensor.data = files.bytes_of(tensor);
    }
  }
  return files.take();
}

}  // namespace litezoo::cli
