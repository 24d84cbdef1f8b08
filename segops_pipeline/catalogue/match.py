"""Which product each row of a file means where it is not the sku that says so: a GTIN, an external id, a composite.

A row means the product whose values of the match fields are its own. Where there is none it is a new product, with the
row's own sku, else with the values themselves. What belongs here: finding the key of every row. What doesn't: what a
key may be (`formats.key_issues`), what the row then does (`plan`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.identities import SEPARATOR, identities, load_products
from segops_pipeline.catalogue.row_keys import SCAN_ROWS, FileKeys, occur_again
from segops_pipeline.errors import Issue
from segops_pipeline.formats.json_text import TEXT
from segops_pipeline.formats.row_texts import RowTexts
from segops_pipeline.formats.table import TableMapping, changed_column
from segops_pipeline.reading import read_batches

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_NAMED = 5
JOINT = "-"  # of a new product's sku that is made of several values


@dataclass(frozen=True, slots=True)
class _Rows:
    """Every row of a file: its line, its values of the match fields as one text, and its own sku ('': none)."""

    lines: "NDArray[np.int64]"
    values: pa.Array
    skus: pa.Array | None


def find_keys(
    connection: Connection, workspace_id: int, rows_path: Path, mapping: TableMapping, match: Sequence[str]
) -> FileKeys:
    """Find the product that each row of a file means.

    A row has no key, and an issue, where a match field is empty, where several products have its values
    (`ambiguous_match`), or where its own sku is another product's (`match_conflict`).

    Args:
        connection: a transaction that may read the workspace's products.
        workspace_id: whose products.
        rows_path: Parquet of the file's rows.
        mapping: has a column for each of the match fields.
        match: the fields, in their order.
    """
    rows = _read(rows_path, mapping, match)
    found = _Finder(rows, mapping, match, *load_products(connection, workspace_id, match))
    keys = found.keys()
    return FileKeys(occur_again([keys]), keys, found.issues)


class _Finder:
    """Finds the keys of rows among products; rows that have none gather in `issues`."""

    def __init__(
        self, rows: _Rows, mapping: TableMapping, match: Sequence[str], skus: pa.Array, values: pa.Array
    ) -> None:
        self.rows, self.match = rows, match
        self.skus, self.values = skus, values
        self.headers = ", ".join(column.header for column in mapping.columns if column.target in match)
        self.sku_header = mapping.key.header if mapping.key else None
        self.issues: dict[int, Issue] = {}

    def keys(self) -> pa.Array:
        """The key of each row, '' where it has none."""
        for row in _places(pc.is_null(self.rows.values)):
            self._note(row, "empty_key", f"The row has no value of {self._fields()}, which identifies its product.")
        identified = self.values.is_valid()
        matched = self.skus.filter(identified).take(
            pc.index_in(self.rows.values, value_set=self.values.filter(identified), skip_nulls=True)
        )
        self._refuse_ambiguous()
        own = self.rows.skus
        if own is not None:
            self._refuse_other_skus(matched, own)
        new = own if own is not None else pc.replace_substring(self.rows.values, SEPARATOR, JOINT)
        new = pc.if_else(pc.is_null(matched), new, pa.scalar(None, TEXT))
        self._refuse_taken(new)
        self._refuse_contradictions(new)
        for row in _places(pc.equal(new, "")):
            self._note(row, "empty_key", f"No product has its {self._fields()}, and the row gives a new one no sku.")
        keys = pc.fill_null(pc.coalesce(matched, new), "")
        if not self.issues:
            return keys
        keyless = np.zeros(len(keys), dtype=bool)
        keyless[list(self.issues)] = True
        return pc.if_else(pa.array(keyless), pa.scalar("", TEXT), keys)

    def _refuse_ambiguous(self) -> None:
        several = _several(self.values.drop_null())
        rows = _places(pc.is_in(self.rows.values, value_set=several, skip_nulls=True))
        if not rows:
            return
        theirs: defaultdict[str, list[str]] = defaultdict(list)
        shared = pc.is_in(self.values, value_set=several, skip_nulls=True)
        told = zip(self.values.filter(shared).to_pylist(), self.skus.filter(shared).to_pylist(), strict=True)
        for value, sku in told:
            theirs[value].append(sku)
        for row in rows:
            skus = sorted(theirs[self.rows.values[row].as_py()])
            some = ", ".join(skus[:MOST_NAMED]) + (f" and {len(skus) - MOST_NAMED} more" if skus[MOST_NAMED:] else "")
            self._note(row, "ambiguous_match", f"{len(skus)} products have its {self._fields()}: {some}.")

    def _refuse_other_skus(self, matched: pa.Array, own: pa.Array) -> None:
        """A row that means one product by its values and another by its sku."""
        there = pc.is_in(own, value_set=self.skus)
        for row in _places(pc.and_(there, pc.not_equal(own, matched))):
            self._conflict(row, f"{matched[row].as_py()} has its {self._fields()}, and {own[row].as_py()} its sku")

    def _refuse_taken(self, new: pa.Array) -> None:
        """A new product whose sku another product has already, which other values identify."""
        identified = self.values.is_valid()
        places = pc.index_in(new, value_set=self.skus.filter(identified), skip_nulls=True)
        values = self.values.filter(identified)
        for row in _places(pc.is_valid(places)):
            theirs = _shown(values[places[row].as_py()].as_py())
            self._conflict(row, f"{new[row].as_py()} has its sku, and another {self._fields()}: {theirs}")

    def _refuse_contradictions(self, new: pa.Array) -> None:
        """New products of the file that have one sku and different values, or the other way round; the first counts."""
        rows = _places(pc.and_(pc.not_equal(new, ""), pc.is_valid(self.rows.values)))
        places = pa.array(rows, pa.int64())
        pairs = pa.table({"value": self.rows.values.take(places), "sku": new.take(places)})
        distinct = pairs.group_by(["value", "sku"]).aggregate([])
        doubtful = {name: _several(distinct.column(name)) for name in ("value", "sku")}
        if not any(len(texts) for texts in doubtful.values()):
            return
        asked = pc.or_(*(pc.is_in(pairs.column(name), value_set=texts) for name, texts in doubtful.items()))
        first: dict[tuple[str, str], int] = {}
        for place in _places(asked.combine_chunks()):
            row, value, sku = rows[place], pairs.column("value")[place].as_py(), pairs.column("sku")[place].as_py()
            others = first.setdefault(("value", value), row), first.setdefault(("sku", sku), row)
            for other in others:
                if (self.rows.values[other].as_py(), new[other].as_py()) != (value, sku):
                    line = self.rows.lines[other]
                    self._conflict(row, f"line {line} has the same sku or {self._fields()}, but not both")
                    break

    def _conflict(self, row: int, why: str) -> None:
        self._note(row, "match_conflict", f"The row means two products: {why}.")

    def _note(self, row: int, code: str, message: str) -> None:
        value = self.rows.values[row].as_py()
        self.issues.setdefault(
            row,
            Issue(
                code,
                message,
                line=int(self.rows.lines[row]),
                column=self.headers if code != "match_conflict" or self.sku_header is None else self.sku_header,
                value=None if value is None else _shown(value)[:100],
                suggestion=SUGGESTIONS[code],
            ),
        )

    def _fields(self) -> str:
        return " and ".join(self.match)


SUGGESTIONS = {
    "empty_key": "Give the row its identifier and import the file again.",
    "ambiguous_match": "Correct the products that should not have it, or match by sku.",
    "match_conflict": "Correct the sku or the other identifier, or match by sku.",
}


def _read(rows_path: Path, mapping: TableMapping, match: Sequence[str]) -> _Rows:
    columns = [column for name in match for column in mapping.columns if column.target == name]
    key = mapping.key
    used = [*columns, *([] if key is None else [key])]
    wanted = sorted({"line", *(f"c{column.position}" for column in used)})
    some = None if any(column.steps for column in used) else wanted  # a step may look at any column
    lines: list[NDArray[np.int64]] = []
    values: list[pa.Array] = []
    skus: list[pa.Array] = []
    for batch in read_batches(rows_path, SCAN_ROWS, some):
        texts = RowTexts(batch, mapping.headers)
        lines.append(texts.lines.to_numpy())
        values.append(identities(texts, columns))
        if key is not None:
            skus.append(changed_column(texts, key).texts)
    return _Rows(np.concatenate(lines) if lines else np.zeros(0, np.int64), _one(values), _one(skus) if key else None)


def _one(parts: Iterable[pa.Array]) -> pa.Array:
    return pa.concat_arrays([pa.array([], TEXT), *parts])


def _several(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The texts that occur more than once."""
    counted = pc.value_counts(texts)
    return pc.struct_field(counted, "values").filter(pc.greater(pc.struct_field(counted, "counts"), 1))


def _places(mask: pa.Array) -> list[int]:
    return np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False)).tolist()


def _shown(values: str) -> str:
    return values.replace(SEPARATOR, " + ")
