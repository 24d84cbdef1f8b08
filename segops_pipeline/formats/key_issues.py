"""Rows without a usable key, and why.

What belongs here: what may be a key. What doesn't: how a key is found (`table`, `catalogue.match`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segops_pipeline.errors import Issue
from segops_pipeline.formats.json_text import TEXT
from segops_pipeline.formats.table import TableMapping, TypedBatch
from segops_pipeline.inference.column_issues import SPREADSHEET_ERRORS

MAX_KEY_CHARACTERS = 512  # well under what a PostgreSQL index takes
NO_KEYS = (*SPREADSHEET_ERRORS, "#N/A")  # what a formula has left where an identifier should be


def key_issues(typed: TypedBatch, mapping: TableMapping) -> Iterator[tuple[int, Issue]]:
    """Each row without a usable key, with the reason (a row without a key is rejected with its line)."""
    lengths = pc.utf8_length(typed.keys)
    unusable = pc.or_(pc.equal(lengths, 0), pc.greater(lengths, MAX_KEY_CHARACTERS))
    unusable = pc.or_(unusable, pc.is_in(typed.keys, value_set=pa.array(NO_KEYS, TEXT)))
    refused = {cell.row: cell for cell in typed.refused_keys}
    for row in np.flatnonzero(unusable.to_numpy(zero_copy_only=False)).tolist():
        line = typed.line(row)
        if row in typed.keyless:
            yield row, typed.keyless[row]
        elif row in refused:
            yield row, refused[row].issue(line)
        else:
            yield row, no_key(typed.keys[row].as_py(), line, mapping.key.header if mapping.key else None)


def no_key(key: str, line: int, header: str | None) -> Issue:
    """Why a text is no key."""
    code, message = "long_key", f"The key is longer than {MAX_KEY_CHARACTERS} characters."
    if not key:
        code, message = "empty_key", f"The row has no value in the key column '{header}'."
    elif key in NO_KEYS:
        code, message = "spreadsheet_error", f"The key is {key}, the error of a spreadsheet's formula."
    return Issue(
        code,
        message,
        line=line,
        column=header,
        value=key[:100] or None,
        suggestion="Give the row its identifier and import the file again.",
    )
