"""Models that the official converters make: Keras layers and TensorFlow functions by TFLiteConverter,
and those again by ai-edge-quantizer.

MODELS maps a name to (builder, input specs): the builder gives a function of tensors. MODES says how
TFLiteConverter is to convert; RECIPES names the quantizer's recipes, which are applied to float models.
"""
import numpy as np
import tensorflow as tf

layers = tf.keras.layers
MODES = ("float32", "dynamic", "float16", "int8", "int16x8")
RECIPES = ("dynamic_wi8c_afp32", "dynamic_wi4c_afp32", "dynamic_wi4b32_afp32", "dynamic_wi8b32_afp32",
           "weight_only_wi8c_afp32", "weight_only_wi4c_afp32")
MODELS = {}


def floats(*shape):
    return tf.TensorSpec(shape, tf.float32)


def integers(*shape):
    return tf.TensorSpec(shape, tf.int32)


def keras(name, build, *specs):
    """build(*symbolic inputs) -> outputs, of Keras layers."""

    def function():
        tf.keras.utils.set_random_seed(1)
        inputs = [tf.keras.Input(spec.shape[1:], dtype=spec.dtype.name) for spec in specs]
        model = tf.keras.Model(inputs, build(*inputs))
        return lambda *values: model(list(values) if len(values) > 1 else values[0], training=False)

    MODELS[name] = (function, specs)


def stack(name, shape, *make):
    """Layers one after the other."""

    def build(x):
        for each in make:
            x = each()(x)
        return x

    keras(name, build, floats(1, *shape))


def plain(name, function, *specs):
    MODELS[name] = (lambda: function, specs)


for cell in ("LSTM", "GRU", "SimpleRNN"):
    for words in ({}, {"return_sequences": True}, {"unroll": True}):
        label = "_".join([cell.lower(), *words])
        stack(label, (6, 6), lambda cell=cell, words=words: getattr(layers, cell)(5, **words))
stack("lstm_bidirectional", (8, 6), lambda: layers.Bidirectional(layers.LSTM(5, return_sequences=True)))
stack("gru_reset_before", (8, 6), lambda: layers.GRU(5, reset_after=False))
stack("conv_lstm", (3, 8, 8, 2), lambda: layers.ConvLSTM2D(3, 3, padding="same"))
stack("conv1d", (16, 4), lambda: layers.Conv1D(6, 3, dilation_rate=2, padding="same", activation="relu"))
stack("conv1d_causal", (16, 4), lambda: layers.Conv1D(6, 3, dilation_rate=2, padding="causal"))
stack("conv1d_transpose", (16, 4), lambda: layers.Conv1DTranspose(6, 3, strides=2))
stack("conv2d", (13, 11, 3), lambda: layers.Conv2D(5, (5, 3), strides=(3, 2), padding="same", activation="relu6"))
stack("conv2d_dilated", (12, 12, 3), lambda: layers.Conv2D(5, 3, dilation_rate=(2, 3)))
stack("conv2d_groups", (8, 8, 6), lambda: layers.Conv2D(9, 3, groups=3, padding="same"))
stack("conv2d_transpose", (8, 8, 3), lambda: layers.Conv2DTranspose(5, 3, strides=2, padding="same"))
stack("conv2d_transpose_valid", (8, 8, 3), lambda: layers.Conv2DTranspose(5, 4, strides=3, activation="relu"))
stack("conv3d", (6, 6, 6, 2), lambda: layers.Conv3D(4, 3, strides=(1, 2, 1), padding="same"))
stack("conv3d_transpose", (4, 4, 4, 2), lambda: layers.Conv3DTranspose(3, 3, strides=2, padding="same"))
stack("depthwise", (9, 9, 3), lambda: layers.DepthwiseConv2D(3, depth_multiplier=2, strides=2, padding="same"))
stack("depthwise_dilated", (9, 9, 4), lambda: layers.DepthwiseConv2D(3, dilation_rate=2, padding="same"))
stack("separable", (9, 9, 4), lambda: layers.SeparableConv2D(6, 3, activation="swish"))
stack("separable1d", (9, 4), lambda: layers.SeparableConv1D(6, 3))
for activation in ("relu", "relu6", "elu", "selu", "gelu", "softplus", "softsign", "tanh", "sigmoid", "hard_sigmoid",
                   "exponential", "swish", "mish", "log_softmax", "leaky_relu", "hard_silu", "celu", "glu",
                   "hard_tanh", "soft_shrink", "squareplus", "sparse_plus", "tanh_shrink"):
    stack(f"dense_{activation}", (7, 6), lambda: layers.Dense(8),
          lambda activation=activation: layers.Activation(activation))
stack("dense_odd", (7, 5), lambda: layers.Dense(33), lambda: layers.Dense(3))
stack("prelu", (6, 6, 3), lambda: layers.Conv2D(4, 3),
      lambda: layers.PReLU(shared_axes=[1, 2], alpha_initializer="uniform"))
