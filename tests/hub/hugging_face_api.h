#pragma once

#include <string>
#include <vector>

#include "tests/hub/hub.h"

namespace litezoo::hub {

struct HfFile {
  std::string path;
  std::string content;
  bool large = true;  // stored beside git: redirected to the second port and named by its SHA-256
};

struct HfRepository {
  std::string id;      // "ORG/REPO"
  std::string commit;  // 40 hexadecimal digits; served as itself and as "main"
  std::vector<HfFile> files;
  std::string task = "image-classification";
  std::string license = "apache-2.0";
  std::vector<std::string> tags = {"tflite"};
  std::uint64_t downloads = 0;
  std::string changed = "2026-01-02T03:04:05.000Z";
  std::string model_index;  // JSON of the card's model-index; empty = none
  std::string token;        // needed; empty = open to all
};

// Serves repositories as the Hugging Face Hub does: list, info, tree and files. Set HF_ENDPOINT to
// the hub's address. Listings and trees come in pages of `page_size`.
void add_hf_repositories(Hub& hub, const std::vector<HfRepository>& repositories,
                         std::size_t page_size = 1000);

}  // namespace litezoo::hub
