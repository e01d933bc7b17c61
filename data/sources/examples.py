"""Models of the TensorFlow Lite and LiteRT example apps, by use case (tflite_examples.csv)."""
import re

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


def collect(tables, collected, sources):
    del sources
    by_place = {}
    for row in tables.rows["artifacts"].values():
        for place in row["references"].split():
            by_place[place] = row["name"]
    for row in read_csv(collected / "tflite_examples.csv"):
        task = TASKS.get(row["use_case"])
        known = tables.find("artifacts", tfhub_handle(row["url"]))
        found = reference(row["url"])
        if not task or known or not found or found[0] in by_place:
            continue
        place, publisher, stem, kind = found
        name = f"{publisher}/{stem}"
        domains = tables.find("tasks", task)["domains"]
        tables.put("models", name=name, publisher=publisher, task=task, domains=domains,
                   description=re.sub(r"[_/-]+", " ", f"example {row['use_case']} {stem}"),
                   link=row["url"], source=row["source"])
        # The same file name for the same use case is the same model: one artifact, more places.
        kept = tables.put("artifacts", name=name, model=name, format=kind, precision=precision(stem),
                          references=place)
        places = kept["references"].split()
        if place not in places:
            kept["references"] = " ".join(places + [place])
        by_place[place] = name
