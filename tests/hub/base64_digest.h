#pragma once

#include <string>

#include "fetcher/digest.h"

namespace litezoo::hub {

// The content's digest as headers and registries state it.
std::string base64_digest(fetcher::DigestKind kind, const std::string& content);

}  // namespace litezoo::hub
