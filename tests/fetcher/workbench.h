#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <random>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "fetcher/digest.h"
#include "fetcher/fetch.h"
#include "tests/hub/hub.h"
#include "tests/hub/npm_registry.h"

namespace litezoo::fetcher {

// A hub, an empty store and settings that give up quickly.
struct Workbench {
  hub::Hub hub;
  TemporaryDirectory directory;
  Store store{directory.path() / "store"};

  static FetchSettings quick() {
    FetchSettings settings;
    settings.connect_timeout = std::chrono::milliseconds(500);
    settings.stall_timeout = std::chrono::seconds(1);
    settings.retries = 2;
    settings.first_backoff = std::chrono::milliseconds(1);
    settings.longest_wait = std::chrono::seconds(5);
    return settings;
  }
};

// Bytes that do not compress and repeat between runs.
inline std::string random_bytes(std::size_t count, unsigned int seed = 1) {
  std::mt19937_64 generator(seed);
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(generator());
  return bytes;
}

inline std::string sha256_of_text(const std::string& text) {
  return sha256_of(as_bytes(text));
}

// What an action threw; nothing when it did not.
template <typename Action>
std::optional<Error> error_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

inline bool says(const std::optional<Error>& error, std::string_view text) {
  return error && std::string_view(error->what()).find(text) != std::string_view::npos;
}

// An environment variable, set back at the end of the scope.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    setenv(name, value.c_str(), 1);
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;
  ~ScopedVariable() {
    if (old_) {
      setenv(name_, old_->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

// Number of files below the store that are not published under their digest.
inline std::size_t leftovers(const Store& store) {
  std::error_code error;
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(store.partial_directory(), error)) {
    static_cast<void>(entry);
    ++count;
  }
  return count;
}

}  // namespace litezoo::fetcher
