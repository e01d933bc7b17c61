"""MediaPipe's files (mediapipe_files.csv): digests and pinned addresses."""
import re

from tables import read_csv

SOURCE = "google-ai-edge/mediapipe third_party/external_files.bzl (Apache-2.0)"
# Files that only test a reader: broken, doctored or one-operator ones, and copies without metadata.
NOT_MODELS = re.compile(r"corrupted|test_model|dummy|mobile_ica|no_metadata|without_metadata|no-name|"
                        r"without_subgraph|conv2d_input|^dense|dynamic_input|two_heads|model_without")
# First match gives the task.
TASKS = (
    (r"yamnet_embedding", "audio-embedding", "audio"),
    (r"yamnet", "audio-event-classification", "audio"),
    (r"language_detector", "text-classification", "text"),
    (r"text_classifier|word_classifier|movie_review|^albert|^mobilebert_with", "text-classification", "text"),
    (r"embedding_gemma|gecko|regex_one_embedding|mobilebert_embedding|sentence_encoder", "text-embedding", "text"),
    (r"gesture", "image-gesture-recognition", "image"),
    (r"object_detection_3d", "image-object-detection-3d", "image"),
    (r"hand_detector|palm_detection", "image-hand-detection", "image"),
    (r"hand", "image-hand-landmark-detection", "image"),
    (r"face_detection", "image-face-detection", "image"),
    (r"face|iris", "image-face-landmark-detection", "image"),
    (r"pose|holistic", "image-pose-detection", "image"),
    (r"knift|embedder", "image-feature-vector", "image"),
    (r"segm|deeplab|magic_touch|bg_removal|multiclass_\d|ptm_512", "image-segmentation", "image"),
    (r"efficientdet|ssd|raid|object_detection", "image-object-detection", "image"),
    (r"mobilenet|classif|labeler", "image-classification", "image"),
)


def task_of(stem):
    for pattern, task, domains in TASKS:
        if re.search(pattern, stem):
            return task, domains
    raise ValueError(f"no task for MediaPipe's '{stem}'")


def precision_of(stem):
    for pattern, name in (("quant_|_quant$|quantized", "quantized"), ("uint8", "uint8"),
                          ("fp16", "float16"), (r"\bf16", "float16"), (r"\.f32", "float32")):
        if re.search(pattern, stem):
            return name
    return ""


def collect(tables, collected, sources):
    del sources
    known = {row["sha256"]: row for row in tables.rows["artifacts"].values() if row["sha256"]}
    for row in sorted(read_csv(collected / "mediapipe_files.csv"), key=lambda row: row["url"]):
        stem = row["file"].rsplit(".", 1)[0]
        if NOT_MODELS.search(stem):
            continue
        if row["sha256"] in known:  # the same bytes at one more place
            places = known[row["sha256"]]["references"].split()
            if row["url"] not in places:
                known[row["sha256"]]["references"] = " ".join(places + [row["url"]])
            continue
        name = "mediapipe/" + stem
        if tables.find("artifacts", name):  # other bytes under a name that is taken
            name = f"mediapipe/{stem}@{row['sha256'][:8]}"
        task, domains = task_of(stem)
        model = "mediapipe/" + re.sub(r"_with_metadata$", "", stem)
        tables.put("models", name=model, publisher="mediapipe", task=task, domains=domains,
                   license="Apache-2.0", description=re.sub(r"[_-]+", " ", stem),
                   link="https://ai.google.dev/edge/mediapipe/solutions/guide", source=SOURCE)
        known[row["sha256"]] = tables.put(
            "artifacts", name=name, model=model,
            format="task_bundle" if row["kind"] == "task" else "tflite",
            precision=precision_of(stem), sha256=row["sha256"], revision=row["gcs_generation"],
            references=row["url"])
