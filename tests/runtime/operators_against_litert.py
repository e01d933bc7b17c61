#!/usr/bin/env python3
"""Which operators and element types LiteRT runs and Litezoo does not, or runs otherwise.

usage: operators_against_litert.py --litezoo PROGRAM --versions CSV [--only WORD] [--keep DIRECTORY]

PYTHON must have ai-edge-litert and numpy (in a virtual environment). CSV has the columns name and
cpu_kernel_max_version: the op version that each model asks for. Every case of operator_cases.py is
tried with every element type, the first of each operator with version 1 as well; LiteRT (its own
kernels, no XNNPACK) runs in children, because some cases end it. What it runs, Litezoo runs too, with
XNNPACK and without. Prints a line for each case that Litezoo refuses or answers otherwise, unless
LiteRT with XNNPACK gives Litezoo's answer, and the totals; "unscaled" are arithmetic on 8 and 16 bits
without a scale, which Litezoo refuses and LiteRT answers with zeros, "one step" are whole numbers
rounded otherwise. --keep leaves the models of those lines.
"""
import argparse
import collections
import csv
import importlib.util
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

from operator_cases import cases


def litert_worker(folder, delegate, names):
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    resolver = OpResolverType.AUTO if delegate else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    out = "xnnpack" if delegate else "out"

    for name in names:
        print(json.dumps(["start", name]), flush=True)
        path = os.path.join(folder, name)
        try:
            runner = Interpreter(model_path=path + ".tflite", num_threads=1, experimental_op_resolver_type=resolver)
            runner.allocate_tensors()
            for i, detail in enumerate(runner.get_input_details()):
                runner.set_tensor(detail["index"], np.load(f"{path}.in{i}.npy"))
            runner.invoke()
            for i, detail in enumerate(runner.get_output_details()):
                value = np.asarray(runner.get_tensor(detail["index"]))
                np.save(f"{path}.{out}{i}.npy", value.astype("S") if value.dtype.kind == "O" else value)
            print(json.dumps(["ran", name, len(runner.get_output_details())]), flush=True)
        except Exception as error:
            print(json.dumps(["refused", name, str(error)]), flush=True)


def run_litert(folder, names, delegate=False):
    """By name: ("ran", outputs), ("refused", why) or ("died", "")."""
    verdicts, left = {}, list(names)
    while left:
        batch = left[:200]
        command = [sys.executable, __file__, "--worker", folder, "delegate" if delegate else "", *batch]
        done = subprocess.run(command, capture_output=True, text=True)
        rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
        started = [row[1] for row in rows if row[0] == "start"]
        verdicts.update({row[1]: (row[0], row[2]) for row in rows if row[0] != "start"})
        if started and started[-1] not in verdicts:
            verdicts[started[-1]] = ("died", "")
        left = left[max(1, len(started)):]
    return verdicts


def difference(want, got):
    """None when they agree: exactly, or for real numbers within 1e-5 of the largest."""
    if want.shape != got.shape:
        return f"shape {list(got.shape)} instead of {list(want.shape)}"
    if want.size == 0 or np.array_equal(want, got, equal_nan=want.dtype.kind in "fc"):
        return None
    if want.dtype.kind == "S":
        return "other texts"
    if want.dtype.kind not in "fc":
        return f"off by {np.abs(want.astype(np.float64) - got.astype(np.float64)).max():g}"
    a, b = want.astype(np.complex128), got.astype(np.complex128)
    if not np.array_equal(np.isfinite(a), np.isfinite(b)):
        return "other infinities"
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    allowed = 2e-3 if want.dtype == np.float16 else 1e-5
    worst = np.abs(a - b).max(initial=0) / max(np.abs(a).max(initial=0), 1e-6)
    return f"off by {worst:.1e} of the largest" if worst > allowed else None


def compare(want, got):
    """("agrees" | "one step" | "differs", why)."""
    if want.dtype.kind == "V":
        want = want.view(np.uint16)
    worst = difference(want, got)
    if worst == "off by 1" and want.dtype.itemsize <= 2 and want.dtype.kind in "iu":
        return "one step", ""
    return ("differs", worst) if worst else ("agrees", "")


def run_litezoo(program, path, inputs, outputs, flags):
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "run", path + ".tflite", "--output-dir", folder, *flags]
        for i in range(inputs):
            command += ["--input", f"{i}={path}.in{i}.npy"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            if "scale" in done.stderr:
                return "unscaled", ""
            return "refused", (done.stderr.strip() or f"exit {done.returncode}").splitlines()[-1]
        for i in range(outputs):
            got = np.load(os.path.join(folder, f"{i}.npy"))
            outcome, worst = compare(np.load(f"{path}.out{i}.npy"), got)
            delegated = f"{path}.xnnpack{i}.npy"
            if outcome == "differs" and os.path.exists(delegated):
                outcome, _ = compare(np.load(delegated), got)
            if outcome != "agrees":
                return outcome, f"output {i} {worst}"
    return "agrees", ""


def main():
    if sys.argv[1:2] == ["--worker"]:
        litert_worker(sys.argv[2], bool(sys.argv[3]), sys.argv[4:])
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--litezoo", required=True)
    parser.add_argument("--versions", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep")
    options = parser.parse_args()
    with open(options.versions) as file:
        versions = {row["name"]: int(row["cpu_kernel_max_version"]) for row in csv.DictReader(file)
                    if row["cpu_kernel_max_version"]}
    if importlib.util.find_spec("ai_edge_litert") is None:
        sys.exit("this Python has no ai-edge-litert; install it in a virtual environment")
    scratch = None if options.keep else tempfile.TemporaryDirectory(prefix="operators-")
    folder = options.keep or scratch.name
    os.makedirs(folder, exist_ok=True)
    tried = []
    for case in cases():
        if options.only and options.only not in case.code.split():
            continue
        first = all(case.code != other.code for other, _, _ in tried)
        for version in {versions[case.code], 1} if first else {versions[case.code]}:
            for varied in case.types:
                path = os.path.join(folder, str(len(tried)))
                arrays = case.write(varied, version, path + ".tflite")
                for i, array in enumerate(arrays):
                    np.save(f"{path}.in{i}.npy", array)
                tried.append((case, varied, len(arrays)))
    verdicts = run_litert(folder, [str(i) for i in range(len(tried))])
    totals = collections.Counter()
    covered = set()
    for i, (case, varied, inputs) in enumerate(tried):
        verdict, detail = verdicts[str(i)]
        if verdict != "ran":
            totals[f"LiteRT {verdict}"] += 1
            continue
        totals["LiteRT ran"] += 1
        covered.add(case.code)
        for flags in [["--no-delegate"], []]:
            path = os.path.join(folder, str(i))
            outcome, why = run_litezoo(options.litezoo, path, inputs, detail, flags)
            if outcome == "differs" and not os.path.exists(f"{path}.xnnpack0.npy"):
                run_litert(folder, [str(i)], delegate=True)
                outcome, why = run_litezoo(options.litezoo, path, inputs, detail, flags)
            totals[f"{outcome}{'' if flags else ' with XNNPACK'}"] += 1
            if outcome in ("refused", "differs"):
                print(f"{case.code} [{case.name}] {varied}: {outcome}{'' if flags else ' (XNNPACK)'}: {why} #{i}", flush=True)
    for key, count in sorted(totals.items()):
        print(f"{count:6} {key}")
    print(f"{len(covered):6} operators ran")
    missing = sorted({case.code for case, _, _ in tried} - covered)
    if missing:
        print("no case ran in LiteRT:", " ".join(missing))
    return 0


if __name__ == "__main__":
    sys.exit(main())
