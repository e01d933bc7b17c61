#include "runtime/device.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "runtime/xnnpack/packed_weights.h"

namespace litezoo::runtime {
namespace {

// CPU features that decide which micro-kernels XNNPACK can use, as /proc/cpuinfo names them:
// "flags" on x86, "Features" on ARM.
constexpr auto kKernelFeatures = std::to_array<std::string_view>(
    {"sse4_1", "avx", "f16c", "fma", "avx2", "avx512f", "avx512bw", "avx512vl", "avx512_vbmi",
     "avx512_vnni", "avx_vnni", "avx512_fp16", "amx_int8", "asimd", "asimdhp", "asimddp", "i8mm",
     "sve", "sve2"});

// The value of the first "key : value" line of /proc/cpuinfo with one of these keys.
std::string cpuinfo_value(std::initializer_list<std::string_view> keys) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    for (const std::string_view key : keys) {
      if (!line.starts_with(key)) continue;
      const std::size_t colon = line.find(": ");
      if (colon != std::string::npos) return line.substr(colon + 2);
    }
  }
  return {};
}

std::string kernel_features() {
  const auto present = split(cpuinfo_value({"flags", "Features"}), ' ');
  std::vector<std::string_view> found;
  for (const std::string_view feature : kKernelFeatures) {
    for (const auto& name : present) {
      if (name == feature) found.push_back(feature);
    }
  }
  return fmt::format("{}", fmt::join(found, " "));
}

}  // namespace

Device this_device() {
  Device device;
  utsname system{};
  if (::uname(&system) == 0) {
    device.architecture = system.machine;
    device.system = fmt::format("{} {}", system.sysname, system.release);
  }
  device.cpu = cpuinfo_value({"model name", "Model", "Hardware"});
  if (device.cpu.empty()) device.cpu = device.architecture;
  device.cores = static_cast<std::uint32_t>(std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L));
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGESIZE);
  if (pages > 0 && page > 0) {
    device.memory.count = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page);
  }
  device.features = kernel_features();
  // Memory is left out: the kernel's own share of it differs from boot to boot.
  const std::string identity = fmt::format("{}\n{}\n{}\n{}\n{}", device.cpu, device.architecture,
                                           device.cores, device.features, device.system);
  device.fingerprint = sha256_of(as_bytes(identity)).substr(0, 16);
  return device;
}

std::string int8_kernels(const Device& device) {
  const auto has = [&](std::string_view feature) {
    return (" " + device.features + " ").find(fmt::format(" {} ", feature)) != std::string::npos;
  };
#ifdef LITEZOO_HAS_xnn_create_runtime_v4
  const bool usable = has("avx512_vnni") || has("avx_vnni") || has("asimddp");
  return usable ? "dot-product instructions (VNNI or SDOT)" : "multiply-add only";
#else
  // Releases before 2023 have no VNNI kernels; on ARM they use SDOT.
  if (has("asimddp")) return "dot-product instructions (SDOT)";
  if (has("avx512_vnni")) {
    return "dot-product instructions (VNNI) in Litezoo's kernels; multiply-add in XNNPACK, too old "
           "for them";
  }
  return has("avx_vnni") ? "multiply-add only: this XNNPACK is too old for the CPU's VNNI"
                         : "multiply-add only";
#endif
}

std::string weights_sharing() {
  return xnn::PackedWeights::is_supported()
             ? "packed once for all partitions of a model that use them"
             : "packed for each partition alone: this XNNPACK cannot share them";
}

std::string engine_version() {
  return "XNNPACK " LITEZOO_XNNPACK_VERSION;
}

}  // namespace litezoo::runtime
