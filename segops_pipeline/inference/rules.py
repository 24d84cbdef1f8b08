"""Rules of a field of the schema, or of a template's column: what its values must be, as short text.

    required             no cell is empty
    email                an e-mail address, by its form
    phone, phone DE      a phone number that can exist; the country is for numbers without an international prefix
    url                  a web address
    gtin                 8, 12, 13 or 14 digits with the right check digit
    number, number 0..99 a number, of a range where one is given (either end may be left out)
    length 1..80         so many characters
    pattern [A-Z]{3}-.*   the whole cell is as the regular expression says (RE2, which no cell can make slow)
    one of: red | blue   one of these words, whatever its case
    unique               no two products have it

What belongs here: the closed set, its reading from text, and which texts break a rule. What doesn't: types
(`values`), changing a cell (`transformations`), where rules are kept (`templates`). An empty cell breaks
`required` only; `unique` is broken by no text alone (`catalogue.unique`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from segops_pipeline.errors import BadMapping
from segops_pipeline.inference.emails import read_email
from segops_pipeline.inference.identifiers import is_gtin
from segops_pipeline.inference.values import CastContext, Refusal, cast, decide_context

RULES = (
    "required", "email", "phone", "phone DE", "url", "gtin", "number", "number 0..100", "length 1..80",
    "pattern [A-Z]{3}-[0-9]+", "one of: red | blue", "unique",
)  # fmt: skip
# the names that seed 001_c1dc1bdbebbf3ced.txt gives (POST /api/v1/import/mapping-templates)
SEED_NAMES = {"email_validator": "email", "phone_validator": "phone"}

REQUIRED, UNIQUE = "required", "unique"
MAX_RULE_CHARACTERS = 2_000
_RANGE = re.compile(r"(?P<least>-?[0-9]+(?:\.[0-9]+)?)?\s*\.\.\s*(?P<most>-?[0-9]+(?:\.[0-9]+)?)?")

Breaks = Callable[[Sequence[str], CastContext | None], list[bool]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a column: `text` is its canonical form, `demand` says in words what a cell must be."""

    text: str
    demand: str
    breaks: Breaks = field(compare=False)
    """Whether each of some values, without blanks around them, breaks the rule. A context says what is decided of
    the column: its decimal mark, the country of its phone numbers; without one the values themselves decide.
    """

    @property
    def is_required(self) -> bool:
        """Whether an empty cell breaks the rule."""
        return self.text == REQUIRED


def parse_rule(text: str) -> Rule:
    """Read a rule.

    Raises:
        BadMapping: it is none of the closed set, or its range, pattern or country makes no sense.
    """
    said = " ".join(text.split()) if not text.lstrip().startswith("pattern") else text.strip()
    said = SEED_NAMES.get(said, said)
    word, _, rest = said.partition(" ")
    word, rest = word.rstrip(":").lower(), rest.strip()
    if len(text) > MAX_RULE_CHARACTERS or "\0" in text:
        raise BadMapping(f"A rule is at most {MAX_RULE_CHARACTERS} characters long, without NUL.", "Shorten it.")
    if word == "one" and rest.lower().startswith("of"):
        return _one_of(rest[2:].lstrip(": "))
    maker = _PLAIN.get(word) if not rest else None
    if maker is not None:
        return Rule(word, *maker)
    if word in _WITH_MORE and (rest or word == "number"):
        return _WITH_MORE[word](rest)
    raise _unknown(text)


def parse_rules(rules: Mapping[str, Sequence[str]]) -> dict[str, list[Rule]]:
    """Read the rules of all columns; columns without one are left out.

    Raises:
        BadMapping: as `parse_rule`, with the column.
    """
    read: dict[str, list[Rule]] = {}
    for column, texts in rules.items():
        try:
            found = [parse_rule(text) for text in texts]
        except BadMapping as error:
            error.column = column
            raise
        if found:
            read[column] = found
    return read


def _unknown(text: str) -> BadMapping:
    return BadMapping(f"There is no rule '{text[:100]}'.", f"Rules are written like these: {', '.join(RULES)}.")


def _each(is_good: Callable[[str], bool]) -> Breaks:
    return lambda values, _: [not is_good(value) for value in values]


def _is_email(value: str) -> bool:
    return read_email(value) is not None


def _is_phone(value: str, country: str | None) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(value, country))
    except phonenumbers.NumberParseException:
        return False


def _phones(values: Sequence[str], context: CastContext | None) -> list[bool]:
    if context is None or context.region is None:
        context = decide_context(values, "phone", None)
    return [not _is_phone(value, context.region) for value in values]


