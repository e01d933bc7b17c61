#!/usr/bin/env python3
"""Writes the shipped tables (tasks, models, artifacts, claims) from the collected source files.

    data/regenerate.py --collected DIR [--output data]

DIR holds the CSV files that data/README.md names; data/sources holds what was written by hand.
The same input gives the same bytes. Needs Python's standard library only.
"""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "sources"))
import arm  # noqa: E402
import examples  # noqa: E402
import hosted  # noqa: E402
import mediapipe  # noqa: E402
import qualcomm  # noqa: E402
import starter_zoo  # noqa: E402
import taxonomy  # noqa: E402
import tfhub  # noqa: E402
from tables import Tables  # noqa: E402

# In this order: a later source joins a model that an earlier one brought.
SOURCES = (tfhub, starter_zoo, mediapipe, arm, qualcomm, hosted, examples)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    here = pathlib.Path(__file__).parent
    parser.add_argument("--collected", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, default=here)
    options = parser.parse_args()

    tables = Tables()
    taxonomy.collect(tables, options.collected, here / "sources")
    for source in SOURCES:
        source.collect(tables, options.collected, here / "sources")
    for name, count in tables.write(options.output):
        print(f"{name}: {count} rows")


if __name__ == "__main__":
    main()
