#include "runtime/kernels/signal.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <memory>
#include <type_traits>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/elementwise.h"
#include "runtime/kernels/fourier.h"
#include "runtime/kernels/fourier_rows.h"
#include "runtime/kernels/per_thread.h"

namespace litezoo::runtime {
namespace {

using Complex = std::complex<double>;

struct Image {
  std::size_t height = 0, width = 0;
};

class RealFourier2d {
 public:
  RealFourier2d(Image in, Image length)
      : in_(in), length_(length), rows_(length.width), columns_(length.height) {}

  // Memory from image to image, for one thread.
  struct Work {
    std::vector<double> line, row, column, lanes;
    std::vector<Complex> half;
  };
  Work work() const {
    Work made{.line = {},
              .row = {},
              .column = std::vector<double>(2 * length_.height),
              .lanes = std::vector<double>(takes_rows() ? fourier_rows_work(length_.width / 2) : 0),
              .half = {}};
    made.line.reserve(std::min(in_.width, length_.width));
    made.row.reserve(length_.width);
    made.half.reserve(length_.height * rows_.bins());
    return made;
  }

  // `count` images from `from` on.
  void run(const float* from, std::complex<float>* to, std::size_t count, Work& work) const {
    const std::size_t image = in_.height * in_.width, step = length_.height * rows_.bins();
    for (std::size_t i = 0; i < count;) {
      const std::size_t some = std::min(count - i, kFourierRows);
      const bool done = takes_rows() && transform_rows(rows_.roots(),
                                                       {.rows = some,
                                                        .from = from + i * image,
                                                        .width = std::min(in_.width, length_.width),
                                                        .from_stride = image,
                                                        .to = to + i * step},
                                                       work.lanes.data());
      if (!done) run(from + i * image, to + i * step, work);
      i += done ? some : 1;
    }
  }

 private:
  // Images of one row, several of which stay in the second cache.
  bool takes_rows() const noexcept {
    constexpr std::size_t kLeast = 8, kMost = 8192;
    return length_.height == 1 && in_.height > 0 && in_.width > 0 && length_.width >= kLeast &&
           length_.width <= kMost;
  }

  void run(const float* from, std::complex<float>* to, Work& work) const {
    const std::size_t bins = rows_.bins();
    work.half.assign(length_.height * bins, Complex());
    const std::size_t height = std::min(in_.height, length_.height);
    const std::size_t width = std::min(in_.width, length_.width);
    for (std::size_t y = 0; y < height; ++y) {
      work.line.assign(from + y * in_.width, from + y * in_.width + width);
      rows_.transform(work.line, std::span(work.half).subspan(y * bins, bins), work.row);
    }
    if (length_.height > 1) transform_columns(work);
    std::transform(work.half.begin(), work.half.end(), to,
                   [](const Complex& z) { return std::complex<float>(z); });
  }

  void transform_columns(Work& work) const {
    const std::size_t bins = rows_.bins(), height = length_.height;
    double* const real = work.column.data();
    double* const imaginary = real + height;
    for (std::size_t x = 0; x < bins; ++x) {
      for (std::size_t y = 0; y < height; ++y) {
        real[columns_.place(y)] = work.half[y * bins + x].real();
        imaginary[columns_.place(y)] = work.half[y * bins + x].imag();
      }
      columns_.transform(real, imaginary);
      for (std::size_t y = 0; y < height; ++y) work.half[y * bins + x] = {real[y], imaginary[y]};
    }
  }

  Image in_, length_;
  RealFourier rows_;
  Fourier columns_;
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
  struct Kept {
    RealFourier2d transform;
    PerThread<RealFourier2d::Work> work;
    Kept(Image from, Image to, std::size_t threads)
        : transform(from, to), work(threads, [this] { return transform.work(); }) {}
  };
  const auto kept = std::make_shared<Kept>(in, length, node.threads().size());
  return [kept, in, length, images](const Node& n) {
    const std::size_t step = length.height * (length.width / 2 + 1);
    const float* from = n.input(0).values<float>();
    auto* to = n.output(0).mutable_values<std::complex<float>>();
    kept->work.hand_in();
    n.threads().parallel_for(
        images, kElementsPerThread / 8 / step + 1, [&](std::size_t begin, std::size_t end) {
          kept->transform.run(from + begin * in.height * in.width, to + begin * step, end - begin,
                              kept->work.take());
        });
  };
}

Evaluate prepare_complex_abs(Node& node) {
  return part_of_complex(node, [](const auto& z) {
    using T = std::remove_cvref_t<decltype(z.real())>;
    if constexpr (std::is_same_v<T, float>) {
      // Squares of floats neither overflow in double nor lose a digit: no need for hypot's care.
      const auto x = static_cast<double>(z.real()), y = static_cast<double>(z.imag());
      return static_cast<T>(std::sqrt(x * x + y * y));
    } else {
      return std::abs(z);
    }
  });
}

Evaluate prepare_real(Node& node) {
  return part_of_complex(node, [](const auto& z) { return z.real(); });
}

Evaluate prepare_imag(Node& node) {
  return part_of_complex(node, [](const auto& z) { return z.imag(); });
}

}  // namespace litezoo::runtime
