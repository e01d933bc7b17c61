#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "fetcher/buffer.h"
#include "fetcher/transport.h"

namespace litezoo::fetcher {

inline constexpr std::uint64_t kUnknownEnd = std::numeric_limits<std::uint64_t>::max();

// One request for a stretch of a file, [at, to) of it still to be written.
struct Lane {
  std::uint64_t asked_from = 0;  // at first, or before it by what is compared
  std::uint64_t at = 0;          // before it, all is in the file
  std::uint64_t arrived = 0;     // and before this, all has come
  Buffer held;                   // the last of it, to be handed over when there is more
  std::uint64_t to = kUnknownEnd;
  std::vector<std::byte> seam;  // what the answer must begin with
  std::size_t compared = 0;
  std::size_t part = 0;    // of Transfer's parts: what this request brought
  bool ranged = false;     // asked with Range
  bool bounded = false;    // and with an end
  bool validated = false;  // and with If-Range
  bool refused = false;    // the answer was no part of our file
  RequestId id = 0;
};
using LanePointer = std::shared_ptr<Lane>;

// What came for a lane, on its way into the file.
struct Piece {
  LanePointer lane;
  Buffer bytes;
};

// Thrown in a request's sink to end it when it has given enough, or cannot give what was asked.
struct Enough {};

}  // namespace litezoo::fetcher
