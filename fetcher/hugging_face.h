#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fetcher/hub_file.h"
#include "fetcher/session.h"

namespace litezoo::fetcher {

// "https://huggingface.co", or HF_ENDPOINT's value; without a slash at its end.
std::string hf_endpoint();

// "Bearer ..." from HF_TOKEN, HUGGING_FACE_HUB_TOKEN or the file that `hf auth login` writes; empty
// when there is none, or when HF_HUB_DISABLE_IMPLICIT_TOKEN says so.
std::string hf_authorization();

// One page of a listing: calls `item` for every element until it says stop. Gives what follows the
// endpoint in the next page's address; empty at the end. Keeps to the hub's rate limits.
// Throws Error(network or not_found).
std::string hf_page(Session& session, const std::string& url, const std::string& repository,
                    const std::function<bool(const nlohmann::json&)>& item);

// Every file of a repository's revision; asks page by page. Throws Error(network or not_found).
std::vector<HubFile> hf_files(Session& session, const std::string& repository,
                              const std::string& revision);

// Where the official clients' cache keeps a file of the repository, by its digest: a SHA-256, or a
// git blob's SHA-1.
std::filesystem::path hf_cached_blob(const std::string& repository, const std::string& digest);

}  // namespace litezoo::fetcher
