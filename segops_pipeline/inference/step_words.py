"""Steps as people write them, each one readable line.

    trim · trim "*" · upper · lower · title · sentence
    replace "old" with "new"
    split ";" take 2 · split ";" as list
    join "Brand", "Model" with " "
    prefix "SKU-" · suffix " cm" · constant "EUR" · default "unknown"
    number 1.234,56 · date day-first
    unit remove · unit to kg · unit g to kg
    map "Y"="yes", "N"="no" else "unknown"
    extract "([0-9]+) cm"
    phone DE · email · address · address city

A quote inside a text is doubled; all else between quotes is meant as it stands. What belongs here: how a step is
written. What doesn't: what it does (steps.py, value_steps.py).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import re
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from segops_pipeline.inference.measures import UNITS, kind_of, same_kind, unit_named
from segops_pipeline.inference.postal import PARTS
from segops_pipeline.inference.steps import (
    TEXT,
    ChangeCase,
    Constant,
    Default,
    Extract,
    Join,
    MakeList,
    MapValues,
    Prefix,
    Replace,
    Step,
    Suffix,
    TakePart,
    Trim,
    with_one_group,
)
from segops_pipeline.inference.value_steps import (
    Address,
    ConvertUnit,
    DateLocale,
    Email,
    NumberLocale,
    Phone,
    RemoveUnit,
    decimal_of,
)

STEP_FORMS = (
    "trim",
    "upper",
    "lower",
    "title",
    "sentence",
    'replace "old" with "new"',
    'split ";" take 2',
    'split ";" as list',
    'join "Other column" with " "',
    'prefix "text"',
    'suffix "text"',
    'constant "text"',
    'default "text"',
    "number 1.234,56",
    "date day-first",
    "unit remove",
    "unit g to kg",
    'map "Y"="yes", "N"="no" else "other"',
    'extract "([0-9]+) cm"',
    "phone DE",
    "email",
    "address city",
)
"""One example of each step, to teach them."""

LONGEST_STEP = 10_000  # characters: a long value map


class NotUnderstood(Exception):
    """Why a step cannot be read."""


@dataclass(frozen=True, slots=True)
class _Words:
    """A step split into words: quoted texts without their quotes, all else in lower case."""

    words: tuple[str, ...]
    is_text: tuple[bool, ...]
    rest: str  # all behind the first word, as written


_WORD = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([=,])|([^\s",=]+))\s*')


def read_step(text: object) -> Step:
    """Read one step.

    Raises:
        NotUnderstood: it is none.
    """
    if not isinstance(text, str):
        raise NotUnderstood("a step is a text")
    if len(text) > LONGEST_STEP:
        raise NotUnderstood(f"it is longer than {LONGEST_STEP} characters")
    if "\0" in text:
        raise NotUnderstood("it has a NUL character")
    words = _split(text)
    reader = _READERS.get(words.words[0]) if words.words and not words.is_text[0] else None
    if reader is None:
        raise NotUnderstood("it begins with the name of no step")
    return reader(words)


def _split(text: str) -> _Words:
    found: list[str] = []
    is_text: list[bool] = []
    place = 0
    # a number may hold what is no word, such as its thousands separator
    while place < len(text) and not (found == ["number"] and not is_text[0]):
        match = _WORD.match(text, place)
        if match is None:
            raise NotUnderstood("a text has no quote at its end")
        quoted, mark, word = match.groups()
        found.append(quoted.replace('""', '"') if quoted is not None else mark or word.lower())
        is_text.append(quoted is not None)
        place = match.end()
    return _Words(tuple(found), tuple(is_text), text.strip().partition(" ")[2].strip())


def _shape(words: _Words, *shape: str) -> list[str] | None:
    """The texts and free words of a step that has this shape: `"` for a text, `?` for a word, else the word itself."""
    if len(shape) != len(words.words):
        return None
    taken: list[str] = []
    for wanted, word, is_text in zip(shape, words.words, words.is_text, strict=True):
        if (wanted == '"' and is_text) or (wanted == "?" and not is_text):
            taken.append(word)
        elif is_text or wanted != word:
            return None
    return taken


def _plain(step: Step) -> Callable[[_Words], Step]:
    def read(words: _Words) -> Step:
        if len(words.words) > 1:
            raise NotUnderstood(f"“{words.words[0]}” stands alone")
        return step

    return read


def _with_text(make: Callable[[str], Step]) -> Callable[[_Words], Step]:
    def read(words: _Words) -> Step:
        texts = _shape(words, words.words[0], '"')
        if not texts:
            raise NotUnderstood(f'“{words.words[0]}” wants one text, as {words.words[0]} "text"')
        return make(texts[0])

    return read


def _trim(words: _Words) -> Step:
    return Trim() if len(words.words) == 1 else _with_text(Trim)(words)


def _replace(words: _Words) -> Step:
    texts = _shape(words, "replace", '"', "with", '"')
    if texts is None or not texts[0]:
        raise NotUnderstood('it is written as replace "old" with "new"')
    return Replace(*texts)


def _split_step(words: _Words) -> Step:
    if (texts := _shape(words, "split", '"', "as", "list")) and texts[0]:
        return MakeList(texts[0])
    texts = _shape(words, "split", '"', "take", "?")
    if not texts or not texts[0] or re.fullmatch(r"-?[1-9][0-9]{0,3}", texts[1]) is None:
        raise NotUnderstood('it is written as split ";" take 2, or take -1 for the last part, or split ";" as list')
    return TakePart(texts[0], int(texts[1]))


def _join(words: _Words) -> Step:
    behind = words.words[1:]
    columns, commas = behind[:-2:2], behind[1:-2:2]
    texts = _shape(words, "join", *['"' if place % 2 == 0 else "," for place in range(len(behind) - 2)], "with", '"')
    if not texts or len(columns) != len(commas) + 1:
        raise NotUnderstood('it is written as join "Other column", "Third column" with " "')
    return Join(tuple(columns), texts[-1])


def _number(words: _Words) -> Step:
    decimal = decimal_of(words.rest)
    if decimal is None:
        raise NotUnderstood("it shows a number of the column with its decimals, as number 1.234,56 or number 1,234.56")
    return NumberLocale(words.rest, decimal)


def _date(words: _Words) -> Step:
    word = _shape(words, "date", "?")
    if word and word[0] in ("day-first", "month-first", "year-first"):
        return DateLocale(word[0])
    raise NotUnderstood("it is date day-first, date month-first or date year-first")


def _unit(words: _Words) -> Step:
    if _shape(words, "unit", "remove") is not None:
        return RemoveUnit()
    named = _shape(words, "unit", "to", "?") or _shape(words, "unit", "?", "to", "?")
    if not named:
        raise NotUnderstood("it is written as unit remove, unit to kg or unit g to kg")
    units = [unit_named(word) for word in named]
    if None in units:
        raise NotUnderstood(f"“{named[units.index(None)]}” is no unit; there are {', '.join(UNITS)}")
    known = [unit for unit in units if unit]
    if not same_kind(known[0], known[-1]):
        raise NotUnderstood(f"{known[0]} is a {kind_of(known[0])} and {known[-1]} a {kind_of(known[-1])}")
    return ConvertUnit(known[-1], known[0] if len(known) == 2 else None)


def _map(words: _Words) -> Step:
    count = len(words.words)
    has_other = count > 2 and words.words[-2] == "else" and not words.is_text[-2]
    pairs = (count - (2 if has_other else 0)) // 4
    shape = ["map", *['"', "=", '"', ","] * pairs][:-1] if pairs else []
    texts = _shape(words, *shape, *(["else", '"'] if has_other else []))
    if not texts:
        raise NotUnderstood('it is written as map "Y"="yes", "N"="no", with else "other" at its end if need be')
    other = texts.pop() if has_other else None
    return MapValues(tuple(zip(texts[::2], texts[1::2], strict=True)), other)


def _extract(words: _Words) -> Step:
    texts = _shape(words, "extract", '"')
    if not texts or not texts[0]:
        raise NotUnderstood('it is written as extract "([0-9]+) cm"')
    try:
        pc.extract_regex(pa.array([""], TEXT), with_one_group(texts[0]))
    except pa.ArrowInvalid as error:
        raise NotUnderstood(f"the regular expression is not valid ({error})") from error
    return Extract(texts[0])


def _phone(words: _Words) -> Step:
    import phonenumbers

    region = _shape(words, "phone", "?")
    if len(words.words) == 1:
        return Phone()
    if region is None or region[0].upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise NotUnderstood("the country is a code of two letters, as phone DE")
    return Phone(region[0].upper())


def _address(words: _Words) -> Step:
    part = _shape(words, "address", "?")
    if len(words.words) == 1:
        return Address()
    if part is None or part[0] not in PARTS:
        raise NotUnderstood(f"the part of an address is one of {', '.join(PARTS)}")
    return Address(part[0])


_READERS: dict[str, Callable[[_Words], Step]] = {
    "trim": _trim,
    "upper": _plain(ChangeCase("upper")),
    "lower": _plain(ChangeCase("lower")),
    "title": _plain(ChangeCase("title")),
    "sentence": _plain(ChangeCase("sentence")),
    "replace": _replace,
    "split": _split_step,
    "join": _join,
    "prefix": _with_text(Prefix),
    "suffix": _with_text(Suffix),
    "constant": _with_text(Constant),
    "default": _with_text(Default),
    "number": _number,
    "date": _date,
    "unit": _unit,
    "map": _map,
    "extract": _extract,
    "phone": _phone,
    "email": _plain(Email()),
    "address": _address,
}
