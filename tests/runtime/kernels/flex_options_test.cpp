#include "runtime/kernels/flex_options.h"

#include <doctest/doctest.h>
#include <flatbuffers/flexbuffers.h>

#include <random>

namespace litezoo::test {
namespace {

std::vector<std::uint8_t> example() {
  flexbuffers::Builder builder;
  builder.Map([&] {
    builder.Int("count", -300);
    builder.UInt("big", 70000);
    builder.Float("ratio", 0.25F);
    builder.Double("wide", 1e-300);
    builder.Bool("on", true);
    builder.String("name", "litezoo");
    builder.Vector("list", [&] {
      builder.Int(1);
      builder.String("mixed");
    });
    builder.TypedVector("numbers", [&] {
      builder.Int(3);
      builder.Int(-4);
    });
    // Not a float's value: flexbuffers 2.0.8 writes those wrongly.
    builder.IndirectDouble("far", 0.1);
  });
  builder.Finish();
  return builder.GetBuffer();
}

}  // namespace

TEST_CASE("options are read from the map that the flexbuffers library writes") {
  const auto bytes = example();
  const auto options = runtime::FlexOptions::parse(std::as_bytes(std::span(bytes)));
  REQUIRE(options);
  CHECK(options->integer("count", 0) == -300);
  CHECK(options->integer("big", 0) == 70000);
  CHECK(options->number("ratio", 0) == 0.25F);
  CHECK(options->number("far", 0) == 0.1F);
  CHECK(options->integer("ratio", 9) == 0);
  CHECK(options->number("count", 0) == -300.0F);
  CHECK(options->flag("on", false));
  CHECK(options->text("name") == "litezoo");
  CHECK(options->numbers("numbers") == std::vector<double>{3, -4});
  CHECK_FALSE(options->contains("list"));
  CHECK(options->integer("absent", 42) == 42);
  CHECK(options->text("count").empty());
  CHECK(options->contains("wide"));
}

TEST_CASE("no bytes are an empty map, other values are none") {
  CHECK(runtime::FlexOptions::parse({}).has_value());
  flexbuffers::Builder builder;
  builder.Int(7);
  builder.Finish();
  CHECK_FALSE(runtime::FlexOptions::parse(std::as_bytes(std::span(builder.GetBuffer()))));
}

TEST_CASE("mutated and truncated options are read or refused, never past their end") {
  const auto bytes = example();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    // On the heap and exactly as long, so that a sanitizer sees a read past the end.
    const std::vector<std::uint8_t> part(bytes.begin(),
                                         bytes.begin() + static_cast<std::ptrdiff_t>(length));
    CHECK_NOTHROW(runtime::FlexOptions::parse(std::as_bytes(std::span(part))));
  }
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::uint8_t> mutated = bytes;
    for (int k = 0; k < 3; ++k)
      mutated[random() % mutated.size()] = static_cast<std::uint8_t>(random());
    REQUIRE_NOTHROW(runtime::FlexOptions::parse(std::as_bytes(std::span(mutated))));
  }
}

}  // namespace litezoo::test
