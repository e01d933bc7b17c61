#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace litezoo::fetcher {

// The parts of an absolute http or https URL.
struct Url {
  std::string scheme;  // lower case
  std::string host;    // lower case; IPv6 in brackets
  std::string port;    // as written, or the scheme's default
  std::string path;    // with its leading '/', still encoded, without the query
  std::string query;   // without '?'
  bool has_credentials = false;
  std::string origin() const { return scheme + "://" + host + ":" + port; }
  // "host" or "host:port": what a message names.
  std::string place() const;
};

// Nothing when it is not an http or https URL with a host.
std::optional<Url> parse_url(std::string_view text);

// `text` without its query and fragment, which may hold a signature: what messages and logs show.
std::string without_query(std::string_view text);

// A reference for people: safe to show, a web address without its query.
std::string shown_reference(const std::string& reference);

// "REFERENCE: MESSAGE", or the message alone when it names the reference.
std::string about(const std::string& reference, const std::string& message);

// The address a Location header means, relative ones included.
std::optional<std::string> resolve_location(const std::string& base, const std::string& location);

// Percent-encodes all but unreserved characters; with keep_slashes '/' stays too.
enum class Slashes { encode, keep };
std::string percent_encode(std::string_view text, Slashes slashes);

// Nothing for a malformed escape or an encoded NUL.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace litezoo::fetcher
