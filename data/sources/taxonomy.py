"""Tasks: TF Hub's vocabulary, extended and given synonyms by tasks.tsv."""
from tables import read_csv, read_tsv


def collect(tables, collected, sources):
    for row in read_csv(collected / "tfhub_tasks.csv"):
        tables.put("tasks", id=row["task_id"], display_name=row["display_name"],
                   domains=row["domains"])
    for row in read_tsv(sources / "tasks.tsv"):
        tables.put("tasks", **row)
