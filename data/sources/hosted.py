"""TensorFlow Lite's hosted models and the tables of its guides (hosted_models.csv)."""
import re

from metrics import megabytes, number, precision, share
from tables import read_csv

TASKS = {
    "image classification (ImageNet)": ("image-classification", "image", "ImageNet"),
    "pose estimation": ("image-pose-detection", "image", ""),
    "object detection (COCO)": ("image-object-detection", "image", "COCO 2017"),
    "object detection": ("image-object-detection", "image", "COCO 2017"),
    "image segmentation": ("image-segmentation", "image", ""),
    "video classification (Kinetics-600)": ("video-classification", "video", "Kinetics-600"),
    "recommendation": ("tabular-recommendation", "tabular", ""),
    "question answering": ("text-question-answering", "text", ""),
    "text classification": ("text-classification", "text", ""),
    "reinforcement learning": ("tabular-game-agent", "tabular", ""),
    "OCR text detection": ("image-text-detection", "image|text", ""),
    "OCR text recognition": ("image-text-recognition", "image|text", ""),
    "smart reply": ("text-generation", "text", ""),
}
ARCHITECTURES = ("mobilenet-v1", "mobilenet-v2", "mobilenet-v3", "inception-v1", "inception-v2",
                 "inception-v3", "inception-v4", "inception-resnet-v2", "resnet-v2-101", "mnasnet",
                 "nasnet", "densenet", "squeezenet", "efficientnet-lite", "ssd-mobiledet",
                 "ssd-mobilenet", "posenet", "deeplab")


def folded(name):
    return re.sub(r"_+", "_", re.sub(r"[^a-z0-9.+]+", "_", name.lower())).strip("_")


def repository(source):
    """ "owner/repo@commit (Apache-2.0)" of the page a row was read from."""
    found = re.match(r"(\S+)\s+(?:fork\s+)?(\S+)\s+@(\w+)", source)
    return f"{found[1]} {found[2]}@{found[3]} (Apache-2.0)"


def tfhub_handle(url):
    found = re.match(r"https://tfhub\.dev/([^/]+)/lite-model/([^?]+)", url)
    return f"{found[1]}/{found[2]}" if found else ""


def reference(url):
    """(reference, format): an archive of the hosted models holds a .tflite of its own name."""
    url = url.replace("http://", "https://")
    if url.endswith(".tflite"):
        return url, "tflite"
    archive = re.match(r"https://storage\.googleapis\.com/download\.tensorflow\.org/.*/([^/]+)\.(tgz|zip)$", url)
    if archive and "checkpoints" not in url:
        return f"{url}!{archive[1]}.tflite", "tflite"
    return (url, "other") if url else ("", "other")


def artifact_of(tables, row):
    """The artifact a row is about: TF Hub's by its handle, else one of its own by name and precision."""
    handle = tfhub_handle(row["download_url"])
    if handle and tables.find("artifacts", handle):
        return handle
    task, domains, trained_on = TASKS[row["task"]]
    number_format = precision(row["dtype"])
    if row["dtype"].startswith("post-training"):
        number_format = "int8"
    name = folded(row["name"])
    base = re.sub(r"_(quant|float|8_bit|fp16|int8)$", "", name)
    model = "tensorflow/hosted/" + base
    dashed = base.replace("_", "-")
    architecture = next((a for a in ARCHITECTURES if dashed.startswith(a)), "")
    tables.put("models", name=model, publisher="tensorflow", task=task, domains=domains,
               architecture=architecture, dataset=trained_on,
               description="hosted model: " + base.replace("_", " "),
               link="https://www.tensorflow.org/lite/guide/hosted_models",
               source=repository(row["source"]))
    place, kind = reference(row["download_url"])
    artifact = "tensorflow/hosted/" + name
    known = tables.find("artifacts", artifact)
    if known and number_format and known["precision"] not in ("", number_format):
        artifact += "_" + number_format
    tables.put("artifacts", name=artifact, model=model, format=kind, precision=number_format,
               references=place)
    return artifact


def collect(tables, collected, sources):
    del sources
    for row in read_csv(collected / "hosted_models.csv"):
        subject = artifact_of(tables, row)
        _, _, trained_on = TASKS[row["task"]]
        facts = {"subject": subject, "source": repository(row["source"])}
        for column in ("top1", "top5"):
            if row[column]:
                tables.put("claims", metric=column, dataset=trained_on,
                           value=number(share(row[column], 100)), unit="fraction",
                           raw=row[column] + " %", variant=row["dtype"], **facts)
        if row["latency_ms"]:
            device = row["device"].split(" (device note")[0] or "device not stated"
            tables.put("claims", metric="latency", variant=f"{device}, {row['dtype']}".strip(", "),
                       value=number(float(row["latency_ms"])), unit="ms",
                       raw=row["latency_ms"] + " ms", **facts)
        size = megabytes(row["params_file_size"])
        if size:
            tables.put("claims", metric="size", value=number(size), unit="bytes",
                       raw=row["params_file_size"], **facts)
        for found in re.finditer(r"mAP ([\d.]+)(?: (fp32|uint8))?", row["other_metric"]):
            tables.put("claims", metric="mAP", dataset="COCO 2017", variant=found[2] or row["dtype"],
                       split="single-person subset" if "single-person" in row["other_metric"] else "",
                       value=number(share(found[1], 100)), unit="fraction", raw=found[0], **facts)
        for found in re.finditer(r"(?<=/ )([\d.]+) (uint8)", row["other_metric"]):
            tables.put("claims", metric="mAP", dataset="COCO 2017", variant=found[2],
                       value=number(share(found[1], 100)), unit="fraction", raw=found[0], **facts)
        for name, letters in (("parameters", "params"), ("macs", "(?:MAdds|MACs)")):
            found = re.search(letters + r" ([\d.]+)([MB])", row["other_metric"])
            if found:
                scale = {"M": 1e6, "B": 1e9}[found[2]]
                tables.put("claims", metric=name, value=number(float(found[1]) * scale), unit="",
                           raw=found[0], **facts)
