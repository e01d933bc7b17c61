"""TF Hub's TFLite and Coral entries (tfhub_lite.csv, of tensorflow/tfhub.dev)."""
import re

from tables import read_csv, spdx

SOURCE = "tensorflow/tfhub.dev@81fdea8 (Apache-2.0)"


def model_name(row):
    """The parent model without its version; the entry itself where it has no parent."""
    parent = row["parent_model"] or row["handle"]
    return re.sub(r"/\d+$", "", parent)


def references(row):
    """The file's own address where it is a plain download, then the hub's handle."""
    found = []
    path = row["asset_path"]
    needs_login = "://storage.cloud.google.com/" in path
    if row["asset_kind"] == "url" and path.endswith(".tflite") and not needs_login:
        found.append(path)
    prefix = "coral-model" if row["format"].startswith("Coral") else "lite-model"
    handle = "/".join(("tfhub:" + row["publisher"], prefix, row["model_name"], row["version"]))
    return found + [handle]


def collect(tables, collected, sources):
    del sources
    for row in read_csv(collected / "tfhub_lite.csv"):
        name = model_name(row)
        words = re.sub(r"[-_/]+", " ", name.split("/", 1)[1])
        architecture = "" if row["architecture"] == "other" else row["architecture"]
        tables.put("models", name=name, publisher=row["publisher"], task=row["task"],
                   domains=row["domain"], architecture=architecture,
                   dataset=row["dataset"], license=spdx(row["license"]),
                   languages=row["language"], description=words,
                   link="https://tfhub.dev/" + (row["parent_model"] or row["handle"]),
                   source=SOURCE)
        coral = row["format"].startswith("Coral")
        tables.put("artifacts", name=row["handle"], model=name,
                   format="tflite", precision="int8" if coral else row["quant_hint"],
                   revision=row["version"], references=" ".join(references(row)))
