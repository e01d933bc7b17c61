#pragma once

namespace litezoo {

// Values as a tensor stores them (steps, not the real numbers that a quantised one stands for),
// both ends included.
struct ValueRange {
  double low = 0, high = 0;
  auto operator<=>(const ValueRange&) const = default;
};

}  // namespace litezoo
