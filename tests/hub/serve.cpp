#include "tests/hub/serve.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <thread>

#include "base/file.h"
#include "base/hash.h"
#include "tests/hub/archive_writer.h"

namespace litezoo::hub {
namespace {

const Fault* find(const std::vector<Fault>& faults, FaultKind kind) {
  const auto found = std::ranges::find(faults, kind, &Fault::kind);
  return found == faults.end() ? nullptr : &*found;
}

struct Span {
  std::uint64_t first = 0, last = 0;  // inclusive
};

// "bytes=a-b", "bytes=a-" and "bytes=-n"; nothing for another form or an empty range.
std::optional<Span> parse_range(const std::string& text, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!text.starts_with(kUnit) || text.find(',') != std::string::npos || size == 0) {
    return std::nullopt;
  }
  const std::size_t dash = text.find('-');
  if (dash == std::string::npos) return std::nullopt;
  const std::string first = text.substr(kUnit.size(), dash - kUnit.size());
  const std::string last = text.substr(dash + 1);
  Span span{0, size - 1};
  if (first.empty()) {
    const std::uint64_t count = std::strtoull(last.c_str(), nullptr, 10);
    if (count == 0) return std::nullopt;
    span.first = size - std::min(size, count);
    return span;
  }
  span.first = std::strtoull(first.c_str(), nullptr, 10);
  if (!last.empty()) {
    span.last = std::min<std::uint64_t>(size - 1, std::strtoull(last.c_str(), nullptr, 10));
  }
  if (span.first >= size || span.first > span.last) return std::nullopt;
  return span;
}

// The bytes of one answer and how they go out.
struct Body {
  std::shared_ptr<const Resource> resource;
  std::shared_ptr<Traffic> traffic;
  std::uint64_t first = 0;                  // where in the content the body starts
  std::uint64_t length = 0;                 // of the body
  std::optional<std::uint64_t> wrong_byte;  // position in the content
  std::optional<std::uint64_t> cut_after, stall_after;
  std::uint64_t bytes_per_second = 0;

  void wait(std::chrono::microseconds pause) const {
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + pause;
    while (!traffic->stopping && Clock::now() < until) {
      std::this_thread::sleep_for(
          std::min<Clock::duration>(until - Clock::now(), std::chrono::milliseconds(10)));
    }
  }

  // `at` is a position in the content. Copies only what it changes: benchmarks should not pay.
  bool write_piece(std::uint64_t at, std::uint64_t count, httplib::DataSink& sink) const {
    const bool wrong = wrong_byte && *wrong_byte >= at && *wrong_byte < at + count;
    if (!wrong) return sink.write(resource->content.data() + at, count);
    std::string piece = resource->content.substr(at, count);
    piece[*wrong_byte - at] ^= 1;
    return sink.write(piece.data(), piece.size());
  }

