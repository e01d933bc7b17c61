"""The cases of operators_against_litert.py: small inputs that meet an operator's edges."""
from operator_models import Case, constant, given, result, variable, weights
from recurrent_cases import recurrent
from subgraph_cases import subgraphs

SAME, VALID = 0, 1
NONE, RELU, RELU_N1, RELU6 = 0, 1, 2, 3
POSITIVE = dict(low=0.1, high=2.0)
SMALL = dict(low=-0.9, high=0.9)
FLOATS = ["FLOAT32", "FLOAT16", "BFLOAT16", "FLOAT64"]
CONV_TYPES = ["FLOAT32", "INT8 quantised", "UINT8 quantised", "INT16 quantised"]
# What the outputs of functions with a fixed range must be quantised by.
LOGISTIC = {"INT8": (1 / 256, -128), "UINT8": (1 / 256, 0), "INT16": (1 / 32768, 0)}
TANH = {"INT8": (1 / 128, 0), "UINT8": (1 / 128, 128), "INT16": (1 / 32768, 0)}
# The schema's numbers for the type of a bias.
BIAS = {"INT32": 2, "INT64": 4}
LOG = {"INT8": (16 / 256, 127), "UINT8": (16 / 256, 255), "INT16": (1 / 1024, 0)}


def unary():
    plain = {"ABS": "AbsOptions", "NEG": "NegOptions", "SIN": None, "COS": "CosOptions", "EXP": "ExpOptions",
             "SQUARE": "SquareOptions", "FLOOR": None, "CEIL": None, "ROUND": None, "SIGN": "SignOptions",
             "RELU": None, "RELU6": None, "RELU_N1_TO_1": None, "RELU_0_TO_1": None, "ELU": None,
             "HARD_SWISH": "HardSwishOptions", "ZEROS_LIKE": "ZerosLikeOptions",
             "LOGICAL_NOT": "LogicalNotOptions"}
    for code, options in plain.items():
        for shape in [(2, 3, 4), (), (0, 3), (1, 33)]:
            yield Case(f"{list(shape)}", code, [given(*shape)], [result()], options and (options, {}))
    for code in ["LOG", "SQRT", "RSQRT"]:
        yield Case("positive", code, [given(2, 3, 5, **POSITIVE)], [result()])
    for code, quantised in [("LOGISTIC", LOGISTIC), ("TANH", TANH)]:
        yield Case("", code, [given(2, 3, 5, low=-4, high=4)], [result(quantised=quantised)])
        yield Case("another output", code, [given(2, 3, 5, low=-4, high=4)], [result()])
    yield Case("exact", "GELU", [given(2, 9, low=-4, high=4)], [result()], ("GeluOptions", {"approximate": False}))
    yield Case("approximate", "GELU", [given(2, 9, low=-4, high=4)], [result()], ("GeluOptions", {"approximate": True}))
    yield Case("", "LEAKY_RELU", [given(2, 9)], [result()], ("LeakyReluOptions", {"alpha": 0.3}))
    yield Case("negative slope", "LEAKY_RELU", [given(2, 9)], [result()], ("LeakyReluOptions", {"alpha": -0.5}))
    yield Case("", "PRELU", [given(2, 3, 4), weights(1, 1, 4)], [result()])
    yield Case("slope a number", "PRELU", [given(2, 3, 4), weights(1)], [result()])
    for rank in [1, 2, 3, 4]:
        yield Case(f"rank {rank}", "SOFTMAX", [given(*(2, 3, 2, 5)[-rank:], low=-5, high=5)],
                   [result(quantised=LOGISTIC)], ("SoftmaxOptions", {"beta": 0.7}))
    yield Case("", "LOG_SOFTMAX", [given(3, 5, low=-5, high=5)], [result(quantised=LOG)], ("LogSoftmaxOptions", {}))
    yield Case("rank 4", "LOG_SOFTMAX", [given(2, 1, 3, 5, low=-5, high=5)], [result(quantised=LOG)])
    yield Case("", "L2_NORMALIZATION", [given(2, 3, 5)], [result(quantised=TANH)], ("L2NormOptions", {}))
    yield Case("", "LOCAL_RESPONSE_NORMALIZATION", [given(1, 2, 3, 7)], [result()],
               ("LocalResponseNormalizationOptions", {"radius": 2, "bias": 1.0, "alpha": 0.5, "beta": 0.75}))
    for bits, narrow in [(8, False), (4, True)]:
        yield Case(f"{bits} bits", "FAKE_QUANT", [given(3, 9)], [result()],
                   ("FakeQuantOptions", {"min": -0.5, "max": 0.7, "numBits": bits, "narrowRange": narrow}))
    for code in ["REAL", "IMAG"]:
        yield Case("", code, [given(3, 2, type="COMPLEX64")], [result("FLOAT32")])
    yield Case("", "COMPLEX_ABS", [given(3, 2, type="COMPLEX64")], [result("FLOAT32")])


