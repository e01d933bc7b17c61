#!/usr/bin/env python3
"""Asks releases of LiteRT which versions of which builtin operators they load.

usage: litert_releases.py DIRECTORY...

Each directory is named after a release and holds its Python package, oldest first:
  pip install --no-deps --target 1.0.1 ai-edge-litert==1.0.1
(1.0.x also want numpy before 2 in theirs). Wants the Python package flatbuffers. A model that names
an operator version in its list of operator codes and has no nodes is refused by the interpreter when
the resolver lacks that version. Prints what each release brought, as rows of inspector/operator_table.cpp.
"""
import json
import os
import subprocess
import sys

OPERATORS, VERSIONS, CUSTOM = 210, 20, 32


def model(code, version):
    import flatbuffers

    b = flatbuffers.Builder(256)

    def vector(*items):
        b.StartVector(4, len(items), 4)
        for item in reversed(items):
            b.PrependUOffsetTRelative(item)
        return b.EndVector()

    b.StartObject(4)
    b.PrependInt8Slot(0, min(code, 127), 0)
    b.PrependInt32Slot(2, version, 1)
    b.PrependInt32Slot(3, code, 0)
    codes = vector(b.EndObject())
    parts = [vector() for _ in range(4)]
    b.StartObject(5)
    for slot, part in enumerate(parts):
        b.PrependUOffsetTRelativeSlot(slot, part, 0)
    subgraphs = vector(b.EndObject())
    b.StartObject(1)
    buffers = vector(b.EndObject())
    b.StartObject(8)
    b.PrependUint32Slot(0, 3, 0)
    for slot, part in ((1, codes), (2, subgraphs), (4, buffers)):
        b.PrependUOffsetTRelativeSlot(slot, part, 0)
    b.Finish(b.EndObject(), b"TFL3")
    return bytes(b.Output())


def ask(directory):
    sys.path.insert(0, directory)
    from ai_edge_litert.interpreter import Interpreter

    def loads(code, version):
        try:
            Interpreter(model_content=model(code, version))
            return True
        except (ValueError, RuntimeError):
            return False

    codes = [c for c in range(OPERATORS) if c != CUSTOM]
    print(json.dumps({c: max([v for v in range(1, VERSIONS) if loads(c, v)], default=0)
                      for c in codes}))


def names(directory):
    sys.path.insert(0, directory)
    from ai_edge_litert.schema_py_generated import BuiltinOperator

    return {value: name for name, value in vars(BuiltinOperator).items() if isinstance(value, int)}


def main():
    if sys.argv[1:2] == ["--child"]:
        return ask(sys.argv[2])
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    name_of = names(sys.argv[-1])
    before = {}
    for directory in sys.argv[1:]:
        release = os.path.basename(os.path.normpath(directory))
        done = subprocess.run([sys.executable, __file__, "--child", directory], capture_output=True,
                              text=True, check=True)
        now = {int(code): highest for code, highest in json.loads(done.stdout).items()}
        if not before:
            print(f"// {release} loads versions of {sum(h > 0 for h in now.values())} operators.")
        else:
            for code, highest in sorted(now.items()):
                for version in range(before[code] + 1, highest + 1):
                    print(f'{{{name_of[code]}, {version}, "{release}"}},')
        before = now


if __name__ == "__main__":
    main()
