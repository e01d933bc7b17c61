#include <doctest/doctest.h>
#include <flatbuffers/flexbuffers.h>

#include <cmath>
#include <complex>
#include <cstring>
#include <numbers>
#include <random>

#include "base/error.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {
namespace {

using Floats = std::vector<float>;
using Complex = std::complex<double>;

Floats noise(std::size_t count) {
  std::mt19937 random(3);
  Floats values(count);
  for (float& value : values) value = std::uniform_real_distribution<float>(-1, 1)(random);
  return values;
}

Complex turn(double cycles) {
  return std::polar(1.0, -2.0 * std::numbers::pi * cycles);
}

std::vector<Complex> complex_values(const RunResult& result, std::size_t index = 0) {
  std::vector<std::complex<float>> raw(result.outputs[index].bytes.size() / 8);
  std::memcpy(raw.data(), result.outputs[index].bytes.data(), raw.size() * 8);
  return {raw.begin(), raw.end()};
}

}  // namespace

TEST_CASE("RFFT2D is the Fourier transform of cropped or padded images") {
  struct Case {
    std::int32_t height, width, fft_height, fft_width;
  };
  const Case cases[] = {{1, 16, 1, 16}, {4, 8, 4, 8},     {3, 5, 4, 8},   {5, 9, 4, 4},
                        {2, 2, 1, 1},   {1, 480, 1, 512}, {70, 3, 64, 2}, {1, 7, 1, 8},
                        {3, 9, 1, 32},  {1, 33, 1, 16}};
  for (const auto& c : cases) {
    CAPTURE(c.height);
    CAPTURE(c.width);
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {2, c.height, c.width});
    const int lengths = b.constant<std::int32_t>({2}, {c.fft_height, c.fft_width});
    b.op(BuiltinOperator::RFFT2D, {x, lengths}, {b.output(TensorType::COMPLEX64)});
    const Floats from = noise(static_cast<std::size_t>(2 * c.height * c.width));
    const RunResult result = run_graph(b.graph(), {from});
    const std::int32_t bins = c.fft_width / 2 + 1;
    REQUIRE(result.shape() == std::vector<std::int32_t>{2, c.fft_height, bins});
    const auto got = complex_values(result);
    std::size_t at = 0;
    for (int image = 0; image < 2; ++image) {
      for (int v = 0; v < c.fft_height; ++v) {
        for (int u = 0; u < bins; ++u, ++at) {
          Complex want = 0;
          for (int row = 0; row < std::min(c.height, c.fft_height); ++row) {
            for (int column = 0; column < std::min(c.width, c.fft_width); ++column) {
              const auto source =
                  static_cast<std::size_t>((image * c.height + row) * c.width + column);
              want += static_cast<double>(from[source]) *
                      turn(1.0 * v * row / c.fft_height + 1.0 * u * column / c.fft_width);
            }
          }
          CHECK(std::abs(got[at] - want) < 1e-5);
        }
      }
    }
  }
}

TEST_CASE("RFFT2D refuses lengths that are no power of two") {
  for (const std::int32_t length : {0, -4, 3}) {
    CAPTURE(length);
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {1, 4});
    const int lengths = b.constant<std::int32_t>({2}, {1, length});
    b.op(BuiltinOperator::RFFT2D, {x, lengths}, {b.output(TensorType::COMPLEX64)});
    CHECK_THROWS_AS(run_graph(b.graph(), {Floats(4)}), Error);
  }
}

TEST_CASE("REAL, IMAG and COMPLEX_ABS take complex numbers apart") {
  GraphBuilder b;
  const int x = b.input(TensorType::COMPLEX64, {2});
  b.op(BuiltinOperator::REAL, {x}, {b.output(TensorType::FLOAT32)});
  b.op(BuiltinOperator::IMAG, {x}, {b.output(TensorType::FLOAT32)});
  b.op(BuiltinOperator::COMPLEX_ABS, {x}, {b.output(TensorType::FLOAT32)});
  runtime::Session session(b.graph(), kernels_only());
  const Floats raw = {3, 4, -1, 0};
  std::memcpy(session.inputs()[0].data.data(), raw.data(), 16);
  session.run();
  const RunResult result = read_outputs(session);
  CHECK(result.values<float>(0) == Floats{3, -1});
  CHECK(result.values<float>(1) == Floats{4, 0});
  CHECK(result.values<float>(2) == Floats{5, 1});
}

TEST_CASE("AudioSpectrogram is the power of each Hann window") {
  constexpr int kWindow = 12;
  constexpr int kStride = 5;
  constexpr int kLength = 16;
  flexbuffers::Builder flex;
  flex.Map([&] {
    flex.Int("window_size", kWindow);
    flex.Int("stride", kStride);
    flex.Bool("magnitude_squared", true);
  });
  flex.Finish();
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {30, 2});
  b.custom("AudioSpectrogram", {x}, {b.output(TensorType::FLOAT32)}, flex.GetBuffer());
  const Floats from = noise(60);
  const RunResult result = run_graph(b.graph(), {from});
  REQUIRE(result.shape() == std::vector<std::int32_t>{2, 4, 9});
  const Floats got = result.values<float>();
  std::size_t at = 0;
  for (int channel = 0; channel < 2; ++channel) {
    for (int frame = 0; frame < 4; ++frame) {
      for (int bin = 0; bin < 9; ++bin, ++at) {
        Complex want = 0;
        for (int i = 0; i < kWindow; ++i) {
          const double hann = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / kWindow);
          const auto sample = static_cast<std::size_t>((frame * kStride + i) * 2 + channel);
          want += hann * static_cast<double>(from[sample]) * turn(1.0 * bin * i / kLength);
        }
        CHECK(static_cast<double>(got[at]) == doctest::Approx(std::norm(want)).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("Mfcc of TensorFlow's own example") {
  // The values of its mfcc_test.cc: 513 bins that rise from 1, at 22050 Hz.
  flexbuffers::Builder flex;
  flex.Map([&] {
    flex.Float("upper_frequency_limit", 4000);
    flex.Float("lower_frequency_limit", 20);
    flex.Int("filterbank_channel_count", 40);
    flex.Int("dct_coefficient_count", 13);
  });
  flex.Finish();
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {1, 1, 513});
  const int rate = b.constant<std::int32_t>({1}, {22050});
  b.custom("Mfcc", {x, rate}, {b.output(TensorType::FLOAT32)}, flex.GetBuffer());
  Floats spectrum(513);
  for (std::size_t i = 0; i < spectrum.size(); ++i) spectrum[i] = static_cast<float>(i + 1);
  const RunResult result = run_graph(b.graph(), {spectrum});
  const Floats want = {29.13970072F, -6.41568601F, -0.61903012F, -0.96778652F, -0.26819878F,
                       -0.40907028F, -0.15614748F, -0.23203119F, -0.10481487F, -0.1543029F,
                       -0.0769791F,  -0.10806114F, -0.06047613F};
  const Floats got = result.values<float>();
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(got[i] - want[i]) < 1e-4F);
  }
}

}  // namespace litezoo::test
