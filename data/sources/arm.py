"""ARM's ML-Zoo (arm_mlzoo.csv): digests, sizes and published accuracy."""
import re

from metrics import dataset, metric, number, precision, share
from tables import read_csv, spdx

SOURCE = "ARM-software/ML-zoo@fec0bb5 (Apache-2.0)"
PLACE = "https://media.githubusercontent.com/media/ARM-software/ML-zoo/master/"
TASKS = {
    "anomaly_detection": ("sensor-anomaly-detection", "sensor|audio"),
    "image_classification": ("image-classification", "image"),
    "keyword_spotting": ("audio-command-detection", "audio"),
    "object_detection": ("image-object-detection", "image"),
    "speech_recognition": ("audio-stt", "audio"),
    "superresolution": ("image-super-resolution", "image"),
    "visual_wake_words": ("image-classification", "image"),
}


def claims(tables, subject, row):
    for entry in row["metrics"].split(";"):
        name, raw = (part.strip() for part in entry.split("="))
        found, kind = metric(name)
        value = float(raw.removesuffix("dB")) if kind == "dB" else share(raw)
        tables.put("claims", subject=subject, metric=found, dataset=dataset(row["dataset"]),
                   variant=row["variant"].removeprefix("tflite_"), value=number(value),
                   unit="dB" if kind == "dB" else "fraction", raw=entry, source=SOURCE,
                   date="2023-03")


def collect(tables, collected, sources):
    del sources
    for row in read_csv(collected / "arm_mlzoo.csv"):
        task, domains = TASKS[row["task"]]
        name = f"arm/{row['task']}/{row['model']}"
        words = re.sub(r"_", " ", f"{row['task']} {row['model']}")
        licence = row["license"]
        if re.fullmatch(r"(.\|)+.", licence):  # a string that was read as a list of letters
            licence = licence.replace("|", "")
        tables.put("models", name=name, publisher="arm", task=task, domains=domains,
                   architecture=re.sub(r"_.*", "", row["model"]), dataset=dataset(row["dataset"]),
                   license=spdx(licence), description=words, link=row["paper"], source=SOURCE)
        variant = row["variant"].removeprefix("tflite_")
        tables.put("artifacts", name=f"{name}/{variant}", model=name, format="tflite",
                   precision=precision(variant), size=row["lfs_size"], sha256=row["lfs_sha256"],
                   references=PLACE + row["file"])
        claims(tables, f"{name}/{variant}", row)
