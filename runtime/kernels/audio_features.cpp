#include "runtime/kernels/audio_features.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/flex_options.h"
#include "runtime/kernels/fourier.h"

namespace litezoo::runtime {
namespace {

constexpr std::int64_t kLargestWindow = std::int64_t{1} << 20;  // a minute at 16 kHz
constexpr std::size_t kLargestFilterbank = 4096;

FlexOptions read_options(const Node& node) {
  auto options = FlexOptions::parse(node.op().custom_options);
  if (!options) node.corrupt("its custom options are malformed");
  return *std::move(options);
}

// Spreads a spectrum over overlapping triangles that are equally wide on the mel scale, as
// TensorFlow's MfccMelFilterbank (and HTK) do.
class MelFilterbank {
 public:
  MelFilterbank(std::size_t bins, double rate, std::size_t channels, double low, double high)
      : channels_(channels) {
    const double mel_low = mel(low);
    const double spacing = (mel(high) - mel_low) / static_cast<double>(channels + 1);
    std::vector<double> centers(channels + 1);
    for (std::size_t i = 0; i <= channels; ++i) {
      centers[i] = mel_low + spacing * static_cast<double>(i + 1);
    }
    const double bin_width = 0.5 * rate / static_cast<double>(bins - 1);
    const double first = std::floor(1.5 + low / bin_width);
    const double last = std::floor(high / bin_width);
    std::size_t above = 0;  // the first channel whose center is not below the bin
    for (std::size_t i = 0; i < bins; ++i) {
      const auto at = static_cast<double>(i);
      if (at < first || at > last) continue;
      const double value = mel(at * bin_width);
      while (above < channels && centers[above] < value) ++above;
      const double lower = above > 0 ? centers[above - 1] : mel_low;
      bins_.push_back({i, above, (centers[above] - value) / (centers[above] - lower)});
    }
  }

  std::vector<double> apply(const float* spectrum) const {
    std::vector<double> sums(channels_, 0.0);
    for (const Bin& bin : bins_) {
      const double amplitude = std::sqrt(static_cast<double>(spectrum[bin.index]));
      const double lower = amplitude * bin.weight;
      if (bin.above > 0) sums[bin.above - 1] += lower;
      if (bin.above < channels_) sums[bin.above] += amplitude - lower;
    }
    return sums;
  }

 private:
  struct Bin {
    std::size_t index, above;
    double weight;  // of the channel below `above`
  };
  static double mel(double frequency) { return 1127.0 * std::log1p(frequency / 700.0); }

  std::size_t channels_;
  std::vector<Bin> bins_;
};

// The first `count` coefficients of the discrete cosine transform of type II.
class CosineTransform {
 public:
  CosineTransform(std::size_t inputs, std::size_t count) : inputs_(inputs) {
    const double norm = std::sqrt(2.0 / static_cast<double>(inputs));
    const double step = std::numbers::pi / static_cast<double>(inputs);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < inputs; ++j) {
        factors_.push_back(
            norm * std::cos(static_cast<double>(i) * step * (static_cast<double>(j) + 0.5)));
      }
    }
  }

  void apply(const std::vector<double>& values, float* to) const {
    for (std::size_t i = 0; i * inputs_ < factors_.size(); ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < inputs_; ++j) sum += factors_[i * inputs_ + j] * values[j];
      to[i] = static_cast<float>(sum);
    }
  }

 private:
  std::size_t inputs_;
  std::vector<double> factors_;
};

}  // namespace

