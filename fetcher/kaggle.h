#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "fetcher/hub_file.h"
#include "fetcher/session.h"

namespace litezoo::fetcher {

// "https://www.kaggle.com", or KAGGLE_API_ENDPOINT's value; without a slash at its end.
std::string kaggle_endpoint();

// "Bearer ..." or "Basic ..." from where Kaggle's own tools keep it: KAGGLE_API_TOKEN (a token or a
// file), ~/.kaggle/access_token, KAGGLE_USERNAME with KAGGLE_KEY, kaggle.json; empty when there is
// none. Public models need none.
std::string kaggle_authorization();

// What the API answers for a path below /api/v1/models/. Throws Error(network or not_found).
nlohmann::json ask_kaggle(Session& session, const std::string& path);

// "OWNER/MODEL/FRAMEWORK/VARIATION" -> its newest version. Throws Error(network or not_found).
std::string kaggle_newest_version(Session& session, const std::string& variation);

// The files of one version; asks page by page. Throws Error(network or not_found).
std::vector<HubFile> kaggle_files(Session& session, const std::string& variation,
                                  const std::string& version);

// The variation that a TF Hub handle moved to: "google/lite-model/yamnet/classification/tflite" ->
// "google/yamnet/tfLite/classification-tflite". Looked up, since names were changed by hand.
// Throws Error(network or not_found), Error(usage) listing the variations when none fits.
std::string kaggle_variation_of_tfhub(Session& session, const std::string& handle);

}  // namespace litezoo::fetcher
