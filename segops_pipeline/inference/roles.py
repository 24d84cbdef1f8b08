"""Which column can be the key and which the display name: by header, position, shape and uniqueness.

What belongs here: the score of one column for `sku` and for `name`. What doesn't: which of them gets it
(`matcher`), what speaks against it (`vetoes`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.similarity import similarity
from segops_pipeline.inference.synonyms import understand
from segops_pipeline.inference.vetoes import FEW_ROWS, distinct_share, filled_share
from segops_pipeline.inference.words import words as word_set

# how well a header of each of these words names the key, or the name
KEY_HEADERS = {
    "sku": 1.0,
    "variant sku": 0.99,
    "id": 0.91,
    "unique key": 0.88,
    "reference": 0.87,
    "part number": 0.85,
    "order number": 0.8,
    "asin": 0.8,
    "number": 0.77,
    "code": 0.77,
    "gtin": 0.72,
    "model number": 0.65,
    "handle": 0.62,
    "email": 0.5,
    "phone": 0.42,
    "model": 0.4,
}
NAME_HEADERS = {
    "name": 1.0,
    "product name": 1.0,
    "title": 0.97,
    "company name": 0.8,
    "contact name": 0.62,
    "product description": 0.62,
    "description": 0.6,
    "product": 0.75,
    "model name": 0.6,
    "company": 0.55,
    "short description": 0.5,
    "model": 0.45,
}
# a name or number *of* one of these is not the product's
OF_OTHERS = word_set("""
    parent vendor seller brand manufacturer category group family collection type attribute option set tags
    file image video url meta alt warehouse order invoice tax currency unit position language country region
    city customer user company contact password job artist album author publisher given surname birth class
    cuisine address price shipping color size
""")
# a header that says no more than this may stand over codes or names
THE_PRODUCT = frozenset({"product", "variant"})
NAMED = 0.8
MAY_NAME = 0.55
OF_THE_PRODUCT, MOST_OF_THE_PRODUCT = 0.2, 0.97
NAME_OF_SOMETHING = 0.88
NAME_OF_ANOTHER = 0.4
ID_OF_ANOTHER = 0.65
NEARLY_UNIQUE = 0.98
# a few rows say little about uniqueness: as many unique ones are taken to be there as well
SMOOTHING_ROWS = 3
MANY_ROWS = 10
# below what a column that is called SKU gets
MOST_LIKELY = 0.94
FIRST_COLUMNS = 3

Source = Literal["synonym", "values"]


@dataclass(frozen=True, slots=True)
class RoleScore:
    """How well a column serves as key or name, 0 to 1, and why."""

    score: float
    source: Source
    reason: str


NOT_AT_ALL = RoleScore(0.0, "values", "")


@lru_cache(maxsize=20_000)
def key_header_score(header: str) -> float:
    """How well a header names the key, 0 to 1."""
    best = max(similarity(header, alias) * weight for alias, weight in KEY_HEADERS.items())
    meanings = understand(header).meanings
    if "product" in meanings and best > 0.5:
        return max(best, min(MOST_OF_THE_PRODUCT, best + OF_THE_PRODUCT))
    return best


@lru_cache(maxsize=20_000)
def name_header_score(header: str, key_header: str | None = None) -> float:
    """How well a header names the display name, 0 to 1; the name of something else than the key's hardly does."""
    best, alias = max((similarity(header, alias) * weight, alias) for alias, weight in NAME_HEADERS.items())
    meanings = understand(header).meanings
    if understand(header).locale and meanings == understand("label").meanings:
        return NAME_OF_SOMETHING  # label-en_US is what people read, a label alone may be a brand
    keyed = understand(key_header).meanings if key_header else frozenset[str]()
    if (meanings & OF_OTHERS) - understand(alias).meanings - keyed:
        return best * NAME_OF_ANOTHER
    # the name of a beer, a song or whatever else the products are
    return max(best, NAME_OF_SOMETHING) if meanings & {"name", "title"} else best


