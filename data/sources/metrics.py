"""Published numbers in one form: fractions for shares, ms for times, bytes for sizes, dB as they are."""
import re

# How sources spell a metric -> (name, what its numbers are). Error rates keep their own names:
# lower is better for them.
METRICS = {
    "accuracy": ("accuracy", "share"), "top1accuracy": ("top1", "share"),
    "classificationaccuracy": ("top1", "share"), "top1": ("top1", "share"),
    "top5": ("top5", "share"), "map": ("mAP", "share"), "map50:95": ("mAP", "share"),
    "meanaverageprecision": ("mAP", "share"), "meanintersectionoverunion": ("mIoU", "share"),
    "auc": ("AUC", "share"), "ler": ("LER", "share"), "wer": ("WER", "share"),
    "worderrorrate": ("WER", "share"), "psnr": ("PSNR", "dB"),
    "peaksignaltonoiseratio(psnr)": ("PSNR", "dB"), "structuralsimilarity": ("SSIM", "share"),
    "deltathresholdaccuracy": ("delta1", "share"), "top1maskedlmaccuracy": ("top1-masked-lm", "share"),
    "normalizedmeanerror": ("NME", "number"), "colorfulness": ("colorfulness", "number"),
}

DATASETS = {
    "ilsvrc 2012": "ImageNet", "imagenet": "ImageNet", "coco_validation_2017": "COCO 2017",
    "coco 2017 validation": "COCO 2017", "ms coco validation": "COCO 2017", "coco": "COCO 2017",
    "google speech commands test set": "Speech Commands",
}


def metric(name):
    """(canonical name, kind) of a published metric; KeyError for one that is not in the table."""
    return METRICS[re.sub(r"[\s_-]", "", name).lower()]


def dataset(name):
    return DATASETS.get(name.strip().lower(), name.strip())


def number(value):
    return f"{value:.10g}"


def share(raw, full_scale=None):
    """A fraction of "93.11%", of "0.968", or of "83.2" with full_scale 100."""
    value = float(raw.rstrip("% "))
    if raw.rstrip().endswith("%") or full_scale == 100:
        value /= 100
    if not 0 <= value <= 1:
        raise ValueError(f"'{raw}' is not a share")
    return value


def precision(text):
    """Our name of a published number format; empty when it is none of them."""
    text = text.lower()
    for pattern, name in (("int16", "int16x8"), ("float16|fp16 ?w|fp16$", "float16"),
                          ("uint8", "uint8"), ("int8|w8a8|8-bit", "int8"), ("float|fp32", "float32")):
        if re.search(pattern, text):
            return name
    return ""


def megabytes(text):
    """Bytes of "0.5 Mb", "12.6MB" or "84 Kb"; all of them mean bytes."""
    found = re.fullmatch(r"([\d.]+)\s*([KM])[bB]", text.strip())
    return round(float(found[1]) * {"K": 1e3, "M": 1e6}[found[2]]) if found else None
