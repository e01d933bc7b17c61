#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace litezoo::test {

// The folder with other people's models and facts about them: $LITEZOO_SHARED/models, by default
// ../shared/models beside the repository. Empty when it is not there.
inline std::filesystem::path shared_models() {
  const char* set = std::getenv("LITEZOO_SHARED");
  const std::filesystem::path root =
      set != nullptr ? std::filesystem::path(set)
                     : std::filesystem::path(LITEZOO_SOURCE_DIR).parent_path() / "shared";
  return std::filesystem::exists(root / "models" / "facts.json") ? root / "models"
                                                                 : std::filesystem::path();
}

}  // namespace litezoo::test
