"""Models of one operator for operators_against_litert.py: every operator on every element type.

A case says T where a tensor takes the type that is varied. Wants the Python packages numpy and
ai-edge-litert, whose schema writes the models.
"""
import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

# Element types that are varied: schema type, scale and zero point (None: not quantised).
TYPES = {
    "FLOAT32": ("FLOAT32", None), "FLOAT16": ("FLOAT16", None), "FLOAT64": ("FLOAT64", None),
    "BFLOAT16": ("BFLOAT16", None), "COMPLEX64": ("COMPLEX64", None),
    "BOOL": ("BOOL", None), "INT8": ("INT8", None), "UINT8": ("UINT8", None),
    "INT16": ("INT16", None), "UINT16": ("UINT16", None), "INT32": ("INT32", None),
    "UINT32": ("UINT32", None), "INT64": ("INT64", None), "UINT64": ("UINT64", None),
    "INT8 quantised": ("INT8", (0.05, -3)), "UINT8 quantised": ("UINT8", (0.05, 120)),
    "INT16 quantised": ("INT16", (0.001, 0)), "INT32 quantised": ("INT32", (0.001, 0)),
    "INT4": ("INT4", None), "INT4 quantised": ("INT4", (0.5, 0)),
    "INT2": ("INT2", None), "STRING": ("STRING", None),
}
NUMPY = {
    "FLOAT32": np.float32, "FLOAT16": np.float16, "FLOAT64": np.float64, "BFLOAT16": np.uint16,
    "COMPLEX64": np.complex64, "BOOL": np.bool_, "INT8": np.int8, "UINT8": np.uint8,
    "INT16": np.int16, "UINT16": np.uint16, "INT32": np.int32, "UINT32": np.uint32,
    "INT64": np.int64, "UINT64": np.uint64, "INT4": np.int8, "INT2": np.int8, "STRING": "S8",
}
BITS = {"INT4": 4, "INT2": 2}


class Slot:
    """A tensor of a case: an input, a constant or an output."""

    def __init__(self, role, type, shape=(), values=None, low=None, high=None, quantised=None):
        self.role, self.type, self.shape = role, type, tuple(shape)
        self.values, self.low, self.high, self.quantised = values, low, high, quantised

    def resolved(self, varied):
        """Schema type and (scale, zero point) or None."""
        name, quantised = TYPES[varied] if self.type == "T" else TYPES.get(self.type, (self.type, None))
        if self.quantised is not None and (quantised is not None or self.type != "T"):
            quantised = self.quantised.get(name) if isinstance(self.quantised, dict) else self.quantised
        return name, quantised


def given(*shape, type="T", **more):
    return Slot("input", type, shape, **more)


def constant(values, type="INT32"):
    values = np.asarray(values)
    return Slot("constant", type, values.shape, values=values)


def weights(*shape, type="T", **more):
    return Slot("constant", type, shape, **more)


def result(type="T", shape=(), **more):
    return Slot("output", type, shape, **more)


def variable(*shape, type="T", **more):
    return Slot("variable", type, shape, **more)


def values_of(slot, type, quantised, random):
    """What an input or constant holds: small numbers, so that results stay in the type."""
    if slot.values is not None:
        return np.asarray(slot.values).astype(NUMPY[type])
    size = slot.shape
    if type == "STRING":
        return np.asarray([str(n).encode() for n in np.ravel(random.integers(0, 12, size))], "S8").reshape(size)
    if type == "BOOL":
        return random.integers(0, 2, size).astype(np.bool_)
    if type in ("FLOAT32", "FLOAT16", "FLOAT64", "COMPLEX64"):
        low, high = (-1.0 if slot.low is None else slot.low), (1.0 if slot.high is None else slot.high)
        real = random.uniform(low, high, size)
        if type == "COMPLEX64":
            real = real + 1j * random.uniform(low, high, size)
        return real.astype(NUMPY[type])
    if type == "BFLOAT16":
        real = random.uniform(-1.0 if slot.low is None else slot.low, 1.0 if slot.high is None else slot.high, size)
        return (np.asarray(real, np.float32).view(np.uint32) >> 16).astype(np.uint16)
    if slot.low is not None:
        low, high = int(np.floor(slot.low)), max(int(np.ceil(slot.high)), int(np.floor(slot.low)) + 1)
        if quantised:
            scale, zero = np.ravel(quantised[0])[0], np.ravel(quantised[1])[0]
            limits = np.iinfo(NUMPY[type])
            real = random.uniform(slot.low, slot.high, size)
            return np.clip(np.round(real / scale) + zero, limits.min, limits.max).astype(NUMPY[type])
    elif type in BITS:
        low, high = -(1 << BITS[type] - 1), 1 << BITS[type] - 1
    elif type in ("INT8", "INT16") and quantised:
        low, high = -128, 128
    elif type == "UINT8" and quantised:
        low, high = 0, 256
    else:
        low, high = (0 if type.startswith("UINT") else -6), 7
    low = max(low, 0) if type.startswith("UINT") else low
    return random.integers(low, high, size).astype(NUMPY[type])


