"""How sure the suggested mapping says it is, and how often it is right then.

What belongs here: the reliability curve of key, name and fields over labelled files. What doesn't: how confidence
is made (segops_pipeline/inference/confidence.py). Labels come from a folder: `gold.json` beside its files (one
entry per file: `key`, `name`, `key_alternatives`, `name_alternatives`, `header`, `kind`), and `field_names.json`
(`fields`, and `suppliers` with a header for each). Without labels the demo's catalogues are measured.
"""

import gzip
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure
from demo.suppliers import CATALOGUES
from segops_pipeline.config import Settings
from segops_pipeline.errors import BadFile
from segops_pipeline.imports.inspect import inspect_file
from segops_pipeline.inference.matcher import rate_names

PART = "confidence"
LABELS_VARIABLE = "BENCHMARK_LABELS"
GOLD, FIELD_NAMES = "gold.json", "field_names.json"
SURE = 0.9
EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
MOST_UNSURE, MOST_WRONG = 0.5, 0.05

FIELDS = (
    "sku", "name", "brand", "category", "description", "price", "regional_prices", "color", "tags", "weight_g",
    "gtin", "availability", "released_at", "url", "waterproof",
)  # fmt: skip
DEMO_FIELDS: dict[str, dict[str, str]] = {
    "nordic-outdoor_price-list.csv": {
        "SKU": "sku", "Product name": "name", "Brand": "brand", "Category": "category", "Price": "price",
        "Description": "description", "Colour": "color", "Tags": "tags", "Weight (g)": "weight_g",
        "Waterproof": "waterproof", "In stock": "availability", "Release date": "released_at", "Product URL": "url",
    },
    "werkstatt-bedarf_artikel.csv": {
        "Artikelnummer": "sku", "Bezeichnung": "name", "Marke": "brand", "Kategorie": "category", "Preis": "price",
        "Beschreibung": "description", "Farbe": "color", "Schlagworte": "tags", "Gewicht (g)": "weight_g",
        "EAN": "gtin", "Verfügbar": "availability", "Erscheinungsdatum": "released_at", "Produktlink": "url",
    },
    "maison-lumiere_catalogue.csv": {
        "Référence": "sku", "Désignation": "name", "Marque": "brand", "Catégorie": "category", "Prix": "price",
        "Description": "description", "Couleur": "color", "Mots-clés": "tags", "Poids (g)": "weight_g",
        "En stock": "availability", "Date de lancement": "released_at", "Lien": "url",
    },
    "pacific-audio_feed.csv": {
        "item_number": "sku", "title": "name", "brand": "brand", "product_type": "category", "price": "price",
        "description": "description", "regional_prices": "regional_prices", "color": "color", "keywords": "tags",
        "weight_g": "weight_g", "available": "availability", "release_date": "released_at", "link": "url",
    },
}  # fmt: skip
"""What each column of the demo's catalogues is; its key and name are those of sku and name."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One suggestion: what of ('key', 'name' or 'field'), how sure it was, 0 to 1, and whether it is right."""

    kind: str
    confidence: float
    right: bool


def measure(labels: Path | None, console: Console) -> list[Figure]:
    """Print the curve of the labelled files, of the demo's without labels, and answer what the bars are for."""
    answers = list(_of_labels(labels) if labels else _of_demo())
    show_curve(console, answers)
    kinds = sorted({answer.kind for answer in answers})
    return [figure for kind in kinds for figure in _figures(kind, [one for one in answers if one.kind == kind])]


def _figures(kind: str, answers: Sequence[Answer]) -> list[Figure]:
    right = [answer for answer in answers if answer.right]
    sure = [answer for answer in answers if answer.confidence >= SURE]
    unsure = sum(answer.confidence < SURE for answer in right) / max(len(right), 1)
    wrong = sum(not answer.right for answer in sure) / max(len(sure), 1)
    return [
        Figure(PART, f"{kind}: right ones below {SURE}", [unsure], "of 1", MOST_UNSURE),
        Figure(PART, f"{kind}: wrong ones from {SURE} on", [wrong], "of 1", MOST_WRONG),
    ]