PAIRS = [((2, 3, 4), (2, 3, 4)), ((2, 3, 4), ()), ((4,), (2, 3, 4)), ((2, 1, 4), (1, 3, 1)), ((2, 3, 1, 4, 1), (3, 2, 1, 5)),
         ((1, 2, 1, 2, 1, 2), (2, 1, 2, 1, 2, 1)), ((0, 3), (1, 3))]


def binary():
    fused = {"ADD": "AddOptions", "SUB": "SubOptions", "MUL": "MulOptions", "DIV": "DivOptions"}
    for code, options in fused.items():
        for a, b in PAIRS:
            for activation in [NONE, RELU6]:
                yield Case(f"{a} {b} activation {activation}", code, [given(*a), given(*b, **(POSITIVE if code == "DIV" else {}))],
                           [result()], (options, {"fusedActivationFunction": activation}))
    other = {"MAXIMUM": "MaximumMinimumOptions", "MINIMUM": "MaximumMinimumOptions",
             "SQUARED_DIFFERENCE": "SquaredDifferenceOptions", "ATAN2": "ATan2Options",
             "LOGICAL_OR": "LogicalOrOptions", "LOGICAL_AND": "LogicalAndOptions",
             "BITWISE_XOR": "BitwiseXorOptions", "STABLEHLO_ADD": None, "STABLEHLO_MULTIPLY": None,
             "STABLEHLO_MAXIMUM": None, "STABLEHLO_MINIMUM": None, "STABLEHLO_AND": None}
    for code, options in other.items():
        for a, b in PAIRS:
            yield Case(f"{a} {b}", code, [given(*a), given(*b)], [result()], options and (options, {}))
    positive = {"FLOOR_DIV": "FloorDivOptions", "FLOOR_MOD": "FloorModOptions"}
    for code, options in positive.items():
        for a, b in PAIRS:
            yield Case(f"{a} {b}", code, [given(*a, low=-50, high=50), given(*b, low=1, high=5)], [result()], (options, {}))
    for a, b in PAIRS:
        yield Case(f"{a} {b}", "POW", [given(*a, low=1, high=3), given(*b, low=0, high=3)], [result()], ("PowOptions", {}))
        for code, options in [("RIGHT_SHIFT", "RightShiftOptions"), ("STABLEHLO_SHIFT_LEFT", "StablehloShiftLeftOptions")]:
            yield Case(f"{a} {b}", code, [given(*a, low=0, high=90), given(*b, low=0, high=3)], [result()], (options, {}))
    compare = {"LESS": "LessOptions", "GREATER": "GreaterOptions", "GREATER_EQUAL": "GreaterEqualOptions",
               "LESS_EQUAL": "LessEqualOptions", "EQUAL": "EqualOptions", "NOT_EQUAL": "NotEqualOptions"}
    for code, options in compare.items():
        for a, b in PAIRS:
            yield Case(f"{a} {b}", code, [given(*a), given(*b)], [result("BOOL")], (options, {}))
    for count in [1, 2, 3]:
        yield Case(f"{count} tensors", "ADD_N", [given(2, 3)] * count, [result()], ("AddNOptions", {}))
    for code, shapes in [("SELECT", [((2, 3), (2, 3), (2, 3)), ((2,), (2, 3, 4), (2, 3, 4)), ((), (2, 3), (2, 3))]),
                         ("SELECT_V2", [((2, 3), (2, 3), (2, 3)), ((2, 1), (1, 3), (2, 3)), ((), (2, 3), (1,)),
                                        ((2, 1, 1, 1, 3), (1, 1, 2, 1), (4, 1, 1))])]:
        for c, a, b in shapes:
            yield Case(f"{c} {a} {b}", code, [given(*c, type="BOOL"), given(*a), given(*b)], [result()],
                       ("SelectOptions" if code == "SELECT" else "SelectV2Options", {}))
    yield Case("", "BROADCAST_TO", [given(1, 3, 1), constant([2, 4, 3, 2])], [result()], ("BroadcastToOptions", {}))
    yield Case("64-bit shape", "BROADCAST_TO", [given(1, 3, 1), constant([4, 3, 2], "INT64")], [result()], ("BroadcastToOptions", {}))
    yield Case("rank 8", "BROADCAST_TO", [given(1, 2, 1, 2), constant([2, 1, 2, 1, 2, 2, 2, 2])], [result()], ("BroadcastToOptions", {}))
    for type in ["INT32", "INT64"]:
        yield Case(type, "BROADCAST_ARGS", [given(3, type=type, low=1, high=2), given(2, type=type, low=1, high=2)], [result(type)])


