"""The recurrent operators' cases for operators_against_litert.py: every optional part of a cell, every kind of number."""
from itertools import product

from operator_models import Case, given, result, variable, weights

TANH = 4
BATCH, STEPS, INPUTS, CELLS = 2, 3, 5, 4
INTEGER_BIAS = dict(low=-3000, high=3000)


def gates(make, present=True):
    """The tensors of the input, forget, cell and output gates; the first is left out of a CIFG cell."""
    return [make() if present else None, make(), make(), make()]


def float_cell(kind, cifg, peephole, projected, norms, diagonal=False):
    """Inputs 1 to 23 of a FLOAT32 cell with weights of this kind."""
    scale = {"FLOAT32": None, "INT8": (0.01, 0), "UINT8": (0.01, 0)}[kind]
    outputs = 3 if projected else CELLS
    recurrent = (CELLS,) if diagonal else (CELLS, outputs)
    inputs = gates(lambda: weights(CELLS, INPUTS, type=kind, quantised=scale), not cifg)
    own = "FLOAT32" if diagonal else kind
    inputs += gates(lambda: weights(*recurrent, type=own, quantised=None if diagonal else scale), not cifg)
    peepholes = gates(lambda: weights(CELLS, type=kind, quantised=scale) if peephole else None, not cifg)
    inputs += [peepholes[0], peepholes[1], peepholes[3]]
    inputs += gates(lambda: weights(CELLS, type="FLOAT32"), not cifg)
    inputs += [weights(outputs, CELLS, type=kind, quantised=scale) if projected else None,
               weights(outputs, type="FLOAT32") if projected == "with bias" else None,
               variable(BATCH, outputs, type="FLOAT32"), variable(BATCH, CELLS, type="FLOAT32")]
    if norms:
        inputs += gates(lambda: weights(CELLS, type="FLOAT32"), not cifg)
    return inputs


def integer_cell(cifg, peephole, projected, norms, cell_scale=2.0 ** -11):
    """Inputs 1 to 23 of an INT8 cell with an INT16 state."""
    outputs = 3 if projected else CELLS
    inputs = gates(lambda: weights(CELLS, INPUTS, type="INT8", quantised=(0.01, 0)), not cifg)
    inputs += gates(lambda: weights(CELLS, outputs, type="INT8", quantised=(0.012, 0)), not cifg)
    peepholes = gates(lambda: weights(CELLS, type="INT16", quantised=(0.0005, 0)) if peephole else None, not cifg)
    inputs += [peepholes[0], peepholes[1], peepholes[3]]
    inputs += gates(lambda: weights(CELLS, type="INT32", quantised=(0.0005, 0), **INTEGER_BIAS), not cifg)
    inputs += [weights(outputs, CELLS, type="INT8", quantised=(0.01, 0)) if projected else None,
               weights(outputs, type="INT32", quantised=(0.0001, 0), **INTEGER_BIAS) if projected == "with bias" else None,
               variable(BATCH, outputs, type="INT8", quantised=(0.009, 3)), variable(BATCH, CELLS, type="INT16", quantised=(cell_scale, 0))]
    if norms:
        inputs += gates(lambda: weights(CELLS, type="INT16", quantised=(0.003, 0), low=0, high=1), not cifg)
    return inputs