def packed(values, type):
    """The bytes of a constant in the file."""
    if type == "STRING":
        texts = [bytes(text) for text in np.ravel(values)]
        ends = np.cumsum([4 * (len(texts) + 2)] + [len(text) for text in texts])
        return np.array([len(texts), *ends], np.int32).tobytes() + b"".join(texts)
    bits = BITS.get(type)
    if not bits:
        return np.ascontiguousarray(values).tobytes()
    per_byte = 8 // bits
    flat = values.reshape(-1).astype(np.int64) & ((1 << bits) - 1)
    flat = np.concatenate([flat, np.zeros(-len(flat) % per_byte, np.int64)]).reshape(-1, per_byte)
    return (flat << (np.arange(per_byte) * bits)).sum(axis=1).astype(np.uint8).tobytes()


def set_options(operator, name, fields):
    union = schema.BuiltinOptions if hasattr(schema.BuiltinOptions, name) else schema.BuiltinOptions2
    options = getattr(schema, name + "T")()
    for key, value in fields.items():
        if not hasattr(options, key):
            raise AttributeError(f"{name} has no {key}")
        setattr(options, key, value)
    if union is schema.BuiltinOptions:
        operator.builtinOptionsType, operator.builtinOptions = getattr(union, name), options
    else:
        operator.builtinOptions2Type, operator.builtinOptions2 = getattr(union, name), options


class ModelWriter:
    def __init__(self):
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.buffers = [schema.BufferT()]
        self.model.operatorCodes, self.model.subgraphs = [], []

    def subgraph(self):
        graph = schema.SubGraphT()
        graph.tensors, graph.operators, graph.inputs, graph.outputs = [], [], [], []
        self.model.subgraphs.append(graph)
        return graph

    def tensor(self, graph, name, type, shape, quantised, content=None, variable=False):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name, list(shape), getattr(schema.TensorType, type)
        tensor.isVariable = variable
        tensor.hasRank = True
        if content is not None:
            buffer = schema.BufferT()
            buffer.data = list(content)
            self.model.buffers.append(buffer)
            tensor.buffer = len(self.model.buffers) - 1
        if quantised is not None:
            scale, zero = quantised[:2]
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = list(np.atleast_1d(np.asarray(scale, np.float64)))
            tensor.quantization.zeroPoint = list(np.atleast_1d(np.asarray(zero, np.int64)))
            tensor.quantization.quantizedDimension = quantised[2] if len(quantised) > 2 else 0
        graph.tensors.append(tensor)
        return len(graph.tensors) - 1

    def operator(self, graph, code, version, inputs, outputs, options, intermediates=()):
        number = getattr(schema.BuiltinOperator, code)
        entry = schema.OperatorCodeT()
        entry.builtinCode, entry.deprecatedBuiltinCode, entry.version = number, min(number, 127), version
        self.model.operatorCodes.append(entry)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes) - 1
        operator.inputs, operator.outputs = list(inputs), list(outputs)
        if intermediates:
            operator.intermediates = list(intermediates)
        if options:
            set_options(operator, *options)
        graph.operators.append(operator)

    def write(self, path):
        builder = flatbuffers.Builder(4096)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        with open(path, "wb") as file:
            file.write(bytes(builder.Output()))


class Case:
    def __init__(self, name, code, inputs, outputs, options=None, types=None, intermediates=()):
        self.name, self.code, self.inputs, self.outputs = name, code, inputs, outputs
        self.options, self.intermediates = options, intermediates
        slots = [slot for slot in [*inputs, *outputs] if slot is not None]
        varied = any(slot.type == "T" for slot in slots)
        self.types = types or (list(TYPES) if varied else ["FLOAT32"])

    def write(self, varied, version, path, seed=1):
        """Writes the model; returns the arrays of its inputs. Sub-byte and string inputs become constants."""
        random = np.random.default_rng(seed)
        writer = ModelWriter()
        graph = writer.subgraph()
        arrays, inputs, outputs = [], [], []
        for slot in self.inputs:
            if slot is None:
                inputs.append(-1)
                continue
            type, quantised = slot.resolved(varied)
            name = f"in{len(inputs)}"
            if slot.role == "variable":
                inputs.append(writer.tensor(graph, name, type, slot.shape, quantised, variable=True))
                continue
            values = values_of(slot, type, quantised, random)
            fixed = slot.role == "constant" or type in BITS or type == "STRING"
            inputs.append(writer.tensor(graph, name, type, slot.shape, quantised,
                                        packed(values, type) if fixed else None))
            if not fixed:
                graph.inputs.append(inputs[-1])
                arrays.append(values)
        for slot in self.outputs:
            type, quantised = slot.resolved(varied)
            outputs.append(writer.tensor(graph, f"out{len(outputs)}", type, slot.shape, quantised))
        between = [writer.tensor(graph, f"between{i}", type, (), quantised)
                   for i, (type, quantised) in enumerate(self.intermediates)]
        graph.outputs = list(outputs)
        options = self.options
        if options is not None:
            number = getattr(schema.TensorType, TYPES[varied][0])
            options = (options[0], {k: number if v == "T" else v for k, v in options[1].items()})
        writer.operator(graph, self.code, version, inputs, outputs, options, between)
        writer.write(path)
        return arrays
