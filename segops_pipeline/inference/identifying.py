"""Which columns tell a table's rows apart together, where no column does so alone.

What belongs here: the search for one column or a few, over the rows themselves, and the sentence about it.
What doesn't: which column becomes the key (`roles`, `matcher`). Only asked where a file has no good key: a
Shopify export has one handle for all variants, and the handle and the option's value differ in every row.
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING

from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.roles import THE_PRODUCT, key_header_score
from segops_pipeline.inference.steps import Join
from segops_pipeline.inference.suggestion import MappingSuggestion
from segops_pipeline.inference.suggestion_issues import KEY_DOUBTS
from segops_pipeline.inference.synonyms import understand
from segops_pipeline.inference.vetoes import FEW_ROWS
from segops_pipeline.inference.words import words as word_set

if TYPE_CHECKING:
    import numpy
    import pyarrow
    from numpy.typing import NDArray

MOST_ROWS = 50_000
MOST_COLUMNS = 9
MOST_TOGETHER = 3
NAMES_AN_IDENTIFIER = 0.5
LONGEST_VALUE = 80
# what a column holds that says which of several rows of one product a row is
TELLS_APART = word_set("""
    variant option size color language warehouse value position unit date start year number code id reference sku
    gtin handle key name title type material region country seller vendor
""")
# above all these
SPLITS_A_PRODUCT = word_set("option size color language warehouse unit start")
# how much or what it looks like never says which it is
NEVER_MEANINGS = word_set("""
    stock quantity amount price cost discount weight volume image url description text note tags flag policy
