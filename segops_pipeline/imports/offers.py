"""Offers of a suggestion: several columns that could be one field, such as price_eur and price_usd.

What belongs here: reading the offers of a job, and taking one. What doesn't: finding them (`inference.suggestion`),
joining the values (`formats.combined`).
"""

from dataclasses import dataclass, replace
from typing import Any

from segops_pipeline.errors import WrongUsage
from segops_pipeline.imports.confirm import Confirmation
from segops_pipeline.imports.jobs import Job
from segops_pipeline.inference.fields import SchemaField


@dataclass(frozen=True, slots=True)
class Offer:
    """Columns that could go to one field together; `type` is the type that the field then has."""

    field: str
    type: str
    columns: tuple[str, ...]
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return {"field": self.field, "type": self.type, "columns": list(self.columns), "reason": self.reason}


def offers_of(job: Job) -> list[Offer]:
    """What the job's suggestion offers to combine."""
    stored = (job.suggestion or {}).get("mapping", {}).get("offers", [])
    return [Offer(one["field"], one["type"], tuple(one["columns"]), one["reason"]) for one in stored]


def take_offer(job: Job, confirmation: Confirmation, field: str) -> Confirmation:
    """The confirmation with the columns of an offer mapped to its field, in the place of what they were mapped to.

    Raises:
        WrongUsage: the job's suggestion has no offer for this field.
    """
    offers = {offer.field: offer for offer in offers_of(job)}
    if field not in offers:
        can = f"Columns can be combined to: {', '.join(offers)}." if offers else "This file has no columns to combine."
        raise WrongUsage(f"There is no offer to combine columns to '{field}'.", can)
    offer = offers[field]
    mapping = {**confirmation.mapping, **dict.fromkeys(offer.columns, field)}
    used = {target for target in mapping.values() if target}
    kept = [one for one in confirmation.fields if one.key in used and one.key != field]
    label = next((one.label for one in confirmation.fields if one.key == field), field.replace("_", " ").capitalize())
    return replace(confirmation, mapping=mapping, fields=[*kept, SchemaField(field, label, offer.type)])