stack("layer_normalization", (7, 6), lambda: layers.LayerNormalization())
stack("group_normalization", (6, 6, 8), lambda: layers.GroupNormalization(4))
stack("rms_normalization", (7, 6), lambda: layers.RMSNormalization())
stack("up_nearest", (5, 5, 3), lambda: layers.UpSampling2D(3))
stack("up_bilinear", (5, 5, 3), lambda: layers.UpSampling2D(2, interpolation="bilinear"))
stack("up3d", (3, 3, 3, 2), lambda: layers.UpSampling3D(2))
stack("crop_and_pad", (9, 9, 3), lambda: layers.Cropping2D(((1, 2), (2, 1))), lambda: layers.ZeroPadding2D(2))
stack("max_pool", (9, 9, 4), lambda: layers.MaxPool2D(3, 2, padding="same"))
stack("average_pool", (9, 9, 4), lambda: layers.AveragePooling2D(3, 2, padding="same"))
stack("global_max", (6, 6, 4), lambda: layers.GlobalMaxPooling2D(keepdims=True))
stack("resize_and_scale", (9, 9, 3), lambda: layers.Resizing(5, 7), lambda: layers.Rescaling(1 / 127.5, offset=-1))
stack("permute", (3, 4, 5), lambda: layers.Permute((3, 1, 2)), lambda: layers.Reshape((5, 12)),
      lambda: layers.Dense(3, activation="softmax"))
stack("time_distributed", (3, 8, 8, 2), lambda: layers.TimeDistributed(layers.Conv2D(3, 3)),
      lambda: layers.TimeDistributed(layers.Flatten()), lambda: layers.GRU(4))
keras("batch_normalization", lambda x: layers.BatchNormalization()(layers.Conv2D(3, 3, padding="same")(x) + x),
      floats(1, 6, 6, 3))
keras("attention", lambda x: layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True), floats(1, 7, 8))
keras("grouped_attention", lambda x: layers.GroupQueryAttention(4, 4, 2)(x, x), floats(1, 7, 8))
keras("additive_attention", lambda q, v: layers.AdditiveAttention()([q, v]), floats(1, 7, 8), floats(1, 5, 8))
keras("embedding", lambda x: layers.LSTM(4)(layers.Embedding(20, 8, mask_zero=True)(x)), integers(1, 9))
keras("einsum_dense", lambda x: layers.EinsumDense("abc,cde->abde", (None, 3, 4), bias_axes="de")(x), floats(1, 7, 8))
keras("squeeze_excite", lambda x: layers.Multiply()([x, layers.Dense(8, activation="hard_sigmoid")(
    layers.Dense(4, activation="relu")(layers.GlobalAveragePooling2D(keepdims=True)(x)))]), floats(1, 8, 8, 8))
for name, words in (("MobileNetV2", {"alpha": 0.35}), ("MobileNetV3Small", {"alpha": 0.75}), ("EfficientNetB0", {}),
                    ("EfficientNetV2B0", {}), ("NASNetMobile", {})):
    keras(name, lambda x, name=name, words=words: getattr(tf.keras.applications, name)(
        input_shape=(96, 96, 3), weights=None, classes=10, **words)(x), floats(1, 96, 96, 3))

plain("stft", lambda x: tf.abs(tf.signal.stft(x, 64, 32)), floats(1, 512))
plain("rfft2d", lambda x: tf.math.imag(tf.signal.rfft2d(x)), floats(8, 16))
plain("overlap_and_add", lambda x: tf.signal.overlap_and_add(x, 3), floats(4, 8))
plain("top_k", lambda x: tf.math.top_k(x, 3), floats(4, 9))
plain("nms", lambda b, s: tf.image.non_max_suppression(b, s, 5, 0.5, 0.1), floats(12, 4), floats(12))
plain("nms_soft", lambda b, s: tf.image.non_max_suppression_with_scores(b, s, 5, 0.5, 0.1, 0.5),
      floats(12, 4), floats(12))
plain("while", lambda x: tf.while_loop(lambda i, y: i < 5, lambda i, y: (i + 1, y * 1.5 + tf.cast(i, tf.float32)),
                                       (0, x))[1], floats(3, 4))
plain("while_growing", lambda x: tf.while_loop(
    lambda y: tf.shape(y)[0] < 40, lambda y: (tf.concat([y, y * 0.5], 0),), (x,),
    shape_invariants=(tf.TensorShape([None, 4]),))[0], floats(3, 4))
plain("cond", lambda x: tf.cond(tf.reduce_sum(x) > 0, lambda: tf.concat([x, x], 0), lambda: x - 1), floats(None, 4))
plain("map", lambda x: tf.map_fn(lambda row: tf.reduce_max(row) * row, x), floats(5, 4))
plain("scan", lambda x: tf.scan(lambda a, b: a + b, x), floats(5, 4))
plain("unique", tf.unique, integers(12))
plain("where", lambda x, y: (tf.where(x > 0), tf.where(x > y, x, y * 2)), floats(4, 5), floats(5))
plain("gather_nd", lambda x, i: tf.gather_nd(x, i % 4), floats(4, 5, 3), integers(6, 2))
plain("gather_batch", lambda x, i: tf.gather(x, i % 5, axis=1, batch_dims=1), floats(4, 5, 3), integers(4, 2))
plain("scatter", lambda x, i, u: (tf.scatter_nd(i % 6, u, [6, 3]), tf.tensor_scatter_nd_update(x, i % 6, u)),
      floats(6, 3), integers(4, 1), floats(4, 3))
