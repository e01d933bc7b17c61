#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "tests/builder/classifier.h"
#include "tests/support/process.h"

namespace litezoo::test {

// The litezoo program with a home of its own, as a user would run it.
class Program {
 public:
  std::vector<std::string> command(const std::vector<std::string>& arguments) const;
  // LITEZOO_HOME, and no proxy between the program and the loopback hub.
  std::vector<std::string> environment() const;
  Finished run(const std::vector<std::string>& arguments) const;

  std::filesystem::path home() const { return directory_.path() / "home"; }
  std::filesystem::path catalog() const { return home() / "catalog.db"; }

  // Writes a file beside the home; gives its path.
  std::string file(const std::string& name, std::string_view content) const;
  // The same for one of the builder's classifiers.
  std::string model(const std::string& name,
                    const builder::ClassifierOptions& options = {.width = 0.25}) const;

  // Files below the home's store, unfinished ones included.
  std::vector<std::filesystem::path> stored_files() const;

 private:
  TemporaryDirectory directory_;
};

// True when what the program said on stderr is one line that starts with its name.
bool is_one_clear_line(const std::string& err);

}  // namespace litezoo::test
