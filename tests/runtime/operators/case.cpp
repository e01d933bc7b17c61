#include "tests/runtime/operators/case.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/support/run_graph.h"

namespace litezoo::test {
namespace {

// The slot's tensor, when T and U are known.
struct Tensor {
  Kind kind;
  Encoding encoding;
  Real real;                     // of inputs
  std::vector<std::byte> bytes;  // -"-
};

std::string_view bias_kind(const Kind& t) {
  if (t.type == TensorType::FLOAT32) return "f32";
  return t.type == TensorType::INT16 ? "s64" : "s32";
}

Kind resolve(const Slot& slot, const Kind& t, const Kind& u) {
  if (slot.kind == "T") return t;
  if (slot.kind == "U") return u;
  return kind(slot.kind == "B" ? bias_kind(t) : slot.kind);
}

Encoding encoding_of(const Slot& slot, const Kind& kind) {
  Encoding encoding{kind.type, {}, 0, 0, slot.shape};
  if (!kind.has_scale()) return encoding;
  encoding.stored = kind.stored;
  encoding.scales = {kind.scale};
  encoding.zero_point = kind.zero_point;
  for (const Step& step : slot.steps) {
    if (step.type != kind.type) continue;
    encoding.scales = {step.scale};
    encoding.zero_point = step.zero_point;
  }
  if (slot.channels >= 0) {
    const float first = encoding.scales.front();
    encoding.axis = slot.channels;
    encoding.zero_point = 0;
    encoding.scales.clear();
    for (std::int32_t i = 0; i < slot.shape[static_cast<std::size_t>(slot.channels)]; ++i) {
      encoding.scales.push_back(first * (0.5F + 0.25F * static_cast<float>(i)));
    }
  }
  return encoding;
}

// A bias is in steps of the product.
void scale_bias(Tensor& bias, const OperatorCase& row, const std::vector<Tensor>& before) {
  if (bias.kind.real()) return;
  const auto one_of = [&](std::string_view kind) -> const Encoding& {
    const auto found = std::ranges::find(row.inputs, kind, &Slot::kind);
    return before.at(static_cast<std::size_t>(found - row.inputs.begin())).encoding;
  };
  if (one_of("T").scales.empty()) return;
  bias.encoding.scales = one_of("U").scales;
  for (float& scale : bias.encoding.scales) scale *= one_of("T").scales.front();
}

// Float rows by weights of few bits are quantised while running.
bool is_hybrid(const OperatorCase& row, const Kind& t, const Kind& u) {
  return has_second_kind(row) && t.type == TensorType::FLOAT32 && u.quantized();
}

// LiteRT reads UINT8 weights of float rows as INT8 ones without a zero point, and so does Litezoo.
void read_as_signed(Tensor& weights) {
  for (std::size_t i = 0; i < weights.real.values.size(); ++i) {
    double& value = weights.real.values[i];
    const double step = weights.encoding.scale(i);
    const double raw = std::nearbyint(value / step) + weights.encoding.offset();
    value = (raw > 127.0 ? raw - 256.0 : raw) * step;
  }
}

std::vector<double> random_reals(const Slot& slot, const Tensor& tensor, std::uint32_t seed) {
  std::mt19937 engine(seed);
  double low = slot.low;
  double high = slot.high;
  if (low == high) {
    const double most = tensor.kind.real() ? 2.0 : 6.0;
    const bool narrow = tensor.kind.quantized() && tensor_type_bits(tensor.kind.type) <= 16;
    low = narrow ? tensor.encoding.lowest() : -most;
    high = narrow ? tensor.encoding.highest() : most;
  }
  const bool is_sparse = tensor.kind.type == TensorType::STRING ||
                         tensor.kind.type == TensorType::COMPLEX64 || tensor.kind.whole();
  if (is_sparse && tensor.encoding.lowest() >= 0.0) low = std::max(low, 0.0);
  std::vector<double> values(element_count(slot.shape));
  for (double& value : values) {
    const double unit = static_cast<double>(engine()) / 4294967296.0;
    value = is_sparse ? std::ceil(low) + std::floor(unit * (std::floor(high) - std::ceil(low) + 1))
                      : low + unit * (high - low);
  }
  return values;
}

std::vector<Tensor> input_tensors(const OperatorCase& row, const Kind& t, const Kind& u) {
  std::vector<Tensor> tensors;
  for (std::size_t i = 0; i < row.inputs.size(); ++i) {
    const Slot& slot = row.inputs[i];
    Tensor tensor;
    tensor.kind = resolve(slot, t, u);
    tensor.encoding = encoding_of(slot, tensor.kind);
    if (slot.kind == "B") scale_bias(tensor, row, tensors);
    if (slot.role != Slot::Role::absent) {
      const auto reals = slot.values.empty()
                             ? random_reals(slot, tensor, static_cast<std::uint32_t>(17 + i))
                             : slot.values;
      tensor.bytes = encode(tensor.encoding, reals);
      tensor.real = {slot.shape, decode(tensor.encoding, tensor.bytes)};
      const bool is_weights = slot.kind == "U" && tensor.kind.type == TensorType::UINT8;
      if (is_weights && is_hybrid(row, t, u)) read_as_signed(tensor);
    }
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

bool is_constant(const Slot& slot, Way way) {
  return slot.role == Slot::Role::constant ||
         (slot.role == Slot::Role::parameter && way != Way::parameters);
}

RunResult run(const OperatorCase& row, const std::vector<Tensor>& inputs,
              const std::vector<Tensor>& outputs, Way way) {
  GraphBuilder b;
  std::vector<std::int32_t> from, to;
  std::vector<Values> values;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Slot& slot = row.inputs[i];
    const Tensor& tensor = inputs[i];
    const auto quantization = tensor.encoding.quantization();
    if (slot.role == Slot::Role::absent) {
      from.push_back(-1);
    } else if (is_constant(slot, way) && !tensor.bytes.empty()) {
      from.push_back(b.constant_bytes(tensor.kind.type, slot.shape, tensor.bytes, quantization));
    } else {
      from.push_back(b.input(tensor.kind.type, slot.shape, quantization));
      values.emplace_back(std::vector<std::uint8_t>{});
      values.back().type = tensor.kind.type;
      values.back().bytes = tensor.bytes;
    }
  }
  for (const Tensor& tensor : outputs) {
    to.push_back(b.output(tensor.kind.type, tensor.encoding.shape, tensor.encoding.quantization()));
  }
  b.op(row.code, from, to, row.options);
  runtime::SessionOptions options;
  options.delegate = way == Way::delegate;
  return run_graph(b.graph(), values, options);
}

double allowed(const OperatorCase& row, const Tensor& output, std::size_t element, double largest) {
  switch (output.kind.type) {
    case TensorType::FLOAT32:
    case TensorType::FLOAT64:
    case TensorType::COMPLEX64:
      return row.tolerance * largest;
    case TensorType::FLOAT16:
      return std::max(row.tolerance, 1e-3) * largest;
    case TensorType::BFLOAT16:
      return std::max(row.tolerance, 8e-3) * largest;
    default:
      break;
  }
  if (!output.kind.quantized()) return row.rounding;
  const bool coarse = output.kind.type == TensorType::INT16 && row.steps_16 > 0;
  return ((coarse ? row.steps_16 : row.steps) + 0.01) * output.encoding.scale(element);
}

std::string difference(const OperatorCase& row, const Tensor& output, const Real& want,
                       const std::vector<double>& got) {
  double largest = row.least_range;
  for (const double value : want.values) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  for (std::size_t i = 0; i < want.values.size(); ++i) {
    const double real =
        output.kind.quantized()
            ? std::clamp(want.values[i], output.encoding.lowest(), output.encoding.highest())
            : want.values[i];
    const bool same = real == got[i] || (std::isnan(real) && std::isnan(got[i]));
    if (!same && !(std::abs(real - got[i]) <= allowed(row, output, i, largest))) {
      return fmt::format("element {} is {}, not {}", i, got[i], real);
    }
  }
  return "";
}

}  // namespace

Slot Slot::of(std::string_view other) const {
  Slot slot = *this;
  slot.kind = other;
  return slot;
}

Slot Slot::between(double least, double most) const {
  Slot slot = *this;
  slot.low = least;
  slot.high = most;
  return slot;
}

Slot Slot::scaled(std::vector<Step> own) const {
  Slot slot = *this;
  slot.steps = std::move(own);
  return slot;
}

Slot Slot::by_channel(std::int32_t axis) const {
  Slot slot = *this;
  slot.channels = axis;
  return slot;
}

Slot given(Shape shape) {
  return {.role = Slot::Role::given, .shape = std::move(shape)};
}

Slot weights(Shape shape) {
  return {.role = Slot::Role::constant, .shape = std::move(shape)};
}

Slot numbers(Shape shape, std::vector<double> values) {
  return {.role = Slot::Role::parameter,
          .kind = "s32",
          .shape = std::move(shape),
          .values = std::move(values)};
}

Slot list(std::vector<double> values) {
  const auto size = static_cast<std::int32_t>(values.size());
  return numbers({size}, std::move(values));
}

Slot number(double value) {
  return numbers({}, {value});
}

Slot absent() {
  return {.role = Slot::Role::absent, .kind = "f32"};
}

Slot result() {
  return {.role = Slot::Role::result};
}

std::vector<Pair> pairs_of(std::string_view types) {
  std::vector<Pair> pairs;
  while (!types.empty()) {
    const std::size_t end = std::min(types.find(' '), types.size());
    std::string_view word = types.substr(0, end);
    types.remove_prefix(std::min(end + 1, types.size()));
    const bool elsewhere = word.ends_with('*');
    const bool stored = word.ends_with('#');
    if (elsewhere || stored) word.remove_suffix(1);
    const std::size_t slash = word.find('/');
    const bool two = slash != std::string_view::npos;
    pairs.push_back(
        {word.substr(0, slash), two ? word.substr(slash + 1) : "f32", stored, elsewhere});
  }
  return pairs;
}

bool has_second_kind(const OperatorCase& row) {
  const auto is_second = [](const Slot& slot) { return slot.kind == "U"; };
  return std::ranges::any_of(row.inputs, is_second) || std::ranges::any_of(row.outputs, is_second);
}

bool has_parameters(const OperatorCase& row) {
  return std::ranges::any_of(row.inputs,
                             [](const Slot& slot) { return slot.role == Slot::Role::parameter; });
}

std::string complaint(const OperatorCase& given_row, const Kind& t, const Kind& u, Way way) {
  OperatorCase row = given_row;
  if (is_hybrid(row, t, u)) {
    row.tolerance = 0.1;
    row.least_range = 1.0;
  }
  const auto inputs = input_tensors(row, t, u);
  std::vector<Tensor> outputs;
  for (const Slot& slot : row.outputs) {
    const Kind kind = resolve(slot, t, u);
    outputs.push_back({kind, encoding_of(slot, kind), {}, {}});
  }
  const RunResult got = run(row, inputs, outputs, way);
  Call call{{}, t, u};
  for (const Tensor& tensor : inputs) call.in.push_back(tensor.real);
  const std::vector<Real> want = row.reference(call);
  if (want.size() != got.outputs.size()) return "another number of outputs";
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (got.shape(i) != want[i].shape) {
      return fmt::format("output {} has {} elements in {} dimensions, not {} in {}", i,
                         element_count(got.shape(i)), got.shape(i).size(),
                         element_count(want[i].shape), want[i].shape.size());
    }
    outputs[i].encoding.shape = want[i].shape;
    const auto reals = decode(outputs[i].encoding, got.outputs[i].bytes);
    if (reals.size() != want[i].values.size()) return fmt::format("output {} is cut off", i);
    const std::string wrong = difference(row, outputs[i], want[i], reals);
    if (!wrong.empty()) return fmt::format("output {}: {}", i, wrong);
  }
  return "";
}

}  // namespace litezoo::test