def curve(answers: Sequence[Answer]) -> list[tuple[float, float, int, int]]:
    """How many answers each bin of confidence has and how many of them are right: from, to, number, right."""
    bins: list[tuple[float, float, int, int]] = []
    for low, high in pairwise(EDGES):
        found = [answer for answer in answers if low <= answer.confidence < high]
        bins.append((low, min(high, 1.0), len(found), sum(answer.right for answer in found)))
    return bins


def show_curve(console: Console, answers: Sequence[Answer]) -> None:
    """Print the curve of every kind and of all together."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    for name in ("suggestion", "confidence", "number", "right"):
        table.add_column(name, justify="left" if name == "suggestion" else "right")
    for kind in [*sorted({answer.kind for answer in answers}), "all"]:
        for low, high, number, right in curve([answer for answer in answers if kind in (answer.kind, "all")]):
            if number:
                table.add_row(kind, f"{low:.1f} – {high:.1f}", str(number), f"{right / number:.1%}")
    console.print(table)


def label_files(folder: Path) -> list[Path]:
    """The files of labels in a folder and in those right below it."""
    return [path for name in (GOLD, FIELD_NAMES) for path in (*folder.glob(name), *sorted(folder.glob(f"*/{name}")))]


def _of_labels(folder: Path) -> Iterator[Answer]:
    for path in label_files(folder):
        given = json.loads(path.read_text("utf-8"))
        if path.name == GOLD:
            for file, label in given.items():
                yield from _of_file(path.parent, file, label)
        else:
            for headers in given["suppliers"]:
                yield from _of_fields(dict(zip(headers, given["fields"], strict=True)), given["fields"])


def _of_demo() -> Iterator[Answer]:
    for file, wanted in DEMO_FIELDS.items():
        by_field = {field: column for column, field in wanted.items()}
        label = {"kind": "product", "key": by_field["sku"], "name": by_field["name"], "header": list(wanted)}
        yield from _of_file(CATALOGUES, file, label)
        yield from _of_fields(wanted, FIELDS)


def _of_fields(wanted: Mapping[str, str], fields: Sequence[str]) -> Iterator[Answer]:
    for column, match in rate_names(list(wanted), list(fields)).items():
        yield Answer("field", match.confidence, match.target == wanted[column])


def _of_file(folder: Path, file: str, label: Mapping[str, Any]) -> Iterator[Answer]:
    settings = Settings(home=folder, anthropic_api_key=None)
    with tempfile.TemporaryDirectory() as unpacked:
        try:
            found = inspect_file(_unpacked(folder, file, Path(unpacked)), settings)
        except BadFile:
            return  # what cannot be read gets no suggestion
    columns = [column["name"] for column in found["columns"]]
    for kind, named in (("key", found["key"]), ("name", found["name"])):
        if named is not None and (kind == "key" or label["kind"] == "product" or label.get("name")):
            confidence = found["columns"][columns.index(named)]["confidence"]
            yield Answer(kind, confidence, _accepted(named, columns, label, kind))


def _accepted(found: str, columns: list[str], label: Mapping[str, Any], kind: str) -> bool:
    """Whether a column is the labelled one or an alternative; '#3' is the third of those without a name."""
    if label.get(kind) is None:
        return False
    header = [name.strip() for name in label.get("header") or []]
    wanted = [str(label[kind]), *label.get(f"{kind}_alternatives", [])]
    places = [int(name[1:]) - 1 if _numbered(name) else header.index(name) for name in wanted if _place(name, header)]
    return found.strip() in wanted or columns.index(found) in places


def _numbered(name: str) -> bool:
    return name.startswith("#") and name[1:].isdigit()


def _place(name: str, header: Sequence[str]) -> bool:
    return _numbered(name) or name in header


def _unpacked(folder: Path, file: str, into: Path) -> Path:
    """The file itself; the member of a zip ('a.zip!/b.csv') or the content of a .gz is unpacked first."""
    outer, _, member = file.partition("!/")
    path = folder / outer
    if not member and path.suffix != ".gz":
        return path
    target = into / (Path(member).name if member else path.stem)
    target.write_bytes(zipfile.ZipFile(path).read(member) if member else gzip.decompress(path.read_bytes()))
    return target
