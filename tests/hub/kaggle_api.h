#pragma once

#include <string>
#include <vector>

#include "tests/hub/hub.h"

namespace litezoo::hub {

struct KaggleFile {
  std::string path, content;
};

// One variation of a model for TFLite, in one version.
struct KaggleVariation {
  std::string owner, model, slug;
  int version = 1;
  std::vector<KaggleFile> files;
};

// Serves variations as Kaggle does, by both generations of its API: REST below /api/v1/models/ and
// /kaggle/api/v1/models/, RPC below /api/v1/models.ModelApiService/. Files come from the second
// port with x-goog-hash. Point kagglehub at port 7777 with KAGGLE_API_ENVIRONMENT=TEST.
void add_kaggle_variations(Hub& hub, const std::vector<KaggleVariation>& variations);

}  // namespace litezoo::hub
