"""What a person says of a file's layout, in place of what was detected.

What belongs here: the choice, its check and its JSON form. What doesn't: detection, and reading with it
(opening.py).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from segops_pipeline.errors import WrongUsage
from segops_pipeline.reading.encoding import codec_named

NO_HEADER = -1
DELIMITER_NAMES = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "\\t": "\t",
    "pipe": "|",
    "space": " ",
    "colon": ":",
}
QUOTE_NAMES = {"none": "", "double": '"', "single": "'"}
MOST_DELIMITER_CHARACTERS = 10


@dataclass(frozen=True, slots=True)
class DialectChoice:
    """Each part that is None is detected.

    `quote` '' means that no cell is quoted by rule; `header_row` is the 0-based place of the header's first
    record, blank lines counted, or `NO_HEADER`; `sheet` is the name of a workbook's sheet, of the file in an
    archive (`file/sheet` where it is a workbook), or the path of the records in JSON and XML.
    """

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header_row: int | None = None
    sheet: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The parts that are chosen, ready for JSON."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any] | None) -> "DialectChoice":
        """The choice that `as_dict` wrote; None is no choice."""
        return cls(**(content or {}))

    @classmethod
    def of_words(
        cls,
        *,
        encoding: str | None = None,
        delimiter: str | None = None,
        quote: str | None = None,
        header_row: int | None = None,
        no_header: bool = False,
        sheet: str | None = None,
    ) -> "DialectChoice":
        """The choice as a person gives it: delimiters and quotation marks by name too, the header's line from 1.

        Raises:
            WrongUsage: a part cannot be what it is said to be, with what can.
        """
        if no_header and header_row is not None:
            raise WrongUsage("There is either a header row or none.", "Leave out one of the two.")
        return cls(
            encoding if encoding is None else codec_named(encoding),
            delimiter if delimiter is None else _checked_delimiter(delimiter),
            quote if quote is None else _checked_quote(quote),
            NO_HEADER if no_header else _checked_row(header_row),
            sheet,
        )


NO_CHOICE = DialectChoice()
"""Everything is detected."""


def _checked_delimiter(given: str) -> str:
    found = DELIMITER_NAMES.get(given.lower(), given)
    if not found or len(found) > MOST_DELIMITER_CHARACTERS or any(mark in found for mark in '"\r\n'):
        raise WrongUsage(
            f"{given!r} cannot be a delimiter.",
            f"Give up to {MOST_DELIMITER_CHARACTERS} characters, or one of: {', '.join(DELIMITER_NAMES)}.",
        )
    return found


def _checked_quote(given: str) -> str:
    found = QUOTE_NAMES.get(given.lower(), given)
    if len(found) > 1 or found in ("\r", "\n"):
        raise WrongUsage(
            f"{given!r} cannot be a quotation mark.", f"Give one character, or one of: {', '.join(QUOTE_NAMES)}."
        )
    return found


def _checked_row(given: int | None) -> int | None:
    if given is not None and given < 1:
        raise WrongUsage(f"There is no row {given}.", "Rows are counted from 1; a table without header: --no-header.")
    return None if given is None else given - 1
