#pragma once

#include <string>
#include <string_view>

#include "fetcher/http.h"

namespace litezoo::fetcher {

// Statuses that may be gone at the next attempt.
bool is_passing_fault(const HttpReply& reply) noexcept;

// Refuses heads that cannot be a model's: web pages, bytes compressed though nobody asked for it.
// `shown` is the address for messages. Throws Error(network).
void require_file_head(const HttpHead& head, const std::string& shown);

// Refuses what servers give in a file's place with the status of success: web pages, git-lfs
// pointers, errors as JSON. `start` is the first 512 bytes of `size`. Throws Error(network) or
// Error(corrupt).
void require_file_start(std::string_view start, std::uint64_t size, const std::string& shown);

}  // namespace litezoo::fetcher
