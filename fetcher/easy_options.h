#pragma once

#include <string>

#include "fetcher/exchange.h"

namespace litezoo::fetcher {

// The credentials are this hop's, but anybody on the way could read them.
bool withholds_credentials(const Exchange& exchange);

// Makes the exchange's handle ready to put its current address to its server, with what this hop
// may see. Throws Error(internal) when memory is out.
void set_up(Exchange& exchange, const std::string& user_agent, const TransportSettings& settings);

}  // namespace litezoo::fetcher
