"""The kinds of import that a file can be of, by name, and the options that a kind has of its own.

What belongs here: what a person may say of them. What doesn't: which one a file is where nobody says it (`parse`).
"""

from collections.abc import Mapping
from typing import Any

from segops_pipeline.errors import WrongUsage
from segops_pipeline.imports.bizzkit import BIZZKIT, checked_options

TABLE = "table"
FORMATS = (TABLE, BIZZKIT)


def checked_format(format_: str | None, options: Mapping[str, Any]) -> str | None:
    """The format that is said, by its name or by options that only it has; None: it is left open.

    Raises:
        WrongUsage: there is no such format or option, or the format does not have it.
    """
    if format_ is not None:
        choose("format", format_, FORMATS)
    given = checked_options(options)
    if given and format_ == TABLE:
        raise WrongUsage(f"A table has no '{next(iter(given))}'.", f"Leave it out, or choose the format {BIZZKIT}.")
    return BIZZKIT if given else format_


def kept_options(format_: str | None, options: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is kept with a job whose format is said, or (None) left open: then it may be recognised as another one."""
    return {"format": TABLE} if format_ == TABLE else dict(options) or None


def choose(what: str, given: str, known: tuple[str, ...]) -> None:
    """Check a name against those that there are.

    Raises:
        WrongUsage: it is none of them, which are told.
    """
    if given not in known:
        raise WrongUsage(f"There is no {what} '{given}'.", f"Choose one of: {', '.join(known)}.")
