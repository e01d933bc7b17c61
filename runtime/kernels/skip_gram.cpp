#include "runtime/kernels/skip_gram.h"

#include <string>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/string_tensor.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kMostCharacters = std::size_t{64} << 20U;
constexpr std::int32_t kLongestGram = 64;

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// What lies between blanks; as in LiteRT, a blank at the very beginning takes the first word along.
std::vector<std::string_view> words_of(std::string_view sentence) {
  std::vector<std::string_view> words;
  std::size_t first = 0;
  for (std::size_t i = 1; i < sentence.size(); ++i) {
    if (!is_blank(sentence[i])) continue;
    if (i > first && !is_blank(sentence[first])) words.push_back(sentence.substr(first, i - first));
    first = i + 1;
  }
  if (first < sentence.size()) words.push_back(sentence.substr(first));
  return words;
}

struct Grams {
  const Node& node;
  SkipGramOptions options;
  std::vector<std::string_view> words;
  std::vector<std::string> found;
  std::size_t characters = 0;

  // Longer ones before the one they begin with.
  void extend(const std::string& gram, std::size_t last, std::int32_t length) {
    if (length < options.ngram_size) {
      for (std::size_t next = last + 1; next < words.size(); ++next) {
        if (static_cast<std::int64_t>(next - last) > std::int64_t{options.max_skip_size} + 1) break;
        extend(gram + ' ' + std::string(words[next]), next, length + 1);
      }
    }
    characters += gram.size() + 1;
    if (characters > kMostCharacters) node.unsupported("it would make too many sequences");
    if (options.include_all_ngrams || length == options.ngram_size) found.push_back(gram);
  }
};

}  // namespace

Evaluate prepare_skip_gram(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  node.expect_type(node.input(0), {TensorType::STRING});
  node.expect_type(node.output(0), {TensorType::STRING});
  const auto& options = node.options<SkipGramOptions>();
  if (options.ngram_size < 1 || options.ngram_size > kLongestGram || options.max_skip_size < 0) {
    node.corrupt("its lengths make no sense");
  }
  if (node.input(0).size() != 1) node.corrupt("it takes one sentence");
  if (!node.value_known(0)) return kDeferred;
  Grams grams{node, options, words_of(read_strings(node, node.input(0))[0]), {}, 0};
  // Too few words for the longest make none at all.
  const bool enough = grams.words.size() >= static_cast<std::size_t>(options.ngram_size);
  for (std::size_t i = 0; enough && i < grams.words.size(); ++i) {
    grams.extend(std::string(grams.words[i]), i, 1);
  }
  node.set_shape(0, {static_cast<std::int32_t>(grams.found.size())});
  return [found = std::move(grams.found)](const Node& n) {
    write_strings(n, 0, std::vector<std::string_view>(found.begin(), found.end()));
  };
}

}  // namespace litezoo::runtime
