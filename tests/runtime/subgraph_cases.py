"""Cases of operators_against_litert.py that take more than one operator: calls, loops, variables, tables, reductions by a body."""
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import flexbuffers

from operator_models import NUMPY, TYPES, ModelWriter, packed

NUMBERS = ["FLOAT32", "INT32", "INT64", "INT8", "UINT8", "INT16"]


class Graphs:
    """Writes one model of several subgraphs; the first is the main one, the operator under test is in it."""

    def __init__(self, version, seed=1):
        self.writer, self.version = ModelWriter(), version
        self.random = np.random.default_rng(seed)
        self.arrays = []

    def subgraph(self):
        return Graph(self, self.writer.subgraph())

    @property
    def count(self):
        return len(self.writer.model.subgraphs)


class Graph:
    def __init__(self, model, graph):
        self.model, self.graph = model, graph
        self.index = model.count - 1

    def tensor(self, type, shape, content=None, quantised=None):
        return self.model.writer.tensor(self.graph, f"t{len(self.graph.tensors)}", type, shape, quantised, content)

    def input(self, type, shape, values=None):
        """An input; of the main subgraph with the values it is to be run with."""
        index = self.tensor(type, shape)
        self.graph.inputs.append(index)
        if self.index == 0:
            if values is None:
                values = self.model.random.integers(0 if type[0] in "UB" else -6, 2 if type == "BOOL" else 7, shape)
            self.model.arrays.append(np.asarray(values).astype(NUMPY[type]).reshape(shape))
        return index

    def constant(self, type, values):
        array = np.asarray(values).astype(NUMPY[type])
        return self.tensor(type, array.shape, packed(array, type))

    def op(self, code, inputs, outputs, options=None, version=None):
        """Adds an operator; `outputs` are (type, shape). The tensors it makes, or the only one."""
        made = [self.tensor(*output) for output in outputs]
        self.model.writer.operator(self.graph, code, version or 1, inputs, made, options)
        return made[0] if len(made) == 1 else made

    def output(self, *tensors):
        self.graph.outputs.extend(tensors)


class GraphCase:
    def __init__(self, name, code, build, types=("FLOAT32",)):
        self.name, self.code, self.build, self.types = name, code, build, types

    def write(self, varied, version, path):
        model = Graphs(version)
        self.build(model, TYPES[varied][0])
        model.writer.write(path)
        return model.arrays


ADD = ("AddOptions", {"fusedActivationFunction": 0})
MUL = ("MulOptions", {"fusedActivationFunction": 0})


def make_branch(model, type, shape, factor, rows=None):
    """A subgraph x -> x * factor, or its first rows."""
    graph = model.subgraph()
    x = graph.input(type, shape)
    if rows is None:
        graph.output(graph.op("MUL", [x, graph.constant(type, factor)], [(type, shape)], MUL))
        return graph.index
    graph.output(graph.op("SLICE", [x, graph.constant("INT32", [0] * len(shape)), graph.constant("INT32", [rows, *shape[1:]])],
                          [(type, (rows, *shape[1:]))], ("SliceOptions", {})))
    return graph.index


