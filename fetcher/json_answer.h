#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "fetcher/session.h"

namespace litezoo::fetcher {

// What a hub's API answers to one GET. Throws Error(network or not_found), also when the answer is
// no JSON, or is an error in the form {"code": 403, "message": "..."} with a status of success.
nlohmann::json ask_json(Session& session, const HttpRequest& request);

// The member's text or count; empty or 0 when it is absent or of another type.
std::string text_at(const nlohmann::json& object, const char* key);
std::uint64_t count_at(const nlohmann::json& object, const char* key);

// The member when it is an array, else an empty one.
const nlohmann::json& array_at(const nlohmann::json& object, const char* key);

// The variable's value, or `otherwise` when it is unset or empty.
std::string environment_or(const char* name, const std::string& otherwise);

// Where tools keep a token: the file's first line, empty when there is no such file. Throws
// Error(io) when it cannot be read.
std::string first_line_of(const std::filesystem::path& path);

// The value without slashes at its end: bases of addresses.
std::string without_end_slashes(std::string text);

}  // namespace litezoo::fetcher
