#include "runtime/cores.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace litezoo::runtime {
namespace {

std::vector<CpuFacts> phone() {
  return {{.number = 0, .capacity = 250},
          {.number = 1, .capacity = 250},
          {.number = 2, .capacity = 700},
          {.number = 3, .capacity = 1024}};
}

}  // namespace

TEST_CASE("cores that are equally fast are one class") {
  struct Case {
    const char* name;
    std::vector<CpuFacts> cpus;
    std::vector<std::string> classes;
    std::size_t fastest;
  };
  const Case cases[] = {
      {"a virtual machine that tells nothing", {{.number = 0}, {.number = 1}}, {"all"}, 2},
      {"a phone", phone(), {"big", "middle", "little"}, 1},
      {"a hybrid desktop",
       {{.number = 0, .max_khz = 5'000'000},
        {.number = 1, .max_khz = 4'900'000},
        {.number = 2, .max_khz = 3'800'000, .efficient = true}},
       {"big", "little"},
       2},
      {"two clocks",
       {{.number = 0, .max_khz = 1'500'000}, {.number = 1, .max_khz = 2'400'000}},
       {"big", "little"},
       1},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto classes = core_classes(c.cpus);
    REQUIRE(classes.size() == c.classes.size());
    for (std::size_t i = 0; i < classes.size(); ++i) CHECK(classes[i].name == c.classes[i]);
    CHECK(classes.front().cpus.size() == c.fastest);
  }
}

TEST_CASE("threads that do not fit on a class are refused, or spread when nobody asked for it") {
  const auto classes = core_classes(phone());
  CHECK(choose_class(classes, "little", 2).cpus.size() == 2);
  CHECK(choose_class(classes, "auto", 1).name == "big");
  CHECK(choose_class(classes, "auto", 4).cpus.empty());
  CHECK_THROWS_AS(choose_class(classes, "big", 2), Error);
  CHECK_THROWS_AS(choose_class(classes, "huge", 1), Error);
}

TEST_CASE("this machine has at least one core, and a process can stay on what it has") {
  CHECK_FALSE(allowed_cpus().empty());
  CHECK_FALSE(pin_to("auto", 1).cpus.empty());
  CHECK_THROWS_AS(pin_to("enormous", 1), Error);
}

}  // namespace litezoo::runtime