def conditionals():
    def build_if(condition, rows, fixed):
        def build(model, type):
            main = model.subgraph()
            c = main.constant("BOOL", condition) if fixed else main.input("BOOL", (), condition)
            x = main.input(type, (3, 2))
            made = [main.tensor(type, (3, 2))]
            model.writer.operator(main.graph, "IF", model.version, [c, x], made,
                                  ("IfOptions", {"thenSubgraphIndex": 1, "elseSubgraphIndex": 2}))
            main.output(main.op("ADD", [made[0], main.constant(type, 1)], [(type, (3, 2))], ADD))
            make_branch(model, type, (3, 2), 2, rows)
            make_branch(model, type, (3, 2), 3)
        return build

    for condition in [False, True]:
        for rows in [None, 2, 0]:
            for fixed in [False, True]:
                yield GraphCase(f"{condition} rows {rows} constant {fixed}", "IF", build_if(condition, rows, fixed), ["FLOAT32", "INT32", "INT64"])

    def build_constants(model, type):
        main = model.subgraph()
        c, x = main.input("BOOL", (), True), main.input(type, (3,))
        made = [main.tensor(type, (3,)), main.tensor(type, (2,))]
        model.writer.operator(main.graph, "IF", model.version, [c, x], made, ("IfOptions", {"thenSubgraphIndex": 1, "elseSubgraphIndex": 1}))
        main.output(*made)
        body = model.subgraph()
        x = body.input(type, (3,))
        body.output(x, body.constant(type, [4, 5]))

    yield GraphCase("its inputs and constants are its outputs", "IF", build_constants, ["FLOAT32", "INT32", "BOOL"])

    def build_strings(model, type):
        main = model.subgraph()
        c = main.input("BOOL", (), True)
        x = main.constant("STRING", [b"one", b"three"])
        made = [main.tensor("STRING", (2,))]
        model.writer.operator(main.graph, "IF", model.version, [c, x], made, ("IfOptions", {"thenSubgraphIndex": 1, "elseSubgraphIndex": 2}))
        main.output(*made)
        same, other = model.subgraph(), model.subgraph()
        same.output(same.input("STRING", (2,)))
        other.input("STRING", (2,))
        other.output(other.constant("STRING", [b"else"]))

    yield GraphCase("strings", "IF", build_strings)

    def build_case(index, fixed):
        def build(model, type):
            main = model.subgraph()
            which = main.constant("INT32", index) if fixed else main.input("INT32", (), index)
            x = main.input(type, (3, 2))
            made = [main.tensor(type, (3, 2))]
            model.writer.operator(main.graph, "STABLEHLO_CASE", model.version, [which, x], made,
                                  ("StablehloCaseOptions", {"branchSubgraphIndices": [1, 2, 3]}))
            main.output(*made)
            make_branch(model, type, (3, 2), 2)
            make_branch(model, type, (3, 2), 3)
            make_branch(model, type, (3, 2), 5, 2)
        return build

    for index in [0, 1, 2, 3, -1]:
        for fixed in [False, True]:
            yield GraphCase(f"{index} constant {fixed}", "STABLEHLO_CASE", build_case(index, fixed))


