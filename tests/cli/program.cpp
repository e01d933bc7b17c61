#include "tests/cli/program.h"

#include <algorithm>

namespace litezoo::test {

namespace fs = std::filesystem;

std::vector<std::string> Program::command(const std::vector<std::string>& arguments) const {
  std::vector<std::string> words = {LITEZOO_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

std::vector<std::string> Program::environment() const {
  return {"LITEZOO_HOME=" + home().string(), "no_proxy=127.0.0.1", "http_proxy=", "NO_COLOR=1"};
}

Finished Program::run(const std::vector<std::string>& arguments) const {
  return run_process(command(arguments), environment());
}

std::string Program::file(const std::string& name, std::string_view content) const {
  const auto path = directory_.path() / name;
  write_file_atomically(path, content);
  return path.string();
}

std::string Program::model(const std::string& name,
                           const builder::ClassifierOptions& options) const {
  return file(name, as_text(builder::classifier(options)));
}

std::vector<fs::path> Program::stored_files() const {
  std::vector<fs::path> files;
  if (!fs::exists(home())) return files;
  for (const auto& entry : fs::recursive_directory_iterator(home())) {
    const bool of_catalog = entry.path().filename().string().starts_with("catalog.db");
    if (entry.is_regular_file() && !of_catalog) files.push_back(entry.path());
  }
  return files;
}

bool is_one_clear_line(const std::string& err) {
  const auto lines = lines_of(err);
  return lines.size() == 1 && lines.front().starts_with("litezoo: ");
}

}  // namespace litezoo::test
