#include "tests/builder/random_weights.h"

#include <doctest/doctest.h>

#include <cmath>

using litezoo::builder::RandomWeights;

TEST_CASE("weights are centred and as wide as the layer's fan-in asks for") {
  const auto weights = RandomWeights(7).draw(20000, 50);
  double sum = 0;
  double squares = 0;
  for (const float weight : weights) {
    sum += static_cast<double>(weight);
    squares += static_cast<double>(weight) * static_cast<double>(weight);
  }
  CHECK(std::fabs(sum / 20000) < 0.005);
  CHECK(squares / 20000 == doctest::Approx(2.0 / 50).epsilon(0.03));
}

TEST_CASE("a seed stands for one sequence") {
  CHECK(RandomWeights(3).draw(5, 9) == RandomWeights(3).draw(5, 9));
  CHECK(RandomWeights(3).draw(5, 9) != RandomWeights(4).draw(5, 9));
}
