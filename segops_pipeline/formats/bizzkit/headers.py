"""The header of a column of attribute values, or of a translated name: one grammar, read and written.

    column    = { "Ext_" | "$" } code [ "[" index "]" ] [ "/" field ] [ segment ]
    segment   = ":Default" | dimension { dimension }
    dimension = ":T" culture | ":C" channel | ":D" device | ":M" market
    index     = digit { digit }

`Ext_` and `$` stand in either order and once each; a dimension stands once, in any order; `:Default` in any case. A
code, field or segment's name is any text without `[`, `]`, `/` and `:`; blanks around it do not count; a
dimension's name has no `|` either. Source: seed 002, "Attribute assignment columns" to "Standard field names".

What belongs here: one header, its parts, and the error that points at the character. What doesn't: what a code, field
or culture is (`catalogue.pim`), which columns an entity has (`files`).
"""

import dataclasses
import re
from dataclasses import dataclass
from typing import NoReturn

from segops_pipeline.errors import BadFile
from segops_pipeline.formats.bizzkit.segments import LETTERS, Segment

EXTERNAL = "Ext_"
REFERENCE = "$"
_DEFAULT = "default"
_STOPS = re.compile(r"[\[\]/:]")
_SEVERAL_DIGITS = re.compile(r"[0-9]{1,6}\Z")
_CULTURE = re.compile(r"(?:[A-Za-z][a-z]{1,2}(?:-[A-Za-z0-9]{2,8})*|[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})+)\Z")
# `:TdaMDENMARK`, as the seed's "Segmented values" writes `MMARKETSYSTEMNAME` without a colon
_MARKET_WITHOUT_COLON = re.compile(r"([a-z]{2,3}(?:-[A-Z]{2})?)M([A-Z0-9_][A-Z0-9_.-]*)\Z")
_FORM = "Write it as Ext_$CODE[0]/FIELD:Tculture:Cchannel:Ddevice:Mmarket, with the parts that it has in this order."


@dataclass(eq=False)
class HeaderError(BadFile):
    """A column's header cannot be read; `character` is the 1-based place in it where that shows."""

    character: int = 1

    code = "bad_column_header"


@dataclass(frozen=True, slots=True)
class AttributeColumn:
    """A column of attribute values: which attribute, value, field and segment its cells are of.

    `header` is as the file has it, and `place` its 0-based place there. `index` is None without `[index]`, `segment`
    None where none is given; the default one is `Segment()`. `slip` tells what was read although it is misspelt.
    """

    header: str = dataclasses.field(compare=False)
    place: int
    code: str
    is_external: bool = False
    by_reference: bool = False
    index: int | None = None
    field: str | None = None
    segment: Segment | None = None
    slip: str | None = dataclasses.field(default=None, compare=False)

    def render(self) -> str:
        """Its header in the form that is always written; `parse_header` reads it as the same column."""
        return "".join((
            EXTERNAL if self.is_external else "",
            REFERENCE if self.by_reference else "",
            self.code,
            "" if self.index is None else f"[{self.index}]",
            "" if self.field is None else f"/{self.field}",
            render_segment(self.segment),
        ))  # fmt: skip


def render_segment(segment: Segment | None) -> str:
    """The end of a header: nothing, `:Default`, or `:Tda:MDENMARK`, the dimensions always in this order."""
    if segment is None:
        return ""
    if segment.is_default:
        return ":Default"
    return "".join(f":{letter}{value}" for letter, name in LETTERS.items() if (value := getattr(segment, name)))


def parse_header(header: str, place: int) -> AttributeColumn:
    """Read the header of a column of attribute values; `place` is its 0-based place in the file.

    Raises:
        HeaderError: it is none; the message tells the character.
    """
    return _Reader(header).column(place)


def name_column(header: str, place: int, base: str, *, cultures_only: bool = True) -> "NamedColumn | None":
    """The segment that a column of a translated text has (`Name`, `Description`, `Field1/Name`, `Value`), if it is one.

    `base` is the header without a segment; None: the header is of something else. With `cultures_only` no other
    dimension is taken, and `Name:En-US`, as the seed's "Brand name" has it, is read as `Name:TEn-US`, with a slip.

    Raises:
        HeaderError: it begins as one, but what follows is no segment that it can have.
    """
    stripped = header.strip()
    if stripped != base and not re.match(rf"{re.escape(base)}\s*[:\[/]", stripped):
        return None
    return _Reader(header).named(base, place, cultures_only)


@dataclass(frozen=True, slots=True)
class NamedColumn:
    """A column of a translated text; `segment` is None where the header gives none, which means the default one."""

    place: int
    segment: Segment | None
    slip: str | None = None


