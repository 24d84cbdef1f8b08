"""A file's header as one entity reads it: its own columns, those of attribute values, and all that is wrong.

What belongs here: the header of a file whose entity is known. What doesn't: which entity that is (`files`).
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.column_checks import check_columns
from segops_pipeline.formats.bizzkit.entities import (
    COLUMNS,
    NUMBER,
    SHOWN,
    TAKES_ATTRIBUTES,
    UNIQUE_NAME,
    ColumnRule,
    FileEntity,
    SpecialName,
    rule_of,
)  # fmt: skip
from segops_pipeline.formats.bizzkit.headers import AttributeColumn, HeaderError, name_column, parse_header
from segops_pipeline.formats.bizzkit.recognised import Recognised, SpecialColumn, ToldBy


def read_columns(entity: FileEntity, headers: Sequence[str], told_by: ToldBy = "given") -> Recognised:
    """Read a header as an entity's. All that is wrong is told at once; a column that cannot be read is left out."""
    reading = _Reading(entity, headers)
    for place, header in enumerate(headers):
        reading.take(place, header)
    special: dict[SpecialName, tuple[SpecialColumn, ...]] = {
        name: tuple(sorted(found, key=_order)) for name, found in reading.special.items()
    }
    recognised = Recognised(
        tuple(headers), entity, (entity,), told_by, special, tuple(reading.attributes), tuple(reading.empty)
    )
    return replace(recognised, issues=(*reading.issues, *check_columns(entity, recognised)))


def header_slip(header: str, message: str, remedy: str) -> Issue:
    """A misspelt header that was taken for what it must mean."""
    return Issue("header_slip", message, "info", None, header, suggestion=remedy)


def _order(column: SpecialColumn) -> tuple[int, int]:
    return column.number or 0, column.place


class _Reading:
    """Takes one header after the other."""

    def __init__(self, entity: FileEntity, headers: Sequence[str]) -> None:
        self.entity: FileEntity = entity
        self.headers = headers
        self.unique_name = _place_of_unique_name(entity, headers)
        self.special: dict[SpecialName, list[SpecialColumn]] = {}
        self.attributes: list[AttributeColumn] = []
        self.empty: list[int] = []
        self.issues: list[Issue] = []

    def take(self, place: int, header: str) -> None:
        text = header.strip()
        if not text:
            self._take_empty(place)
        elif place == self.unique_name:
            self._take_unique_name(place, header)
        elif self.entity == "global_list_item" and text == "Name:Default" and not rule_of(self.entity, text):
            self._take_value_called_name(place, header)
        elif (found := rule_of(self.entity, text)) is not None:
            self._take_special(place, header, *found)
        elif not self._is_near(header):
            self._take_attribute(place, header)

    def _take_empty(self, place: int) -> None:
        self.empty.append(place)
        if all(not one.strip() for one in self.headers[place:]):
            slip = f"The header ends with an empty column (number {place + 1}): it is left out."
            self.issues.append(header_slip(self.headers[place], slip, "Remove the semicolon at the end of the header."))
            return
        self.issues.append(Issue(
            "empty_header", f"Column {place + 1} has no header.", "error", None, self.headers[place],
            suggestion="Write its header, or remove the column.",
        ))  # fmt: skip

    def _take_unique_name(self, place: int, header: str) -> None:
        self.special[UNIQUE_NAME] = [SpecialColumn(place, UNIQUE_NAME, header=header)]
        if header.strip() != UNIQUE_NAME:
            self.issues.append(
                header_slip(header, f"The column {header} is read as {UNIQUE_NAME}.", f"Call it {UNIQUE_NAME}.")
            )

    def _take_value_called_name(self, place: int, header: str) -> None:
        """Seed 002, "Global list items", "Value", writes Name:Default for Value:Default."""
        named = name_column("Value:Default", place, "Value", cultures_only=False)
        assert named is not None
        self.special.setdefault("Value", []).append(SpecialColumn(place, "Value", None, named.segment, header))
        self.issues.append(
            header_slip(header, "The column Name:Default is read as Value:Default.", "Call it Value:Default.")
        )

    def _take_special(self, place: int, header: str, rule: ColumnRule, match: re.Match[str]) -> None:
        number = int(match["number"]) if rule.is_numbered else None
        segment = None
        if rule.most is not None and not 1 <= (number or 0) <= rule.most:
            self._refuse(header, f"There is no {match['base']}: its number is 1 to {rule.most}.", "Correct the number.")
            return
        if rule.takes == "nothing" and match["rest"]:
            self._refuse(
                header, f"The column {match['base']} has no segment, field or index.", f"Call it {match['base']}."
            )  # fmt: skip
            return
        if rule.takes != "nothing":
            try:
                named = name_column(header, place, match["base"], cultures_only=rule.takes == "cultures")
            except HeaderError as error:
                self.issues.append(error.as_issue())
                return
            segment = named.segment if named else None
            self._tell_slip(header, named.slip if named else None)
        self.special.setdefault(rule.name, []).append(SpecialColumn(place, rule.name, number, segment, header))

    def _take_attribute(self, place: int, header: str) -> None:
        if self.entity not in TAKES_ATTRIBUTES:
            self._refuse(
                header, f"A file of {SHOWN[self.entity]} has no column {header}.",
                f"Remove it; the columns are {', '.join(rule.shown for rule in COLUMNS[self.entity])}.",
            )  # fmt: skip
            return
        try:
            column = parse_header(header, place)
        except HeaderError as error:
            self.issues.append(error.as_issue())
            return
        self._tell_slip(header, column.slip)
        self.attributes.append(column)

    def _is_near(self, header: str) -> bool:
        """Whether it is a numbered column of the entity with a number that is none, which nobody means as a code."""
        for rule in COLUMNS[self.entity]:
            start, numbered, _ = rule.template.partition(NUMBER)
            if numbered and start.endswith("_") and header.strip().casefold().startswith(start[:-1].casefold()):
                self._refuse(header, f"{header} is no column: it is called {rule.shown}.", f"Call it {start}1.")
                return True
        return False

    def _tell_slip(self, header: str, slip: str | None) -> None:
        if slip is not None:
            self.issues.append(header_slip(header, slip, "Correct the header."))

    def _refuse(self, header: str, message: str, remedy: str) -> None:
        self.issues.append(Issue("bad_column_header", message, "error", None, header, suggestion=remedy))


def _place_of_unique_name(entity: FileEntity, headers: Sequence[str]) -> int | None:
    """Where UniqueName is: by its name, by its name in another case, or a first column Name that can mean nothing else.

    Seed 002, "Attributes with multiple fields" and others write Name; for UniqueName; in files of products.
    """
    plain = [header.strip() for header in headers]
    if UNIQUE_NAME in plain:
        return plain.index(UNIQUE_NAME)
    folded = [header.casefold() for header in plain]
    if UNIQUE_NAME.casefold() in folded:
        return folded.index(UNIQUE_NAME.casefold())
    means_name = any(rule.name == "Name" for rule in COLUMNS[entity])
    return 0 if plain and plain[0] == "Name" and len(plain) > 1 and not means_name else None
