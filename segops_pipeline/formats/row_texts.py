"""A batch of staged rows as text: each column is cast, trimmed and escaped once, however often it is asked for.

What belongs here: the text of rows, their raw JSON and its hash. What doesn't: what a column means (`table`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segops_pipeline.formats.json_text import (
    TEXT,
    Member,
    from_fixed,
    has_byte,
    json_escaped,
    json_objects,
    offsets,
    payload,
)

HASH_BYTES = 16


class RowTexts:
    """The texts of a batch of staged rows (columns `line`, `c0`, `c1` …, perhaps `raw`) under their headers."""

    def __init__(self, batch: pa.RecordBatch, headers: Sequence[str]) -> None:
        self.batch = batch
        self.headers = headers
        self._cells: dict[int, pa.Array] = {}
        self._trimmed: dict[int, pa.Array] = {}
        self._escaped: dict[int, pa.Array] = {}

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return self.batch.num_rows

    @property
    def lines(self) -> pa.Array:
        """The line of the file where each row starts."""
        return self.batch.column("line")

    def take(self, rows: pa.Array) -> "RowTexts":
        """Some of its rows."""
        return RowTexts(self.batch.take(rows), self.headers)

    def cells(self, position: int) -> pa.Array:
        """The cells of a column, as in the file; PostgreSQL cannot hold NUL, which reading has reported."""
        if position not in self._cells:
            column = self.batch.column(f"c{position}").cast(TEXT)
            if has_byte(column, b"\x00"):
                column = pc.replace_substring(column, "\x00", "\ufffd")
            self._cells[position] = column
        return self._cells[position]

    def named(self, header: str) -> pa.Array:
        """The cells of the column with this header."""
        return self.cells(self.headers.index(header))

    def trimmed(self, position: int) -> pa.Array:
        """The cells of a column without white space around them; the very same array where there is none."""
        if position not in self._trimmed:
            self._trimmed[position] = trimmed(self.cells(position))
        return self._trimmed[position]

    def escaped(self, position: int) -> pa.Array:
        """The cells of a column as the inside of JSON strings."""
        if position not in self._escaped:
            self._escaped[position] = json_escaped(self.cells(position))
        return self._escaped[position]

    def escaped_of(self, texts: pa.Array) -> pa.Array:
        """Any texts as the inside of JSON strings; no work where they are a column's cells, as they often are."""
        for position, cells in self._cells.items():
            if cells is texts:
                return self.escaped(position)
        return json_escaped(texts)

    def raw(self) -> pa.Array:
        """Each row as a JSON object of its text, header by header, exactly as in the file.

        A row that was repaired has what it was under the name '': its text, or the cells beyond the last column.
        """
        members = [Member(header, self.escaped(place), is_string=True) for place, header in enumerate(self.headers)]
        if "raw" in self.batch.schema.names and self.batch.column("raw").null_count < self.rows:
            members.append(Member("", self.batch.column("raw").cast(TEXT)))
        return json_objects(members, self.rows)


def trimmed(texts: pa.Array) -> pa.Array:
    """Texts without white space around them; the very same array where there is none."""
    return pc.utf8_trim_whitespace(texts) if _may_have_blanks(texts) else texts


def _may_have_blanks(texts: pa.Array) -> bool:
    """Whether a text begins or ends with a byte that may be of white space: a control, a blank, or beyond ASCII."""
    bounds = offsets(texts)
    filled = bounds[1:] > bounds[:-1]
    if not filled.any():
        return False
    data = np.frombuffer(texts.buffers()[2], dtype=np.uint8)
    ends = np.concatenate((data[bounds[:-1][filled]], data[bounds[1:][filled] - 1]))
    return bool(((ends <= ord(" ")) | (ends >= 0x80)).any())


def row_hashes(raws: pa.Array) -> bytes:
    """A hash of each raw row, to know it again: `HASH_BYTES` each, one after the other."""
    data, digest = payload(raws), hashlib.blake2b
    bounds = offsets(raws)
    places: list[int] = (bounds - bounds[0]).tolist()
    return b"".join([digest(data[start:end], digest_size=HASH_BYTES).digest() for start, end in pairwise(places)])


def hexadecimal(hashes: bytes) -> pa.Array:
    """Hashes as texts of hexadecimal digits."""
    return from_fixed(hashes.hex().encode(), 2 * HASH_BYTES)
