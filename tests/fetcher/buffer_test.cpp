#include "fetcher/buffer.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "base/file.h"
#include "tests/fetcher/workbench.h"

namespace litezoo::fetcher {

TEST_CASE("a buffer holds what was appended, at any alignment and up to its end") {
  const std::string content = random_bytes(Buffer::kCapacity + 1000);
  for (const std::size_t piece : {1'000'000U, 16'384U, 4'099U, 1'024U, 101U}) {
    CAPTURE(piece);
    Buffer buffer;
    CHECK(buffer.empty());
    CHECK_FALSE(buffer.has_memory());
    std::size_t at = 0;
    while (!buffer.full()) {
      const auto some = as_bytes(content).subspan(at, std::min(piece, content.size() - at));
      const std::size_t count = buffer.append(some);
      REQUIRE(count > 0);
      at += count;
    }
    CHECK(at == Buffer::kCapacity);
    CHECK(buffer.append(as_bytes(content).subspan(at)) == 0);
    CHECK(as_text(buffer.bytes()) == std::string_view(content).substr(0, Buffer::kCapacity));
  }
}

TEST_CASE("a buffer that was moved from is empty; one that was cleared keeps its memory") {
  Buffer first;
  first.append(as_bytes("some bytes"));
  Buffer second = std::move(first);
  CHECK(as_text(second.bytes()) == "some bytes");
  CHECK(first.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  CHECK_FALSE(first.has_memory());
  second.clear();
  CHECK(second.empty());
  CHECK(second.has_memory());
  second.append(as_bytes("others"));
  CHECK(as_text(second.bytes()) == "others");
}

}  // namespace litezoo::fetcher
