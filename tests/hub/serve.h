#pragma once

#include <httplib.h>

#include <atomic>
#include <memory>
#include <vector>

#include "tests/hub/fault.h"
#include "tests/hub/hub.h"

namespace litezoo::hub {

// What a body on its way needs of the hub; shared because it outlives the handler's call.
struct Traffic {
  std::atomic<bool> stopping = false;
  std::atomic<std::uint64_t> bytes_sent = 0;
};

// Answers with the resource, or the range of it that was asked for, under the faults given.
void serve(const httplib::Request& request, httplib::Response& response,
           const std::shared_ptr<const Resource>& resource, const std::vector<Fault>& faults,
           const std::shared_ptr<Traffic>& traffic);

// Answers that replace the resource's: statuses, redirects, web pages. False when no fault does so.
bool serve_instead(const httplib::Request& request, httplib::Response& response,
                   const std::vector<Fault>& faults, const std::string& cdn_url);

// What the second port answers instead of bytes. False when no fault says so.
bool refuse_on_cdn(httplib::Response& response, const std::vector<Fault>& faults);

}  // namespace litezoo::hub