def cells():
    """Each cell once as LSTM and once over a sequence, by either order of its axes."""
    shapes = [("LSTM", (BATCH, INPUTS), None), ("LSTM", (STEPS, BATCH, INPUTS), None),
              ("UNIDIRECTIONAL_SEQUENCE_LSTM", (STEPS, BATCH, INPUTS), True), ("UNIDIRECTIONAL_SEQUENCE_LSTM", (BATCH, STEPS, INPUTS), False)]
    parts = list(product([False, True], [False, True], [None, "without bias", "with bias"], [False, True]))
    for (code, shape, major), (cifg, peephole, projected, norms) in product(shapes, parts):
        name = f"{list(shape)} major {major} cifg {cifg} peephole {peephole} projected {projected} norms {norms}"
        kind_of_options = "LSTMOptions" if code == "LSTM" else "UnidirectionalSequenceLSTMOptions"
        fields = {"fusedActivationFunction": TANH, "cellClip": 0.7 if peephole else 0.0, "projClip": 0.4 if projected == "with bias" else 0.0}
        if major is not None:
            fields["timeMajor"] = major
        for kind in ["FLOAT32", "INT8", "UINT8"]:
            for asymmetric in [False, True] if kind == "INT8" else [False]:
                yield Case(f"{kind} asymmetric {asymmetric} {name}", code,
                           [given(*shape, type="FLOAT32"), *float_cell(kind, cifg, peephole, projected, norms)], [result("FLOAT32")],
                           (kind_of_options, dict(fields, asymmetricQuantizeInputs=asymmetric)))
        between = [("INT16", (0.0006 + 0.0001 * i, 0)) for i in range(4)] + [("INT8", (0.008, -5))]
        for cell_scale in [2.0 ** -11, 2.0 ** -15, 2.0 ** -9]:
            yield Case(f"8x8_16 {cell_scale} {name}", code,
                       [given(*shape, type="INT8", quantised=(0.02, 7)), *integer_cell(cifg, peephole, projected, norms, cell_scale)],
                       [result("INT8", quantised=(0.009, 3))], (kind_of_options, fields), intermediates=between)
        if code == "LSTM" and norms and projected == "with bias" and not peephole:
            steps = [("INT8", (0.02 + 0.003 * i, 3 * i - 12)) for i in range(12)]
            yield Case(f"8x8_8 {name}", code,
                       [given(*shape, type="INT8", quantised=(0.02, 7)), *integer_cell(cifg, peephole, projected, norms, 2.0 ** -15)],
                       [result("INT8", quantised=(0.009, 3))], (kind_of_options, fields), intermediates=steps)


def other_layers():
    for major, cifg, kind in product([False, True], [False, True], ["FLOAT32", "INT8"]):
        shape = (STEPS, BATCH, INPUTS) if major else (BATCH, STEPS, INPUTS)
        yield Case(f"{kind} diagonal, time major {major} cifg {cifg}", "UNIDIRECTIONAL_SEQUENCE_LSTM",
                   [given(*shape, type="FLOAT32"), *float_cell(kind, cifg, False, None, False, diagonal=True)], [result("FLOAT32")],
                   ("UnidirectionalSequenceLSTMOptions", {"fusedActivationFunction": TANH, "timeMajor": major, "diagonalRecurrentTensors": True}))
    for activation in [0, 1, 2, 3]:
        yield Case(f"activation {activation}", "LSTM", [given(BATCH, INPUTS, type="FLOAT32"), *float_cell("FLOAT32", False, False, None, False)],
                   [result("FLOAT32")], ("LSTMOptions", {"fusedActivationFunction": activation}))
    yield Case("basic", "LSTM", [given(BATCH, INPUTS, type="FLOAT32"), given(BATCH, CELLS, type="FLOAT32"),
                                 weights(4 * CELLS, INPUTS + CELLS, type="FLOAT32"), weights(4 * CELLS, type="FLOAT32"), given(BATCH, CELLS, type="FLOAT32")],
               [result("FLOAT32")] * 4, ("LSTMOptions", {"fusedActivationFunction": TANH, "kernelType": 1}))
    yield Case("basic of 8 bits", "LSTM",
               [given(BATCH, INPUTS, type="UINT8", quantised=(1 / 128, 128)), given(BATCH, CELLS, type="UINT8", quantised=(1 / 128, 128)),
                weights(4 * CELLS, INPUTS + CELLS, type="UINT8", quantised=(0.01, 120)),
                weights(4 * CELLS, type="INT32", quantised=(0.01 / 128, 0), **INTEGER_BIAS), given(BATCH, CELLS, type="INT16", quantised=(1 / 2048, 0))],
               [result("UINT8", quantised=(1 / 128, 128)), result("INT16", quantised=(1 / 2048, 0)), result("UINT8", quantised=(1 / 128, 128)),
                result("INT16", quantised=(1 / 4096, 0))], ("LSTMOptions", {"fusedActivationFunction": TANH, "kernelType": 1}))


