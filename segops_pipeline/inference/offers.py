"""Offers: several columns that could be one field, such as `price_eur` and `price_usd`.

What belongs here: finding them. What doesn't: the mapping, which stays one field for each column (`suggestion`) until
a person takes an offer, and joining the values (`formats.combined`).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from segops_pipeline.errors import Issue
from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.fields import SchemaField, field_key, words
from segops_pipeline.inference.headers import currency_in
from segops_pipeline.inference.vetoes import type_share

MULTI_PRICE = "multi_price"
MIN_AMOUNTS = 0.95
NAMELESS = "price"
MOST_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Offer:
    """Columns that could go to one field together; `type` is the type that the field then has."""

    field: str
    type: str
    columns: tuple[str, ...]
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return {**asdict(self), "columns": list(self.columns)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Offer":
        """Read what `as_dict` wrote."""
        return cls(data["field"], data["type"], tuple(data["columns"]), data["reason"])

    def as_issue(self) -> Issue:
        """What a person is told of it, with how to take it."""
        names = _listed([f"“{name}”" for name in self.columns])
        message = f"{names} can go to one field, {self.field}: {self.reason}."
        remedy = f"To take it, confirm with `--combine {self.field}`; otherwise each column stays a field of its own."
        return Issue("columns_can_be_combined", message, "info", column=self.columns[0], suggestion=remedy)


def find_offers(
    evidence: Sequence[ColumnEvidence],
    targets: Mapping[str, str | None],
    decided: Collection[str],
    fields: Sequence[SchemaField],
) -> list[Offer]:
    """Find columns of amounts whose headers are the same but for a currency, each another one.

    `targets` is what every column is suggested to go to; `decided` are columns that somebody has mapped before, which
    are offered nothing; `fields` are those of the schema.
    """
    siblings: defaultdict[tuple[str, ...], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for column in evidence:
        currency = currency_in(column.name)
        if currency and column.filled and type_share(column, "price") >= MIN_AMOUNTS and column.name not in decided:
            rest = tuple(word for word in words(column.name) if word != currency.lower())
            siblings[rest][currency].append(column.name)
    found: list[Offer] = []
    for rest, by_currency in siblings.items():
        columns = tuple(name for names in by_currency.values() for name in names)
        if 1 < len(by_currency) == len(columns):
            key = _free_key(rest, columns, targets, fields, found)
            reason = f"they are prices in {_listed(list(by_currency))}, and their headers differ in nothing else"
            found.append(Offer(key, MULTI_PRICE, columns, reason))
    return found


def _free_key(
    rest: tuple[str, ...],
    columns: tuple[str, ...],
    targets: Mapping[str, str | None],
    fields: Sequence[SchemaField],
    offers: Sequence[Offer],
) -> str:
    """The key of the field to be: no other column's target, and no field of the schema of another type."""
    taken = {target for column, target in targets.items() if column not in columns}
    taken |= {field.key for field in fields if field.type != MULTI_PRICE} | {offer.field for offer in offers}
    wanted = field_key(" ".join(rest)) if rest else NAMELESS
    key, number = wanted, 2
    while key in taken:
        key, number = f"{wanted}_{number}", number + 1
    return key


def _listed(names: Sequence[str]) -> str:
    if len(names) > MOST_SHOWN:
        return f"{', '.join(names[:MOST_SHOWN])} and {len(names) - MOST_SHOWN} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"
