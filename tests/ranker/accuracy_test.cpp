#include "ranker/accuracy.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/ranker/candidates.h"

namespace litezoo::ranker {
namespace {

Claim claim_of(const std::string& about, const std::string& metric, const std::string& dataset,
               const std::string& split, double value) {
  return {.artifact_or_model = about,
          .metric = metric,
          .dataset = dataset,
          .split = split,
          .value = value,
          .unit = "fraction"};
}

}  // namespace

TEST_CASE("an accuracy constraint is read with its group, relation and unit") {
  struct Case {
    const char* text;
    const char *metric, *data;
    double value;
    bool at_least;
  };
  const Case cases[] = {{"top1@ImageNet/val>=0.7", "top1", "ImageNet/val", 0.7, true},
                        {"WER @ librispeech <= 6%", "WER", "librispeech", 0.06, false},
                        {"top1>=70%", "top1", "", 0.7, true},
                        {"0.7", "", "", 0.7, true}};
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const auto parsed = parse_accuracy(c.text);
    CHECK(parsed.metric == c.metric);
    CHECK(parsed.data == c.data);
    CHECK(parsed.value == doctest::Approx(c.value));
    CHECK(parsed.at_least == c.at_least);
  }
  for (const char* bad : {"", "good", "top1>0.7", "top1>=", "top1>=x", "0.7.1"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_accuracy(bad), Error);
  }
}

TEST_CASE("a number that could mean several groups is an error that lists them") {
  Candidate a = candidate_of("a", 1);
  a.claims = {claim_of("a", "top1", "ImageNet", "val", 0.7), claim_of("a", "latency", "", "", 3)};
  Candidate b = candidate_of("b", 1);
  b.claims = {claim_of("b", "mAP", "COCO", "", 0.3)};
  const auto groups = accuracy_groups(std::vector{a, b});
  REQUIRE(groups.size() == 2);
  CHECK_THROWS_WITH_AS(resolve(parse_accuracy("0.5"), groups),
                       doctest::Contains("'mAP@COCO' and 'top1@ImageNet/val'"), Error);
  const auto resolved = resolve(parse_accuracy("top1>=0.5"), groups);
  CHECK(resolved.data == "ImageNet/val");
  CHECK(resolve(parse_accuracy("top1@imagenet-VAL>=0.5"), groups).data == "ImageNet/val");
  CHECK(resolve(parse_accuracy("F1>=0.5"), groups).data.empty());
  CHECK(resolve(parse_accuracy("0.5"), std::vector{groups[0]}).metric == "mAP");
}

TEST_CASE("one group without a split is meant where another one has a split") {
  const std::vector<AccuracyGroup> groups = {{"top1", "ImageNet", ""},
                                             {"top1", "ImageNet", "1000 samples"}};
  CHECK(resolve(parse_accuracy("top1@ImageNet>=0.5"), groups).data == "ImageNet");
  CHECK(resolve(parse_accuracy("top1@ImageNet/1000 samples>=0.5"), groups).data ==
        "ImageNet/1000 samples");
  CHECK_THROWS_AS(resolve(parse_accuracy("top1>=0.5"), groups), Error);
}

TEST_CASE("of the claims in the group, the candidate's own, for its precision, the worst counts") {
  Candidate candidate = candidate_of("a", 1);
  candidate.artifact.name = "a/int8";
  candidate.artifact.precision = "int8";
  const auto wanted = parse_accuracy("top1@ImageNet>=0.6");
  CHECK_FALSE(claimed_accuracy(candidate, wanted));
  candidate.claims = {claim_of("a", "top1", "ImageNet", "", 0.75)};
  CHECK(*claimed_accuracy(candidate, wanted) == doctest::Approx(0.75));
  candidate.claims.front().variant = "float32";
  CHECK_FALSE(claimed_accuracy(candidate, wanted));
  candidate.claims.push_back(claim_of("a/int8", "top1", "ImageNet", "", 0.7));
  candidate.claims.push_back(claim_of("a/int8", "top1", "ImageNet", "", 0.69));
  candidate.claims.push_back(claim_of("a/int8", "top5", "ImageNet", "", 0.1));
  CHECK(*claimed_accuracy(candidate, wanted) == doctest::Approx(0.69));
  candidate.claims.back() = claim_of("a/int8", "top1", "ImageNet", "", 68);
  candidate.claims.back().unit = "%";
  CHECK(*claimed_accuracy(candidate, wanted) == doctest::Approx(0.68));
}

}  // namespace litezoo::ranker
