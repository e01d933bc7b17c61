#include "fetcher/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "fetcher/crc32c.h"

namespace litezoo::fetcher {
namespace {

const EVP_MD* algorithm_of(DigestKind kind) noexcept {
  switch (kind) {
    case DigestKind::sha256:
      return EVP_sha256();
    case DigestKind::sha512:
      return EVP_sha512();
    case DigestKind::md5:
      return EVP_md5();
    case DigestKind::sha1:
    case DigestKind::git_blob:
    case DigestKind::crc32c:
      break;
  }
  return EVP_sha1();
}

[[noreturn]] void throw_refused(DigestKind kind) {
  throw Error(ErrorKind::internal,
              "cannot compute a " + std::string(name_of(kind)) + " digest: libcrypto refused");
}

}  // namespace

std::string_view name_of(DigestKind kind) noexcept {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"SHA-256", "SHA-512", "SHA-1", "MD5", "git blob SHA-1", "CRC-32C"});
  return kNames[static_cast<std::size_t>(kind)];
}

bool is_proof(DigestKind kind) noexcept {
  return kind != DigestKind::crc32c;
}

void Digester::Free::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

Digester::Digester(DigestKind kind, std::uint64_t size) : kind_(kind) {
  if (kind == DigestKind::crc32c) return;
  context_.reset(EVP_MD_CTX_new());
  if (!context_ || EVP_DigestInit_ex(context_.get(), algorithm_of(kind), nullptr) != 1) {
    throw_refused(kind);
  }
  if (kind != DigestKind::git_blob) return;
  const std::string header = "blob " + std::to_string(size) + '\0';
  update(as_bytes(header));
}

void Digester::update(std::span<const std::byte> bytes) {
  if (!context_) {
    crc_ = crc32c(bytes, crc_);
    return;
  }
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) throw_refused(kind_);
}

std::string Digester::finish() {
  if (!context_) {
    std::string bytes;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(crc_ >> shift);
    return to_hex(bytes);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context_.get(), digest.data(), &size) != 1) throw_refused(kind_);
  return to_hex(as_text(std::as_bytes(std::span(digest).first(size))));
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 15U];
  }
  return hex;
}

std::string decode_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > (1U << 20U)) return "";
  std::vector<unsigned char> bytes(text.size());
  const int count =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  if (count < 0) return "";
  // EVP_DecodeBlock counts the padding's zero bytes too.
  std::size_t size = static_cast<std::size_t>(count);
  for (std::size_t i = 0; i < 2 && text.ends_with('='); ++i, text.remove_suffix(1)) --size;
  return std::string(as_text(std::as_bytes(std::span(bytes).first(size))));
}

std::string encode_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int count = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                    reinterpret_cast<const unsigned char*>(bytes.data()),
                                    static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(count));
  return text;
}

std::vector<Digest> parse_integrity(std::string_view text) {
  struct Row {
    std::string_view prefix;
    DigestKind kind;
    std::size_t bytes;
  };
  constexpr auto kRows = std::to_array<Row>({{"sha512-", DigestKind::sha512, 64},
                                             {"sha256-", DigestKind::sha256, 32},
                                             {"sha1-", DigestKind::sha1, 20}});
  std::vector<Digest> digests;
  for (const std::string& word : split(text, ' ')) {
    for (const Row& row : kRows) {
      if (!word.starts_with(row.prefix)) continue;
      const std::string_view value = std::string_view(word).substr(row.prefix.size());
      const std::string bytes = decode_base64(value.substr(0, value.find('?')));
      if (bytes.size() == row.bytes) digests.push_back({row.kind, to_hex(bytes)});
    }
  }
  return digests;
}

std::vector<Digest> parse_google_hash(std::string_view text) {
  std::vector<Digest> digests;
  for (std::string_view word : split(text, ',')) {
    word.remove_prefix(std::min(word.size(), word.find_first_not_of(' ')));
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string bytes = decode_base64(word.substr(equals + 1));
    const std::string_view name = word.substr(0, equals);
    if (name == "md5" && bytes.size() == 16) digests.push_back({DigestKind::md5, to_hex(bytes)});
    if (name == "crc32c" && bytes.size() == 4) {
      digests.push_back({DigestKind::crc32c, to_hex(bytes)});
    }
  }
  return digests;
}

}  // namespace litezoo::fetcher