def loops():
    def counted(code, index, turns, limit_fixed, body_of):
        """while (i < turns): i += 1, state = body_of(state)."""
        def build(model, type):
            main, cond, body = model.subgraph(), model.subgraph(), model.subgraph()
            i = main.constant(index, 0) if limit_fixed else main.input(index, (), 0)
            shape = (2, 3)
            state, other = main.input(type, shape), main.input(type, shape)
            made = [main.tensor(index, ()), main.tensor(type, shape), main.tensor(type, shape)]
            options = "WhileOptions" if code == "WHILE" else "StablehloWhileOptions"
            model.writer.operator(main.graph, code, model.version, [i, state, other], made,
                                  (options, {"condSubgraphIndex": 1, "bodySubgraphIndex": 2}))
            main.output(*made)
            i = cond.input(index, ())
            cond.input(type, shape), cond.input(type, shape)
            cond.output(cond.op("LESS", [i, cond.constant(index, turns)], [("BOOL", ())], ("LessOptions", {})))
            i, x, y = body.input(index, ()), body.input(type, shape), body.input(type, shape)
            i = body.op("ADD", [i, body.constant(index, 1)], [(index, ())], ADD)
            body.output(i, *body_of(body, type, shape, x, y))
        return build

    def add_up(body, type, shape, x, y):
        return body.op("ADD", [x, y], [(type, shape)], ADD), y

    def exchange(body, type, shape, x, y):
        return y, x

    def twice_the_same(body, type, shape, x, y):
        return y, y

    def a_constant(body, type, shape, x, y):
        return body.constant(type, np.arange(6).reshape(2, 3)), x

    def grow(body, type, shape, x, y):
        return body.op("CONCATENATION", [x, y], [(type, (4, 3))], ("ConcatenationOptions", {"axis": 0, "fusedActivationFunction": 0})), y

    def grow_both(body, type, shape, x, y):
        return [body.op("CONCATENATION", [t, t], [(type, (4, 3))], ("ConcatenationOptions", {"axis": 0, "fusedActivationFunction": 0}))
                for t in (x, y)]

    for code in ["WHILE"]:
        for body in [add_up, exchange, twice_the_same, a_constant, grow, grow_both]:
            for turns in [0, 1, 3]:
                for fixed in [False, True]:
                    for index in ["INT32", "INT64"]:
                        yield GraphCase(f"{body.__name__} {turns} turns, {index} constant {fixed}", code,
                                        counted(code, index, turns, fixed, body), ["FLOAT32", "INT32"])

    def nested(model, type):
        main, cond, body, inner_cond, inner = [model.subgraph() for _ in range(5)]
        i, x = main.input("INT32", (), 0), main.input(type, (2,))
        made = [main.tensor("INT32", ()), main.tensor(type, (2,))]
        model.writer.operator(main.graph, "WHILE", model.version, [i, x], made, ("WhileOptions", {"condSubgraphIndex": 1, "bodySubgraphIndex": 2}))
        main.output(*made)
        for graph, limit in [(cond, 3), (inner_cond, 2)]:
            i = graph.input("INT32", ())
            graph.input(type, (2,))
            graph.output(graph.op("LESS", [i, graph.constant("INT32", limit)], [("BOOL", ())], ("LessOptions", {})))
        i, x = body.input("INT32", ()), body.input(type, (2,))
        made = [body.tensor("INT32", ()), body.tensor(type, (2,))]
        model.writer.operator(body.graph, "WHILE", 1, [body.constant("INT32", 0), x], made, ("WhileOptions", {"condSubgraphIndex": 3, "bodySubgraphIndex": 4}))
        body.output(body.op("ADD", [i, body.constant("INT32", 1)], [("INT32", ())], ADD), made[1])
        i, x = inner.input("INT32", ()), inner.input(type, (2,))
        inner.output(inner.op("ADD", [i, inner.constant("INT32", 1)], [("INT32", ())], ADD), inner.op("MUL", [x, inner.constant(type, 2)], [(type, (2,))], MUL))

    yield GraphCase("a loop in a loop", "WHILE", nested, ["FLOAT32", "INT32", "INT64"])


def composites():
    def build(code, rows):
        def write(model, type):
            main = model.subgraph()
            x = main.input(type, (3, 2))
            made = [main.tensor(type, (3, 2))]
            options = ("StableHLOCompositeOptions", {"name": "test.twice", "decompositionSubgraphIndex": 1, "version": 1,
                                                     "compositeAttributes": list(flexbuffers.Dumps({"axis": 1}))})
            model.writer.operator(main.graph, code, model.version, [x], made, options)
            main.output(*made)
            make_branch(model, type, (3, 2), 2, rows)
        return write

    for code in ["STABLEHLO_COMPOSITE"]:
        for rows in [None, 2]:
            yield GraphCase(f"rows {rows}", code, build(code, rows), ["FLOAT32", "INT32", "INT64"])


