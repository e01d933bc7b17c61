#include "fetcher/hash_follower.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <functional>
#include <string>

#include "base/file.h"
#include "base/hash.h"
#include "tests/fetcher/workbench.h"

namespace litezoo::fetcher {
namespace {

constexpr std::size_t kPiece = Buffer::kCapacity;

GrowingFile make_file(const TemporaryDirectory& directory) {
  const auto path = directory.path() / "file";
  return {FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)), path};
}

std::vector<Digester> sha256_and_md5() {
  std::vector<Digester> digesters;
  digesters.emplace_back(DigestKind::sha256, 0);
  digesters.emplace_back(DigestKind::md5, 0);
  return digesters;
}

}  // namespace

TEST_CASE("a file's digests are right whichever of its pieces were handed over") {
  struct Case {
    const char* name;
    std::function<bool(std::size_t)> handed;  // the piece of that number
    std::size_t told_each;                    // how many pieces until the follower is told
  };
  const Case cases[] = {
      {"all", [](std::size_t) { return true; }, 1},
      {"all, told late", [](std::size_t) { return true; }, 40},
      {"none", [](std::size_t) { return false; }, 1},
      {"every other one", [](std::size_t i) { return i % 2 == 0; }, 1},
      {"all but the first ones", [](std::size_t i) { return i > 20; }, 1},
      {"only the first ones", [](std::size_t i) { return i < 20; }, 3},
  };
  const std::string content = random_bytes(40 * kPiece + 12'345);
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const TemporaryDirectory directory;
    GrowingFile file = make_file(directory);
    HashFollower follower(file, sha256_and_md5());
    Buffer buffer;
    for (std::size_t i = 0; i * kPiece < content.size(); ++i) {
      const auto rest = as_bytes(content).subspan(i * kPiece);
      const auto piece = rest.first(std::min(rest.size(), kPiece));
      file.append(piece);
      if (c.handed(i)) {
        buffer.clear();
        REQUIRE(buffer.append(piece) == piece.size());
        buffer = follower.take(i * kPiece, std::move(buffer));
      }
      if (i % c.told_each == 0) follower.advance(file.size());
    }
    const auto digests = follower.finish(content.size());
    REQUIRE(digests.size() == 2);
    CHECK(digests[0].hex == sha256_of(as_bytes(content)));
    Digester md5(DigestKind::md5, 0);
    md5.update(as_bytes(content));
    CHECK(digests[1].hex == md5.finish());
  }
}

TEST_CASE("a follower may end before it has hashed what it was told of") {
  const std::string content = random_bytes(40 * kPiece);
  const TemporaryDirectory directory;
  GrowingFile file = make_file(directory);
  file.append(as_bytes(content));
  HashFollower follower(file, sha256_and_md5());
  follower.advance(content.size());
}

}  // namespace litezoo::fetcher
