#include "runtime/kernels/signal.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/fourier.h"

namespace litezoo::runtime {
namespace {

struct Image {
  std::size_t height = 0, width = 0;
};

class RealFourier2d {
 public:
  RealFourier2d(Image in, Image length)
      : in_(in), length_(length), rows_(length.width), columns_(length.height) {}

  void run(const float* from, std::complex<float>* to) const {
    const std::size_t bins = length_.width / 2 + 1;
    std::vector<std::complex<double>> half(length_.height * bins);
    std::vector<std::complex<double>> line(std::max(length_.height, length_.width));
    const std::size_t height = std::min(in_.height, length_.height);
    const std::size_t width = std::min(in_.width, length_.width);
    for (std::size_t y = 0; y < height; ++y) {
      std::fill(line.begin(), line.end(), 0.0);
      for (std::size_t x = 0; x < width; ++x)
        line[x] = static_cast<double>(from[y * in_.width + x]);
      rows_.transform(std::span(line).first(length_.width));
      std::copy_n(line.begin(), bins, half.begin() + static_cast<std::ptrdiff_t>(y * bins));
    }
    for (std::size_t x = 0; x < bins; ++x) {
      for (std::size_t y = 0; y < length_.height; ++y) line[y] = half[y * bins + x];
      columns_.transform(std::span(line).first(length_.height));
      for (std::size_t y = 0; y < length_.height; ++y) {
        to[y * bins + x] = {static_cast<float>(line[y].real()), static_cast<float>(line[y].imag())};
      }
    }
  }

 private:
  Image in_, length_;
  Fourier rows_, columns_;
};

// Applies `part` to each complex number of input 0.
template <typename Part>
Evaluate part_of_complex(Node& node, Part part) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  node.expect_type(node.input(0), {TensorType::COMPLEX64, TensorType::COMPLEX128});
  const bool wide = node.input(0).type == TensorType::COMPLEX128;
  node.expect_type(node.output(0), {wide ? TensorType::FLOAT64 : TensorType::FLOAT32});
  node.set_shape(0, node.input(0).shape);
  const auto run = [part](const Node& n, auto zero) {
    using T = decltype(zero);
    const auto* from = n.input(0).template values<std::complex<T>>();
    std::transform(from, from + n.input(0).size(), n.output(0).template mutable_values<T>(), part);
  };
  return [run, wide](const Node& n) { wide ? run(n, 0.0) : run(n, 0.0F); };
}

}  // namespace

Evaluate prepare_rfft2d(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  node.expect_type(input, {TensorType::FLOAT32});
  node.expect_type(node.output(0), {TensorType::COMPLEX64});
  if (input.rank() < 2) node.corrupt("its input has a rank below 2");
  if (!node.value_known(1)) return kDeferred;
  const auto lengths = integer_values(node, node.input(1));
  if (lengths.size() != 2) node.corrupt("it needs two lengths");
  for (const std::int64_t length : lengths) {
    if (length < 1 || !std::has_single_bit(static_cast<std::uint64_t>(length))) {
      node.unsupported("its length is not a power of two");
    }
  }
  Shape shape = input.shape;
  shape[shape.size() - 2] = checked_dimension(node, lengths[0]);
  shape.back() = checked_dimension(node, lengths[1] / 2 + 1);
  node.set_shape(0, shape);
  if (node.output(0).size() == 0) return [](const Node&) {};
  const Image in{static_cast<std::size_t>(input.shape[shape.size() - 2]),
                 static_cast<std::size_t>(input.shape.back())};
  const Image length{static_cast<std::size_t>(lengths[0]), static_cast<std::size_t>(lengths[1])};
  const std::size_t images = count_between(shape, 0, shape.size() - 2);
  return [transform = RealFourier2d(in, length), in, length, images](const Node& n) {
    const std::size_t step = length.height * (length.width / 2 + 1);
    for (std::size_t i = 0; i < images; ++i) {
      transform.run(n.input(0).values<float>() + i * in.height * in.width,
                    n.output(0).mutable_values<std::complex<float>>() + i * step);
    }
  };
}

Evaluate prepare_complex_abs(Node& node) {
  return part_of_complex(node, [](const auto& z) { return std::abs(z); });
}

Evaluate prepare_real(Node& node) {
  return part_of_complex(node, [](const auto& z) { return z.real(); });
}

Evaluate prepare_imag(Node& node) {
  return part_of_complex(node, [](const auto& z) { return z.imag(); });
}

}  // namespace litezoo::runtime
