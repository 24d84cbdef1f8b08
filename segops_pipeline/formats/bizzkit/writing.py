"""Files of the Bizzkit format as they are written: semicolons, UTF-8, NULL where nothing is.

What belongs here: text to a file, what each file is called, and which texts no cell can say. What doesn't: which
records go into it (`catalogue.pim.export`). Source: seed 002, "Format requirements", "Import mode".
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from segops_pipeline.formats.bizzkit.entities import FileEntity
from segops_pipeline.formats.bizzkit.headers import render_segment
from segops_pipeline.formats.bizzkit.keywords import DELETE, DELETE_SLIP, IGNORE, NULL, Mode
from segops_pipeline.formats.bizzkit.segments import DEFAULT, Segment

DELIMITER = ";"
# in the order in which they depend on each other; by its name each is known for what it is
FILE_NAMES: Mapping[FileEntity, str] = {
    "attribute": "attributes.csv", "global_list_item": "global-list-items.csv",
    "predefined_value": "predefined-values.csv", "brand": "brands.csv",
    "product_hierarchy": "product-hierarchies.csv", "product": "products.csv", "bundle_item": "bundle-items.csv",
}  # fmt: skip
# in overwrite mode all rows are Advanced, in which these are keywords too
KEYWORDS: Mapping[Mode, frozenset[str]] = {
    "merge": frozenset({NULL}), "overwrite": frozenset({NULL, IGNORE, DELETE, DELETE_SLIP}),
}  # fmt: skip


def can_be_said(text: str, mode: Mode) -> bool:
    """Whether a cell with this text is read as it: keywords and NUL characters are not."""
    return text not in KEYWORDS[mode] and "\0" not in text


def translated_headers(base: str, keys: Iterable[str]) -> dict[str, str]:
    """The header of each segment of a translated text, by the segment's key; the default one is the bare name."""
    others = sorted(key for key in set(keys) if key != DEFAULT)
    return {DEFAULT: base, **{key: f"{base}{render_segment(Segment.of_key(key))}" for key in others}}


def write_file(path: Path, headers: Sequence[str], rows: Iterable[Sequence[str | None]]) -> int:
    """Write a file, None as NULL; how many rows there were."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=DELIMITER)
        writer.writerow(headers)
        for row in rows:
            writer.writerow([NULL if cell is None else cell for cell in row])
            count += 1
    return count
