#include "catalog/catalog.h"

#include "catalog/store.h"

namespace litezoo::catalog {

Catalog::Catalog(const std::filesystem::path& path, const OpenOptions& options)
    : store_(std::make_unique<Store>(path, options)) {}

Catalog::Catalog(Catalog&& other) noexcept = default;
Catalog& Catalog::operator=(Catalog&& other) noexcept = default;
Catalog::~Catalog() = default;

const std::filesystem::path& Catalog::path() const noexcept {
  return store_->path();
}

}  // namespace litezoo::catalog
