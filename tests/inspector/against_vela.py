#!/usr/bin/env python3
"""Compares multiply-accumulates with those that Arm's Vela compiler counts.

usage: against_vela.py --litezoo PROGRAM MODEL.tflite...

Wants the Python package ethos-u-vela (in a virtual environment, its bin directory in PATH). Vela takes
models quantised to 8 bits; it also counts pooling, so that it may be some tenths of a percent higher.
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile


def counted_by_vela(model):
    with tempfile.TemporaryDirectory() as scratch:
        command = ["vela", "--accelerator-config", "ethos-u55-256", "--output-dir", scratch, model]
        text = subprocess.run(command, capture_output=True, text=True).stdout
    found = re.search(r"Neural network macs\s+(\d+)", text)
    return int(found.group(1)) if found else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--litezoo", required=True)
    parser.add_argument("models", nargs="+")
    options = parser.parse_args()
    far = 0
    for model in options.models:
        text = subprocess.run([options.litezoo, "inspect", "--json", model],
                              capture_output=True, text=True).stdout
        ours, theirs = json.loads(text)["macs"], counted_by_vela(model)
        if not theirs:
            print(f"{model}: {ours} MACs, Vela {'does not take it' if theirs is None else 'counts none'}")
            continue
        difference = 100 * (ours - theirs) / theirs
        far += abs(difference) > 1
        print(f"{model}: {ours} MACs, Vela {theirs} ({difference:+.2f} %)")
    return 1 if far else 0


if __name__ == "__main__":
    sys.exit(main())
