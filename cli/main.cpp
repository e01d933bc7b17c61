#include <csignal>
#include <iostream>

#include "cli/run.h"

int main(int argument_count, char** arguments) {
  // A reader that goes away is an error of write(), not a silent death in the middle of a fetch.
  std::signal(SIGPIPE, SIG_IGN);
  std::ios::sync_with_stdio(false);
  return litezoo::cli::run(argument_count, arguments, std::cout, std::cerr);
}