def variables():
    def build(shape, declared, twice):
        def write(model, type):
            main, init = model.subgraph(), model.subgraph()
            model.writer.operator(main.graph, "CALL_ONCE", 1, [], [], ("CallOnceOptions", {"initSubgraphIndex": 1}))
            named = ("VarHandleOptions", {"container": "", "sharedName": "v"})
            handle = main.op("VAR_HANDLE", [], [("RESOURCE", ())], named)
            before = main.op("READ_VARIABLE", [handle], [(type, declared)], ("ReadVariableOptions", {}))
            x = main.input(type, shape)
            total = main.op("ADD", [before, x], [(type, declared)], ADD)
            model.writer.operator(main.graph, "ASSIGN_VARIABLE", 1, [handle, total], [], ("AssignVariableOptions", {}))
            after = main.op("READ_VARIABLE", [handle], [(type, declared)], ("ReadVariableOptions", {}))
            if twice:
                total = main.op("ADD", [after, x], [(type, declared)], ADD)
                model.writer.operator(main.graph, "ASSIGN_VARIABLE", 1, [handle, total], [], ("AssignVariableOptions", {}))
                after = main.op("READ_VARIABLE", [main.op("VAR_HANDLE", [], [("RESOURCE", ())], named)], [(type, declared)], ("ReadVariableOptions", {}))
            main.output(before, after)
            handle = init.op("VAR_HANDLE", [], [("RESOURCE", ())], named)
            values = init.constant(type, np.arange(np.prod(shape, dtype=int)).reshape(shape))
            model.writer.operator(init.graph, "ASSIGN_VARIABLE", 1, [handle, values], [], ("AssignVariableOptions", {}))
        return write

    for code in ["CALL_ONCE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"]:
        for shape, declared in [((2, 3), (2, 3)), ((), ()), ((4,), (4,)), ((0, 2), (0, 2))]:
            for twice in [False, True]:
                yield GraphCase(f"{shape} twice {twice}", code, build(shape, declared, twice), NUMBERS if code == "READ_VARIABLE" else ["FLOAT32"])


def tables():
    def build(key, value):
        def write(model, type):
            main, init = model.subgraph(), model.subgraph()
            numbers = {"STRING": schema.TensorType.STRING, "INT64": schema.TensorType.INT64, "INT32": schema.TensorType.INT32,
                       "FLOAT32": schema.TensorType.FLOAT32}
            made = ("HashtableOptions", {"tableId": 3, "keyDtype": numbers[key], "valueDtype": numbers[value]})
            texts = {"STRING": [b"one", b"two", b"two"], "INT64": [7, -2, 7], "INT32": [7, -2, 7], "FLOAT32": [1, 2, 3]}
            model.writer.operator(main.graph, "CALL_ONCE", 1, [], [], ("CallOnceOptions", {"initSubgraphIndex": 1}))
            table = main.op("HASHTABLE", [], [("RESOURCE", (1,))], made)
            size = main.op("HASHTABLE_SIZE", [table], [("INT64", (1,))], ("HashtableSizeOptions", {}))
            asked = main.constant(key, [*texts[key][:2], b"none" if key == "STRING" else 99])
            found = main.op("HASHTABLE_FIND", [table, asked, main.constant(value, texts[value][:1])], [(value, (3,))], ("HashtableFindOptions", {}))
            main.output(size, found)
            table = init.op("HASHTABLE", [], [("RESOURCE", (1,))], made)
            model.writer.operator(init.graph, "HASHTABLE_IMPORT", 1, [table, init.constant(key, texts[key]), init.constant(value, texts[value])], [],
                                  ("HashtableImportOptions", {}))
        return write

    for code in ["HASHTABLE", "HASHTABLE_FIND", "HASHTABLE_IMPORT", "HASHTABLE_SIZE"]:
        for key in ["STRING", "INT64", "INT32"]:
            for value in ["STRING", "INT64", "INT32", "FLOAT32"]:
                yield GraphCase(f"{key} to {value}", code, build(key, value))


BODIES = {"add": ("ADD", ADD), "multiply": ("MUL", MUL), "greatest": ("MAXIMUM", ("MaximumMinimumOptions", {})),
          "least": ("MINIMUM", ("MaximumMinimumOptions", {})), "stablehlo add": ("STABLEHLO_ADD", None),
          "stablehlo multiply": ("STABLEHLO_MULTIPLY", None), "stablehlo greatest": ("STABLEHLO_MAXIMUM", None),
          "stablehlo least": ("STABLEHLO_MINIMUM", None), "both": ("STABLEHLO_AND", None), "all": ("LOGICAL_AND", ("LogicalAndOptions", {})),
          "any": ("LOGICAL_OR", ("LogicalOrOptions", {}))}


def make_body(model, type, body, shape=()):
    graph = model.subgraph()
    a, b = graph.input(type, shape), graph.input(type, shape)
    if body == "replace":
        graph.output(b)
    else:
        graph.output(graph.op(BODIES[body][0], [a, b], [(type, shape)], BODIES[body][1]))


