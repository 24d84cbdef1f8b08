"""The key of every row of a file, looked at before the rows are cast: which keys occur again, which rows have none.

What belongs here: one pass over the key column. What doesn't: which product a row means where it is not the sku that
says so (`match`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from segops_pipeline.errors import Issue
from segops_pipeline.formats.row_texts import RowTexts
from segops_pipeline.formats.table import FoundKeys, TableMapping, changed_column
from segops_pipeline.reading import read_batches

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCAN_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class FileKeys:
    """Of every row of a file whether its key occurs `again`, in another row.

    `keys` has the keys themselves where they are not those of the sku column, and `keyless` by row why it has none.
    """

    again: "NDArray[np.bool_]"
    keys: pa.Array | None = None
    keyless: dict[int, Issue] | None = None

    def of(self, start: int, rows: "NDArray[np.int64]") -> FoundKeys | None:
        """The keys of some rows of a batch that begins at a row of the file; None: those of the sku column."""
        if self.keys is None:
            return None
        reasons = self.keyless or {}
        keyless = {place: reasons[start + row] for place, row in enumerate(rows.tolist()) if start + row in reasons}
        return FoundKeys(self.keys.take(pa.array(rows + start)), keyless)


def scan_keys(rows_path: Path, mapping: TableMapping) -> FileKeys:
    """Look at the sku of every row of a file."""
    assert mapping.key is not None
    columns = None if mapping.key.steps else [f"c{mapping.key.position}"]
    key = mapping.key
    batches = read_batches(rows_path, SCAN_ROWS, columns)
    return FileKeys(occur_again(changed_column(RowTexts(batch, mapping.headers), key).texts for batch in batches))


def occur_again(keys: Iterable[pa.Array]) -> "NDArray[np.bool_]":
    """Whether each key is there more than once; no key is not.

    Keys are told apart by a hash of 64 bits: that two have the same only costs that they fold, each into itself.
    """
    parts = [np.fromiter(map(hash, part.to_pylist()), np.int64, len(part)) for part in keys]
    if not parts:
        return np.zeros(0, dtype=np.bool_)
    hashes = np.concatenate(parts)
    ordered = np.sort(hashes)
    several = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    return np.isin(hashes, several[several != hash("")])
