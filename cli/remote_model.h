#pragma once

#include <functional>
#include <span>
#include <string>

#include "cli/model_bytes.h"
#include "inspector/archive.h"

namespace litezoo::cli {

struct Context;

// A model or a bundle on a server as memory: what is touched is transferred, unless it had to be
// unpacked and is all here.
struct RemoteBytes : HeldBytes {
  std::string sha256;                     // as the hub states it; empty when it does not
  std::function<void()> require_all_had;  // throws what kept bytes from coming; call it at the end
  // What opens an archive's member: packed ones are unpacked as they come. Opening one takes
  // `bytes` away, so all are located before. Throws as MemberBytes does.
  using Open = std::function<RemoteBytes()>;
  std::function<Open(const inspector::Archive& archive, const inspector::ArchiveEntry& entry)>
      locate;
};

// Calls `look` with the bytes of a model on a server; of one that is not packed a few per cent are
// transferred. Of a bundle its tables and what is looked at, of REF!member that, and of a
// compressed tar archive all up to the end of the file that is wanted. A note tells: "read 71 kB of
// 4.1 MB in 3 requests". False when the model must be fetched instead: it is no such reference, is
// here already, or its server gives no ranges (a note says so). Throws what `look` throws,
// Error(network, not_found or corrupt).
bool look_from_afar(const Context& context, const std::string& reference,
                    const std::function<void(const RemoteBytes&)>& look);

}  // namespace litezoo::cli