Evaluate prepare_audio_spectrogram(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  node.expect_type(input, {TensorType::FLOAT32});
  node.expect_type(node.output(0), {TensorType::FLOAT32});
  if (input.rank() != 2) node.unsupported("its input does not have rank 2");
  const FlexOptions options = read_options(node);
  const std::int64_t window = options.integer("window_size", 0);
  const std::int64_t stride = options.integer("stride", 0);
  const bool squared = options.flag("magnitude_squared", false);
  if (window < 2 || window > kLargestWindow || stride < 1 || stride > kLargestWindow) {
    node.corrupt("its window or its stride makes no sense");
  }
  const std::int64_t samples = input.shape[0];
  const auto channels = static_cast<std::size_t>(input.shape[1]);
  const std::int64_t frames = samples < window ? 0 : 1 + (samples - window) / stride;
  const std::size_t length = std::bit_ceil(static_cast<std::size_t>(window));
  const std::size_t bins = length / 2 + 1;
  node.set_shape(0, {input.shape[1], checked_dimension(node, frames),
                     checked_dimension(node, static_cast<std::int64_t>(bins))});
  if (node.output(0).size() == 0) return [](const Node&) {};
  std::vector<double> hann(static_cast<std::size_t>(window));
  for (std::size_t i = 0; i < hann.size(); ++i) {
    hann[i] = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i) /
                                   static_cast<double>(window));
  }
  return [hann = std::move(hann), fourier = RealFourier(length), bins, channels, frames, stride,
          squared](const Node& n) {
    const float* from = n.input(0).values<float>();
    float* to = n.output(0).mutable_values<float>();
    std::vector<double> line(hann.size()), work;
    std::vector<std::complex<double>> spectrum(bins);
    for (std::size_t channel = 0; channel < channels; ++channel) {
      for (std::int64_t frame = 0; frame < frames; ++frame) {
        const auto begin = static_cast<std::size_t>(frame * stride);
        for (std::size_t i = 0; i < hann.size(); ++i) {
          line[i] = hann[i] * static_cast<double>(from[(begin + i) * channels + channel]);
        }
        fourier.transform(line, spectrum, work);
        for (std::size_t i = 0; i < bins; ++i) {
          const auto power = static_cast<float>(std::norm(spectrum[i]));
          *to++ = squared ? power : std::sqrt(power);
        }
      }
    }
  };
}

Evaluate prepare_mfcc(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  node.expect_type(input, {TensorType::FLOAT32});
  node.expect_type(node.output(0), {TensorType::FLOAT32});
  if (input.rank() != 3) node.unsupported("its input does not have rank 3");
  if (!node.value_known(1)) return kDeferred;
  const FlexOptions options = read_options(node);
  const auto high = static_cast<double>(options.number("upper_frequency_limit", 4000));
  const auto low = static_cast<double>(options.number("lower_frequency_limit", 20));
  const std::int64_t channels = options.integer("filterbank_channel_count", 40);
  const std::int64_t coefficients = options.integer("dct_coefficient_count", 13);
  const std::int64_t rate = integer_value(node, node.input(1));
  const auto bins = static_cast<std::size_t>(input.shape[2]);
  if (channels < 1 || channels > static_cast<std::int64_t>(kLargestFilterbank) ||
      coefficients < 1 || coefficients > channels || rate < 1 || bins < 2 || !(low >= 0) ||
      !(high > low) || !(high < 1e9)) {
    node.corrupt("its filterbank makes no sense");
  }
  node.set_shape(0, {input.shape[0], input.shape[1], static_cast<std::int32_t>(coefficients)});
  if (node.output(0).size() == 0) return [](const Node&) {};
  const auto frames = count_between(input.shape, 0, 2);
  return [filterbank = MelFilterbank(bins, static_cast<double>(rate),
                                     static_cast<std::size_t>(channels), low, high),
          transform = CosineTransform(static_cast<std::size_t>(channels),
                                      static_cast<std::size_t>(coefficients)),
          frames, bins, coefficients](const Node& n) {
    constexpr double kFloor = 1e-12;
    for (std::size_t i = 0; i < frames; ++i) {
      std::vector<double> sums = filterbank.apply(n.input(0).values<float>() + i * bins);
      for (double& sum : sums) sum = std::log(std::max(sum, kFloor));
      transform.apply(
          sums, n.output(0).mutable_values<float>() + i * static_cast<std::size_t>(coefficients));
    }
  };
}

}  // namespace litezoo::runtime
