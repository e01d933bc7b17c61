#pragma once

#include <string>

#include "inspector/report.h"

namespace litezoo::cli {

struct Context;

// The summary for people: one screen whatever the model, what is cut short says how to see the
// rest.
void print_summary(const Context& context, const std::string& name,
                   const inspector::Report& report);

}  // namespace litezoo::cli