plain("segments", lambda x, i: (tf.math.unsorted_segment_sum(x, i, 6), tf.math.unsorted_segment_max(x, i, 6),
                                tf.math.segment_sum(x, [0, 0, 1, 2, 2])), floats(5, 3), integers(5))
plain("space", lambda x: (tf.space_to_batch(x, [2, 2], [[0, 0], [1, 1]]), tf.nn.depth_to_space(
    tf.nn.space_to_depth(x, 2) * 2, 2)), floats(1, 4, 4, 3))
plain("diagonals", lambda x: (tf.linalg.diag(x), tf.linalg.set_diag(tf.ones([2, 4, 4]), x)), floats(2, 4))
plain("reverse_sequence", lambda x, l: tf.reverse_sequence(x, l % 5 + 1, seq_axis=1), floats(3, 6, 2), integers(3))
plain("sort", lambda x: (tf.sort(x, direction="DESCENDING"), tf.argsort(x), tf.argmax(x, 1)), floats(3, 8))
plain("reductions", lambda x: (tf.reduce_any(x > 0, 1), tf.reduce_all(x > -2, 0), tf.reduce_prod(
    x, [0, 2], keepdims=True), tf.reduce_logsumexp(x, 1), tf.math.reduce_std(x, 2)), floats(3, 4, 5))
plain("pads", lambda x: (tf.pad(x, [[1, 2], [2, 1]], "REFLECT"), tf.pad(x, [[1, 2], [2, 1]], "SYMMETRIC"),
                         tf.pad(x, [[1, 2], [2, 1]], constant_values=3.0)), floats(4, 5))
plain("strided", lambda x: (x[::-1, 1:, None, ::2], x[..., -1], x[1:3, tf.newaxis, ...]), floats(4, 5, 6))
plain("split", lambda x: (*tf.split(x, [1, 2, 4], 1), *tf.split(x, 3, 0)), floats(3, 7))
plain("range", lambda a: tf.range(0, a, 2), integers())
plain("reshape", lambda x: tf.reshape(x, [tf.shape(x)[0], -1, 2]) * tf.cast(tf.size(x), tf.float32), floats(None, 6))
plain("casts", lambda x: (tf.cast(x, tf.int8), tf.cast(x, tf.bool), tf.cast(x, tf.float16), tf.cast(x, tf.int64),
                          tf.bitcast(x, tf.int32)), floats(3, 4))
plain("matmul", lambda x, y: (tf.matmul(x, y, transpose_b=True), tf.einsum("bij,bkj->bik", x, y)),
      floats(2, 3, 4), floats(2, 5, 4))
plain("resize", lambda x: (tf.image.resize(x, [7, 9]), tf.image.resize(x, [3, 2], "nearest"),
                           tf.compat.v1.image.resize_bilinear(x, [7, 9], align_corners=True)), floats(1, 5, 4, 3))
plain("normalize", lambda x: (tf.nn.local_response_normalization(x, 2, 1.0, 0.5, 0.7), tf.math.l2_normalize(x, -1)),
      floats(1, 4, 4, 8))
plain("strings", lambda s: tf.gather(s, [1, 0]), tf.TensorSpec([3], tf.string))
plain("conv_computed_filters", lambda x, w: tf.nn.conv2d(x, w, 1, "SAME"), floats(1, 6, 6, 3), floats(3, 3, 3, 4))
plain("six_axes", lambda x: tf.transpose(x, [5, 3, 1, 0, 2, 4]) + 1, floats(2, 3, 2, 2, 3, 2))
plain("five_axes", lambda x, y: x * y - tf.reduce_max(x, [1, 3], keepdims=True),
      floats(2, 3, 2, 2, 3), floats(1, 3, 1, 2, 1))


def samples(specs, count):
    generator = np.random.default_rng(0)
    for _ in range(count):
        yield [generator.uniform(-1, 1, spec.shape).astype(np.float32) if spec.dtype == tf.float32
               else generator.integers(0, 5, spec.shape).astype(np.int32) for spec in specs]


def convert(name, mode):
    """The bytes of a .tflite file."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    build, specs = MODELS[name]
    frozen = convert_variables_to_constants_v2(tf.function(build()).get_concrete_function(*specs))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    operators = tf.lite.OpsSet
    if mode != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if mode == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if mode in ("int8", "int16x8"):
        converter.representative_dataset = lambda: samples(specs, 3)
    if mode == "int8":
        converter.target_spec.supported_ops = [operators.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    if mode == "int16x8":
        converter.target_spec.supported_ops = [
            operators.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8, operators.TFLITE_BUILTINS]
    return converter.convert()


def quantize(path, recipe, to):
    from ai_edge_quantizer import quantizer
    from ai_edge_quantizer import recipe as recipes

    quantized = quantizer.Quantizer(path, getattr(recipes, recipe)()).quantize()
    quantized.export_model(to)
