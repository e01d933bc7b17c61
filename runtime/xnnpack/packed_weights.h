#pragma once

#include <cstddef>
#include <memory>

struct xnn_weights_cache_provider;

namespace litezoo::runtime::xnn {

// Weights that XNNPACK packed, kept once however many of its runtimes use the same. Any thread may
// create runtimes with it; it must outlive them.
class PackedWeights {
 public:
  // False where this XNNPACK packs for each runtime alone: then nobody needs one of these.
  static bool is_supported() noexcept;

  PackedWeights();
  PackedWeights(const PackedWeights&) = delete;
  PackedWeights& operator=(const PackedWeights&) = delete;
  PackedWeights(PackedWeights&&) = delete;
  PackedWeights& operator=(PackedWeights&&) = delete;
  ~PackedWeights();

  // For xnn_create_runtime_v4; null where is_supported() is false.
  xnn_weights_cache_provider* provider() noexcept;
  std::size_t bytes() const;  // that are kept
  std::size_t saved() const;  // that were packed again and dropped

 private:
  class Cache;
  std::unique_ptr<Cache> cache_;
};

}  // namespace litezoo::runtime::xnn
