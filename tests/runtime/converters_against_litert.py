#!/usr/bin/env python3
"""Whether Litezoo answers as LiteRT does on what the official converters make.

usage: converters_against_litert.py --litezoo PROGRAM [--only WORD] [--keep DIRECTORY]

PYTHON must have tensorflow, ai-edge-quantizer and ai-edge-litert (in a virtual environment). Every
model of converter_models.py is converted in every mode, the float ones quantised by every recipe, and
run by both on the same random inputs; LiteRT with XNNPACK, as it comes. Converting runs in children,
because some cases end it. Prints a line for each model that Litezoo refuses or answers otherwise
than within 5e-4 of the largest (reals), one step (8 and 16 bits) or exactly, and the totals. What only
quantising while running tells apart (reals between 5e-4 and 1e-2) is counted as "near". --keep leaves
the models and goes on where it was.
"""
import argparse
import collections
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def convert_all(folder, only):
    """A child's work. A case that ended an earlier child has left its .tried behind."""
    import converter_models as models

    for name in models.MODELS:
        if only not in name:
            continue
        for mode in (*models.MODES, *models.RECIPES):
            path = folder / f"{name}.{mode}.tflite"
            tried = path.with_suffix(".tried")
            if tried.exists():
                continue
            tried.touch()
            try:
                if mode in models.MODES:
                    path.write_bytes(models.convert(name, mode))
                else:
                    models.quantize(str(folder / f"{name}.float32.tflite"), mode, str(path))
            except Exception as error:
                tried.write_text(str(error))


def random_input(detail, generator):
    shape = [max(int(size), 1) for size in detail["shape"]]
    kind = detail["dtype"]
    if kind in (np.object_, np.bytes_):
        return np.array([b"alpha beta", b"x", b"gamma d"], dtype="S")[: shape[0]]
    if np.issubdtype(kind, np.floating):
        return generator.normal(size=shape).astype(kind)
    if kind in (np.int32, np.int64):
        return generator.integers(0, 6, shape).astype(kind)
    limits = np.iinfo(kind)
    return generator.integers(limits.min, limits.max + 1, shape).astype(kind)


def run_litert(path):
    """(inputs, outputs), or None when it refuses the model."""
    from ai_edge_litert.interpreter import Interpreter

    generator = np.random.default_rng(3)
    try:
        runner = Interpreter(str(path), num_threads=1)
        runner.allocate_tensors()
        inputs = [random_input(detail, generator) for detail in runner.get_input_details()]
        for detail, value in zip(runner.get_input_details(), inputs):
            if list(detail["shape"]) != list(value.shape):
                runner.resize_tensor_input(detail["index"], value.shape)
        runner.allocate_tensors()
        for detail, value in zip(runner.get_input_details(), inputs):
            runner.set_tensor(detail["index"], value.astype(object) if value.dtype.kind == "S" else value)
        runner.invoke()
        return inputs, [runner.get_tensor(detail["index"]) for detail in runner.get_output_details()]
    except (RuntimeError, ValueError):
        return None


def run_litezoo(program, path, inputs, count):
    """(outputs, ""), or (None, why it was refused)."""
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "run", str(path), "--output-dir", folder]
        for i, value in enumerate(inputs):
            np.save(f"{folder}/in{i}.npy", value)
            command += ["--input", f"{i}={folder}/in{i}.npy"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            return None, (done.stderr.strip() or f"exit {done.returncode}").splitlines()[-1]
        return [np.load(f"{folder}/{i}.npy") for i in range(count)], ""


def verdict(want, got):
    """("agrees" | "near" | "differs", why)."""
    if want.size != got.size:
        return "differs", f"shape {list(got.shape)} instead of {list(want.shape)}"
    if want.dtype.kind in "OS":
        return ("agrees", "") if list(want.ravel()) == list(got.ravel()) else ("differs", "other texts")
    a, b = want.ravel(), got.ravel()
    if want.dtype.kind != "f":
        allowed = 1 if want.dtype in (np.int8, np.uint8, np.int16) else 0
        worst = np.abs(a.astype(np.int64) - b.astype(np.int64)).max(initial=0)
        return ("agrees", "") if worst <= allowed else ("differs", f"off by {worst}")
    a, b = a.astype(np.float64), b.astype(np.float64)
    if not np.array_equal(np.isfinite(a), np.isfinite(b)):
        return "differs", "other infinities"
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    worst = np.abs(a - b).max(initial=0) / max(np.abs(a).max(initial=0), 1e-6)
    if worst <= 5e-4:
        return "agrees", ""
    return "near" if worst <= 1e-2 else "differs", f"off by {worst:.1e} of the largest"


def main():
    if sys.argv[1:2] == ["--worker"]:
        convert_all(pathlib.Path(sys.argv[2]), sys.argv[3])
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--litezoo", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep")
    options = parser.parse_args()
    scratch = None if options.keep else tempfile.TemporaryDirectory(prefix="converters-")
    folder = pathlib.Path(options.keep or scratch.name)
    folder.mkdir(parents=True, exist_ok=True)
    ended = -1
    while ended != 0:
        before = len(list(folder.glob("*.tried")))
        ended = subprocess.run([sys.executable, __file__, "--worker", str(folder), options.only],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        if ended != 0 and len(list(folder.glob("*.tried"))) == before:
            sys.exit("the converters do not start; are tensorflow and ai-edge-quantizer installed?")
    totals = collections.Counter()
    for path in sorted(folder.glob("*.tflite")):
        if options.only not in path.name or path.stat().st_size == 0:
            continue
        totals["models"] += 1
        answer = run_litert(path)
        if answer is None:
            totals["LiteRT refused"] += 1
            continue
        inputs, wanted = answer
        got, why = run_litezoo(options.litezoo, path, inputs, len(wanted))
        outcomes = [("refused", why)] if got is None else [verdict(w, g) for w, g in zip(wanted, got)]
        worst = max(outcomes, key=lambda each: ("agrees", "near", "differs", "refused").index(each[0]),
                    default=("agrees", ""))
        totals[worst[0]] += 1
        if worst[0] != "agrees":
            print(f"{path.name}: {worst[0]}: {worst[1]}", flush=True)
    for key, count in sorted(totals.items()):
        print(f"{count:6} {key}")
    return 1 if totals["refused"] or totals["differs"] else 0


if __name__ == "__main__":
    sys.exit(main())
