"""The shipped tables while they are being put together."""
import csv

COLUMNS = {
    "tasks": ("id", "display_name", "domains", "synonyms"),
    "models": ("name", "publisher", "task", "domains", "architecture", "dataset", "license",
               "languages", "description", "link", "source"),
    "artifacts": ("name", "model", "format", "precision", "size", "sha256", "starter",
                  "revision", "references"),
    "claims": ("subject", "metric", "dataset", "split", "variant", "value", "unit", "raw",
               "source", "date"),
    "examples": ("use_case", "input", "artifact", "source"),
}
KEYS = {"tasks": ("id",), "models": ("name",), "artifacts": ("name",),
        "claims": COLUMNS["claims"], "examples": ("use_case", "artifact")}

# As tag of the hubs -> SPDX.
SPDX = {
    "apache-2.0": "Apache-2.0", "mit": "MIT", "bsd-3-clause": "BSD-3-Clause",
    "bsd-2-clause": "BSD-2-Clause", "cc-by-nc-4.0": "CC-BY-NC-4.0", "cc-by-4.0": "CC-BY-4.0",
    "cc-by-sa-4.0": "CC-BY-SA-4.0", "cc0-1.0": "CC0-1.0", "agpl-3.0": "AGPL-3.0-only",
    "gpl-3.0": "GPL-3.0-only", "gpl-2.0": "GPL-2.0-only", "lgpl-3.0": "LGPL-3.0-only",
}


def spdx(tag):
    """The SPDX identifier of a licence tag; empty for what names no licence."""
    tag = (tag or "").strip()
    if tag.lower() in ("", "unknown", "other", "unlicensed"):
        return ""
    return SPDX.get(tag.lower(), tag)


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def read_tsv(path):
    with open(path, encoding="utf-8") as stream:
        lines = [line.rstrip("\n").split("\t") for line in stream if line.strip()]
    return [dict(zip(lines[0], line + [""] * (len(lines[0]) - len(line)))) for line in lines[1:]]


class Tables:
    def __init__(self):
        self.rows = {name: {} for name in COLUMNS}

    def put(self, table, **fields):
        """Adds a row; of a row that is there, fills what is empty. Lists are joined by '|'."""
        unknown = set(fields) - set(COLUMNS[table])
        if unknown:
            raise ValueError(f"{table} has no column {unknown}")
        row = {column: text(fields.get(column, "")) for column in COLUMNS[table]}
        key = tuple(row[column] for column in KEYS[table])
        kept = self.rows[table].setdefault(key, row)
        for column, value in row.items():
            kept[column] = kept[column] or value
        return kept

    def find(self, table, *key):
        return self.rows[table].get(key)

    def write(self, directory):
        for name, columns in COLUMNS.items():
            ordered = sorted(self.rows[name].values(), key=lambda row: [row[c] for c in columns])
            lines = ["\t".join(columns)]
            lines += ["\t".join(row[column] for column in columns) for row in ordered]
            (directory / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
            yield f"{name}.tsv", len(ordered)


def text(value):
    if isinstance(value, (list, tuple)):
        value = "|".join(value)
    if isinstance(value, bool):
        value = "1" if value else ""
    return " ".join(str(value).split())