  // Writes the piece at `offset` of the body; gives what went out, or nothing to break off.
  std::optional<std::uint64_t> write(std::uint64_t offset, std::uint64_t most,
                                     httplib::DataSink& sink) const {
    if (traffic->stopping || (cut_after && offset >= *cut_after)) return std::nullopt;
    while (stall_after && offset >= *stall_after && !traffic->stopping && sink.is_writable()) {
      wait(std::chrono::milliseconds(50));
    }
    if (stall_after && offset >= *stall_after) return std::nullopt;
    std::uint64_t count = std::min<std::uint64_t>(most, std::uint64_t{64} << 10);
    // Small pieces, so that little is on its way when a client dies.
    if (bytes_per_second > 0) {
      count = std::min(
          {count, std::uint64_t{16} << 10, std::max<std::uint64_t>(1, bytes_per_second / 20)});
    }
    for (const auto& end : {cut_after, stall_after}) {
      if (end) count = std::min(count, *end - offset);
    }
    if (!write_piece(first + offset, count, sink)) return std::nullopt;
    traffic->bytes_sent += count;
    if (bytes_per_second > 0) wait(std::chrono::microseconds(count * 1'000'000 / bytes_per_second));
    return count;
  }
};

void send(httplib::Response& response, const Body& body, const std::string& type,
          const std::vector<Fault>& faults) {
  const bool chunked = find(faults, FaultKind::chunked) != nullptr;
  // The library states no length for an empty body that comes from a provider.
  if (body.length == 0) return response.set_content("", type);
  if (!chunked && find(faults, FaultKind::no_length) == nullptr) {
    response.set_content_provider(
        body.length, type, [body](std::size_t offset, std::size_t most, httplib::DataSink& sink) {
          return body.write(offset, most, sink).has_value();
        });
    return;
  }
  if (chunked) {
    response.set_chunked_content_provider(
        type, [body](std::size_t offset, httplib::DataSink& sink) {
          if (offset < body.length)
            return body.write(offset, body.length - offset, sink).has_value();
          sink.done();
          return true;
        });
  } else {
    // Failing after the last byte is how the library is made to close the connection.
    response.set_content_provider(type, [body](std::size_t offset, httplib::DataSink& sink) {
      return offset < body.length && body.write(offset, body.length - offset, sink).has_value();
    });
  }
}

void send_endless(httplib::Response& response, const std::shared_ptr<Traffic>& traffic) {
  response.set_content_provider(
      "application/octet-stream", [traffic](std::size_t, httplib::DataSink& sink) {
        static const std::string kZeros(std::size_t{64} << 10, '\0');
        return !traffic->stopping && sink.write(kZeros.data(), kZeros.size());
      });
}

// The rest of the file from where it was asked for, and more.
void send_long(const httplib::Request& request, httplib::Response& response, const Resource& file,
               const std::vector<Fault>& faults, const std::shared_ptr<Traffic>& traffic) {
  const std::uint64_t size = file.content.size();
  const std::uint64_t extra = find(faults, FaultKind::long_body)->value;
  const Span span = parse_range(request.get_header_value("Range"), size).value_or(Span{});
  const auto longer = std::make_shared<Resource>(file);
  longer->content.append(extra, '\0');
  response.status = 206;
  response.set_header("Content-Range", "bytes " + std::to_string(span.first) + "-" +
                                           std::to_string(size - 1) + "/" + std::to_string(size));
  send(response, {longer, traffic, span.first, size - span.first + extra, {}, {}, {}, 0},
       file.content_type, faults);
}

// True when the client may get a part: it asked for one, and its If-Range still holds.
bool may_send_part(const httplib::Request& request, const std::string& tag,
                   const std::vector<Fault>& faults) {
  if (!request.has_header("Range") || find(faults, FaultKind::ignore_range) != nullptr)
    return false;
  if (find(faults, FaultKind::new_tag) != nullptr) return !request.has_header("If-Range");
  return !request.has_header("If-Range") || request.get_header_value("If-Range") == tag;
}

std::string tag_of(const Resource& resource, const std::vector<Fault>& faults) {
  if (find(faults, FaultKind::no_tag) != nullptr) return "";
  if (find(faults, FaultKind::new_tag) != nullptr) {
    static std::atomic<int> count = 0;
    return "\"" + std::to_string(++count) + "\"";
  }
  return resource.headers.at("ETag");
}

const char* kLoginPage =
    "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please log in to use this "
    "network.</body></html>";

std::string http_date(std::uint64_t seconds_from_now) {
  const std::time_t when = std::time(nullptr) + static_cast<std::time_t>(seconds_from_now);
  std::tm parts{};
  gmtime_r(&when, &parts);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text.data();
}

void too_many(httplib::Response& response, const std::string& header, const std::string& value) {
  response.status = 429;
  response.set_header(header, value);
  response.set_content(R"({"error":"too many requests"})", "application/json");
}

}  // namespace

bool serve_instead(const httplib::Request& request, httplib::Response& response,
                   const std::vector<Fault>& faults, const std::string& cdn_url) {
  for (const Fault& fault : faults) {
    const std::string value = std::to_string(fault.value);
    switch (fault.kind) {
      case FaultKind::status:
        response.status = static_cast<int>(fault.value);
        response.set_content("<html><body>Error " + value + "</body></html>", "text/html");
        return true;
      case FaultKind::retry_after:
        too_many(response, "Retry-After", value);
        return true;
      case FaultKind::retry_after_date:
        too_many(response, "Retry-After", http_date(fault.value));
        return true;
      case FaultKind::rate_limit:
        too_many(response, "RateLimit", "\"api\";r=0;t=" + value);
        return true;
      case FaultKind::to_cdn:
        response.set_redirect(cdn_url + request.target);
        return true;
      case FaultKind::to_ftp:
        response.set_redirect("ftp://127.0.0.1/model.tflite");
        return true;
      case FaultKind::to_file:
        response.set_redirect("file:///etc/passwd");
        return true;
      case FaultKind::to_plain_http:
        response.set_redirect("http://models.example.org/model.tflite");
        return true;
      case FaultKind::to_itself:
        response.set_redirect(request.target);
        return true;
      case FaultKind::web_page:
        response.set_content(kLoginPage, "text/html; charset=utf-8");
        return true;
      case FaultKind::hidden_web_page:
        response.set_content(kLoginPage, "application/octet-stream");
        return true;
      case FaultKind::lfs_pointer:
        response.set_content("version https://git-lfs.github.com/spec/v1\noid sha256:" +
                                 sha256_of(as_bytes(request.path)) + "\nsize 1000\n",
                             "application/octet-stream");
        return true;
      case FaultKind::no_head:
        if (request.method != "HEAD") break;
        response.status = 405;
        return true;
      default:
        break;
    }
  }
  return false;
}

