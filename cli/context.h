#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "cli/exit_code.h"

namespace litezoo::cli {

// Where Litezoo keeps things; nothing is written outside.
struct Home {
  std::filesystem::path catalog;  // the SQLite file
  std::filesystem::path store;    // the content-addressed store of fetched files
};

// $LITEZOO_HOME/{catalog.db,store} when the variable is set, else below $XDG_DATA_HOME and
// $XDG_CACHE_HOME (defaults ~/.local/share and ~/.cache). Throws Error(usage) when none of them
// and no HOME is set.
Home find_home();

// What every command gets: where to write, and the options all commands share.
struct Context {
  std::ostream& out;    // the result
  std::ostream& err;    // progress and warnings
  std::string program;  // how to start this program again, for the measuring child process
  bool json = false;
  bool quiet = false;
  bool offline = false;
  ExitCode result = ExitCode::done;

  // A line on err unless quiet.
  void note(const std::string& line) const;
  // True when err is a terminal and progress may be drawn.
  bool shows_progress() const;
};

}  // namespace litezoo::cli