def reductions():
    def build(body, window):
        def write(model, type):
            main = model.subgraph()
            x = main.input(type, (5, 6))
            start = main.constant(type, 1 if type == "BOOL" else 2)
            made = [main.tensor(type, ())]
            model.writer.operator(main.graph, "STABLEHLO_REDUCE_WINDOW", model.version, [x, start], made,
                                  ("StablehloReduceWindowOptions", dict(window, bodySubgraphIndex=1)))
            main.output(*made)
            make_body(model, type, body)
        return write

    windows = {"plain": dict(windowDimensions=[2, 3], windowStrides=[1, 2], baseDilations=[1, 1], windowDilations=[1, 1], padding=[0, 0, 0, 0]),
               "padded": dict(windowDimensions=[2, 3], windowStrides=[1, 2], baseDilations=[1, 1], windowDilations=[1, 1], padding=[1, 0, 2, 1]),
               "cropped": dict(windowDimensions=[2, 3], windowStrides=[1, 1], baseDilations=[1, 1], windowDilations=[1, 1], padding=[-1, 0, 0, -1]),
               "dilated": dict(windowDimensions=[2, 2], windowStrides=[2, 1], baseDilations=[2, 3], windowDilations=[3, 2], padding=[1, 1, 0, 2]),
               "whole": dict(windowDimensions=[5, 6], windowStrides=[1, 1], baseDilations=[1, 1], windowDilations=[1, 1], padding=[0, 0, 0, 0]),
               "sums so far": dict(windowDimensions=[5, 1], windowStrides=[1, 1], baseDilations=[1, 1], windowDilations=[1, 1], padding=[4, 0, 0, 0])}
    for body in BODIES:
        for name, window in windows.items():
            types = ["BOOL"] if body in ("all", "any", "both") else NUMBERS
            yield GraphCase(f"{body} {name}", "STABLEHLO_REDUCE_WINDOW", build(body, window), types)


def scattering():
    def build(body, operand, updates, indices, fields):
        def write(model, type):
            main = model.subgraph()
            x, index, update = main.input(type, operand), main.constant("INT64", indices), main.input(type, updates)
            made = [main.tensor(type, operand)]
            model.writer.operator(main.graph, "STABLEHLO_SCATTER", model.version, [x, index, update], made,
                                  ("StablehloScatterOptions", dict(fields, updateComputationSubgraphIndex=1)))
            main.output(*made)
            make_body(model, type, body)
        return write

    plans = {"rows": ((4, 3), (2, 3), [[2], [0]], dict(updateWindowDims=[1], insertedWindowDims=[0], scatterDimsToOperandDims=[0], indexVectorDim=1)),
             "elements": ((4, 3), (3,), [[2, 1], [0, 0], [2, 1]],
                          dict(updateWindowDims=[], insertedWindowDims=[0, 1], scatterDimsToOperandDims=[0, 1], indexVectorDim=1)),
             "windows": ((4, 5), (2, 2, 2), [[2, 1], [0, 3]],
                         dict(updateWindowDims=[1, 2], insertedWindowDims=[], scatterDimsToOperandDims=[0, 1], indexVectorDim=1)),
             "out of range": ((4, 5), (2, 2, 2), [[3, 1], [-1, 3]],
                              dict(updateWindowDims=[1, 2], insertedWindowDims=[], scatterDimsToOperandDims=[0, 1], indexVectorDim=1)),
             "columns": ((4, 5), (4, 2), [[4], [1]], dict(updateWindowDims=[0], insertedWindowDims=[1], scatterDimsToOperandDims=[1], indexVectorDim=1)),
             "vectors first": ((4, 3), (3,), [[2, 0, 3], [1, 0, 2]],
                               dict(updateWindowDims=[], insertedWindowDims=[0, 1], scatterDimsToOperandDims=[0, 1], indexVectorDim=0))}
    for body in ["replace", "stablehlo add", "stablehlo multiply", "stablehlo greatest", "stablehlo least", "add", "greatest"]:
        for name, (operand, updates, indices, fields) in plans.items():
            yield GraphCase(f"{body} {name}", "STABLEHLO_SCATTER", build(body, operand, updates, indices, fields), NUMBERS)


