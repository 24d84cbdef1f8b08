"""Prices of several columns of a row as one list: `price_eur`, `price_usd` → one multi_price.

What belongs here: joining the JSON lists of columns. What doesn't: which columns go together (the mapping), how a
price is read (`inference.values`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segops_pipeline.formats.json_text import TEXT, joined, listed
from segops_pipeline.inference.context import Refusal

_LOCALE = re.compile(r"(?:^|[^A-Za-z])([a-z]{2})[-_]([A-Z]{2})(?![A-Za-z])")
_CURRENCY = r'"currency":"(?P<found>[A-Z]{3})"'
_ITS_LOCALE = r'"locale":"(?P<found>[^"]*)"'

NO_CURRENCY = Refusal(
    "price_without_currency",
    "The price is one of several in its row and has no currency.",
    "Name the currency in the header or the cell, as price_eur or 12.50 EUR.",
)
REPEATED_CURRENCY = Refusal(
    "repeated_currency",
    "The row has another price in the same currency for the same field.",
    "Give one of the two columns another field.",
)


def locale_in(header: str) -> str | None:
    """The locale that a header names, as `price_de_DE` or `Preis (de-CH)` do: language and country, `de-DE`."""
    found = _LOCALE.search(header)
    return f"{found[1]}-{found[2]}" if found else None


def with_locale(prices: pa.Array, locale: str | None) -> pa.Array:
    """Lists of prices, each price with its column's locale where it names none."""
    if locale is None:
        return prices
    named = pc.match_substring(prices, '"locale":')
    return pc.if_else(named, prices, pc.replace_substring(prices, "}", f',"locale":"{locale}"}}'))


def combine(parts: Sequence[pa.Array]) -> pa.Array:
    """One list per row of the lists of its columns, in their order; null where all are null.

    Args:
        parts: JSON lists of prices by row, null where a cell has none; all of one length.
    """
    members = [joined([",", pc.utf8_slice_codeunits(part, 1, -1)]) for part in parts]
    whole = listed(members, len(parts[0]))
    return pc.if_else(pc.equal(whole, ""), pa.scalar(None, TEXT), joined(["[", whole, "]"]))


def clashes(parts: Sequence[pa.Array]) -> Iterator[tuple[int, int, Refusal]]:
    """Prices that cannot stand beside those of the other columns: (place of the column, row, why)."""
    filled = np.array([part.is_valid().to_numpy(zero_copy_only=False) for part in parts])
    several = filled.sum(axis=0) > 1
    currencies = [_found(part, _CURRENCY) for part in parts]
    locales = [_found(part, _ITS_LOCALE) for part in parts]
    for place, codes in enumerate(currencies):
        for row in np.flatnonzero(several & filled[place] & _equal(codes, "")).tolist():
            yield place, row, NO_CURRENCY
    for one, other in combinations(range(len(parts)), 2):
        same = _equal(currencies[one], currencies[other]) & _equal(locales[one], locales[other])
        known = ~_equal(currencies[one], "")
        for row in np.flatnonzero(same & known & filled[one] & filled[other]).tolist():
            yield other, row, REPEATED_CURRENCY


def without_rows(values: pa.Array, rows: set[int]) -> pa.Array:
    """The values with null in some rows."""
    if not rows:
        return values
    gone = np.zeros(len(values), dtype=bool)
    gone[list(rows)] = True
    return pc.if_else(pa.array(gone), pa.scalar(None, TEXT), values)


def _found(part: pa.Array, pattern: str) -> pa.Array:
    return pc.fill_null(pc.struct_field(pc.extract_regex(part, pattern), "found").cast(TEXT), "")


def _equal(texts: pa.Array, other: pa.Array | str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return pc.equal(texts, other).to_numpy(zero_copy_only=False)
