"""Cells of a workbook that are text and nothing else, whatever they begin with.

What belongs here: how text becomes a cell that no program takes for a formula or a number, and is read back as it is.
What doesn't: which cells a workbook has (`fill_in`, `imports.rejected_file`).
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.cell import Cell

MOST_CELL_CHARACTERS = 32_767  # Excel specifications and limits
TEXT_FORMAT = "@"
# ECMA-376 part 1, 22.9.2.19 (ST_Xstring): what XML cannot hold is _xHHHH_, and text that looks like it too
ESCAPED = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def cell_text(text: str) -> str:
    """The text as a workbook holds it, with `_x000D_` for a character that XML cannot hold."""
    return ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def fill_cell(cell: "Cell", text: str) -> None:
    """Make a cell hold a text; with `TEXT_FORMAT` as its number format it stays one when it is edited.

    A text of more than `MOST_CELL_CHARACTERS` is cut: who cannot have that looks before.
    """
    cell.value = cell_text(text)
    cell.data_type = "s"
