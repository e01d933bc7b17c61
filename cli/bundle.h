#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cli/model_bytes.h"
#include "inspector/archive.h"

namespace litezoo::cli {

struct RemoteBytes;

// A zip archive of models, wherever its bytes are.
struct Bundle {
  struct Member {
    inspector::ArchiveEntry entry;
    bool is_model = false;
  };
  std::string name;
  std::size_t size = 0;
  std::vector<Member> members;  // in the order of its directory
  // The bytes of one of them, until the next call. Throws as MemberBytes does.
  std::function<HeldBytes(const inspector::ArchiveEntry& entry)> open;
  std::function<void()> require_all_had;  // throws what kept bytes from coming, if anything did

  std::vector<inspector::ArchiveEntry> models() const;
};

// The bytes must outlive it. Throws Error(corrupt) when its directory is damaged.
Bundle bundle_in(const std::string& name, std::span<const std::byte> bytes);

// Of its models only what is looked at is transferred, packed ones whole. Throws Error(corrupt) as
// above.
Bundle bundle_on_server(const std::string& name, const RemoteBytes& remote);

}  // namespace litezoo::cli