def two_directions():
    def half(kind, peephole, projected, cifg, norms=False):
        tensors = float_cell(kind, cifg, peephole, projected, norms)
        return tensors[:17], tensors[17:19]

    parts = list(product(["FLOAT32", "INT8"], [False, True], [False, True], [False, True], [False, True],
                         [None, "without bias", "with bias"], ["none", "weights", "input"]))
    for kind, major, merged, cifg, peephole, projected, auxiliary in parts:
        shape = (STEPS, BATCH, INPUTS) if major else (BATCH, STEPS, INPUTS)
        forward, forward_state = half(kind, peephole, projected, cifg)
        backward, backward_state = half(kind, peephole, projected, cifg)
        scale = None if kind == "FLOAT32" else (0.01, 0)
        more = [None] * 9
        if auxiliary != "none":
            more[0] = given(*shape, type="FLOAT32")
        if auxiliary == "weights":
            for first in [1, 5]:
                more[first:first + 4] = gates(lambda: weights(CELLS, INPUTS, type=kind, quantised=scale), not cifg)
        yield Case(f"{kind} major {major} merged {merged} cifg {cifg} peephole {peephole} projected {projected} auxiliary {auxiliary}",
                   "BIDIRECTIONAL_SEQUENCE_LSTM",
                   [given(*shape, type="FLOAT32"), *forward, *backward, *forward_state, *backward_state, *more],
                   [result("FLOAT32")] * (1 if merged else 2),
                   ("BidirectionalSequenceLSTMOptions", {"fusedActivationFunction": TANH, "cellClip": 0.0, "projClip": 0.0,
                                                         "mergeOutputs": merged, "timeMajor": major, "asymmetricQuantizeInputs": peephole}))
    for kind, major, merged, auxiliary, asymmetric in product(["FLOAT32", "INT8", "UINT8"], [False, True], [False, True],
                                                              ["none", "weights", "input"], [False, True]):
        shape = (STEPS, BATCH, INPUTS) if major else (BATCH, STEPS, INPUTS)
        scale = None if kind == "FLOAT32" else (0.01, 0)
        layers = []
        for _ in range(2):
            layers += [weights(CELLS, INPUTS, type=kind, quantised=scale), weights(CELLS, CELLS, type=kind, quantised=scale),
                       weights(CELLS, type="FLOAT32"), variable(BATCH, CELLS, type="FLOAT32")]
        more = [None if auxiliary == "none" else given(*shape, type="FLOAT32")]
        more += [weights(CELLS, INPUTS, type=kind, quantised=scale) if auxiliary == "weights" else None for _ in range(2)]
        yield Case(f"{kind} major {major} merged {merged} auxiliary {auxiliary} asymmetric {asymmetric}", "BIDIRECTIONAL_SEQUENCE_RNN",
                   [given(*shape, type="FLOAT32"), *layers, *more], [result("FLOAT32")] * (1 if merged else 2),
                   ("BidirectionalSequenceRNNOptions", {"fusedActivationFunction": TANH, "mergeOutputs": merged, "timeMajor": major,
                                                        "asymmetricQuantizeInputs": asymmetric}))


def filters_of_time():
    for activation, rank, bias in product([0, 1, 3], [1, 2], [False, True]):
        for state, scale in [("INT16", 0.001)]:
            yield Case(f"INT8 with a state of {state}, activation {activation} rank {rank} bias {bias}", "SVDF",
                       [given(2, 3, type="INT8", quantised=(0.02, 7)), weights(8, 3, type="INT8", quantised=(0.01, 0)),
                        weights(8, 4, type=state, quantised=(0.01, 0)),
                        weights(8 // rank, type="INT32", quantised=(0.01 * scale, 0), **INTEGER_BIAS) if bias else None,
                        variable(2, 32, type=state, quantised=(scale, 0))], [result("INT8", quantised=(0.03, 3))],
                       ("SVDFOptions", {"rank": rank, "fusedActivationFunction": activation}))
    for kind, asymmetric in product(["INT8", "UINT8"], [False, True]):
        yield Case(f"{kind} weights, asymmetric {asymmetric}", "SVDF",
                   [given(2, 3, type="FLOAT32"), weights(8, 3, type=kind, quantised=(0.02, 0)), weights(8, 4, type=kind, quantised=(0.02, 0)),
                    None, variable(2, 32, type="FLOAT32")], [result("FLOAT32")],
                   ("SVDFOptions", {"rank": 1, "fusedActivationFunction": 0, "asymmetricQuantizeInputs": asymmetric}))


def recurrent():
    for family in [cells, other_layers, two_directions, filters_of_time]:
        yield from family()
