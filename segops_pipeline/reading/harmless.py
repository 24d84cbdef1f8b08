"""Cells that a spreadsheet does not run as formulas, and back: an apostrophe before them, which an import takes away.

A file says by its headers that its cells are so: an apostrophe stands before every one of them. It stays there when a
spreadsheet saves the file. What belongs here: the writing and its way back. What doesn't: which files are written so.
"""

import re
from collections.abc import Sequence

# OWASP, "CSV Injection": a cell that begins with one of these may be run; so do their full-width forms in Excel
DANGEROUS = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
BEGINS_DANGEROUS = re.compile(f"'*[{DANGEROUS}]")
MADE_HARMLESS = re.compile(f"'+[{DANGEROUS}]")
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
MARK = "'"


def harmless(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run; `original` takes exactly that away."""
    return f"'{cell}" if BEGINS_DANGEROUS.match(cell) else cell


def harmless_number(cell: str) -> str:
    """The same, but a negative number stays: it runs nothing."""
    return cell if NUMBER.fullmatch(cell) else harmless(cell)


def original(cell: str) -> str:
    """The cell before `harmless`; one that a person has written without the apostrophe is as it is."""
    return cell[1:] if MADE_HARMLESS.match(cell) else cell


def marked(header: str) -> str:
    """A header of a file whose cells are harmless."""
    return f"{MARK}{header}"


def is_marked(headers: Sequence[str]) -> bool:
    """Whether headers say that the cells below them are harmless: an apostrophe stands before each, not after any."""
    filled = [header.strip() for header in headers if header.strip()]
    return bool(filled) and all(len(one) > 1 and one[0] == MARK and one[-1] != MARK for one in filled)


def unmarked(headers: Sequence[str]) -> list[str]:
    """The headers without their mark."""
    return [header.strip().removeprefix(MARK) for header in headers]
