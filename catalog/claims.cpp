#include "catalog/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "catalog/rows.h"
#include "catalog/store.h"

namespace litezoo::catalog {
namespace {

struct Metric {
  std::string_view name;
  bool higher_is_better;
};
constexpr auto kMetrics = std::to_array<Metric>({
    {"AUC", true},
    {"LER", false},
    {"NME", false},
    {"PSNR", true},
    {"SSIM", true},
    {"WER", false},
    {"accuracy", true},
    {"delta1", true},
    {"latency", false},
    {"mAP", true},
    {"mIoU", true},
    {"macs", false},
    {"memory", false},
    {"parameters", false},
    {"size", false},
    {"top1", true},
    {"top1-masked-lm", true},
    {"top5", true},
});
static_assert(std::ranges::is_sorted(kMetrics, {}, &Metric::name));

bool of_group(const ClaimGroup& group, const Claim& claim) {
  return group.metric == claim.metric && group.dataset == claim.dataset &&
         group.split == claim.split && group.variant == claim.variant;
}

// Claims of the group about other models that do the same.
std::uint64_t count_others(Store& store, const ClaimGroup& group, std::string_view subject) {
  Query query = store.query(
      "WITH own(model, task) AS (SELECT m.id, m.task_id FROM model m WHERE m.name = ?1 OR m.id = "
      "(SELECT model_id FROM artifact WHERE name = ?1) LIMIT 1) "
      "SELECT count(*) FROM claim c, own WHERE c.metric = ?2 AND c.dataset = ?3 AND c.split = ?4 "
      "AND c.variant = ?5 AND EXISTS(SELECT 1 FROM model m WHERE m.task_id = own.task AND "
      "m.id <> own.model AND (m.name = c.subject OR m.id = "
      "(SELECT model_id FROM artifact WHERE name = c.subject)))");
  query.with(subject, group.metric, group.dataset, group.split, group.variant);
  return query.step() ? static_cast<std::uint64_t>(query.integer(0)) : 0;
}

}  // namespace

void put_claim(Catalog& catalog, const Claim& claim) {
  Store& store = catalog.store();
  store.write([&] { write_claim(store, claim, Origin::user); });
}

std::vector<Claim> claims(Catalog& catalog, std::string_view artifact_or_model) {
  Store& store = catalog.store();
  return store.read([&] {
    std::vector<Claim> result;
    Query query = store.query(
        fmt::format("{} WHERE c.subject IN (?1, (SELECT m.name FROM artifact a JOIN model m "
                    "ON m.id = a.model_id WHERE a.name = ?1)) "
                    "ORDER BY c.metric, c.dataset, c.split, c.variant, s.text, c.id",
                    kClaimSelect));
    query.with(artifact_or_model);
    while (query.step()) result.push_back(read_claim(query));
    return result;
  });
}

std::vector<ClaimGroup> claim_groups(Catalog& catalog, std::string_view artifact_or_model) {
  std::vector<ClaimGroup> groups;
  for (auto& claim : claims(catalog, artifact_or_model)) {
    if (groups.empty() || !of_group(groups.back(), claim)) {
      groups.push_back({.metric = claim.metric,
                        .dataset = claim.dataset,
                        .split = claim.split,
                        .variant = claim.variant,
                        .higher_is_better = higher_is_better(claim.metric),
                        .claims = {},
                        .others = 0});
    }
    groups.back().claims.push_back(std::move(claim));
  }
  Store& store = catalog.store();
  store.read([&] {
    for (auto& group : groups) group.others = count_others(store, group, artifact_or_model);
  });
  return groups;
}

std::optional<bool> higher_is_better(std::string_view metric) noexcept {
  const auto* row = std::ranges::find(kMetrics, metric, &Metric::name);
  if (row == kMetrics.end()) return std::nullopt;
  return row->higher_is_better;
}

}  // namespace litezoo::catalog
