#pragma once

namespace litezoo {

// Whether this build runs under a sanitizer that takes address space or memory of its own, keeps
// signals back, or must be told what it cannot see. gcc says so by macros, clang 14 by features.
#if defined(__SANITIZE_ADDRESS__)
#define LITEZOO_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LITEZOO_ADDRESS_SANITIZER 1
#endif
#endif
#if !defined(LITEZOO_ADDRESS_SANITIZER)
#define LITEZOO_ADDRESS_SANITIZER 0
#endif

#if defined(__SANITIZE_THREAD__)
#define LITEZOO_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LITEZOO_THREAD_SANITIZER 1
#endif
#endif
#if !defined(LITEZOO_THREAD_SANITIZER)
#define LITEZOO_THREAD_SANITIZER 0
#endif

inline constexpr bool kAddressSanitizer = LITEZOO_ADDRESS_SANITIZER != 0;
inline constexpr bool kThreadSanitizer = LITEZOO_THREAD_SANITIZER != 0;

}  // namespace litezoo
