#include "fetcher/json_answer.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "fetcher/ask.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {

using Json = nlohmann::json;

Json ask_json(Session& session, const HttpRequest& request) {
  const auto url = parse_url(request.url);
  const std::string origin = url ? url->origin() : "";
  session.wait_for_turn(origin);
  const TextAnswer text = ask_text(session, request);
  session.heed(origin, text.head);
  Json json = Json::parse(text.body, nullptr, false);
  if (json.is_discarded()) {
    throw Error(ErrorKind::network, "'" + without_query(request.url) +
                                        "' did not answer as this hub's API does; check the "
                                        "address and the network's login page");
  }
  const std::uint64_t code = json.is_object() ? count_at(json, "code") : 0;
  if (code >= 400) {
    throw Error(code == 404 ? ErrorKind::not_found : ErrorKind::network,
                "'" + without_query(request.url) + "' refused (" + std::to_string(code) +
                    "): " + escape_for_terminal(text_at(json, "message")));
  }
  return json;
}

std::string text_at(const Json& object, const char* key) {
  if (!object.is_object()) return "";
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::uint64_t count_at(const Json& object, const char* key) {
  if (!object.is_object()) return 0;
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

const Json& array_at(const Json& object, const char* key) {
  static const Json kEmpty = Json::array();
  if (!object.is_object()) return kEmpty;
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : kEmpty;
}

std::string environment_or(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

std::string first_line_of(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return "";
  const std::string text = read_text_file(path);
  return text.substr(0, text.find_first_of("\r\n"));
}

std::string without_end_slashes(std::string text) {
  while (text.ends_with("/")) text.pop_back();
  return text;
}

}  // namespace litezoo::fetcher
