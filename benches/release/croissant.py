"""Checks downloaded releases with the official Croissant library.

    pip install mlcroissant pyarrow pillow
    karat release download ID --out FOLDER
    python benches/release/croissant.py FOLDER…

For each folder: validates croissant.json (any error or warning fails), loads every record
set, and compares the rows with manifest.json and the files: number of rows, leaves, and the
SHA-256 of images and recordings against what their leaves commit to. Opt-in: no test of
the project needs Python.
"""

import hashlib
import json
import logging
import pathlib
import sys

import mlcroissant as mlc


class Kept(logging.Handler):
    """Every warning anybody logs."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.said = []

    def emit(self, record):
        self.said.append(record.getMessage())


def main(folders):
    failures = 0
    for folder in folders:
        problems = list(check(pathlib.Path(folder)))
        failures += bool(problems)
        print(f"{folder}: {'ok' if not problems else 'FAILED'}")
        for problem in problems:
            print(f"  {problem}")
    return 1 if failures else 0


def check(folder):
    kept = Kept()
    logging.getLogger().addHandler(kept)
    try:
        import absl.logging

        absl.logging.get_absl_logger().addHandler(kept)
    except ImportError:
        pass
    dataset = mlc.Dataset(folder / "croissant.json")
    issues = dataset.metadata.issues if hasattr(dataset.metadata, "issues") else dataset.metadata.ctx.issues
    yield from (f"error: {e}" for e in issues.errors)
    yield from (f"warning: {w}" for w in issues.warnings)
    yield from (f"warning: {w}" for w in dict.fromkeys(kept.said))
    manifest = json.loads((folder / "manifest.json").read_text())
    yield from files(folder, manifest)
    yield from rows(folder, dataset, manifest)
    items = list(dataset.records("items"))
    if len(items) != len(manifest["items"]):
        yield f"{len(items)} item records, {len(manifest['items'])} items in the manifest"


def files(folder, manifest):
    for file in manifest["files"]:
        found = hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest()
        if found != file["sha256"]:
            yield f"{file['name']} is not what the manifest says"


def rows(folder, dataset, manifest):
    leaves = (folder / "leaves.txt").read_text().split()
    count = 0
    for index, record in enumerate(dataset.records("rows")):
        count += 1
        row = {key.split("/")[-1]: value for key, value in record.items()}
        text = lambda name: row[name].decode() if isinstance(row[name], bytes) else row[name]
        if row["index"] != index or text("leaf") != leaves[index]:
            yield f"row {index} is out of place"
        if row.get("image") is not None:
            row["image"].load()
            if row["image"].size != (row["width"], row["height"]):
                yield f"row {index}: the image is {row['image'].size}"
        if isinstance(row.get("audio"), bytes):
            if text("content") != "sha256:" + hashlib.sha256(row["audio"]).hexdigest():
                yield f"row {index}: the recording is not what its leaf commits to"
    if not count == manifest["rows"] == len(leaves):
        yield f"{count} rows, {manifest['rows']} in the manifest, {len(leaves)} leaves"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