class _Reader:
    """Reads one header from left to right."""

    def __init__(self, header: str) -> None:
        self.header = header
        self.at = len(header) - len(header.lstrip())
        self.end = len(header.rstrip())
        self.slip: str | None = None

    def column(self, place: int) -> AttributeColumn:
        is_external, by_reference = self._prefixes()
        code = self._word("the attribute's system name")
        index = self._index()
        name = self._field()
        segment = self._segment()
        if self.at < self.end:
            self._fail_at_rest()
        return AttributeColumn(
            self.header, place, code, is_external, by_reference, index, name, segment, self.slip
        )  # fmt: skip

    def named(self, base: str, place: int, cultures_only: bool) -> NamedColumn:
        self.at += len(base)
        self._skip_blanks()
        start = self.at
        segment = self._segment(cultures_only=cultures_only)
        if self.at < self.end:
            self._fail(
                self.at, f"After {base} only a segment can follow.", f"Write {base}, {base}:Default or {base}:Tda."
            )
        if cultures_only and segment is not None and {"channel", "device", "market"} & set(_set_dimensions(segment)):
            self._fail(
                start, f"{base} differs by culture only.", f"Write {base}:T and the culture, as in {base}:Tda-DK."
            )
        return NamedColumn(place, segment, self.slip)

    def _prefixes(self) -> tuple[bool, bool]:
        found = {EXTERNAL: False, REFERENCE: False}
        while (prefix := self._prefix()) is not None:
            if found[prefix]:
                self._fail(self.at, f"{prefix} stands twice.", f"Remove one {prefix}.")
            found[prefix] = True
            self.at += len(prefix)
            self._skip_blanks()
        return found[EXTERNAL], found[REFERENCE]

    def _prefix(self) -> str | None:
        return next((one for one in (EXTERNAL, REFERENCE) if self.header.startswith(one, self.at)), None)

    def _word(self, what: str) -> str:
        """Everything up to the next mark; blanks around it do not count."""
        stop = _STOPS.search(self.header, self.at, self.end)
        until = self.end if stop is None else stop.start()
        word = self.header[self.at : until].strip()
        if not word:
            self._fail(self.at, f"{what[0].upper()}{what[1:]} is missing.", _FORM)
        self.at = until
        return word

    def _index(self) -> int | None:
        if not self._take("["):
            return None
        start = self.at
        stop = self.header.find("]", start, self.end)
        if stop < 0:
            self._fail(start - 1, "The bracket is not closed.", "Write the index of the value as [0].")
        digits = self.header[start:stop].strip()
        if not _SEVERAL_DIGITS.match(digits):
            told = f"“{digits}” is no index." if digits else "The brackets are empty."
            self._fail(start, told, "Write the index of the value as [0], [1] and so on.")
        self.at = stop + 1
        self._skip_blanks()
        return int(digits)

    def _field(self) -> str | None:
        return self._word("the field's system name") if self._take("/") else None

    def _segment(self, *, cultures_only: bool = False) -> Segment | None:
        """All dimensions; None where there is not one."""
        found: dict[str, str] = {}
        has_default = False
        while self.at < self.end and self.header[self.at] == ":":
            start = self.at
            self.at += 1
            word = self._word("what the colon announces")
            if has_default or (word.casefold() == _DEFAULT and found):
                self._fail(
                    start,
                    "The default value has no culture, channel, device or market.",
                    "Remove :Default, or the other.",
                )
            if word.casefold() == _DEFAULT:
                has_default = True
                continue
            self._dimension(word, start, found, cultures_only)
        return Segment() if has_default else Segment(**found) if found else None

    def _dimension(self, word: str, start: int, found: dict[str, str], cultures_only: bool) -> None:
        dimension, value = self._letter(word, start, cultures_only)
        parts = [(dimension, value)]
        if dimension == "culture" and (slip := _MARKET_WITHOUT_COLON.match(value)):
            parts = [("culture", slip[1]), ("market", slip[2])]
            self.slip = f"“:{word}” is read as “:T{slip[1]}:M{slip[2]}”: a colon is missing before M."
        for name, text in parts:
            if name in found:
                self._fail(start, f"The {name} is given twice.", f"Leave one {name} in the header.")
            found[name] = text

    def _letter(self, word: str, start: int, cultures_only: bool) -> tuple[str, str]:
        dimension, value = LETTERS.get(word[0]), word[1:].strip()
        if cultures_only and _CULTURE.match(word) and not (dimension == "culture" and _CULTURE.match(value)):
            self.slip = f"“:{word}” is read as “:T{word}”: the T before the culture is missing."
            return "culture", word
        if dimension is None:
            upper = word[0].upper()
            remedy = f"Write :{upper}{value}." if upper in LETTERS else "Write :T, :C, :D or :M before the name."
            known = "a segment has a culture (T), channel (C), device (D) or market (M)"
            self._fail(start + 1, f"“{word[0]}” is no dimension: {known}.", remedy)
        if "|" in value:  # which stands between the dimensions of a segment's key
            self._fail(self.header.index("|", start), f"A {dimension}'s name has no “|”.", "Correct the name.")
        if not value:
            self._fail(start + 1, f"The {dimension}'s name is missing after {word[0]}.", f"Write it as :{word[0]}NAME.")
        return dimension, value

    def _take(self, mark: str) -> bool:
        if self.at < self.end and self.header[self.at] == mark:
            self.at += 1
            return True
        return False

    def _skip_blanks(self) -> None:
        while self.at < self.end and self.header[self.at].isspace():
            self.at += 1

    def _fail_at_rest(self) -> NoReturn:
        mark = self.header[self.at]
        told = {
            "[": "The index stands too late: it comes right after the attribute's system name.",
            "]": "The bracket was never opened.",
            "/": "The field stands too late: it comes before the segment, and once.",
        }
        self._fail(self.at, told.get(mark, f"“{mark}” cannot stand here."), _FORM)

    def _fail(self, at: int, message: str, remedy: str) -> NoReturn:
        character = at + 1
        raise HeaderError(
            f"The header “{self.header}” cannot be read: character {character}: {message}", remedy,
            column=self.header, character=character,
        )  # fmt: skip


def _set_dimensions(segment: Segment) -> list[str]:
    return [name for name in LETTERS.values() if getattr(segment, name) is not None]
