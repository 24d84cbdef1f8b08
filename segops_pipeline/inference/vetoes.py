"""When a column's values speak against its target, whatever its header says.

What belongs here: the objections, in words. What doesn't: what speaks for a target (`roles`, `matcher`).
The same objections hold for the matcher's and for Claude's suggestions.
"""

import re

from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.fields import RESERVED_TARGETS, SchemaField
from segops_pipeline.inference.synonyms import HEAVY, understand

NO_KEY_TYPES = ("address", "boolean", "datetime", "list", "multi_price", "price")
NO_NAME_TYPES = ("address", "boolean", "datetime", "email", "multi_price", "number", "phone", "price", "url")
MIN_KEY_FILLED = 0.2
MIN_KEY_DISTINCT = 0.2
MIN_TYPE_SHARE = 0.5
MAX_KEY_LETTERS = 80
FEW_ROWS = 5

# what at least one value has to have in it
_MANY_DIGITS = re.compile(r"(?:\d\D{0,2}){5}")
_SHAPES = {
    "email": (re.compile("@"), "an e-mail address"),
    "phone": (_MANY_DIGITS, "a telephone number"),
    "mobile": (_MANY_DIGITS, "a telephone number"),
    "fax": (_MANY_DIGITS, "a telephone number"),
    "url": (re.compile(r"\w[./]\w"), "a web address"),
    "gtin": (re.compile(r"\d{7}"), "a bar code's number"),
}

# a text field of such a meaning can hold yes and no
_YES_NO_MEANINGS = frozenset({"active", "flag", "availability", "status", "condition", "option", "value", "stock"})


def veto(evidence: ColumnEvidence, target: str, field: SchemaField | None = None) -> str | None:
    """What the values say against a target ('sku', 'name' or a key, then with its field), if anything.

    A column without any value has nothing to say.
    """
    if evidence.filled == 0:
        return None
    if target in RESERVED_TARGETS:
        return _against_key(evidence) if target == "sku" else _against_name(evidence)
    return None if field is None else _against_field(evidence, field)


def type_share(evidence: ColumnEvidence, type_: str) -> float:
    """The share of a column's values that the type takes, 0 to 1; 1 where there are none."""
    if evidence.filled == 0 or type_ == "text":
        return 1.0
    if type_ == "multi_price":  # one price is a list of one
        return max(_taken_share(evidence, type_), _taken_share(evidence, "price"))
    return _taken_share(evidence, type_)


def _taken_share(evidence: ColumnEvidence, type_: str) -> float:
    if type_ == evidence.type:
        return 1 - evidence.refused / evidence.filled
    return evidence.alternatives.get(type_, 0.0)


def filled_share(evidence: ColumnEvidence) -> float:
    """The share of rows in which the column has a value."""
    return evidence.filled / evidence.rows if evidence.rows else 0.0


def distinct_share(evidence: ColumnEvidence) -> float:
    """How many different values there are per value: 1 where none repeats."""
    return evidence.distinct / evidence.filled if evidence.filled else 0.0


def _against_key(evidence: ColumnEvidence) -> str | None:
    if evidence.type in NO_KEY_TYPES:
        return f"its values are of type {evidence.type}, which no key is"
    if filled_share(evidence) < MIN_KEY_FILLED:
        return f"only {evidence.filled} of {evidence.rows} rows have a value"
    if evidence.filled >= FEW_ROWS and distinct_share(evidence) < MIN_KEY_DISTINCT:
        return f"it has only {evidence.distinct} different values in {evidence.filled} rows"
    if any(len(example) > MAX_KEY_LETTERS for example in evidence.examples):
        return "its values are texts"
    return None


def _against_name(evidence: ColumnEvidence) -> str | None:
    if evidence.type in NO_NAME_TYPES:
        return f"its values are of type {evidence.type}, which no name is"
    if evidence.filled >= FEW_ROWS and evidence.distinct == 1:
        return f"all {evidence.filled} rows have the same value"
    return None


def _against_field(evidence: ColumnEvidence, field: SchemaField) -> str | None:
    share = type_share(evidence, field.type)
    if share < MIN_TYPE_SHARE:
        return f"only {share:.0%} of its values are of the field's type {field.type}"
    meanings = understand(field.key).meanings | understand(field.label).meanings
    if field.type == "text" and evidence.type == "boolean" and meanings and not meanings & _YES_NO_MEANINGS:
        return "its values are only yes and no"
    return _against_shape(evidence, field)


def _against_shape(evidence: ColumnEvidence, field: SchemaField) -> str | None:
    """What the examples say against a field that is one thing and nothing else, such as an e-mail or a web address."""
    named = [word for word in understand(field.label or field.key).words if word.weight > HEAVY]
    if len(named) != 1:
        return None
    for meaning, (shape, what) in _SHAPES.items():
        if meaning in named[0].meanings and not any(shape.search(example) for example in evidence.examples):
            return f"none of its values is {what}"
    return None
