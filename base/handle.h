#pragma once

namespace litezoo {

// Deleter for std::unique_ptr over a C handle; the pointer stays one word.
//   using EasyHandle = std::unique_ptr<CURL, Deleter<curl_easy_cleanup>>;
template <auto Function>
struct Deleter {
  template <typename T>
  void operator()(T* handle) const noexcept {
    static_cast<void>(Function(handle));
  }
};

}  // namespace litezoo
