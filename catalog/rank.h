#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace litezoo::catalog {

// An artifact that a text fits.
struct Candidate {
  std::int64_t id = 0;
  std::string name;
  std::int64_t order_size = 0;  // as the schema has it
};

// How well a name fits the words of a text: a word of the name that equals one counts most, one
// that begins with it less, a word that only other texts have not at all; a name with fewer
// further words is better.
int score(std::string_view name, const std::vector<std::string>& words);

// Puts the best first; equal ones by size, then id.
void rank(std::vector<Candidate>& candidates, std::string_view text);

}  // namespace litezoo::catalog
