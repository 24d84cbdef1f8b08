"""What a cell asks for: a value, an empty one, nothing, or a deletion, by the mode and the row's handling.

Source: seed 002, "Import mode", "Merge mode", "Overwrite mode", "Advanced overwrite scenarios" and "Special deletion
cases". What belongs here: keywords. What doesn't: whether a column's attribute can do what is asked (`catalogue.pim`).
"""

from dataclasses import dataclass
from typing import Literal

from segops_pipeline.formats.bizzkit.headers import AttributeColumn
from segops_pipeline.formats.bizzkit.values import Refused

Mode = Literal["merge", "overwrite"]
Handling = Literal["Standard", "TreatNullAsDelete", "Advanced"]
HANDLINGS: tuple[Handling, ...] = ("Standard", "TreatNullAsDelete", "Advanced")
NULL, IGNORE, DELETE = "NULL", "IGNORE", "DELETE"
DELETE_SLIP = "DELETÈ"  # seed 002, "Advanced overwrite scenarios", in its table
DeletionCase = Literal["attribute", "item", "segment"]


@dataclass(frozen=True, slots=True)
class Keep:
    """Nothing changes."""


@dataclass(frozen=True, slots=True)
class Set:
    """The value is set to what the text says; an empty text is one."""

    text: str


@dataclass(frozen=True, slots=True)
class Empty:
    """The empty value is set: NULL in overwrite mode."""


@dataclass(frozen=True, slots=True)
class Delete:
    """The attribute, item or segment is removed.

    `asked`: DELETE says so, which is an error where nothing can be deleted. Else it is the NULL of TreatNullAsDelete,
    which is `Empty` there. `is_slip`: the cell says DELETÈ.
    """

    asked: bool = True
    is_slip: bool = False


Action = Keep | Set | Empty | Delete
KEEP, EMPTY = Keep(), Empty()
_DELETE, _DELETE_SLIP, _NULL_DELETES = Delete(), Delete(is_slip=True), Delete(asked=False)


def action_of(cell: str | None, mode: Mode, handling: Handling = "Standard") -> Action:
    """What a cell of an attribute column asks for; None (the row is too short) asks for nothing.

    Keywords are exact: `null` and ` NULL` are texts. IGNORE and DELETE are keywords in Advanced rows only.
    """
    if cell is None:
        return KEEP
    if mode == "merge":
        return KEEP if cell == NULL else Set(cell)
    if cell == NULL:
        return _NULL_DELETES if handling == "TreatNullAsDelete" else EMPTY
    if handling == "Advanced":
        if cell == IGNORE:
            return KEEP
        if cell == DELETE:
            return _DELETE
        if cell == DELETE_SLIP:
            return _DELETE_SLIP
    return Set(cell)


def handling_of(cell: str | None) -> Handling:
    """What a cell of AttributeAssignmentHandling says, in any case; empty and NULL are Standard.

    Raises:
        Refused: it is none of the three.
    """
    wanted = (cell or "").strip().casefold()
    if wanted in ("", NULL.casefold()):
        return "Standard"
    for one in HANDLINGS:
        if one.casefold() == wanted:
            return one
    raise Refused(
        "unknown_handling", f"“{cell}” is no handling of attribute assignments.",
        f"Write {', '.join(HANDLINGS)}, or leave the cell empty.",
    )  # fmt: skip


def deletion_case(column: AttributeColumn) -> DeletionCase | None:
    """What a deletion under a column removes; None: there a deletion is none (a field, the default value).

    Source: seed 002, "Special deletion cases". A segment of a field or of an item counts as a segment.
    """
    if column.segment is not None:
        return None if column.segment.is_default else "segment"
    if column.field is not None:
        return None
    return "attribute" if column.index is None else "item"
