"""Take an offer of a suggestion: several columns become one field, such as price_eur and price_usd.

What belongs here: what taking one changes in a confirmation. What doesn't: finding offers (`inference.offers`),
joining the values (`formats.combined`).
"""

from dataclasses import replace

from segops_pipeline.errors import WrongUsage
from segops_pipeline.imports.confirm import Confirmation
from segops_pipeline.imports.intake import suggestion_of
from segops_pipeline.imports.jobs import Job
from segops_pipeline.inference.fields import SchemaField


def take_offer(job: Job, confirmation: Confirmation, field: str) -> Confirmation:
    """The confirmation with the columns of an offer mapped to its field, in the place of what they were mapped to.

    Raises:
        WrongUsage: the job's suggestion has no offer for this field.
        WrongState: the job has no suggestion yet.
    """
    offers = {offer.field: offer for offer in suggestion_of(job).offers}
    if field not in offers:
        can = f"Columns can be combined to: {', '.join(offers)}." if offers else "This file has no columns to combine."
        raise WrongUsage(f"There is no offer to combine columns to '{field}'.", can)
    offer = offers[field]
    mapping = {**confirmation.mapping, **dict.fromkeys(offer.columns, field)}
    used = {target for target in mapping.values() if target}
    kept = [one for one in confirmation.fields if one.key in used and one.key != field]
    label = next((one.label for one in confirmation.fields if one.key == field), field.replace("_", " ").capitalize())
    return replace(confirmation, mapping=mapping, fields=[*kept, SchemaField(field, label, offer.type)])