def moving():
    for code, pads in [("PAD", "PadOptions"), ("PADV2", "PadV2Options")]:
        for index in ["INT32", "INT64", "INT8", "INT16"]:
            extra = [weights()] if code == "PADV2" else []
            for shape, amounts in [((2, 3), [[0, 1], [2, 0]]), ((1, 2, 3, 2), [[0, 0], [1, 2], [3, 1], [0, 1]]),
                                   ((1, 2, 1, 2, 2), [[0, 0], [1, 0], [0, 1], [0, 0], [2, 2]])]:
                yield Case(f"{shape} {index}", code, [given(*shape), constant(amounts, index), *extra], [result()], (pads, {}))
    for mode in [0, 1]:
        for index in ["INT32", "INT64"]:
            yield Case(f"mode {mode} {index}", "MIRROR_PAD", [given(2, 3, 4), constant([[1, 1], [0, 2], [2, 1]], index)],
                       [result()], ("MirrorPadOptions", {"mode": mode}))
    for axis in [0, 1, -1]:
        yield Case(f"axis {axis}", "CONCATENATION", [given(2, 3, 2), given(2, 3, 2)], [result()],
                   ("ConcatenationOptions", {"axis": axis, "fusedActivationFunction": NONE}))
    yield Case("other scales", "CONCATENATION", [given(2, 3, quantised=(0.02, 5)), given(2, 3)], [result()],
               ("ConcatenationOptions", {"axis": 0, "fusedActivationFunction": NONE}))
    for index in ["INT32", "INT64", "INT16"]:
        for axis, batch in [(0, 0), (1, 0), (2, 0), (1, 1)]:
            shape = (2, 2) if batch else (3,)
            yield Case(f"axis {axis} batch {batch} {index}", "GATHER", [given(2, 4, 3), given(*shape, type=index, low=0, high=2)],
                       [result()], ("GatherOptions", {"axis": axis, "batchDims": batch}))
        yield Case(f"{index}", "GATHER_ND", [given(3, 4, 2), given(2, 2, type=index, low=0, high=2)], [result()], ("GatherNdOptions", {}))
        yield Case(f"{index}", "SCATTER_ND", [constant([[4], [1], [3]], index), given(3, 2), constant([6, 2], index)],
                   [result()], ("ScatterNdOptions", {}))
    yield Case("the same twice", "SCATTER_ND", [constant([[1], [1], [3]]), given(3), constant([5])], [result()], ("ScatterNdOptions", {}))
    for code, options in [("BATCH_TO_SPACE_ND", "BatchToSpaceNDOptions"), ("SPACE_TO_BATCH_ND", "SpaceToBatchNDOptions")]:
        shape4, shape3 = ((8, 1, 2, 3), (4, 2, 3)) if code.startswith("BATCH") else ((2, 4, 2, 3), (2, 4, 3))
        yield Case("rank 4", code, [given(*shape4), constant([2, 2]), constant([[0, 0], [0, 0]])], [result()], (options, {}))
        yield Case("rank 4 cropped", code, [given(*shape4), constant([2, 2]), constant([[1, 1], [1, 1]] if code[0] == "S" else [[0, 1], [1, 0]])],
                   [result()], (options, {}))
        yield Case("rank 3", code, [given(*shape3), constant([2]), constant([[0, 0]])], [result()], (options, {}))
    yield Case("", "SPACE_TO_DEPTH", [given(2, 4, 6, 3)], [result()], ("SpaceToDepthOptions", {"blockSize": 2}))
    yield Case("", "DEPTH_TO_SPACE", [given(2, 2, 3, 8)], [result()], ("DepthToSpaceOptions", {"blockSize": 2}))
    for order in [[1, 0], [2, 0, 1], [0, 3, 1, 2], [4, 1, 3, 0, 2], [5, 3, 1, 0, 2, 4]]:
        yield Case(f"{order}", "TRANSPOSE", [given(*(2, 3, 4, 2, 3, 2)[:len(order)]), constant(order)], [result()], ("TransposeOptions", {}))
    for shape in [[6, 4], [-1], [2, 3, 4, 1], [4, -1]]:
        yield Case(f"{shape}", "RESHAPE", [given(2, 3, 4), constant(shape)], [result()], ("ReshapeOptions", {"newShape": shape}))
    yield Case("from options", "RESHAPE", [given(2, 3, 4)], [result()], ("ReshapeOptions", {"newShape": [4, 6]}))
    yield Case("", "SQUEEZE", [given(1, 3, 1, 2)], [result()], ("SqueezeOptions", {"squeezeDims": [0, -2]}))
    yield Case("all", "SQUEEZE", [given(1, 3, 1, 2)], [result()], ("SqueezeOptions", {"squeezeDims": []}))
    for axis in [0, -1]:
        for index in ["INT32", "INT64"]:
            yield Case(f"{axis} {index}", "EXPAND_DIMS", [given(2, 3), constant(axis, index)], [result()], ("ExpandDimsOptions", {}))
    for index in ["INT32", "INT64"]:
        yield Case(index, "SLICE", [given(3, 4, 2), constant([1, 0, 1], index), constant([2, -1, 1], index)], [result()], ("SliceOptions", {}))
        yield Case(index, "TILE", [given(2, 1, 3), constant([2, 3, 1], index)], [result()], ("TileOptions", {}))
        yield Case(index, "FILL", [constant([2, 3], index), given()], [result()], ("FillOptions", {}))
        yield Case(f"rank 5 {index}", "SLICE", [given(2, 2, 3, 1, 2), constant([1, 0, 1, 0, 0], index), constant([1, 2, 2, 1, -1], index)],
                   [result()], ("SliceOptions", {}))
    masks = [dict(), dict(beginMask=1, endMask=2), dict(shrinkAxisMask=2), dict(ellipsisMask=2), dict(newAxisMask=1)]
    for fields in masks:
        whole = dict(dict(beginMask=0, endMask=0, ellipsisMask=0, newAxisMask=0, shrinkAxisMask=0, offset=False), **fields)
        yield Case(f"{fields}", "STRIDED_SLICE", [given(3, 4, 5), constant([0, 1, 4]), constant([3, 4, 0]), constant([2, 1, -2])],
                   [result()], ("StridedSliceOptions", whole))
    yield Case("lengths from begins", "STRIDED_SLICE", [given(3, 4), constant([1, 1]), constant([2, 2]), constant([1, 1])], [result()],
               ("StridedSliceOptions", dict(beginMask=0, endMask=0, ellipsisMask=0, newAxisMask=0, shrinkAxisMask=0, offset=True)))
    for count in [1, 3]:
        for axis in [0, -1]:
            yield Case(f"{count} axis {axis}", "PACK", [given(2, 3)] * count, [result()], ("PackOptions", {"valuesCount": count, "axis": axis}))
    yield Case("", "UNPACK", [given(2, 3, 2)], [result()] * 3, ("UnpackOptions", {"num": 3, "axis": 1}))
    yield Case("", "SPLIT", [constant(1), given(2, 6)], [result()] * 3, ("SplitOptions", {"numSplits": 3}))
    for index in ["INT32", "INT64"]:
        yield Case(index, "SPLIT_V", [given(2, 6), constant([1, -1, 2], index), constant(1)], [result()] * 3, ("SplitVOptions", {"numSplits": 3}))
    yield Case("", "REVERSE_V2", [given(2, 3, 4), constant([1])], [result()], ("ReverseV2Options", {}))
    yield Case("two axes", "REVERSE_V2", [given(2, 3, 4), constant([1, 2])], [result()], ("ReverseV2Options", {}))
    for index in ["INT32", "INT64"]:
        yield Case(index, "REVERSE_SEQUENCE", [given(2, 4, 3), constant([3, 1], index)], [result()],
                   ("ReverseSequenceOptions", {"seqDim": 1, "batchDim": 0}))
    yield Case("", "MATRIX_DIAG", [given(2, 3)], [result()], ("MatrixDiagOptions", {}))
    yield Case("", "MATRIX_SET_DIAG", [given(2, 3, 4), given(2, 3)], [result()], ("MatrixSetDiagOptions", {}))
    for index in ["INT32", "INT64"]:
        yield Case(index, "DYNAMIC_UPDATE_SLICE", [given(4, 5), given(2, 3), given(2, type=index, low=0, high=3)], [result()],
                   ("DynamicUpdateSliceOptions", {}))
    yield Case("", "DILATE", [given(2, 3), constant([2, 3]), weights()], [result()], ("DilateOptions", {}))
    yield Case("", "STABLEHLO_PAD", [given(3, 4), weights()], [result()],
               ("StablehloPadOptions", {"edgePaddingLow": [1, -1], "edgePaddingHigh": [0, 2], "interiorPadding": [1, 0]}))
    yield Case("", "STABLEHLO_GATHER", [given(3, 4), constant([[0], [2]])], [result(shape=(2, 4))],
               ("StablehloGatherOptions", {"offsetDims": [1], "collapsedSliceDims": [0], "startIndexMap": [0],
                                           "indexVectorDim": 1, "sliceSizes": [1, 4], "indicesAreSorted": False}))
    yield Case("to itself", "BITCAST", [given(3, 4)], [result()], ("BitcastOptions", {}))
    for code, options in [("SHAPE", "ShapeOptions"), ("RANK", "RankOptions")]:
        yield Case("", code, [given(3, 4)], [result("INT32")], (options, {"outType": 2} if code == "SHAPE" else {}))
    yield Case("64 bit", "SHAPE", [given(3, 4)], [result("INT64")], ("ShapeOptions", {"outType": 4}))


