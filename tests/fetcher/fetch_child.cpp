// Fetches one file in a process of its own, so that tests can kill it: STORE SHA256|- REFERENCE...
// Prints the digest; exit code 0, or 1 with the error's message.
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.h"
#include "fetcher/fetch.h"

int main(int count, char** values) {
  using namespace litezoo;
  const std::vector<std::string> arguments(values + 1, values + count);
  if (arguments.size() < 3) return 2;
  if (const char* limit = std::getenv("FETCH_CHILD_FILE_LIMIT")) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlim_t bytes = std::strtoul(limit, nullptr, 10);
    const rlimit file_size{bytes, bytes};
    setrlimit(RLIMIT_FSIZE, &file_size);
  }
  try {
    const fetcher::Store store(arguments[0]);
    fetcher::FetchRequest request;
    if (arguments[1] != "-") request.sha256 = arguments[1];
    request.references.assign(arguments.begin() + 2, arguments.end());
    const fetcher::Fetched fetched = fetcher::Fetcher(store, {}).fetch(request);
    std::puts(fetched.sha256.c_str());
    return 0;
  } catch (const Error& error) {
    std::printf("%s: %s\n", to_string(error.kind()).c_str(), error.what());
    return 1;
  }
}