bool refuse_on_cdn(httplib::Response& response, const std::vector<Fault>& faults) {
  const Fault* fault = find(faults, FaultKind::cdn_status);
  if (fault == nullptr) return false;
  response.status = static_cast<int>(fault->value);
  response.set_content("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
                       "application/xml");
  return true;
}

void serve(const httplib::Request& request, httplib::Response& response,
           const std::shared_ptr<const Resource>& resource, const std::vector<Fault>& faults,
           const std::shared_ptr<Traffic>& traffic) {
  if (find(faults, FaultKind::endless) != nullptr) return send_endless(response, traffic);
  const std::uint64_t size = resource->content.size();
  const std::string tag = tag_of(*resource, faults);
  if (find(faults, FaultKind::no_commit) == nullptr) {
    for (const auto& [name, value] : resource->hub_headers) response.set_header(name, value);
  }
  if (!resource->location.empty()) {
    response.set_redirect(resource->location, resource->status);
    return response.set_content(resource->content, resource->content_type);
  }
  if (resource->status >= 400) {
    for (const auto& [name, value] : resource->refusal_headers) response.set_header(name, value);
    response.status = resource->status;
    return response.set_content(resource->content, resource->content_type);
  }
  for (const auto& [name, value] : resource->headers) {
    if (name != "ETag") response.set_header(name, value);
  }
  if (!tag.empty()) response.set_header("ETag", tag);
  response.set_header("Accept-Ranges", "bytes");
  const bool takes_gzip =
      request.get_header_value("Accept-Encoding").find("gzip") != std::string::npos;
  if (find(faults, FaultKind::gzip) != nullptr && takes_gzip) {
    response.set_header("Content-Encoding", "gzip");
    return response.set_content(gzip(resource->content), resource->content_type);
  }
  if (find(faults, FaultKind::long_body) != nullptr) {
    return send_long(request, response, *resource, faults, traffic);
  }
  Body body{resource, traffic, 0, size, {}, {}, {}, 0};
  const std::string asked = request.get_header_value("Range");
  const auto range = parse_range(asked, size);
  const bool refuse = find(faults, FaultKind::range_refused) != nullptr || !range;
  if (may_send_part(request, tag, faults)) {
    if (refuse) {
      response.status = 416;
      response.set_header("Content-Range", "bytes */" + std::to_string(size));
      return;
    }
    Span span = *range;
    if (find(faults, FaultKind::range_from_zero) != nullptr) span.first = 0;
    if (find(faults, FaultKind::range_without_end) != nullptr) span.last = size - 1;
    const Fault* total = find(faults, FaultKind::other_total);
    response.status = 206;
    response.set_header("Content-Range",
                        "bytes " + std::to_string(span.first) + "-" + std::to_string(span.last) +
                            "/" + std::to_string(size + (total == nullptr ? 0 : total->value)));
    body.length = span.last - span.first + 1;
    body.first = span.first;
    if (const Fault* shift = find(faults, FaultKind::shifted_range)) {
      body.first -= std::min(body.first, shift->value);
    }
  } else {
    response.status = 200;
  }
  if (const Fault* fault = find(faults, FaultKind::wrong_byte)) body.wrong_byte = fault->value;
  if (const Fault* fault = find(faults, FaultKind::wrong_in_cache);
      fault != nullptr && request.get_header_value("Cache-Control") != "no-cache") {
    body.wrong_byte = fault->value;
  }
  if (const Fault* fault = find(faults, FaultKind::cut_off)) body.cut_after = fault->value;
  if (const Fault* fault = find(faults, FaultKind::stall)) body.stall_after = fault->value;
  if (const Fault* fault = find(faults, FaultKind::slow)) body.bytes_per_second = fault->value;
  if (const Fault* fault = find(faults, FaultKind::small_length)) {
    body.length -= std::min(body.length, fault->value);
  }
  send(response, body, resource->content_type, faults);
}

}  // namespace litezoo::hub