""")
NEVER_TYPES = ("list", "multi_price", "price")
BETWEEN = "-"
OF_THE_KEY = ("no_key", *KEY_DOUBTS)


def tell_identifying_columns(
    suggestion: MappingSuggestion,
    evidence: Sequence[ColumnEvidence],
    read: "Callable[[], Iterable[pyarrow.RecordBatch]]",
) -> MappingSuggestion:
    """Add to what is said about a missing or repeating key which columns would tell the rows apart.

    `read` gives the file's batches, with a string column `c0`, `c1`, … per column; it is called only where the
    key is missing or not unique.
    """
    doubtful = [issue for issue in suggestion.issues if issue.code in OF_THE_KEY]
    if not doubtful:
        return suggestion
    found = find_identifying(evidence, read(), suggestion.key)
    if not found:
        return suggestion
    told = identifies(found, max(column.rows for column in evidence))
    first = doubtful[0]
    issues = [
        replace(issue, message=f"{issue.message} {told}") if issue is first else issue for issue in suggestion.issues
    ]
    return replace(suggestion, issues=issues)


def identifies(columns: Sequence[str], rows: int) -> str:
    """Say that these columns tell that many rows apart, or the first of them that were looked at."""
    each = f"each of {rows:,} rows" if rows <= MOST_ROWS else f"each of the first {MOST_ROWS:,} rows"
    if len(columns) == 1:
        return f"“{columns[0]}” is different in {each} and could serve."
    together = ", ".join(f"“{column}”" for column in columns[:-1]) + f" and “{columns[-1]}”"
    step = Join(tuple(columns[1:]), BETWEEN)
    return f"{together} together are different in {each}: “{columns[0]}” with the step `{step}` could serve."


def find_identifying(
    evidence: Sequence[ColumnEvidence], batches: "Iterable[pyarrow.RecordBatch]", key: str | None = None
) -> tuple[str, ...] | None:
    """Find the columns whose values differ in every row: one, else two, else three; None where there are none.

    `key` is the column that is the key though it repeats: it is the first of the two or three. Looks at the first
    `MOST_ROWS` rows, and takes those columns whose headers say most about identity.
    """
    places = _candidates(evidence, key)
    codes = _coded(batches, places)
    rows = len(next(iter(codes.values()), ()))
    if rows < 2:
        return None
    for chosen in _choices(evidence, places, key, rows):
        joined = codes[chosen[0]]
        for place in chosen[1:]:
            joined = _joined(joined, codes[place])
        if _differ(joined, rows):
            return tuple(sorted((evidence[place].name for place in chosen), key=lambda name: name != key))
    return None


def _choices(
    evidence: Sequence[ColumnEvidence], places: Sequence[int], key: str | None, rows: int
) -> Iterator[tuple[int, ...]]:
    """What to try, the likeliest first: few columns before many, telling headers before others."""
    for place in places:
        if evidence[place].name != key and _serves_alone(evidence[place], key, rows):
            yield (place,)
    for count in range(2, MOST_TOGETHER + 1):
        found = combinations(places, count)
        able = (chosen for chosen in found if prod(evidence[place].distinct + 1 for place in chosen) >= rows)
        with_key = (chosen for chosen in able if key is None or any(evidence[place].name == key for place in chosen))
        yield from sorted(with_key, key=lambda chosen: -sum(_identity(evidence[place]) for place in chosen))


def _serves_alone(column: ColumnEvidence, key: str | None, rows: int) -> bool:
    """Beside a key that repeats only another identifier can serve; a few rows say nothing of one column."""
    return rows >= FEW_ROWS and (key is None or key_header_score(column.name) >= NAMES_AN_IDENTIFIER)


def _candidates(evidence: Sequence[ColumnEvidence], key: str | None) -> list[int]:
    """The columns to look at, the most telling first; long texts and amounts of money identify nothing."""
    able = [
        place
        for place, column in enumerate(evidence)
        if column.filled
        and (column.distinct > 1 or column.name == key)
        and column.type not in NEVER_TYPES
        and all(len(example) <= LONGEST_VALUE for example in column.examples)
        and (_identity(column) > 0 or column.name == key)
    ]
    return sorted(able, key=lambda place: -_identity(evidence[place]))[:MOST_COLUMNS]


def _identity(column: ColumnEvidence) -> float:
    meanings = understand(column.name).meanings
    foreign = not meanings - THE_PRODUCT <= TELLS_APART and key_header_score(column.name) < NAMES_AN_IDENTIFIER
    splits = bool(meanings & SPLITS_A_PRODUCT)
    if not splits and (meanings & NEVER_MEANINGS or (meanings and foreign)):
        return 0.0
    share = column.distinct / max(column.rows, 1)
    telling = 0.9 if splits else 0.4 if meanings & TELLS_APART else 0.0
    return 0.1 + key_header_score(column.name) + 0.5 * share + telling


def _coded(batches: "Iterable[pyarrow.RecordBatch]", places: Sequence[int]) -> "dict[int, NDArray[numpy.int64]]":
    """Each column's cells as numbers, equal for equal cells; a blank cell is a value as well."""
    import pyarrow

    parts: dict[int, list[pyarrow.Array]] = {place: [] for place in places}
    rows = 0
    for batch in batches:
        taken = batch.slice(0, MOST_ROWS - rows)
        for place in places:
            parts[place].append(taken.column(f"c{place}").fill_null(""))
        rows += taken.num_rows
        if rows >= MOST_ROWS:
            break
    return {place: _codes(found) for place, found in parts.items() if found}


def _codes(parts: "list[pyarrow.Array]") -> "NDArray[numpy.int64]":
    import pyarrow

    encoded = pyarrow.chunked_array(parts).combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy(zero_copy_only=False).astype("int64")


def _joined(one: "NDArray[numpy.int64]", other: "NDArray[numpy.int64]") -> "NDArray[numpy.int64]":
    import numpy

    # numbered anew, so that three columns do not overflow
    return numpy.unique(one * (int(other.max()) + 1) + other, return_inverse=True)[1]


def _differ(codes: "NDArray[numpy.int64]", rows: int) -> bool:
    import numpy

    return int(codes.max()) + 1 == rows and len(numpy.unique(codes)) == rows
