#include "runtime/arena.h"

#include <doctest/doctest.h>

#include <vector>

#include "runtime/memory.h"

using litezoo::runtime::Lifetime;
using litezoo::runtime::place;

TEST_CASE("arena blocks that live at the same time never overlap") {
  std::vector<Lifetime> blocks;
  for (std::size_t i = 0; i < 40; ++i) blocks.push_back({(i * 37) % 500, i / 3, i / 3 + i % 5});
  const auto placement = place(blocks);
  for (std::size_t a = 0; a < blocks.size(); ++a) {
    CHECK(placement.offsets[a] % litezoo::runtime::kTensorAlignment == 0);
    CHECK(placement.offsets[a] + blocks[a].bytes <= placement.bytes);
    for (std::size_t b = 0; b < a; ++b) {
      const bool together = blocks[a].first <= blocks[b].last && blocks[b].first <= blocks[a].last;
      const bool apart = placement.offsets[a] + blocks[a].bytes <= placement.offsets[b] ||
                         placement.offsets[b] + blocks[b].bytes <= placement.offsets[a];
      CAPTURE(a);
      CAPTURE(b);
      CHECK((!together || apart));
    }
  }
}

TEST_CASE("arena memory is used again after a block's last step") {
  const std::vector<Lifetime> chain = {{640, 0, 1}, {640, 1, 2}, {640, 2, 3}, {640, 3, 4}};
  CHECK(place(chain).bytes == 1280);
}

TEST_CASE("arenas of very many blocks do not overlap either and use memory again") {
  constexpr std::size_t kBlocks = 40'000;
  std::vector<Lifetime> blocks;
  for (std::size_t i = 0; i < kBlocks; ++i)
    blocks.push_back({(i * 37) % 500, i / 3, i / 3 + i % 5});
  const auto placement = place(blocks);
  std::size_t overlaps = 0;
  for (std::size_t a = 0; a < kBlocks; ++a) {
    // Blocks further apart than this never meet.
    for (std::size_t b = a < 20 ? 0 : a - 20; b < a; ++b) {
      const bool together = blocks[a].first <= blocks[b].last && blocks[b].first <= blocks[a].last;
      const bool apart = placement.offsets[a] + blocks[a].bytes <= placement.offsets[b] ||
                         placement.offsets[b] + blocks[b].bytes <= placement.offsets[a];
      if (together && !apart) ++overlaps;
    }
    if (placement.offsets[a] % litezoo::runtime::kTensorAlignment != 0) ++overlaps;
    if (placement.offsets[a] + blocks[a].bytes > placement.bytes) ++overlaps;
  }
  CHECK(overlaps == 0);
  CHECK(placement.bytes < 20'000);  // some fifteen are alive at a time
}
