#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inspector/archive.h"

namespace litezoo::inspector {

// Whether a member is a .tflite file: by its name, or where it is stored by its content (bundles of
// language models name theirs TF_LITE_PREFILL_DECODE).
bool is_model(std::span<const std::byte> file, const ArchiveEntry& entry);

// The .tflite files inside a .task bundle or other zip archive. Empty for anything else.
std::vector<ArchiveEntry> models_in_bundle(std::span<const std::byte> file);

// The directory of a file that is recognised as a zip archive. Throws Error(corrupt) when it is
// damaged.
Archive read_directory(std::span<const std::byte> file, const std::string& file_name);

// One member's entry. Throws as read_member does for a member that is not there.
ArchiveEntry find_member(std::span<const std::byte> file, const std::string& file_name,
                         const std::string& member);

// The bytes of one member, aligned as read_graph wants them. `file_name` is for messages. Throws
// Error(corrupt) when the file is no archive or the member is damaged, Error(not_found) naming the
// members most like it when there is none of that name.
std::vector<std::byte> read_member(std::span<const std::byte> file, const std::string& file_name,
                                   const std::string& member);

}  // namespace litezoo::inspector
