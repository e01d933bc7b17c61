#pragma once

#include <span>
#include <string>

#include "cli/inspect_json.h"
#include "inspector/archive.h"
#include "inspector/report.h"

namespace litezoo::cli {

struct Bundle;
struct Context;

struct ReportOptions {
  inspector::Weights weights = inspector::Weights::untouched;
  bool with_sha256 = false;  // reads every byte
  inspector::BufferTables buffer_tables = inspector::BufferTables::followed;
};

// The inspector's report, with the verdict on Litezoo's own runtime and, when asked for, the
// digest. Throws as inspector::read_graph does.
inspector::Report full_report(const std::string& name, std::span<const std::byte> bytes,
                              const ReportOptions& options);

// The same for a bundle's member; what kept its bytes from coming is thrown rather than what that
// makes of them.
inspector::Report member_report(const Bundle& bundle, const inspector::ArchiveEntry& entry,
                                const ReportOptions& options);

// A bundle's members: a table, or one JSON document with the report of each model inside.
void print_bundle(const Context& context, const Bundle& bundle, const ReportOptions& options,
                  GraphDetail detail);

}  // namespace litezoo::cli