def reducing():
    for code in ["MEAN", "SUM", "REDUCE_PROD", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_ANY", "REDUCE_ALL"]:
        for keep in [False, True]:
            for axes in [[1], [0, 2], [-1, 0, 1], [1, 2]]:
                shape = (2, 3, 4, 2) if axes == [1, 2] else (2, 3, 4)
                yield Case(f"{axes} keep {keep}", code, [given(*shape), constant(axes)], [result()], ("ReducerOptions", {"keepDims": keep}))
    for code, options in [("ARG_MAX", "ArgMaxOptions"), ("ARG_MIN", "ArgMinOptions")]:
        for axis in [0, -1, 1]:
            for out, number in [("INT32", 2), ("INT64", 4)]:
                yield Case(f"axis {axis} {out}", code, [given(2, 5, 3), constant(axis)], [result(out)], (options, {"outputType": number}))
    for index in ["INT32", "INT16"]:
        yield Case(f"k {index}", "TOPK_V2", [given(2, 5), constant(3, index)], [result(), result("INT32")], ("TopKV2Options", {}))
        yield Case(f"k {index} to INT16", "TOPK_V2", [given(2, 5), constant(3, index)], [result(), result("INT16")], ("TopKV2Options", {}))
    for exclusive in [False, True]:
        for reverse in [False, True]:
            yield Case(f"exclusive {exclusive} reverse {reverse}", "CUMSUM", [given(2, 4), constant(1)], [result()],
                       ("CumsumOptions", {"exclusive": exclusive, "reverse": reverse}))
    for out, number in [("INT32", 2), ("INT64", 4)]:
        yield Case(out, "UNIQUE", [given(7)], [result(), result(out)], ("UniqueOptions", {"idxOutType": number}))
    yield Case("", "WHERE", [given(3, 4)], [result("INT64")], ("WhereOptions", {}))
    yield Case("", "SEGMENT_SUM", [given(4, 3), constant([0, 0, 1, 2])], [result()], ("SegmentSumOptions", {}))
    for code, options in [("SUM", "Sum"), ("PROD", "Prod"), ("MAX", "Max"), ("MIN", "Min")]:
        yield Case("", f"UNSORTED_SEGMENT_{code}", [given(4, 3), constant([2, 0, -1, 2]), constant(4)], [result()],
                   (f"UnsortedSegment{options}Options", {}))
    for function in [1, 2, 3, 4, 5, 6]:
        yield Case(f"function {function}", "REDUCE_WINDOW",
                   [given(4, 5), weights(), constant([2, 2], "INT64"), constant([1, 2], "INT64"), constant([1, 1], "INT64")],
                   [result()], ("ReduceWindowOptions", {"reduceFunction": function}))
    for axis in [0, -1]:
        for index in ["INT32", "INT64"]:
            yield Case(f"axis {axis} {index}", "ONE_HOT", [given(4, type=index, low=0, high=3), constant(3), given(), given()], [result()],
                       ("OneHotOptions", {"axis": axis}))
    yield Case("", "BUCKETIZE", [given(3, 5)], [result("INT32")], ("BucketizeOptions", {"boundaries": [-0.5, 0.0, 0.5, 2.0]}))
    for index in ["INT32", "INT64"]:
        yield Case(index, "SPARSE_TO_DENSE", [constant([[0, 1], [1, 2]], index), constant([2, 3], index), given(2), given()], [result()],
                   ("SparseToDenseOptions", {"validateIndices": False}))
        yield Case(f"one value {index}", "SPARSE_TO_DENSE", [constant([[0, 1], [1, 2]], index), constant([2, 3], index), given(), given()],
                   [result()], ("SparseToDenseOptions", {"validateIndices": False}))
    yield Case("", "RANGE", [constant(1, "INT32"), constant(7, "INT32"), constant(2, "INT32")], [result("INT32")], ("RangeOptions", {}))
    for type in ["INT64", "FLOAT32", "FLOAT64", "INT16"]:
        yield Case(type, "RANGE", [constant(9, type), constant(1, type), constant(-2, type)], [result(type)], ("RangeOptions", {}))


def casting():
    import operator_models
    for source in operator_models.TYPES:
        for target in ["FLOAT32", "FLOAT16", "BFLOAT16", "FLOAT64", "COMPLEX64", "BOOL", "INT8", "UINT8", "INT16", "UINT16", "INT32", "UINT32",
                       "INT64", "UINT64", "INT4", "INT2"]:
            yield Case(f"to {target}", "CAST", [given(2, 5, low=-1.9, high=1.9)], [result(target)], ("CastOptions", {}), types=[source])
    for source in ["FLOAT32", "INT8 quantised", "UINT8 quantised", "INT16 quantised", "INT32 quantised", "FLOAT16", "INT4 quantised"]:
        for target in ["INT8", "UINT8", "INT16", "INT32", "INT4", "INT2"]:
            yield Case(f"to {target}", "QUANTIZE", [given(3, 7, low=-5, high=5)], [result(target, quantised=(0.03, 0 if target != "UINT8" else 99))],
                       ("QuantizeOptions", {}), types=[source])
    yield Case("", "DEQUANTIZE", [given(3, 7)], [result("FLOAT32")], ("DequantizeOptions", {}))
    yield Case("to half", "DEQUANTIZE", [given(3, 7)], [result("FLOAT16")], ("DequantizeOptions", {}))
    yield Case("by channel", "DEQUANTIZE", [weights(2, 3, type="INT8", quantised=([0.1, 0.2, 0.3], [0, 0, 0], 1))], [result("FLOAT32")],
               ("DequantizeOptions", {}))


def filters():
    """Convolutions, pools, matrix products: the weights' and bias's types follow the input's."""
    triples = [("FLOAT32", "FLOAT32", "FLOAT32"), ("INT8 quantised", "INT8", "INT32"), ("UINT8 quantised", "UINT8", "INT32"),
               ("INT16 quantised", "INT8", "INT64"), ("INT16 quantised", "INT8", "INT32"), ("FLOAT32", "INT8", "FLOAT32"),
               ("FLOAT32", "UINT8", "FLOAT32"), ("FLOAT32", "INT4", "FLOAT32"), ("INT8 quantised", "INT4", "INT32"),
               ("INT16 quantised", "INT4", "INT32"), ("INT16 quantised", "INT4", "INT64"), ("FLOAT32", "INT2", "FLOAT32"),
               ("INT8 quantised", "INT2", "INT32"), ("INT16 quantised", "INT16", "INT32"), ("FLOAT16", "FLOAT16", "FLOAT16"),
               ("INT16 quantised", "INT16", "INT64"), ("INT8 quantised", "INT16", "INT32"), ("BFLOAT16", "BFLOAT16", "BFLOAT16"),
               ("FLOAT32", "FLOAT16", "FLOAT32"), ("UINT8 quantised", "INT8", "INT32")]

    def tensors(input, kind, bias, shape, channels, axis):
        scale = (0.02, 110 if kind == "UINT8" else 0)
        if channels > 1:
            scale = ([0.01 + 0.01 * i for i in range(channels)], [0] * channels, axis)
        whole = kind not in ("FLOAT32", "FLOAT16", "BFLOAT16")
        outputs = shape[axis] if axis < len(shape) else 1
        factor = scale[0] if channels > 1 else [scale[0]]
        step = {"INT8 quantised": 0.05, "UINT8 quantised": 0.05, "INT16 quantised": 0.001}.get(input, 1.0)
        w = weights(*shape, type=kind, quantised=scale if whole else None)
        fixed = bias.startswith("INT")
        quantised = ([step * f for f in factor], [0] * len(factor), 0) if fixed else None
        return w, weights(outputs, type=bias, quantised=quantised)

    def out(input):
        return result("T", quantised={"INT8": (0.3, 4), "UINT8": (0.3, 131), "INT16": (0.005, 0)})

    for input, kind, bias in triples:
        per_channel = [False, True] if kind.startswith("INT") else [False]
        for by_channel in per_channel:
            tag = f"{kind} weights, {bias} bias{', by channel' if by_channel else ''}"
            for padding, stride, dilation, activation in [(SAME, 1, 1, NONE), (VALID, 2, 1, RELU), (SAME, 2, 1, RELU6), (SAME, 1, 2, NONE),
                                                          (VALID, 4, 1, RELU_N1), (VALID, 1, 2, NONE)]:
                w, b = tensors(input, kind, bias, (5, 3, 2, 4), 5 if by_channel else 1, 0)
                fields = {"padding": padding, "strideW": stride, "strideH": stride, "dilationWFactor": dilation, "dilationHFactor": dilation,
                          "fusedActivationFunction": activation}
                conv = dict(fields, quantizedBiasType=BIAS.get(bias, 0))
                edge = f"{tag}, padding {padding} stride {stride} dilation {dilation}"
                yield Case(edge, "CONV_2D", [given(2, 7, 6, 4), w, b], [out(input)], ("Conv2DOptions", conv), types=[input])
                w, b = tensors(input, kind, bias, (1, 3, 2, 4), 4 if by_channel else 1, 3)
                yield Case(edge, "DEPTHWISE_CONV_2D", [given(2, 7, 6, 4), w, b], [out(input)],
                           ("DepthwiseConv2DOptions", dict(fields, depthMultiplier=1)), types=[input])
            for filters, stride in [(6, 1), (6, 2), (1, 1)]:
                w, b = tensors(input, kind, bias, (filters, 1, 1, 4), filters if by_channel else 1, 0)
                yield Case(f"{tag}, {filters} filters of a pixel, stride {stride}", "CONV_2D", [given(2, 5, 4, 4), w, b], [out(input)],
                           ("Conv2DOptions", {"padding": SAME, "strideW": stride, "strideH": stride, "dilationWFactor": 1, "dilationHFactor": 1,
                                              "fusedActivationFunction": NONE, "quantizedBiasType": BIAS.get(bias, 0)}), types=[input])
            w, b = tensors(input, kind, bias, (1, 3, 2, 8), 8 if by_channel else 1, 3)
            yield Case(f"{tag}, multiplier 2", "DEPTHWISE_CONV_2D", [given(1, 7, 6, 4), w, b], [out(input)],
                       ("DepthwiseConv2DOptions", {"padding": SAME, "strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1,
                                                   "fusedActivationFunction": NONE, "depthMultiplier": 2}), types=[input])
            w, b = tensors(input, kind, bias, (6, 3, 2, 2), 6 if by_channel else 1, 0)
            yield Case(f"{tag}, two groups", "CONV_2D", [given(2, 7, 6, 4), w, b], [out(input)],
                       ("Conv2DOptions", {"padding": SAME, "strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1,
                                          "fusedActivationFunction": NONE, "quantizedBiasType": BIAS.get(bias, 0)}), types=[input])
            for padding, stride in [(SAME, 2), (VALID, 1), (VALID, 3)]:
                w, b = tensors(input, kind, bias, (5, 3, 2, 4), 5 if by_channel else 1, 0)
                height = 3 * stride if padding == SAME else 2 * stride + 3
                width = 4 * stride if padding == SAME else 3 * stride + 2
                yield Case(f"{tag}, padding {padding} stride {stride}", "TRANSPOSE_CONV",
                           [constant([2, height, width, 5]), w, given(2, 3, 4, 4), b], [out(input)],
                           ("TransposeConvOptions", {"padding": padding, "strideW": stride, "strideH": stride,
                                                     "quantizedBiasType": BIAS.get(bias, 0)}), types=[input])
            for keep in [False, True]:
                w, b = tensors(input, kind, bias, (5, 4), 5 if by_channel else 1, 0)
                yield Case(f"{tag}, keep {keep}", "FULLY_CONNECTED", [given(2, 3, 4), w, b], [out(input)],
                           ("FullyConnectedOptions", {"keepNumDims": keep, "fusedActivationFunction": RELU,
                                                      "quantizedBiasType": BIAS.get(bias, 0)}), types=[input])
            w, b = tensors(input, kind, bias, (5, 4), 5 if by_channel else 1, 0)
            yield Case(f"{tag}, no bias", "FULLY_CONNECTED", [given(3, 4), w, None], [out(input)],
                       ("FullyConnectedOptions", {"keepNumDims": False, "fusedActivationFunction": NONE}), types=[input])
            yield Case(f"{tag}, asymmetric", "FULLY_CONNECTED", [given(3, 4), w, None], [out(input)],
                       ("FullyConnectedOptions", {"fusedActivationFunction": NONE, "asymmetricQuantizeInputs": True}), types=[input])
        w, b = tensors(input, kind, bias, (2, 3, 2, 2, 3), 1, 4)
        yield Case(tag, "CONV_3D", [given(1, 4, 5, 4, 2), w, b], [out(input)],
                   ("Conv3DOptions", {"padding": SAME, "strideD": 1, "strideW": 2, "strideH": 1, "dilationDFactor": 1, "dilationWFactor": 1,
                                      "dilationHFactor": 1, "fusedActivationFunction": NONE}), types=[input])
        w, b = tensors(input, kind, bias, (2, 3, 2, 3, 2), 1, 3)
        yield Case(tag, "CONV_3D_TRANSPOSE", [constant([1, 4, 5, 8, 3]), w, given(1, 4, 5, 4, 2), b], [out(input)],
                   ("Conv3DOptions", {"padding": SAME, "strideD": 1, "strideW": 2, "strideH": 1, "dilationDFactor": 1, "dilationWFactor": 1,
                                      "dilationHFactor": 1, "fusedActivationFunction": NONE}), types=[input])
    for code in ["AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D"]:
        for padding, stride, activation in [(SAME, 1, NONE), (VALID, 2, RELU), (SAME, 3, RELU_N1), (VALID, 4, RELU6)]:
            yield Case(f"padding {padding} stride {stride}", code, [given(2, 7, 5, 3)], [result()],
                       ("Pool2DOptions", {"padding": padding, "strideW": stride, "strideH": stride, "filterWidth": 2, "filterHeight": 3,
                                          "fusedActivationFunction": activation}))
    for code, options in [("RESIZE_BILINEAR", "ResizeBilinearOptions"), ("RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighborOptions")]:
        for align, half in [(False, False), (True, False), (False, True)]:
            for size in [[7, 9], [2, 3], [1, 1]]:
                yield Case(f"{size} align {align} half {half}", code, [given(2, 4, 5, 3), constant(size)], [result()],
                           (options, {"alignCorners": align, "halfPixelCenters": half}))
    for x, y in [(False, False), (True, False), (False, True), (True, True)]:
        for a, b in [((2, 3), (3, 4)), ((2, 2, 3), (2, 3, 4)), ((3, 1, 2, 3), (2, 3, 4))]:
            a = (*a[:-2], a[-1], a[-2]) if x else a
            b = (*b[:-2], b[-1], b[-2]) if y else b
            yield Case(f"{a} {b} adjoint {x} {y}", "BATCH_MATMUL", [given(*a), given(*b)], [out("")],
                       ("BatchMatMulOptions", {"adjX": x, "adjY": y}))
    for kind in ["INT8", "INT4"]:
        yield Case(f"{kind} weights", "BATCH_MATMUL", [given(2, 3), weights(3, 4, type=kind, quantised=(0.02, 0))], [result()],
                   ("BatchMatMulOptions", {"adjX": False, "adjY": False}), types=["FLOAT32", "INT8 quantised", "INT16 quantised"])
    yield Case("", "EMBEDDING_LOOKUP", [constant([2, 0]), weights(3, 4)], [result()])
    for kind, scale in [("INT8", (0.02, 0)), ("UINT8", (0.02, 0)), ("INT4", (0.02, 0)), ("INT2", (0.02, 0)),
                        ("INT8", ([0.1, 0.2, 0.3], [0, 0, 0], 0)), ("INT4", ([0.1, 0.2, 0.3], [0, 0, 0], 0))]:
        yield Case(f"{kind} {scale} to float", "EMBEDDING_LOOKUP", [constant([2, 0]), weights(3, 4, type=kind, quantised=scale)],
                   [result("FLOAT32")])
    for combiner in [0, 1, 2]:
        yield Case(f"combiner {combiner}", "EMBEDDING_LOOKUP_SPARSE",
                   [constant([1, 3, 0]), constant([[0, 0], [2, 0], [2, 1]]), constant([3, 2]), constant([1.0, 2.0, 4.0], "FLOAT32"), weights(4, 3)],
                   [result()], ("EmbeddingLookupSparseOptions", {"combiner": combiner}))
    yield Case("", "HASHTABLE_LOOKUP", [constant([4, 7]), constant([1, 4, 9]), weights(3, 2)], [result(), result("UINT8")])
    yield Case("", "RFFT2D", [given(2, 4, 8, type="FLOAT32"), constant([4, 8])], [result("COMPLEX64")], ("Rfft2dOptions", {}))
    yield Case("padded", "RFFT2D", [given(2, 3, 5, type="FLOAT32"), constant([4, 8])], [result("COMPLEX64")], ("Rfft2dOptions", {}))
    for kind, scale in [("FLOAT32", None), ("INT8", (0.02, 0)), ("UINT8", (0.02, 0))]:
        yield Case(f"{kind} weights", "SVDF", [given(2, 3), weights(8, 3, type=kind, quantised=scale), weights(8, 4, type=kind, quantised=scale),
                                              weights(4, type="FLOAT32"), variable(2, 32, type="FLOAT32")], [result()],
                   ("SVDFOptions", {"rank": 2, "fusedActivationFunction": RELU}), types=["FLOAT32"])
        yield Case(f"{kind} weights", "RNN", [given(2, 3), weights(4, 3, type=kind, quantised=scale), weights(4, 4, type=kind, quantised=scale),
                                             weights(4, type="FLOAT32"), variable(2, 4, type="FLOAT32")], [result()],
                   ("RNNOptions", {"fusedActivationFunction": RELU}), types=["FLOAT32"])
        for major in [False, True]:
            yield Case(f"{kind} weights, time major {major}", "UNIDIRECTIONAL_SEQUENCE_RNN",
                       [given(2, 2, 3), weights(4, 3, type=kind, quantised=scale), weights(4, 4, type=kind, quantised=scale),
                        weights(4, type="FLOAT32"), variable(2, 4, type="FLOAT32")], [result()],
                       ("SequenceRNNOptions", {"fusedActivationFunction": RELU, "timeMajor": major}), types=["FLOAT32"])


def suppressing():
    yield Case("", "NON_MAX_SUPPRESSION_V4", [given(6, 4, type="FLOAT32", low=0, high=1), given(6, type="FLOAT32", low=0, high=1), constant(4),
                                             constant(0.4, "FLOAT32"), constant(0.1, "FLOAT32")], [result("INT32"), result("INT32")])
    yield Case("", "NON_MAX_SUPPRESSION_V5",
               [given(6, 4, type="FLOAT32", low=0, high=1), given(6, type="FLOAT32", low=0, high=1), constant(4), constant(0.4, "FLOAT32"),
                constant(0.1, "FLOAT32"), constant(0.5, "FLOAT32")], [result("INT32"), result("FLOAT32"), result("INT32")])


def cases():
    for family in [unary, binary, moving, reducing, casting, filters, suppressing, recurrent, subgraphs]:
        yield from family()
