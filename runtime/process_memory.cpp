#include "runtime/process_memory.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace litezoo::runtime {
namespace {

// The number of a "Key:   123 kB" line, in bytes; 0 for any other line.
std::uint64_t kilobytes_of(std::string_view line, std::string_view key) {
  if (!line.starts_with(key)) return 0;
  line.remove_prefix(key.size());
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  std::uint64_t value = 0;
  std::from_chars(line.data(), line.data() + line.size(), value);
  return value * 1024;
}

// The first address of a mapping's line in smaps, "7f00-7f10 r--p ..."; false for other lines.
bool starts_mapping(std::string_view line, std::uintptr_t& first, std::uintptr_t& last) {
  const auto begin = std::from_chars(line.data(), line.data() + line.size(), first, 16);
  if (begin.ec != std::errc() || begin.ptr == line.data() + line.size() || *begin.ptr != '-') {
    return false;
  }
  return std::from_chars(begin.ptr + 1, line.data() + line.size(), last, 16).ec == std::errc();
}

}  // namespace

ProcessMemory ProcessMemory::now() {
  ProcessMemory result;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    result.peak.count += kilobytes_of(line, "VmHWM:");
    result.resident.count += kilobytes_of(line, "VmRSS:");
    result.anonymous.count += kilobytes_of(line, "RssAnon:");
  }
  std::ifstream rollup("/proc/self/smaps_rollup");
  for (std::string line; std::getline(rollup, line);) {
    result.pss.count += kilobytes_of(line, "Pss:");
  }
  return result;
}

void reset_peak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

Bytes peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (const auto bytes = kilobytes_of(line, "VmHWM:"); bytes > 0) return {bytes};
  }
  return {};
}

Bytes resident_part(std::span<const std::byte> mapping) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(mapping.data());
  Bytes result;
  bool inside = false;
  std::ifstream smaps("/proc/self/smaps");
  for (std::string line; std::getline(smaps, line);) {
    std::uintptr_t first = 0;
    std::uintptr_t last = 0;
    if (starts_mapping(line, first, last)) {
      inside = !mapping.empty() && last > wanted && first < wanted + mapping.size();
    } else if (inside) {
      result.count += kilobytes_of(line, "Rss:");
    }
  }
  return result;
}

void MemoryPeaks::look(const ProcessMemory& now) {
  const std::uint64_t unseen = now.peak.count - std::min(now.peak.count, now.resident.count);
  anonymous.count = std::max(anonymous.count, now.anonymous.count + unseen);
  pss.count = std::max(pss.count, now.pss.count + unseen);
}

}  // namespace litezoo::runtime
