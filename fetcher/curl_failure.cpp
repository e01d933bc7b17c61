#include "fetcher/curl_failure.h"

#include <curl/curl.h>

#include "base/text.h"
#include "base/units.h"

namespace litezoo::fetcher {

bool is_unreachable(int code) noexcept {
  return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
         code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_SSL_CONNECT_ERROR ||
         code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
}

std::string explain(int code, const char* detail, const std::string& place,
                    const TransportSettings& settings, bool connected) {
  const std::string reach = "cannot reach " + place + ": ";
  const std::string cause = *detail != '\0' ? escape_for_terminal(detail)
                                            : curl_easy_strerror(static_cast<CURLcode>(code));
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return reach + "its name is not known; check the network or the proxy settings";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return reach + "the proxy's name is not known; check https_proxy";
    case CURLE_COULDNT_CONNECT:
      return reach + "the connection was refused or found no way; check the network";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return reach + "its certificate is not trusted (" + cause +
             "); for a proxy of your own set CURL_CA_BUNDLE";
    case CURLE_OPERATION_TIMEDOUT:
      if (!connected) {
        return reach + "no connection within " +
               to_text(std::chrono::nanoseconds(settings.connect_timeout)) + "; check the network";
      }
      return place + " stopped sending for " +
             to_text(std::chrono::nanoseconds(settings.stall_timeout)) + "; try again later";
    default:
      return "the transfer from " + place + " broke off (" + cause + "); try again later";
  }
}

}  // namespace litezoo::fetcher
