"""What is wrong with columns together: one is missing, stands twice, says the same as another, leaves a hole.

What belongs here: checks of columns that have all been read. What doesn't: reading one (`columns`, `headers`), and
what needs an attribute's definition or the mode, as holes in the indices of values do (`catalogue.pim`).
"""

from collections.abc import Iterable, Iterator

from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.entities import COLUMNS, SHOWN, UNIQUE_NAME, FileEntity
from segops_pipeline.formats.bizzkit.headers import AttributeColumn
from segops_pipeline.formats.bizzkit.recognised import Recognised, SpecialColumn


def check_columns(entity: FileEntity, recognised: Recognised) -> Iterator[Issue]:
    """All that is wrong with the columns of a file together."""
    yield from _missing(entity, recognised)
    for columns in recognised.special.values():
        yield from _twice(columns)
    yield from _holes_in_numbers(entity, recognised)
    yield from _attributes_twice(recognised.attributes)


def _missing(entity: FileEntity, recognised: Recognised) -> Iterator[Issue]:
    for rule in COLUMNS[entity]:
        if rule.is_required and not recognised.has(rule.name):
            yield Issue(
                "missing_column", f"A file of {SHOWN[entity]} must have the column {rule.shown}.", "error", None,
                rule.shown, suggestion=f"Add the column {rule.shown}.",
            )  # fmt: skip
    first = recognised.column(UNIQUE_NAME)
    if entity == "product" and first is not None and first.place != 0:
        yield Issue(
            "column_place", f"{UNIQUE_NAME} must be the first column of a file of products.", "error", None,
            first.header, suggestion=f"Move {UNIQUE_NAME} to the front.",
        )  # fmt: skip


def _twice(columns: Iterable[SpecialColumn]) -> Iterator[Issue]:
    """The same column again, and a bare one beside its `:Default`: which of them counts?"""
    seen: dict[tuple[int | None, str], SpecialColumn] = {}
    for column in columns:
        other = seen.setdefault((column.number, column.segment_key.casefold()), column)
        if other is column:
            continue
        if (other.segment is None) == (column.segment is None):
            yield _duplicate(column.header, other.header)
        else:
            yield Issue(
                "ambiguous_columns", f"{other.header} and {column.header} both are the default value.", "error", None,
                column.header, suggestion="Leave one of them.",
            )  # fmt: skip


def _holes_in_numbers(entity: FileEntity, recognised: Recognised) -> Iterator[Issue]:
    for rule in COLUMNS[entity]:
        if not rule.is_numbered or rule.most is not None:
            continue
        columns = recognised.columns(rule.name)
        numbers = {column.number for column in columns}
        hole = next((number for number in range(1, len(numbers) + 1) if number not in numbers), None)
        if hole is not None:
            told = rule.template.format(n=hole)
            yield Issue(
                "column_gap", f"{told} is missing: the numbers start with 1 and leave out none.", "error", None,
                columns[-1].header, suggestion=f"Add {told}, or number the columns anew.",
            )  # fmt: skip


def _attributes_twice(columns: Iterable[AttributeColumn]) -> Iterator[Issue]:
    """The same header again; headers that differ and mean the same are told apart by the definition only."""
    seen: dict[str, AttributeColumn] = {}
    for column in columns:
        other = seen.setdefault(column.render(), column)
        if other is not column:
            yield _duplicate(column.header, other.header)


def _duplicate(header: str, other: str) -> Issue:
    told = "stands twice" if header == other else f"is the same as {other}"
    return Issue(
        "duplicate_column", f"The column {header} {told}.", "error", None, header, suggestion="Remove one of the two."
    )
