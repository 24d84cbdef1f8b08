"""Products as a program sends them, as rows of text: what each gives, which fields are new, and which are none.

JSON values keep their type: "007" is a text, 7 is a number. What belongs here: from JSON to columns of cells that the
casts read back as the same values. What doesn't: importing them (`bulk`), reading the catalogue.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from segops_pipeline.catalogue.export import cell
from segops_pipeline.catalogue.given_values import given_value, is_price, unstorable
from segops_pipeline.catalogue.schema import is_key
from segops_pipeline.errors import Issue
from segops_pipeline.inference.context import CastContext, Refusal
from segops_pipeline.inference.fields import MAX_KEY_LENGTH, SchemaField
from segops_pipeline.inference.values import decide_context

SKU, NAME = "sku", "name"
SHAPE = 'Send {"sku": "A-1", "name": "Axe", "color": "red"}: fields stand beside sku and name.'


@dataclass(frozen=True, slots=True)
class GivenRow:
    """One product: its place in the call, its sku, and a cell for each field that it gives; None clears the field."""

    index: int
    sku: str
    cells: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class GivenRows:
    """All products of a call: those that are rows, the fields that they use, and why the others are none."""

    rows: list[GivenRow]
    fields: list[SchemaField]
    new_fields: list[SchemaField]
    rejected: dict[int, Issue]

    @property
    def targets(self) -> list[str]:
        """What has a column, in order: sku, name where some product gives it, the fields."""
        named = [NAME] if any(NAME in row.cells for row in self.rows) else []
        return [SKU, *named, *(one.key for one in self.fields)]


def given_rows(items: Sequence[Any], schema: Sequence[SchemaField], currency: str | None) -> GivenRows:
    """Read the products of a call.

    Args:
        items: as JSON holds them.
        schema: the fields that the workspace has.
        currency: of amounts that name none.
    """
    reading = _Reading({one.key: one for one in schema}, currency)
    good = [(index, item) for index, item in enumerate(items) if reading.is_product(index, item)]
    reading.meet([item for _, item in good])
    rows = [row for index, item in good if (row := reading.row(index, item)) is not None]
    used = {key for row in rows for key in row.cells}
    fields = [one for key, one in reading.fields.items() if key in used]
    return GivenRows(rows, fields, [one for one in fields if one.key not in reading.known], reading.rejected)


@dataclass(slots=True)
class _Reading:
    """One call while it is read."""

    known: Mapping[str, SchemaField]
    currency: str | None
    fields: dict[str, SchemaField] = field(default_factory=dict[str, SchemaField])
    contexts: dict[str, CastContext] = field(default_factory=dict[str, CastContext])
    rejected: dict[int, Issue] = field(default_factory=dict[int, Issue])

    def is_product(self, index: int, item: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
        """Whether an item has the shape of a product; why not is noted."""
        issue = _wrong_shape(item)
        if issue is not None:
            self.rejected[index] = issue
        return issue is None

    def meet(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Find the type of each new field, and how the texts of each field are read, from all products."""
        values: dict[str, list[Any]] = {}
        for item in items:
            for key, given in item.items():
                if key not in (SKU, NAME):
                    values.setdefault(key, []).append(given)
        for key, given in values.items():
            filled = [one for one in given if one is not None and one not in ("", [])]
            if key in self.known:
                self.fields[key] = self.known[key]
            elif filled:  # of nulls alone nobody knows what they would be
                self.fields[key] = SchemaField(key, key, type_of(filled))
            else:
                continue
            texts = [one for one in filled if isinstance(one, str)]
            self.contexts[key] = decide_context(texts, self.fields[key].type, self.currency)

    def row(self, index: int, item: Mapping[str, Any]) -> GivenRow | None:
        """The row that a product is; None where a value is none of its field, which is noted."""
        sku = str(item[SKU]).strip()
        cells: dict[str, str | None] = {}
        for key, given in item.items():
            if key == SKU or (key != NAME and key not in self.fields):
                continue
            type_ = "text" if key == NAME else self.fields[key].type
            value = given_value(given, type_, self.currency, self.contexts.get(key))
            if not isinstance(value, Refusal):
                cells[key] = None if value is None else cell(value, has_currencies=True)
            elif isinstance(given, str):
                cells[key] = given  # the import refuses it, and keeps it with its reason
            else:
                self.rejected[index] = _issue(value, key, sku, given)
                return None
        return GivenRow(index, sku, cells)


def type_of(values: Sequence[Any]) -> str:
    """The type of a new field whose values are given, none of them empty."""
    kinds = {_kind(value) for value in values}
    for kind in ("multi_price", "price", "list"):
        if kind in kinds:
            return kind
    return kinds.pop() if len(kinds) == 1 else "text"


def _kind(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list):
        return "multi_price" if any(map(is_price, value)) else "list"
    return "price" if is_price(value) else "text"


def _wrong_shape(item: Any) -> Issue | None:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(item, dict):
        return Issue("not_a_product", "It is no object.", suggestion=SHAPE)
    problem = unstorable(item)
    if problem is not None:
        return Issue(problem.code, problem.message, suggestion=problem.suggestion)
    sku = item.get(SKU)
    if isinstance(sku, bool) or not isinstance(sku, str | int) or not str(sku).strip():
        return Issue("empty_key", "It has no sku.", column=SKU, suggestion=SHAPE)
    for key in item:
        if not isinstance(key, str) or not is_key(key):
            told = f"{str(key)[:80]!a} cannot be the key of a field."
            remedy = f"Use a word of at most {MAX_KEY_LENGTH} characters, such as 'weight_kg'."
            return Issue("bad_mapping", told, key=str(sku)[:200], suggestion=remedy)
    return None


def _issue(refusal: Refusal, key: str, sku: str, given: Any) -> Issue:  # noqa: ANN401 - whatever JSON holds
    return Issue(
        refusal.code,
        refusal.message,
        column=key,
        value=str(given)[:200],
        key=sku,
        suggestion=refusal.suggestion,
    )
