#include "cli/model_search.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <ostream>
#include <set>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/model_name.h"
#include "base/text.h"
#include "cli/context.h"
#include "inspector/bundle.h"
#include "inspector/container.h"

namespace litezoo::cli {
namespace {

namespace fs = std::filesystem;
using inspector::ContainerKind;

using FileIdentity = std::pair<dev_t, ino_t>;

bool is_named_like_model(const fs::path& path) {
  const std::string name = path.filename().string();
  return is_model_name(name) || is_bundle_name(name);
}

// Kinds that are no models of any framework, unless their name claims it.
bool is_no_model(ContainerKind kind) {
  using enum ContainerKind;
  constexpr auto kNone =
      std::to_array({empty, git_lfs_pointer, web_page, json, gzip, tar, zip, unknown});
  return std::ranges::find(kNone, kind) != kNone.end();
}

// Reading some of their files waits for events or changes the machine.
bool is_of_the_kernel(const fs::path& directory) {
  constexpr auto kKernel = std::to_array<long>(
      {PROC_SUPER_MAGIC, SYSFS_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC, CGROUP_SUPER_MAGIC,
       CGROUP2_SUPER_MAGIC, SECURITYFS_MAGIC, DEVPTS_SUPER_MAGIC, BPF_FS_MAGIC, PSTOREFS_MAGIC});
  struct statfs system {};
  return ::statfs(directory.c_str(), &system) == 0 &&
         std::ranges::find(kKernel, static_cast<long>(system.f_type)) != kKernel.end();
}

class Search {
 public:
  explicit Search(const Context& context) : context_(&context) {}

  FoundModels run(const fs::path& directory) {
    std::vector<fs::path> open{directory};
    while (!open.empty()) {
      const fs::path next = std::move(open.back());
      open.pop_back();
      list(next, open);
    }
    for (const auto& [path, identity] : files_) {
      if (targets_.find(identity) == targets_.end()) look_into(path);
    }
    if (drawn_) context_->err << "\r\x1b[K" << std::flush;
    return std::move(found_);
  }

 private:
  void list(const fs::path& directory, std::vector<fs::path>& open) {
    if (is_of_the_kernel(directory)) return;
    std::error_code error;
    fs::directory_iterator at(directory, error);
    if (error && error != std::errc::no_such_file_or_directory) ++found_.unreadable;
    for (; !error && at != fs::directory_iterator(); at.increment(error)) {
      draw(files_.size());
      add(at->path(), open);
    }
  }

  void add(const fs::path& path, std::vector<fs::path>& open) {
    struct stat entry {};
    if (::lstat(path.c_str(), &entry) != 0) return;
    if (S_ISDIR(entry.st_mode)) {
      open.push_back(path);
    } else if (S_ISREG(entry.st_mode)) {
      files_.push_back({path, {entry.st_dev, entry.st_ino}});
    } else if (S_ISLNK(entry.st_mode) && is_named_like_model(path)) {
      if (::stat(path.c_str(), &entry) != 0 || !S_ISREG(entry.st_mode)) return;
      // Shown under the name that the link gives it, as in the caches of Hugging Face's client.
      targets_.insert({entry.st_dev, entry.st_ino});
      look_into(path);
    }
  }

  void look_into(const fs::path& path) {
    draw(files_.size());
    const ContainerKind kind = kind_of(path);
    if (kind == ContainerKind::zip && add_members(path)) return;
    if (!is_no_model(kind) || is_named_like_model(path)) {
      found_.references.push_back(path.string());
    }
  }

  ContainerKind kind_of(const fs::path& path) {
    std::array<char, 1024> head{};
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      std::error_code error;
      if (fs::exists(path, error) && !is_named_like_model(path)) ++found_.unreadable;
      return ContainerKind::empty;
    }
    file.read(head.data(), head.size());
    const auto count = static_cast<std::size_t>(file.gcount());
    return inspector::recognise(std::as_bytes(std::span(head.data(), count))).kind;
  }

  // False when it holds none.
  bool add_members(const fs::path& path) {
    try {
      const MappedFile file(path);
      const auto models = inspector::models_in_bundle(file.bytes());
      for (const auto& entry : models) {
        found_.references.push_back(path.string() + "!" + entry.name);
      }
      return !models.empty();
    } catch (const Error&) {
      // It went away or cannot be mapped; where its name claims a model, its line will say so.
      return false;
    }
  }

  void draw(std::size_t files) {
    using namespace std::chrono_literals;
    if (!context_->shows_progress()) return;
    const auto now = Clock::now();
    if (now - last_ < 100ms) return;
    if (last_ != Clock::time_point()) {
      context_->err << fmt::format("\r\x1b[Klooking for models: {} in {} files",
                                   found_.references.size(), files)
                    << std::flush;
      drawn_ = true;
    }
    last_ = now;
  }

  using Clock = std::chrono::steady_clock;
  const Context* context_;
  FoundModels found_;
  std::vector<std::pair<fs::path, FileIdentity>> files_;
  std::set<FileIdentity> targets_;  // of links that were taken
  Clock::time_point last_;
  bool drawn_ = false;
};

}  // namespace

FoundModels search_models(const Context& context, const fs::path& directory) {
  FoundModels found = Search(context).run(directory);
  std::ranges::sort(found.references);
  return found;
}

}  // namespace litezoo::cli