def chance():
    def build(code, shape, options, more=()):
        def write(model, type):
            main = model.subgraph()
            made = [main.tensor("FLOAT32", shape)]
            model.writer.operator(main.graph, code, model.version, [main.constant("INT32", shape)], made, options)
            main.output(*made)
        return write

    for code in ["RANDOM_UNIFORM", "RANDOM_STANDARD_NORMAL"]:
        for shape in [(7,), (2, 3, 5), (0, 2)]:
            for seeds in [(1, 0), (1, 2), (1234567, -9)]:
                yield GraphCase(f"{shape} seeds {seeds}", code, build(code, shape, ("RandomOptions", {"seed": seeds[0], "seed2": seeds[1]})))

    def multinomial(samples, out):
        def write(model, type):
            main = model.subgraph()
            logits = main.constant("FLOAT32", model.random.uniform(-2, 2, (2, 5)))
            made = [main.tensor(out, (2, samples))]
            model.writer.operator(main.graph, "MULTINOMIAL", model.version, [logits, main.constant("INT32", samples)], made,
                                  ("RandomOptions", {"seed": 3, "seed2": 4}))
            main.output(*made)
        return write

    for out in ["INT32", "INT64"]:
        for samples in [1, 6]:
            yield GraphCase(f"{samples} samples of {out}", "MULTINOMIAL", multinomial(samples, out))

    def bits(algorithm, state, out):
        def write(model, type):
            main = model.subgraph()
            made = [main.tensor("UINT64", (state,)), main.tensor(out, (3, 5))]
            model.writer.operator(main.graph, "STABLEHLO_RNG_BIT_GENERATOR", model.version, [main.input("UINT64", (state,), range(7, 7 + state))], made,
                                  ("StablehloRngBitGeneratorOptions", {"algorithm": algorithm}))
            main.output(*made)
        return write

    for algorithm in [0, 1, 2]:
        for state in [2, 3]:
            for out in ["INT32", "UINT32", "INT64", "UINT64"]:
                yield GraphCase(f"algorithm {algorithm} state {state} {out}", "STABLEHLO_RNG_BIT_GENERATOR", bits(algorithm, state, out))


def texts():
    def grams(size, skip, every, text):
        def write(model, type):
            main = model.subgraph()
            made = [main.tensor("STRING", (0,))]
            model.writer.operator(main.graph, "SKIP_GRAM", model.version, [main.constant("STRING", [text])], made,
                                  ("SkipGramOptions", {"ngramSize": size, "maxSkipSize": skip, "includeAllNgrams": every}))
            main.output(*made)
        return write

    for size in [1, 2, 3]:
        for skip in [0, 1, 2]:
            for every in [False, True]:
                for text in [b"a bc d e", b"a  b", b"", b"one"]:
                    yield GraphCase(f"size {size} skip {skip} all {every} '{text}'", "SKIP_GRAM", grams(size, skip, every, text))

    def projection(kind, weighted, input):
        def write(model, type):
            main = model.subgraph()
            tensors = [main.constant("FLOAT32", model.random.uniform(-1, 1, (3, 2)))]
            tensors.append(main.constant("STRING", [b"ab", b"cd", b"ef"]) if input == "STRING" else main.input(input, (3, 4)))
            if weighted:
                tensors.append(main.constant("FLOAT32", [0.3, -1.0, 2.0]))
            made = [main.tensor("INT32", (0,))]
            model.writer.operator(main.graph, "LSH_PROJECTION", model.version, tensors, made, ("LSHProjectionOptions", {"type": kind}))
            main.output(*made)
        return write

    for kind in [1, 2]:
        for weighted in [False, True]:
            for input in ["INT32", "INT64", "FLOAT32"]:
                yield GraphCase(f"kind {kind} weights {weighted} {input}", "LSH_PROJECTION", projection(kind, weighted, input))


def subgraphs():
    for family in [conditionals, loops, composites, variables, tables, reductions, scattering, chance, texts]:
        yield from family()
