"""When a column's values speak against its target, whatever its header says.

What belongs here: the objections, in words. What doesn't: what speaks for a target (`roles`, `matcher`).
The same objections hold for the matcher's and for Claude's suggestions.
"""

from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.fields import RESERVED_TARGETS, SchemaField
from segops_pipeline.inference.synonyms import understand

NO_KEY_TYPES = ("boolean", "datetime", "list", "multi_price", "price")
NO_NAME_TYPES = ("boolean", "datetime", "multi_price", "number", "price", "url")
MIN_KEY_FILLED = 0.2
MIN_KEY_DISTINCT = 0.2
MIN_TYPE_SHARE = 0.5
MAX_KEY_LETTERS = 80
FEW_ROWS = 5

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
    return None


def _against_field(evidence: ColumnEvidence, field: SchemaField) -> str | None:
    share = type_share(evidence, field.type)
    if share < MIN_TYPE_SHARE:
        return f"only {share:.0%} of its values are of the field's type {field.type}"
    meanings = understand(field.key).meanings | understand(field.label).meanings
    if field.type == "text" and evidence.type == "boolean" and meanings and not meanings & _YES_NO_MEANINGS:
        return "its values are only yes and no"
    if "email" in meanings and not any("@" in example for example in evidence.examples):
        return "none of its values is an e-mail address"
    return None
