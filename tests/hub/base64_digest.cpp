#include "tests/hub/base64_digest.h"

#include "base/file.h"

namespace litezoo::hub {

std::string base64_digest(fetcher::DigestKind kind, const std::string& content) {
  fetcher::Digester digester(kind, content.size());
  digester.update(as_bytes(content));
  const std::string hex = digester.finish();
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return fetcher::encode_base64(bytes);
}

}  // namespace litezoo::hub
