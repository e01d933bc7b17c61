#include "tests/hub/hub.h"

#include <httplib.h>

#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "tests/hub/serve.h"

namespace litezoo::hub {

struct Hub::State {
  mutable std::mutex mutex;  // guards the three below
  std::map<std::string, std::shared_ptr<const Resource>> resources;
  std::vector<Fault> faults;
  std::vector<SeenRequest> seen;

  std::shared_ptr<Traffic> traffic = std::make_shared<Traffic>();
  httplib::Server hub, cdn;
  int hub_port = 0, cdn_port = 0;
  std::thread hub_thread, cdn_thread;

  std::string host;  // as in an address
  std::string base(int port) const { return "http://" + host + ":" + std::to_string(port); }
  std::string cdn_url() const { return base(cdn_port); }

  // The faults that hit this request; those with a count are used up by it.
  std::vector<Fault> take_faults(const std::string& target, bool on_cdn) {
    std::vector<Fault> hitting;
    for (Fault& fault : faults) {
      if (fault.kind == FaultKind::cdn_status && !on_cdn) continue;
      if (fault.times == 0 || target.find(fault.path) == std::string::npos) continue;
      if (fault.times > 0) --fault.times;
      hitting.push_back(fault);
    }
    return hitting;
  }

  void answer(bool on_cdn, const httplib::Request& request, httplib::Response& response) {
    // The server would cut the body to the range by itself; the faults need it as asked, so the
    // parsed ranges are dropped. The object itself is not const.
    const_cast<httplib::Request&>(request).ranges.clear();
    std::vector<Fault> hitting;
    std::shared_ptr<const Resource> resource;
    {
      const std::scoped_lock lock(mutex);
      seen.push_back({on_cdn, request.method, request.target, request.get_header_value("Range"),
                      request.get_header_value("Authorization"),
                      request.get_header_value("Proxy-Authorization")});
      hitting = take_faults(request.target, on_cdn);
      auto found = resources.find(request.target);
      if (found == resources.end()) found = resources.find(request.path);
      if (found == resources.end() && request.method == "POST") {
        found = resources.find(request.path + "#" + rpc_key(request.body));
      }
      if (found != resources.end()) resource = found->second;
    }
    if (!on_cdn && serve_instead(request, response, hitting, cdn_url())) return;
    if (on_cdn && refuse_on_cdn(response, hitting)) return;
    if (!resource) {
      response.status = 404;
      response.set_content(R"({"error":"not found"})", "application/json");
      return;
    }
    const std::string& required = resource->required_authorization;
    if (!required.empty() && request.get_header_value("Authorization") != required) {
      response.status = 401;
      for (const auto& [name, value] : resource->refusal_headers) response.set_header(name, value);
      response.set_content(R"({"error":"login required"})", "application/json");
      return;
    }
    serve(request, response, resource, hitting, traffic);
  }

  std::string bare_host() const {
    return host.starts_with("[") ? host.substr(1, host.size() - 2) : host;
  }

  int start(httplib::Server& server, bool on_cdn, int port, std::thread& thread) {
    server.new_task_queue = [] { return new httplib::ThreadPool(16); };
    server.set_keep_alive_max_count(1000);
    server.set_keep_alive_timeout(1);
    server.set_tcp_nodelay(true);
    const auto handler = [this, on_cdn](const httplib::Request& request,
                                        httplib::Response& response) {
      answer(on_cdn, request, response);
    };
    server.Get(".*", handler);
    server.Post(".*", handler);
    int bound = port;
    if (port == 0) {
      bound = server.bind_to_any_port(bare_host());
    } else if (!server.bind_to_port(bare_host(), port)) {
      bound = -1;
    }
    if (bound <= 0) throw Error(ErrorKind::io, "cannot listen on " + host);
    thread = std::thread([&server] { server.listen_after_bind(); });
    while (!server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return bound;
  }

  void stop() {
    traffic->stopping = true;
    hub.stop();
    cdn.stop();
    if (hub_thread.joinable()) hub_thread.join();
    if (cdn_thread.joinable()) cdn_thread.join();
  }
};

Hub::Hub(int port, int cdn_port, const std::string& host) : state_(std::make_unique<State>()) {
  state_->host = host;
  state_->cdn_port = state_->start(state_->cdn, true, cdn_port, state_->cdn_thread);
  state_->hub_port = state_->start(state_->hub, false, port, state_->hub_thread);
}

Hub::~Hub() {
  state_->stop();
}

std::string Hub::url() const {
  return state_->base(state_->hub_port);
}

std::string Hub::cdn_url() const {
  return state_->cdn_url();
}

void Hub::add(const std::string& path, Resource resource) {
  // Once, not for every request of a large file.
  resource.headers.try_emplace("ETag", "\"" + sha256_of(as_bytes(resource.content)) + "\"");
  const std::scoped_lock lock(state_->mutex);
  state_->resources[path] = std::make_shared<const Resource>(std::move(resource));
}

void Hub::add_file(const std::string& path, const std::string& content) {
  Resource resource;
  resource.content = content;
  add(path, std::move(resource));
}

void Hub::add_fault(const Fault& fault) {
  const std::scoped_lock lock(state_->mutex);
  state_->faults.push_back(fault);
}

void Hub::clear_faults() {
  const std::scoped_lock lock(state_->mutex);
  state_->faults.clear();
}

std::vector<SeenRequest> Hub::requests() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->seen;
}

std::uint64_t Hub::bytes_sent() const {
  return state_->traffic->bytes_sent;
}

void Hub::forget_requests() {
  const std::scoped_lock lock(state_->mutex);
  state_->seen.clear();
  state_->traffic->bytes_sent = 0;
}

std::string rpc_key(const std::string& body) {
  const auto call = nlohmann::json::parse(body, nullptr, false);
  std::string key;
  for (const char* field : {"ownerSlug", "modelSlug", "instanceSlug", "versionNumber", "path"}) {
    if (!call.is_object() || !call.contains(field)) continue;
    const auto& value = call[field];
    key += "/" + (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return key;
}

}  // namespace litezoo::hub
