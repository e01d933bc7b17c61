#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/graph.h"
#include "inspector/read.h"
#include "inspector/source.h"

namespace litezoo::schema {
struct Model;
}

namespace litezoo::inspector {

// The Buffer tables of a model, which say where constants and metadata lie. A table stands beside
// its data, so following all of them touches pages all over the file.
class Buffers {
 public:
  // Followed: requires that the verifier has passed the whole model. Inferred: that it has passed
  // all but the Buffer tables, which are verified here when they are followed. `source` must
  // outlive this. Throws Error(corrupt) when a table lies outside the file.
  Buffers(const schema::Model& model, BufferTables how, Source& source);

  std::size_t size() const noexcept { return positions_.size(); }
  // The bytes of one buffer. Throws Error(corrupt) when they lie outside the file.
  std::span<const std::byte> follow(std::size_t index);
  // Fills in Tensor::data everywhere; requires Tensor::buffer to be below size() or 0.
  void fill(Graph& graph);
  // The counts of buffers and bytes: of those that were followed.
  void count(Graph& graph) const;

 private:
  std::size_t room_behind(std::size_t index) const;
  void follow_with_owner(std::size_t index);

  Source* source_;
  std::vector<std::size_t> positions_;  // of the tables in the file, by buffer
  std::vector<std::size_t> ascending_;  // the same, sorted
  std::vector<std::optional<std::span<const std::byte>>> known_;  // by buffer
  std::vector<bool> is_outside_;                                  // by buffer
  BufferTables how_;
};

// Bytes of the file that lie outside the FlatBuffer. An offset of 0 or 1 means that there are none;
// converters write 1 as a place holder. Throws Error(corrupt) "<whose> lies at ...".
std::span<const std::byte> outside_bytes(std::uint64_t offset, std::uint64_t size,
                                         const std::string& whose, const Source& source);

}  // namespace litezoo::inspector
