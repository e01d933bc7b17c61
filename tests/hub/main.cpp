#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "tests/hub/hub.h"
#include "tests/hub/hugging_face_api.h"
#include "tests/hub/kaggle_api.h"
#include "tests/hub/npm_registry.h"

namespace {

namespace fs = std::filesystem;
using litezoo::Error;
using litezoo::ErrorKind;

constexpr const char* kUsage =
    "usage: litezoo-hub --root DIR [--port N] [--cdn-port N] [--fault "
    "NAME[=VALUE][@PATH][*TIMES]]...\n"
    "Serves model hubs on 127.0.0.1 until it is stopped, from\n"
    "  DIR/files/PATH                 as http://127.0.0.1:PORT/files/PATH\n"
    "  DIR/npm/PACKAGE/VERSION/PATH   as an npm registry at http://127.0.0.1:PORT/npm/\n"
    "  DIR/hf/ORG/REPO/PATH           as a Hugging Face hub (set HF_ENDPOINT to the address)\n"
    "  DIR/kaggle/OWNER/MODEL/SLUG/FILE  as Kaggle (version 1, tfLite; KAGGLE_API_ENDPOINT, or\n"
    "                                 --port 7777 and KAGGLE_API_ENVIRONMENT=TEST)\n"
    "Example: litezoo-hub --root zoo --port 8080 --fault cut-off=100000@model.tflite*1\n"
    "Faults:\n";

struct Options {
  fs::path root;
  int port = 0, cdn_port = 0;
  std::vector<litezoo::hub::Fault> faults;
};

Options parse_options(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string& name = arguments[i];
    if (i + 1 == arguments.size()) {
      throw Error(ErrorKind::usage, "'" + name + "' is no option, or lacks its value; see --help");
    }
    const std::string& value = arguments[i + 1];
    if (name == "--root") {
      options.root = value;
    } else if (name == "--port") {
      options.port = std::atoi(value.c_str());
    } else if (name == "--cdn-port") {
      options.cdn_port = std::atoi(value.c_str());
    } else if (name == "--fault") {
      options.faults.push_back(litezoo::hub::parse_fault(value));
    } else {
      throw Error(ErrorKind::usage, "unknown option '" + name + "'");
    }
  }
  if (options.root.empty()) throw Error(ErrorKind::usage, "--root is missing");
  return options;
}

std::vector<fs::path> files_below(const fs::path& directory) {
  std::vector<fs::path> files;
  if (!fs::exists(directory)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  return files;
}

void add_files(litezoo::hub::Hub& hub, const fs::path& root) {
  for (const fs::path& file : files_below(root / "files")) {
    hub.add_file("/" + fs::relative(file, root).string(), litezoo::read_text_file(file));
  }
}

void add_npm_package(litezoo::hub::Hub& hub, const fs::path& directory, const std::string& name) {
  std::vector<litezoo::hub::NpmPackage> versions;
  for (const auto& version : fs::directory_iterator(directory)) {
    litezoo::hub::NpmPackage package;
    package.name = name;
    package.version = version.path().filename().string();
    for (const fs::path& file : files_below(version.path())) {
      package.entries.push_back({"package/" + fs::relative(file, version.path()).string(),
                                 litezoo::read_text_file(file)});
    }
    versions.push_back(std::move(package));
  }
  if (!versions.empty()) litezoo::hub::add_npm_packages(hub, versions);
}

void add_npm(litezoo::hub::Hub& hub, const fs::path& root) {
  if (!fs::exists(root / "npm")) return;
  for (const auto& entry : fs::directory_iterator(root / "npm")) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("@")) {
      add_npm_package(hub, entry.path(), name);
      continue;
    }
    for (const auto& scoped : fs::directory_iterator(entry.path())) {
      add_npm_package(hub, scoped.path(), name + "/" + scoped.path().filename().string());
    }
  }
}

// Large files are those that such a hub keeps beside git.
bool is_large(const fs::path& file) {
  return file.extension() == ".tflite" || file.extension() == ".task";
}

void add_hugging_face(litezoo::hub::Hub& hub, const fs::path& root) {
  std::vector<litezoo::hub::HfRepository> repositories;
  if (!fs::exists(root / "hf")) return;
  for (const auto& owner : fs::directory_iterator(root / "hf")) {
    for (const auto& entry : fs::directory_iterator(owner.path())) {
      litezoo::hub::HfRepository repository;
      repository.id = fs::relative(entry.path(), root / "hf").string();
      for (const fs::path& file : files_below(entry.path())) {
        repository.files.push_back({fs::relative(file, entry.path()).string(),
                                    litezoo::read_text_file(file), is_large(file)});
      }
      repository.commit = litezoo::sha256_of(litezoo::as_bytes(repository.id)).substr(0, 40);
      repositories.push_back(std::move(repository));
    }
  }
  litezoo::hub::add_hf_repositories(hub, repositories);
}

void add_kaggle(litezoo::hub::Hub& hub, const fs::path& root) {
  std::vector<litezoo::hub::KaggleVariation> variations;
  if (!fs::exists(root / "kaggle")) return;
  for (const auto& owner : fs::directory_iterator(root / "kaggle")) {
    for (const auto& model : fs::directory_iterator(owner.path())) {
      for (const auto& slug : fs::directory_iterator(model.path())) {
        litezoo::hub::KaggleVariation variation{owner.path().filename().string(),
                                                model.path().filename().string(),
                                                slug.path().filename().string()};
        for (const fs::path& file : files_below(slug.path())) {
          variation.files.push_back(
              {fs::relative(file, slug.path()).string(), litezoo::read_text_file(file)});
        }
        variations.push_back(std::move(variation));
      }
    }
  }
  litezoo::hub::add_kaggle_variations(hub, variations);
}

int run(const std::vector<std::string>& arguments) {
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGINT);
  sigaddset(&stop_signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  const Options options = parse_options(arguments);
  litezoo::hub::Hub hub(options.port, options.cdn_port);
  add_files(hub, options.root);
  add_npm(hub, options.root);
  add_hugging_face(hub, options.root);
  add_kaggle(hub, options.root);
  for (const auto& fault : options.faults) hub.add_fault(fault);
  std::printf("{\"hub\":\"%s\",\"cdn\":\"%s\",\"npm\":\"%s\"}\n", hub.url().c_str(),
              hub.cdn_url().c_str(), litezoo::hub::npm_registry_url(hub).c_str());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&stop_signals, &signal);
  return 0;
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string> arguments(values + 1, values + count);
  if (arguments.empty() || arguments.front() == "--help") {
    std::fputs(kUsage, stdout);
    for (const auto& row : litezoo::hub::faults()) {
      std::printf("  %-18s %s\n", std::string(row.name).c_str(), std::string(row.help).c_str());
    }
    return arguments.empty() ? 2 : 0;
  }
  try {
    return run(arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "litezoo-hub: %s\n", error.what());
    return 2;
  }
}
