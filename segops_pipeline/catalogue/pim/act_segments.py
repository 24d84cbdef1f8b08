"""The registry of cultures, channels, devices and markets: what values may differ by.

Their system names stand in headers (seed 002, "Segmented values"). What belongs here: adding, naming and removing one.
What doesn't: what a header says (`formats.bizzkit.headers`), whether a column's segment is registered (`assign_check`).
"""

import re

from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.apply import lock_workspace
from segops_pipeline.catalogue.pim.edit_records import RecordEdit, write_records
from segops_pipeline.catalogue.pim.model import Record
from segops_pipeline.catalogue.pim.references import segment_user
from segops_pipeline.catalogue.pim.store import load_records
from segops_pipeline.errors import AlreadyThere, NotFound, WrongUsage
from segops_pipeline.formats.bizzkit.segments import DIMENSIONS, LETTERS

LETTER_OF = {name: letter for letter, name in LETTERS.items()}
MARKS = re.compile(r"[\[\]/:|;]")
LONGEST = 100


def list_segments(connection: Connection, workspace_id: int, dimension: str | None = None) -> list[Record]:
    """The registered segments, by dimension and system name; `dimension` None: of all."""
    found = load_records(connection, workspace_id, "segment")
    kept = [one for one in found if dimension in (None, one.data["dimension"])]
    return sorted(kept, key=lambda one: (DIMENSIONS.index(one.data["dimension"]), one.data["code"]))


def add_segment(
    connection: Connection, workspace_id: int, dimension: str, code: str, actor: str, label: str | None = None
) -> None:
    """Register a segment; one that is there gets the label.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        dimension: culture, channel, device or market.
        code: its system name, as headers have it: `da-DK`.
        actor: who does it.
        label: what people read; None: its system name, or the label that it has.

    Raises:
        WrongUsage: there is no such dimension, or the name can be none.
        AlreadyThere: there is one that differs by the case of letters only.
    """
    lock_workspace(connection, workspace_id)
    _check(dimension, code)
    known = next(
        (one for one in list_segments(connection, workspace_id, dimension)
         if one.data["code"].casefold() == code.casefold()), None,
    )  # fmt: skip
    if known is not None and known.data["code"] != code:
        raise AlreadyThere(f"The {dimension} {known.data['code']} is registered already.", "Case makes no difference.")
    said = label or (known.data["label"] if known else code)
    data = {"dimension": dimension, "code": code, "label": said}
    if known is None or known.data != data:
        write_records(connection, workspace_id, [RecordEdit("segment", f"{dimension}:{code}", data)], actor)


def remove_segment(connection: Connection, workspace_id: int, dimension: str, code: str, actor: str) -> None:
    """Remove a segment that no value or name is of.

    Raises:
        NotFound: it is not registered.
        WrongUsage: something is of it, or there is no such dimension.
    """
    lock_workspace(connection, workspace_id)
    _check(dimension, code)
    known = [one.data["code"] for one in list_segments(connection, workspace_id, dimension)]
    found = next((one for one in known if one.casefold() == code.casefold()), None)
    if found is None:
        registered = ", ".join(known) or "none"
        raise NotFound(f"The {dimension} {code} is not registered.", f"Registered are: {registered}.")
    user = segment_user(connection, workspace_id, f"{LETTER_OF[dimension]}:{found}")
    if user is not None:
        raise WrongUsage(f"The {dimension} {found} is used, among others by {user}.", "Remove the values of it first.")
    write_records(connection, workspace_id, [RecordEdit("segment", f"{dimension}:{found}", None)], actor)


def _check(dimension: str, code: str) -> None:
    if dimension not in DIMENSIONS:
        raise WrongUsage(f"There is no dimension '{dimension}'.", f"Choose one of: {', '.join(DIMENSIONS)}.")
    if not code.strip() or code != code.strip() or not code.isprintable() or len(code) > LONGEST or MARKS.search(code):
        remedy = "Write letters, digits, - and _, as in da-DK."
        raise WrongUsage(f"'{code[:40]}' cannot be the system name of a {dimension}.", remedy, value=code[:40])