def _phone(country: str) -> Rule:
    import phonenumbers

    country = country.upper()
    if country not in phonenumbers.SUPPORTED_REGIONS:
        raise BadMapping(f"'{country}' is no country of phone numbers.", "Use its two letters, such as DE or US.")
    return Rule(f"phone {country}", f"a phone number, as in {country}", _each(lambda value: _is_phone(value, country)))


def _number(limits: str) -> Rule:
    least, most = _limits("number", limits) if limits else (None, None)
    demand = f"a number{_in_words(least, most)}"

    def breaks(values: Sequence[str], context: CastContext | None) -> list[bool]:
        if context is None or context.decimal is None:
            context = decide_context(values, "number", None)
        return [not _is_between(_amount(value, context), least, most) for value in values]

    return Rule(f"number {_as_text(least, most)}".rstrip() if limits else "number", demand, breaks)


def _length(limits: str) -> Rule:
    least, most = _limits("length", limits)
    demand = f"a text of a length{_in_words(least, most)}"
    return Rule(
        f"length {_as_text(least, most)}",
        demand,
        _each(lambda value: _is_between(Decimal(len(value)), least, most)),
    )


def _pattern(pattern: str) -> Rule:
    whole = rf"\A(?:{pattern})\z"
    try:
        for expression in (pattern, whole):  # by itself too: "a)|(b" is one only within the brackets
            pc.match_substring_regex(pa.array([""]), expression)
    except pa.ArrowInvalid as error:
        reason = str(error).partition(": ")[2]
        raise BadMapping(
            f"The pattern '{pattern[:100]}' is no regular expression: {reason}.",
            "Write it in the syntax of RE2, which knows no look-around and no back-references.",
        ) from error

    def breaks(values: Sequence[str], _: CastContext | None) -> list[bool]:
        matched = pc.match_substring_regex(pa.array(values, pa.large_string()), whole)
        return pc.invert(matched).to_pylist()

    return Rule(f"pattern {pattern}", f"as the pattern {pattern}", breaks)


def _one_of(listed: str) -> Rule:
    words = [word.strip() for word in listed.split("|") if word.strip()]
    if not words:
        raise _unknown(f"one of: {listed}")
    known = {word.casefold() for word in words}
    text = f"one of: {' | '.join(words)}"
    return Rule(text, text.replace(":", "", 1), _each(lambda value: value.casefold() in known))


def _limits(rule: str, limits: str) -> tuple[Decimal | None, Decimal | None]:
    match = _RANGE.fullmatch(limits)
    least, most = (Decimal(end) if end else None for end in match.groups()) if match else (None, None)
    if least is None and most is None:
        remedy = f"Write it like {rule} 1..80, {rule} 1.. or {rule} ..80."
        raise BadMapping(f"'{limits}' is no range for {rule}.", remedy)
    if least is not None and most is not None and least > most:
        raise BadMapping(f"The range {limits} of {rule} ends before it begins.", "Give the smaller end first.")
    return least, most


def _is_between(value: Decimal | None, least: Decimal | None, most: Decimal | None) -> bool:
    return value is not None and (least is None or value >= least) and (most is None or value <= most)


def _amount(value: str, context: CastContext) -> Decimal | None:
    found = cast(value, "number", context)
    return None if isinstance(found, Refusal) else Decimal(str(found))


def _as_text(least: Decimal | None, most: Decimal | None) -> str:
    return f"{'' if least is None else least}..{'' if most is None else most}"


def _in_words(least: Decimal | None, most: Decimal | None) -> str:
    if least is not None and most is not None:
        return f" from {least} to {most}"
    if least is not None:
        return f" of at least {least}"
    return "" if most is None else f" of at most {most}"


def _is_url(value: str) -> bool:
    return not isinstance(cast(value, "url", CastContext()), Refusal)


_PLAIN: dict[str, tuple[str, Breaks]] = {
    REQUIRED: ("filled", _each(bool)),
    UNIQUE: ("of one product only", lambda values, _: [False] * len(values)),
    "email": ("an e-mail address", _each(_is_email)),
    "phone": ("a phone number of a country", _phones),
    "url": ("a web address", _each(_is_url)),
    "gtin": ("an article number (GTIN, EAN, UPC) with its check digit", _each(is_gtin)),
}
_WITH_MORE: dict[str, Callable[[str], Rule]] = {
    "phone": _phone,
    "number": _number,
    "length": _length,
    "pattern": _pattern,
}
