#pragma once

#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "fetcher/store.h"

extern "C" char** environ;

namespace litezoo::fetcher {

// fetch_child as a process of its own.
class Child {
 public:
  Child(const Store& store, const std::string& sha256, const std::string& reference) {
    std::vector<std::string> words = {FETCH_CHILD, store.root().string(), sha256, reference};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", 1, 0);
    REQUIRE(posix_spawn(&id_, FETCH_CHILD, &actions, nullptr, arguments.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
  }
  void kill() const { ::kill(id_, SIGKILL); }
  // The exit code, or 128 + signal.
  int wait() const {
    int status = 0;
    REQUIRE(::waitpid(id_, &status, 0) == id_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t id_ = -1;
};

}  // namespace litezoo::fetcher
