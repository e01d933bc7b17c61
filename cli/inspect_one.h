#pragma once

#include <functional>
#include <span>
#include <string>

#include "cli/inspect_json.h"
#include "inspector/archive.h"
#include "inspector/report.h"

namespace litezoo::cli {

struct Bundle;
struct Context;
struct HeldBytes;

struct ReportOptions {
  inspector::Weights weights = inspector::Weights::untouched;
  bool with_sha256 = false;  // reads every byte
  bool fetch = false;        // a remote model, even where a look at its server would do
  inspector::BufferTables buffer_tables = inspector::BufferTables::followed;
};

// Whether a look at a model's server can give the report.
bool may_look_from_afar(const ReportOptions& options) noexcept;
// The options for bytes of which not all may be here.
ReportOptions suited(ReportOptions options, const HeldBytes& model);

// The inspector's report, with the verdict on Litezoo's own runtime and, when asked for, the
// digest. Throws as inspector::read_graph does.
inspector::Report full_report(const std::string& name, std::span<const std::byte> bytes,
                              const ReportOptions& options);

// Makes the same of a bundle's member and lets it be used while its bytes are there, which a report
// looks into. What kept the bytes from coming is thrown rather than what that makes of them.
using UseReport = std::function<void(const inspector::Report&)>;
void use_member_report(const Bundle& bundle, const inspector::ArchiveEntry& entry,
                       const ReportOptions& options, const UseReport& use);

// A bundle's members: a table, or one JSON document with the report of each model inside.
void print_bundle(Context& context, const Bundle& bundle, const ReportOptions& options,
                  GraphDetail detail);

}  // namespace litezoo::cli
