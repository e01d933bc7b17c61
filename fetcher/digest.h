#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace litezoo::fetcher {

// git_blob is SHA-1 over "blob <size>\0" and the content: what git and its hubs name a file by.
// crc32c is big-endian, as Google's storage writes it.
enum class DigestKind { sha256, sha512, sha1, md5, git_blob, crc32c };

// "SHA-256", ...
std::string_view name_of(DigestKind kind) noexcept;

// True for digests that nobody can make other bytes for by accident or cheaply: not CRC-32C.
bool is_proof(DigestKind kind) noexcept;

// What a hub says the bytes must hash to; hexadecimal, lower case.
struct Digest {
  DigestKind kind = DigestKind::sha256;
  std::string hex;
  bool operator==(const Digest&) const = default;
};

// One incremental digest. Throws Error(internal) if libcrypto refuses.
class Digester {
 public:
  // `size` is the whole content's, which git_blob needs; the others ignore it.
  Digester(DigestKind kind, std::uint64_t size);
  void update(std::span<const std::byte> bytes);
  std::string finish();  // spent afterwards
  DigestKind kind() const noexcept { return kind_; }

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  DigestKind kind_;
  std::unique_ptr<evp_md_ctx_st, Free> context_;  // none for crc32c
  std::uint32_t crc_ = 0;
};

// The digests of a Subresource Integrity text ("sha512-<base64> sha1-..."); unknown kinds and
// malformed ones are left out.
std::vector<Digest> parse_integrity(std::string_view text);

// The digests of a x-goog-hash header ("crc32c=<base64>, md5=<base64>"); malformed ones are left
// out.
std::vector<Digest> parse_google_hash(std::string_view text);

// Standard base64 to bytes; empty when malformed.
std::string decode_base64(std::string_view text);
std::string encode_base64(std::string_view bytes);
std::string to_hex(std::string_view bytes);

}  // namespace litezoo::fetcher
