#pragma once

#include <functional>
#include <span>
#include <string>

namespace litezoo::cli {

struct Context;

// A model or a bundle on a server as memory: what is touched is transferred.
struct RemoteBytes {
  std::span<const std::byte> bytes;
  std::string sha256;                     // as the hub states it; empty when it does not
  std::function<void()> require_all_had;  // throws what kept bytes from coming; call it at the end
  // A part of the file instead, at an address that suits a model; what was given before is gone.
  std::function<std::span<const std::byte>(std::size_t from, std::size_t size)> part;
  // Ends the look, so that the file is fetched.
  [[noreturn]] void fetch_instead(const std::string& what) const;
};

// Calls `look` with the bytes of a model on a server; with BufferTables::inferred a few per cent of
// them are transferred, which a note tells: "read 71 kB of 4.1 MB in 3 requests". REF!member is
// looked at where it lies in its bundle. False when the model must be fetched instead: it is no
// such reference, is here already, is packed into an archive, or its server gives no ranges (a note
// says so). Throws what `look` throws, Error(network, not_found or corrupt).
bool look_from_afar(const Context& context, const std::string& reference,
                    const std::function<void(const RemoteBytes&)>& look);

}  // namespace litezoo::cli
