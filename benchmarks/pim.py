"""Products of a PIM with segmented values, beside a plain import of as many rows and columns.

A file has the key and 20 columns of attribute values: texts, numbers, texts in two languages, fields of one attribute.
The plain file is the generated catalogue, of 20 columns too. Seconds are those that the jobs report, from the file to
the commit. The memory is that of a process that imports nothing else, beside one of a tenth of the rows.
"""

import csv
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.catalogue import WORDS, write_catalogue
from benchmarks.figures import Figure, ratio
from benchmarks.growth import Measured, measured_import
from benchmarks.installation import import_all, installation
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.workspaces import ensure_workspace
from segops_pipeline.stores.opening import Stores, open_stores

MOST_TIMES = 4.0
MOST_GROWTH = 1.3
STAGES = ("parsed_upload", "inferred_schema", "import_plan", "upserted_products")
TEXTS, NUMBERS, TRANSLATED = 6, 4, 4
CULTURE = "da"
ATTRIBUTES = (
    "UniqueName;Name;Type;Configuration;Field1/Name;Field1/PimType",
    *(f"TEXT_{number};Text;SingleValued;Plain;Text;PString" for number in range(TEXTS)),
    *(f"NUMBER_{number};Number;SingleValued;Plain;Number;PDecimal2" for number in range(NUMBERS)),
    *(f"NAME_{number};Name;SingleValued;Plain;Name;PTranslatedStringD" for number in range(TRANSLATED)),
    "SIZE;Size;SingleValued;RectangularArea;Width;PDecimal2",
)
HEADER = (
    "UniqueName",
    *(f"TEXT_{number}/Value" for number in range(TEXTS)),
    *(f"NUMBER_{number}/Value" for number in range(NUMBERS)),
    *(f"NAME_{number}/Value:{part}" for number in range(TRANSLATED) for part in ("Default", f"T{CULTURE}")),
    "SIZE/Width",
    "SIZE/Height",
)


def measure(rows: int, repetitions: int) -> list[Figure]:
    """Import products of a PIM, again, and with other values; and plain products of the same number.

    Args:
        rows: of each file.
        repetitions: how many times, each into new workspaces.
    """
    with tempfile.TemporaryDirectory(prefix="segops-bench-") as name, installation() as settings:
        folder = Path(name)
        plain, changed = folder / "plain.csv", folder / "changed.csv"
        write_catalogue(plain, rows)
        write_catalogue(changed, rows, changed_every=1, revision=2)
        first = write_products(folder / "products.csv", rows)
        other = write_products(folder / "other products.csv", rows, revision=2)
        seconds: dict[str, list[float]] = {}
        with open_stores(settings) as stores:
            for number in range(repetitions):
                prepare(stores, f"pim-{number}")
                for what, took in (
                    ("plain", _seconds(import_all(stores, plain, f"plain-{number}"))),
                    ("changed", _seconds(import_all(stores, changed, f"plain-{number}"))),
                    ("new", _seconds(import_products(stores, first, f"pim-{number}", "merge"))),
                    ("again", _seconds(import_products(stores, first, f"pim-{number}", "merge"))),
                    ("other", _seconds(import_products(stores, other, f"pim-{number}", "overwrite"))),
                ):
                    seconds.setdefault(what, []).append(took)
        memory = [
            measured_import(write_products(folder / f"{size}.csv", size), __name__) for size in (rows // 10, rows)
        ]
    return _figures(rows, seconds, memory)


def _figures(rows: int, seconds: dict[str, list[float]], memory: list[Measured]) -> list[Figure]:
    part = f"pim: {rows:,} products x {len(HEADER) - 1} columns of attribute values, file to commit"
    small, large = memory
    return [
        Figure(part, "plain import, all new", seconds["plain"]),
        Figure(part, "plain import, every product changed", seconds["changed"]),
        Figure(part, "Bizzkit, merge, all new", seconds["new"]),
        Figure(part, "Bizzkit, merge, the same again", seconds["again"]),
        Figure(part, "Bizzkit, overwrite, every product changed", seconds["other"]),
        ratio(part, "all new, to plain", seconds["new"], seconds["plain"], MOST_TIMES),
        ratio(part, "the same again, to plain", seconds["again"], seconds["plain"], MOST_TIMES),
        ratio(part, "overwrite, to plain changes", seconds["other"], seconds["changed"], MOST_TIMES),
        Figure(part, f"peak memory at {rows // 10:,} rows: {small.process}", [small.peak_megabytes], "MiB"),
        Figure(part, f"peak memory at {rows:,} rows: {large.process}", [large.peak_megabytes], "MiB"),
        ratio(part, "memory, to that of a tenth", [large.peak_megabytes], [small.peak_megabytes], MOST_GROWTH),
    ]


def write_products(path: Path, rows: int, *, revision: int = 1, seed: int = 1) -> Path:
    """Write a file of products; the same arguments give the same bytes, another revision other values.

    Args:
        path: the file to write.
        rows: how many products.
        revision: which values.
        seed: of everything that is random.
    """
    chance = random.Random(seed + 1000 * revision)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(HEADER)
        for number in range(rows):
            writer.writerow([f"PRODUCT-{number:07d}", *_values(chance)])
    return path


def _values(chance: random.Random) -> Iterator[str]:
    for _ in range(TEXTS):
        yield " ".join(chance.choices(WORDS, k=2))
    for _ in range(NUMBERS):
        yield f"{chance.randrange(100_000) / 100:.2f}"
    for _ in range(TRANSLATED):
        yield " ".join(chance.choices(WORDS, k=3))
        yield " ".join(chance.choices(WORDS, k=3)).replace("a", "å")
    yield str(chance.randrange(1, 300))
    yield f"{chance.randrange(10, 3000) / 10:.1f}"


def prepare(stores: Stores, workspace: str) -> None:
    """Make a workspace with the attributes and the culture that the file of products has."""
    from segops_pipeline.catalogue.pim.act_segments import add_segment

    workspace_id = ensure_workspace(stores.database, workspace).id
    with stores.database.workspace_session(workspace_id) as connection:
        add_segment(connection, workspace_id, "culture", CULTURE, "benchmarks")
    with tempfile.TemporaryDirectory(prefix="segops-bench-") as folder:
        file = Path(folder) / "attributes.csv"
        file.write_text("\n".join(ATTRIBUTES), encoding="utf-8")
        import_all(stores, file, workspace, {"entity": "attribute"})


def import_products(stores: Stores, file: Path, workspace: str, mode: str) -> Job:
    """Import a file of products, from the file to the commit."""
    return import_all(stores, file, workspace, {"entity": "product", "mode": mode})


def import_file(file: Path) -> float:
    """Import a file of products into an installation that is gone afterwards; its seconds from file to commit."""
    with installation() as settings, open_stores(settings) as stores:
        prepare(stores, "bench")
        return _seconds(import_products(stores, file, "bench", "merge"))


def _seconds(job: Job) -> float:
    if job.rejected:
        sys.exit(f"The benchmark is wrong: {job.rejected} rows of {job.file_name} are rejected.")
    return sum(float(job.seconds.get(stage, 0)) for stage in STAGES)
