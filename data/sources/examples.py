"""Models of the TensorFlow Lite and LiteRT example apps, by use case (tflite_examples.csv)."""
import re

import hosted
from hosted import tfhub_handle
from metrics import precision
from tables import read_csv

TASKS = {
    "audio_classification": "audio-event-classification", "automatic_speech_recognition": "audio-stt",
    "sound_classification": "audio-event-classification", "speech_commands": "audio-command-detection",
    "speech_recognition": "audio-command-detection", "bert_qa": "text-question-answering",
    "question_answering": "text-question-answering", "classification_by_retrieval": "image-classification",
    "digit_classifier": "image-text-recognition", "gesture_classification": "image-gesture-recognition",
    "image_classification": "image-classification", "model_personalization": "image-feature-vector",
    "image_segmentation": "image-segmentation", "object_detection": "image-object-detection",
    "optical_character_recognition": "image-text-recognition", "pose_estimation": "image-pose-detection",
    "posenet": "image-pose-detection", "recommendation": "tabular-recommendation",
    "reinforcement_learning": "tabular-game-agent", "smart_reply": "text-generation",
    "llm_chat": "text-generation", "style_transfer": "image-style-transfer",
    "super_resolution": "image-super-resolution", "text_classification": "text-classification",
    "text_searcher": "text-embedding", "video_classification": "video-classification",
}


def reference(url):
    """(reference, publisher, stem, format) of an address; None for what is no model file."""
    hub = re.match(r"https://huggingface\.co/([^/]+)/([^/]+)/(?:resolve|blob)/([^/]+)/(.+)$", url)
    if hub:
        owner, name, revision, path = hub.groups()
        at = "" if revision == "main" else "@" + revision
        kind = "tflite" if path.endswith(".tflite") else "other"
        stem = f"{name}/{path.rsplit('.', 1)[0]}"
        return f"hf:{owner}/{name}{at}/{path}", owner, stem, kind
    if re.match(r"https://storage\.googleapis\.com/.*\.tflite$", url):
        return url, "tensorflow", "examples/" + url.rsplit("/", 1)[1].rsplit(".", 1)[0], "tflite"
    return None


def hosted_reference(url):
    """The place of a hosted model's archive; it is used when the hosted pages brought it."""
    place, kind = hosted.reference(url)
    return (place, "", "", kind) if place else None


def input_of(row):
    """"image" of "image", "tabular" of "tabular (item ids)"."""
    return row["input_type"].split(" ")[0]


def collect(tables, collected, sources):
    del sources
    by_place = {}
    for row in tables.rows["artifacts"].values():
        for place in row["references"].split():
            by_place[place] = row["name"]
    for row in read_csv(collected / "tflite_examples.csv"):
        name = artifact_of(tables, row, by_place)
        if name:
            tables.put("examples", use_case=row["use_case"], input=input_of(row), artifact=name,
                       source=row["source"])


def artifact_of(tables, row, by_place):
    """The name of the artifact that an example uses, entered when it is new; None if it is none."""
    handle = tfhub_handle(row["url"])
    if tables.find("artifacts", handle):
        return handle
    task = TASKS.get(row["use_case"])
    found = reference(row["url"]) or hosted_reference(row["url"])
    if not task or not found:
        return None
    place, publisher, stem, kind = found
    if place in by_place:
        return by_place[place]
    if not publisher:
        return None
    name = f"{publisher}/{stem}"
    tables.put("models", name=name, publisher=publisher, task=task,
               domains=tables.find("tasks", task)["domains"],
               description=re.sub(r"[_/-]+", " ", f"example {row['use_case']} {stem}"),
               link=row["url"], source=row["source"])
    # The same file name for the same use case is the same model: one artifact, more places.
    kept = tables.put("artifacts", name=name, model=name, format=kind, precision=precision(stem),
                      references=place)
    places = kept["references"].split()
    if place not in places:
        kept["references"] = " ".join(places + [place])
    by_place[place] = name
    return name
