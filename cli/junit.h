#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace litezoo::cli {

enum class JunitOutcome { passed, failed, error, skipped };

struct JunitCase {
  std::string name;
  JunitOutcome outcome = JunitOutcome::passed;
  std::string message;
};

// One suite in the XML that CI systems read (the format of Ant's JUnit task). Control characters,
// which XML cannot hold, are left out.
std::string junit_text(const std::string& suite, const std::vector<JunitCase>& cases);

// Writes it. Throws Error(io).
void write_junit(const std::filesystem::path& path, const std::string& suite,
                 const std::vector<JunitCase>& cases);

}  // namespace litezoo::cli