def key_score(column: ColumnEvidence, place: int) -> RoleScore:
    """Score a column as key: what its header says counts, as far as it is filled and unique."""
    named = key_header_score(column.name)
    if place > 0 and understand(column.name).meanings & OF_OTHERS:
        named *= ID_OF_ANOTHER
    filled, distinct = filled_share(column), distinct_share(column)
    unique = filled * (column.distinct + SMOOTHING_ROWS) / (column.filled + SMOOTHING_ROWS)
    serves = filled >= NEARLY_UNIQUE and distinct >= NEARLY_UNIQUE
    facts = f"{column.distinct} different values in {column.rows} rows"
    if column.type == "url" and named < NAMED:
        return NOT_AT_ALL
    if named >= NAMED or (named >= 0.3 and serves):
        score = named * (0.35 + 0.65 * unique)
        # an id in the first column is the row's own, above all where it is unique in many rows
        likely = (0.5 if place == 0 else 0.0) + (0.35 if column.rows >= MANY_ROWS else 0.0)
        score += likely * max(0.0, MOST_LIKELY - score) if serves else 0.0
        return RoleScore(min(1.0, score), "synonym", f"the header names an identifier; {facts}")
    if named >= MAY_NAME:
        score = 0.8 * named * (0.35 + 0.65 * unique)
        return RoleScore(score, "synonym", f"the header may name an identifier; {facts}")
    shape = code_shape(column.examples)
    measured = column.type == "number" and any(not example.isalnum() for example in column.examples)
    if serves and not measured and column.rows > 1 and shape > 0.5 and understand(column.name).meanings <= THE_PRODUCT:
        first = 0.06 * max(0.0, 1 - place / FIRST_COLUMNS)
        return RoleScore(0.3 + 0.15 * shape + first, "values", f"it looks like an identifier: {facts}")
    return NOT_AT_ALL


def name_score(column: ColumnEvidence, place: int, key_header: str | None = None) -> RoleScore:
    """Score a column as display name: its header first, else texts that differ from row to row.

    `key_header` is the header of the likely key: 'property name' goes with 'property id'.
    """
    named = name_header_score(column.name, key_header)
    distinct = distinct_share(column)
    first = 0.05 * max(0.0, 1 - place / 20)
    if named >= 0.5:
        enough = 1.0 if column.filled < FEW_ROWS else min(1.0, 0.7 + distinct)
        score = named * enough * (0.95 + first) + (0.07 if _share_a_word(column.name, key_header) else 0.0)
        return RoleScore(min(1.0, score), "synonym", "the header names a display name")
    if understand(column.name).meanings:
        return NOT_AT_ALL
    prose = prose_shape(column.examples)
    if prose > 0.5 and distinct > 0.3 and filled_share(column) > 0.5 and column.rows >= FEW_ROWS:
        return RoleScore(0.3 + 0.2 * prose * distinct + first, "values", "its values read like names and mostly differ")
    return NOT_AT_ALL


def parts_of_names(headers: Sequence[str]) -> frozenset[str]:
    """The headers that are no display name since given and family names stand in columns of their own.

    Beside both, a company is where the person works and a title is Mr or Ms; beside one of the two, a plain
    'name' is the other one.
    """
    meanings = {header: understand(header).meanings for header in headers}
    given, surname = (any(part in found for found in meanings.values()) for part in ("given", "surname"))
    if given and surname:
        return frozenset(h for h, found in meanings.items() if "company" in found or found == frozenset({"title"}))
    if given or surname:
        return frozenset(h for h, found in meanings.items() if "name" in found and len(understand(h).words) == 1)
    return frozenset()


def _share_a_word(header: str, other: str | None) -> bool:
    if other is None:
        return False
    plain = {"name", "title", "id", "number", "code", "key", "reference", "sku"}
    own, others = ({w.text for w in understand(h).words if not w.meanings & plain} for h in (header, other))
    return bool(own & others)


def code_shape(examples: Sequence[str]) -> float:
    """The share of examples that look like codes: short, no blanks, with digits or in capitals."""
    return _share(
        [len(e) <= 40 and " " not in e.strip() and (any(c.isdigit() for c in e) or e.isupper()) for e in examples]
    )


def prose_shape(examples: Sequence[str]) -> float:
    """The share of examples that look like names: letters in the main, several words, no long text."""
    return _share([_reads_like_a_name(example) for example in examples])


def _reads_like_a_name(example: str) -> bool:
    letters = sum(letter.isalpha() for letter in example)
    several = " " in example.strip() or not example.isascii()
    return 3 <= len(example) <= 200 and letters > len(example) / 2 and several and "<" not in example


def _share(found: list[bool]) -> float:
    return sum(found) / len(found) if found else 0.0
