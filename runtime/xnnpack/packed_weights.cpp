#include "runtime/xnnpack/packed_weights.h"

#include <xnnpack.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <tuple>

namespace litezoo::runtime::xnn {

#if LITEZOO_HAS_xnn_create_runtime_v4 && LITEZOO_HAS_xnn_weights_cache_is_finalized

namespace {

constexpr std::align_val_t kAlignment{64};
constexpr std::size_t kReadPastEnd = 128;  // micro-kernels do

struct FreeBlock {
  void operator()(std::byte* block) const noexcept { ::operator delete(block, kAlignment); }
};
using Block = std::unique_ptr<std::byte, FreeBlock>;

}  // namespace

// XNNPACK's keys tell the addresses of weights and bias and some of their sizes only, while a file
// may show the same bytes under several shapes and scales: so the packed bytes are compared too.
class PackedWeights::Cache {
 public:
  Cache() {
    provider_.context = this;
    provider_.look_up = [](void*, const xnn_weights_cache_look_up_key*) { return SIZE_MAX; };
    provider_.reserve_space = [](void* self, std::size_t bytes) -> void* {
      try {
        return static_cast<Cache*>(self)->reserve(bytes);
      } catch (...) {
        return nullptr;
      }
    };
    provider_.look_up_or_insert = [](void* self, const xnn_weights_cache_look_up_key* key,
                                     void* packed, std::size_t bytes) -> std::size_t {
      try {
        return static_cast<Cache*>(self)->keep({key->seed, key->kernel, key->bias, bytes}, packed);
      } catch (...) {
        return SIZE_MAX;
      }
    };
    provider_.is_finalized = [](void*) { return true; };
    // Blocks never move: an offset is an address.
    provider_.offset_to_addr = [](void*, std::size_t offset) {
      return reinterpret_cast<void*>(offset);
    };
    provider_.delete_cache = [](void*) { return xnn_status_success; };
  }

  xnn_weights_cache_provider* provider() noexcept { return &provider_; }
  std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }
  std::size_t saved() const {
    const std::lock_guard lock(mutex_);
    return saved_;
  }

 private:
  using Key = std::tuple<std::uint32_t, const void*, const void*, std::size_t>;  // and the size

  void* reserve(std::size_t bytes) {
    // Zeroed: XNNPACK leaves gaps, which are compared too.
    Block block(static_cast<std::byte*>(::operator new(bytes + kReadPastEnd, kAlignment)));
    std::memset(block.get(), 0, bytes + kReadPastEnd);
    const std::lock_guard lock(mutex_);
    std::byte* address = block.get();
    reserved_[address] = std::move(block);
    return address;
  }

  std::size_t keep(const Key& key, void* packed) {
    const std::size_t bytes = std::get<std::size_t>(key);
    const std::lock_guard lock(mutex_);
    const auto found = reserved_.find(static_cast<std::byte*>(packed));
    if (found == reserved_.end()) return SIZE_MAX;
    Block block = std::move(found->second);
    reserved_.erase(found);
    const auto [first, last] = kept_.equal_range(key);
    for (auto other = first; other != last; ++other) {
      if (std::memcmp(other->second.get(), block.get(), bytes) != 0) continue;
      saved_ += bytes;
      return reinterpret_cast<std::size_t>(other->second.get());
    }
    bytes_ += bytes;
    return reinterpret_cast<std::size_t>(kept_.emplace(key, std::move(block))->second.get());
  }

  xnn_weights_cache_provider provider_{};
  mutable std::mutex mutex_;
  std::map<std::byte*, Block> reserved_;  // being packed
  std::multimap<Key, Block> kept_;
  std::size_t bytes_ = 0, saved_ = 0;
};

bool PackedWeights::is_supported() noexcept {
  return true;
}
PackedWeights::PackedWeights() : cache_(std::make_unique<Cache>()) {}
xnn_weights_cache_provider* PackedWeights::provider() noexcept {
  return cache_->provider();
}
std::size_t PackedWeights::bytes() const {
  return cache_->bytes();
}
std::size_t PackedWeights::saved() const {
  return cache_->saved();
}

#else

class PackedWeights::Cache {};

bool PackedWeights::is_supported() noexcept {
  return false;
}
PackedWeights::PackedWeights() = default;
xnn_weights_cache_provider* PackedWeights::provider() noexcept {
  return nullptr;
}
std::size_t PackedWeights::bytes() const {
  return 0;
}
std::size_t PackedWeights::saved() const {
  return 0;
}

#endif

PackedWeights::~PackedWeights() = default;

}  // namespace litezoo::runtime::xnn
