#include "cli/junit.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"

namespace litezoo::cli {
namespace {

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) result += c;
    }
  }
  return result;
}

std::string case_text(const std::string& suite, const JunitCase& one) {
  const std::string head =
      fmt::format("  <testcase classname=\"{}\" name=\"{}\"", escaped(suite), escaped(one.name));
  if (one.outcome == JunitOutcome::passed) return head + "/>\n";
  const auto* const kind = one.outcome == JunitOutcome::failed    ? "failure"
                           : one.outcome == JunitOutcome::skipped ? "skipped"
                                                                  : "error";
  return fmt::format("{}>\n    <{} message=\"{}\"/>\n  </testcase>\n", head, kind,
                     escaped(one.message));
}

}  // namespace

std::string junit_text(const std::string& suite, const std::vector<JunitCase>& cases) {
  const auto failed = std::ranges::count(cases, JunitOutcome::failed, &JunitCase::outcome);
  const auto errors = std::ranges::count(cases, JunitOutcome::error, &JunitCase::outcome);
  const auto skipped = std::ranges::count(cases, JunitOutcome::skipped, &JunitCase::outcome);
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n",
      escaped(suite), cases.size(), failed, errors, skipped);
  for (const JunitCase& one : cases) text += case_text(suite, one);
  return text + "</testsuite>\n";
}

void write_junit(const std::filesystem::path& path, const std::string& suite,
                 const std::vector<JunitCase>& cases) {
  write_file_atomically(path, junit_text(suite, cases));
}

}  // namespace litezoo::cli
