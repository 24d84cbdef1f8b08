"""Cells of the columns that an entity has besides its attributes, and what to tell of one that is wrong.

What belongs here: getting at a cell, its keyword NULL, and building issues. What doesn't: what a column means (the
`fold_` files), cells of attribute columns (`assign`).
"""

from segops_pipeline.catalogue.pim.fold import Row
from segops_pipeline.errors import Issue, Level
from segops_pipeline.formats.bizzkit.keywords import NULL
from segops_pipeline.formats.key_issues import MAX_KEY_CHARACTERS, NO_KEYS, no_key

LONGEST_TOLD = 100  # characters of a value in an issue


def cell(row: Row, place: int | None) -> str | None:
    """The text of a cell; None: the file has no such column, or the row ends before it."""
    return None if place is None or place >= len(row.cells) else row.cells[place]


def told(row: Row, place: int | None) -> str | None:
    """What a cell says in merge mode; None: nothing, for NULL is "as if the column was not present" (seed 002)."""
    text = cell(row, place)
    return None if text == NULL else text


def named(row: Row, place: int | None) -> str | None:
    """The unique name that a cell says, in merge mode; None as `told`."""
    return without_blanks(told(row, place))


def without_blanks(name: str | None) -> str | None:
    """A unique name as it is meant: blanks around it do not count, as in files of other formats.

    "A-1 " would be a second record that looks like "A-1". What is an empty cell or NULL only without its blanks stays
    as it is: keywords are exact, and no record has such a name.
    """
    stripped = (name or "").strip()
    return name if stripped in ("", NULL) else stripped


def issue(
    row: Row, code: str, message: str, remedy: str, *,
    column: str | None = None, value: str | None = None, key: str | None = None, level: Level = "error",
) -> Issue:  # fmt: skip
    """An issue at a cell of a row."""
    shown = None if value is None else value[:LONGEST_TOLD]
    return Issue(code, message, level, row.line, column, shown, key, remedy)


def key_issue(row: Row, column: str, place: int | None) -> Issue | None:
    """Why the cell that names a record cannot name one: it is empty, NULL, too long, or a spreadsheet's error."""
    key = (named(row, place) or "").strip()
    if not key or key == NULL:
        return no_key("", row.line, column)
    if len(key) > MAX_KEY_CHARACTERS or key in NO_KEYS:
        return no_key(key, row.line, column)
    return None


def has_errors(issues: list[Issue]) -> bool:
    """Whether any of the issues rejects a row."""
    return any(one.level == "error" for one in issues)
