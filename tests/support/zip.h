#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace litezoo::test {

struct ZipMember {
  std::string name, content;
  bool deflated = false;
};

// A zip archive as another program (libarchive) writes it. Names are taken as they are.
std::vector<std::byte> zip(const std::vector<ZipMember>& members);

}  // namespace litezoo::test
