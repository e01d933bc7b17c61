"""Qualcomm AI Hub's TFLite accuracy and latencies (qualcomm_tflite_*.csv)."""
from metrics import dataset, metric, number, precision, share
from tables import read_csv, spdx

SOURCE = "qualcomm/ai-hub-models@b61a009 (BSD-3-Clause)"
TASKS = {
    "Image Classification": ("image-classification", "image"),
    "Semantic Segmentation": ("image-segmentation", "image"),
    "Object Detection": ("image-object-detection", "image"),
    "Pose Estimation": ("image-pose-detection", "image"),
    "Text Generation": ("text-generation", "text"),
    "Image To Text": ("image-text-recognition", "image|text"),
    "Video Classification": ("video-classification", "video"),
    "Depth Estimation": ("image-depth-estimation", "image"),
    "Video Object Tracking": ("video-object-tracking", "video"),
    "Image Editing": ("image-inpainting", "image"),
    "Driver Assistance": ("image-driver-assistance", "image"),
    "Super Resolution": ("image-super-resolution", "image"),
    "Audio Classification": ("audio-event-classification", "audio"),
    "Robotics": ("image-robot-control", "image|sensor"),
    "Speech Recognition": ("audio-stt", "audio"),
}
MULTIMODAL = {
    "Image To Text": ("multimodal-image-text", "image|text|multimodal"),
    "Image Classification": ("multimodal-image-text", "image|text|multimodal"),
}


def task_of(row):
    known = TASKS[row["use_case"]]
    return MULTIMODAL.get(row["use_case"], known) if row["domain"] == "Multimodal" else known


def artifact_of(tables, row):
    """The artifact's name; model and artifact are added when they are new."""
    name = "qualcomm/" + row["model_id"]
    task, domains = task_of(row)
    tables.put("models", name=name, publisher="qualcomm", task=task, domains=domains,
               license=spdx(row["license"]), description=f"{row['name']}: {row['use_case']}",
               link="https://aihub.qualcomm.com/models/" + row["model_id"], source=SOURCE)
    component = row.get("component", row["name"])
    part = "" if component == row["name"] else "/" + component
    artifact = f"{name}/{row['precision']}{part}"
    suffix = "" if row["precision"] == "float" else "_" + row["precision"]
    place = "" if part else f"hf:qualcomm/{row['name']}/{row['name']}{suffix}.tflite"
    tables.put("artifacts", name=artifact, model=name, format="tflite",
               precision=precision(row["precision"]), references=place)
    return artifact


def value_of(row):
    name, kind = metric(row["metric"])
    if kind != "share":
        return name, float(row["tflite_value"]), row["unit"]
    return name, share(row["tflite_value"], float(row["range_max"])), "fraction"


def collect(tables, collected, sources):
    del sources
    for row in read_csv(collected / "qualcomm_tflite_perf.csv"):
        tables.put("claims", subject=artifact_of(tables, row), metric="latency",
                   variant=f"{row['device']}, {row['compute_unit']}",
                   value=number(float(row["latency_ms"])), unit="ms",
                   raw=row["latency_ms"] + " ms", source=SOURCE, date="2026-02")
    for row in read_csv(collected / "qualcomm_tflite_accuracy.csv"):
        subject = f"qualcomm/{row['model_id']}/{row['precision']}"
        if not tables.find("artifacts", subject):
            artifact_of(tables, row)
        name, value, unit = value_of(row)
        tables.put("claims", subject=subject, metric=name, dataset=dataset(row["dataset"]),
                   split=row["samples"] + " samples", variant=row["device"], value=number(value),
                   unit=unit, raw=f"{row['metric']} {row['tflite_value']} {row['unit']}".strip(),
                   source=SOURCE, date="2026-02")
