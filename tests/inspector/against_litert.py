#!/usr/bin/env python3
"""Compares the predicted XNNPACK partitions with what a real LiteRT makes of each model.

usage: against_litert.py --litezoo PROGRAM --models DIRECTORY

Wants the Python package ai-edge-litert (in a virtual environment). Its default interpreter applies the
XNNPACK delegate; each partition shows up as one more operator DELEGATE. Every model runs in a child
process, because some of them abort the runtime. Prints the models that differ and the shares that
agree: of all models, of those with ten operators or more, of those with several partitions.
"""
import argparse
import json
import subprocess
import sys


def count_partitions(paths):
    from ai_edge_litert.interpreter import Interpreter

    for path in paths:
        try:
            interpreter = Interpreter(model_path=path, num_threads=1)
            interpreter.allocate_tensors()
            names = [op["op_name"] for op in interpreter._get_ops_details()]
            print(json.dumps([path, names.count("DELEGATE")]), flush=True)
        except Exception as error:  # what LiteRT refuses has no partitions to compare
            print(json.dumps([path, None, str(error)]), flush=True)


def real_partitions(paths):
    result = {}
    while paths:
        command = [sys.executable, __file__, "--child", *paths[:40]]
        done = subprocess.run(command, capture_output=True, text=True)
        rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
        result.update({row[0]: row[1] for row in rows})
        # One that killed the child has no row: go on behind it.
        paths = paths[max(1, len(rows) + (len(rows) < min(40, len(paths)))):]
    return result


def main():
    if sys.argv[1:2] == ["--child"]:
        count_partitions(sys.argv[2:])
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--litezoo", required=True)
    parser.add_argument("--models", required=True)
    options = parser.parse_args()
    lines = subprocess.run([options.litezoo, "inspect", "--json", options.models],
                           capture_output=True, text=True).stdout.splitlines()
    models = [m for m in map(json.loads, lines) if "error" not in m and "!" not in m["name"]]
    real = real_partitions([m["name"] for m in models])
    shares = {"all": [0, 0], "ten operators or more": [0, 0], "several partitions": [0, 0]}
    for model in models:
        wanted, got = real.get(model["name"]), model["xnnpack"]["delegated_partitions"]
        if wanted is None:
            continue
        groups = ["all"]
        groups += ["ten operators or more"] if model["operators"] >= 10 else []
        groups += ["several partitions"] if max(wanted, got) > 1 else []
        for group in groups:
            shares[group][0] += wanted == got
            shares[group][1] += 1
        if wanted != got:
            print(f"{model['name']}: LiteRT makes {wanted}, predicted {got}")
    for group, (same, all_of_them) in shares.items():
        share = 100 * same / max(1, all_of_them)
        print(f"{group}: the same count for {same} of {all_of_them} ({share:.1f} %)")
    return 0 if shares["all"][0] >= 0.95 * shares["all"][1] else 1


if __name__ == "__main__":
    sys.exit(main())
