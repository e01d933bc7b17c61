#include "runtime/kernels/widened.h"

#include <algorithm>
#include <memory>

#include "base/checked.h"
#include "runtime/kernels/sub_byte.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kMostElements = std::size_t{1} << 28U;

bool is_packed(const RuntimeTensor& tensor) {
  const int bits = tensor_type_bits(tensor.type);
  return bits > 0 && bits < 8;
}

// Low bits first; what does not fit is cut to the type's range.
void pack_elements(TensorType type, const std::int8_t* wide, std::size_t count,
                   std::uint8_t* packed) {
  const auto [bits, is_signed] = sub_byte_layout(type);
  const int highest = (1 << (is_signed ? bits - 1 : bits)) - 1;
  const int lowest = is_signed ? -highest - 1 : 0;
  std::fill_n(packed, tensor_type_bytes(type, count), std::uint8_t{0});
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = static_cast<unsigned>(std::clamp<int>(wide[i], lowest, highest));
    const std::size_t bit = i * bits;
    const unsigned placed = (value & ((1U << bits) - 1U)) << (bit % 8);
    packed[bit / 8] = static_cast<std::uint8_t>(packed[bit / 8] | placed);
  }
}

// The node as the kernel is to see it: tensors with an element a byte beside the real ones.
class WideNode final : private NodeServices {
 public:
  explicit WideNode(const Node& node)
      : real_(&node), inputs_(node.input_count()), outputs_(node.output_count()) {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (!node.has_input(i)) continue;
      inputs_[i].tensor = node.input(i);
      if (is_packed(node.input(i))) widen(inputs_[i], node.input(i));
    }
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      outputs_[i].tensor = node.output(i);
      if (is_packed(node.output(i))) widen(outputs_[i], node.output(i));
    }
  }

  Evaluate make(Prepare prepare, bool running) {
    // Values of constants may be wanted while preparing.
    unpack_inputs(running);
    Node node = seen(running);
    evaluate_ = prepare(node);
    return evaluate_;
  }

  void run(const Node& node) {
    real_ = &node;
    unpack_inputs(true);
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      RuntimeTensor& tensor = outputs_[i].tensor;
      if (!outputs_[i].wide) {
        tensor = node.output(i);
        continue;
      }
      outputs_[i].bytes.resize(tensor.size());
      tensor.bytes = tensor.size();
      tensor.data = outputs_[i].bytes.data();
    }
    evaluate_(seen(true));
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      if (!outputs_[i].wide) continue;
      pack_elements(node.output(i).type,
                    reinterpret_cast<const std::int8_t*>(outputs_[i].bytes.data()),
                    outputs_[i].bytes.size(), node.output(i).mutable_values<std::uint8_t>());
    }
    release();
  }

 private:
  struct Twin {
    RuntimeTensor tensor;
    bool wide = false;
    std::vector<std::byte> bytes;
  };

  // What a run made is nobody's to charge afterwards. Constants stay, which a kernel may look at.
  void release() {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (real_->has_input(i) && !real_->input(i).constant) inputs_[i].bytes = {};
    }
    for (Twin& twin : outputs_) twin.bytes = {};
  }

  static void widen(Twin& twin, const RuntimeTensor& real) {
    twin.wide = true;
    twin.tensor.type = sub_byte_layout(real.type).is_signed ? TensorType::INT8 : TensorType::UINT8;
  }

  Node seen(bool running) {
    const auto pointers = [](std::vector<Twin>& twins) {
      std::vector<RuntimeTensor*> result;
      result.reserve(twins.size());
      for (Twin& twin : twins) {
        result.push_back(twin.tensor.definition != nullptr ? &twin.tensor : nullptr);
      }
      return result;
    };
    return {real_->op(), real_->index(), pointers(inputs_), pointers(outputs_), {}, *this, running};
  }

  // Data is there for constants, and for all in a run.
  void unpack_inputs(bool running) {
    elements_ = 0;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (!real_->has_input(i)) continue;
      const RuntimeTensor& from = real_->input(i);
      Twin& twin = inputs_[i];
      const TensorType type = twin.tensor.type;
      twin.tensor = from;
      if (!twin.wide) continue;
      twin.tensor.type = type;
      twin.tensor.bytes = from.size();
      count(from.size());
      if (!running && !from.constant) continue;
      twin.bytes.resize(from.size() + 1);
      const SubByteLayout layout = sub_byte_layout(from.type);
      const auto* packed = from.values<std::uint8_t>();
      for (std::size_t k = 0; k < from.size(); ++k) {
        twin.bytes[k] = static_cast<std::byte>(layout(packed, k));
      }
      twin.tensor.data = twin.bytes.data();
    }
  }

  void count(std::size_t elements) {
    const auto sum = checked_add(elements_, elements);
    if (!sum || *sum > kMostElements) {
      real_->unsupported("it moves too many elements of less than a byte");
    }
    elements_ = *sum;
  }

  const ThreadPool& threads() const override { return real_->threads(); }
  SubgraphRunner& subgraph(std::int32_t index) override { return real_->subgraph(index); }
  Resources& resources() override { return real_->resources(); }
  const RuntimeTensor* constant(std::int32_t index) override { return &real_->constant(index); }
  void set_shape(RuntimeTensor& tensor, Shape shape) override {
    const auto place =
        std::ranges::find_if(outputs_, [&](const Twin& twin) { return &twin.tensor == &tensor; });
    real_->set_shape(static_cast<std::size_t>(place - outputs_.begin()), shape);
    tensor.shape = std::move(shape);
    if (place->wide) count(tensor.size());
  }
  std::byte* allocate_string(RuntimeTensor& tensor, std::size_t /*bytes*/) override {
    real_->unsupported("tensor '" + tensor.definition->name + "' cannot hold strings here");
  }

  const Node* real_;
  std::vector<Twin> inputs_, outputs_;
  std::size_t elements_ = 0;
  Evaluate evaluate_;
};

}  // namespace

Evaluate prepare_widened(Node& node, Prepare prepare) {
  bool packed = false;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    packed = packed || (node.has_input(i) && is_packed(node.input(i)));
  }
  for (std::size_t i = 0; i < node.output_count(); ++i) {
    packed = packed || is_packed(node.output(i));
  }
  if (!packed) return prepare(node);
  auto wide = std::make_shared<WideNode>(node);
  if (!wide->make(prepare, node.running())) return kDeferred;
  return [wide](const Node& running) { wide->run(running); };
}

}  // namespace litezoo::runtime
