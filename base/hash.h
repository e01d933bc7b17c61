#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace litezoo {

// Incremental SHA-256 (OpenSSL's libcrypto, which uses the CPU's SHA instructions).
class Sha256 {
 public:
  Sha256();
  void update(std::span<const std::byte> bytes);
  // 64 lower-case hexadecimal digits. The object is spent afterwards.
  std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

std::string sha256_of(std::span<const std::byte> bytes);

// Streams the file. Throws Error(not_found or io) naming it.
std::string sha256_of_file(const std::filesystem::path& path);

// True for exactly 64 hexadecimal digits in lower case.
bool is_sha256(std::string_view text) noexcept;

}  // namespace litezoo
