"""The starter zoo: pinned models that a fresh machine can fetch at once (starter_zoo.tsv)."""
from tables import read_tsv

SOURCE = "Litezoo starter zoo: digests taken from the npm packages, addresses from MediaPipe"


def collect(tables, collected, sources):
    del collected
    for row in read_tsv(sources / "starter_zoo.tsv"):
        model = row["model"].split("/")[1].replace("_", " ")
        tables.put("models", name=row["model"], publisher="mediapipe", task=row["task"],
                   domains=row["domains"], license=row["license"],
                   description=f"{row['description']} (MediaPipe {model})",
                   link="https://ai.google.dev/edge/mediapipe/solutions/guide", source=SOURCE)
        tables.put("artifacts", name=row["artifact"], model=row["model"], format="tflite",
                   precision=row["precision"], size=row["size"], sha256=row["sha256"],
                   starter=True, references=row["references"])
