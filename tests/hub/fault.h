#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace litezoo::hub {

// What can go wrong between a client and a hub; kFaults in fault.cpp says what `value` means.
enum class FaultKind {
  wrong_byte,
  cut_off,
  slow,
  stall,
  status,
  retry_after,
  retry_after_date,
  rate_limit,
  to_cdn,
  to_ftp,
  to_file,
  to_plain_http,
  to_itself,
  web_page,
  hidden_web_page,
  lfs_pointer,
  endless,
  no_length,
  chunked,
  ignore_range,
  range_from_zero,
  shifted_range,
  other_total,
  range_refused,
  new_tag,
  gzip,
  no_tag,
  no_head,
  no_commit,
  small_length,
  cdn_status,
  range_without_end,
  long_body,
  wrong_in_cache,
};

// One switch: which requests it hits, how hard and how often.
struct Fault {
  FaultKind kind = FaultKind::status;
  std::string path;         // hits targets that hold this text; empty = all
  std::uint64_t value = 0;  // bytes, bytes a second, seconds or a status, as its row says
  int times = -1;           // requests to hit; negative = every one
};

struct FaultRow {
  FaultKind kind;
  std::string_view name;
  std::string_view help;  // says what `value` is
};
std::span<const FaultRow> faults() noexcept;

// Reads "NAME[=VALUE][@PATH][*TIMES]", such as "cut-off=1000@model.tflite*1".
// Throws Error(usage) that lists the names.
Fault parse_fault(const std::string& text);

}  // namespace litezoo::hub
