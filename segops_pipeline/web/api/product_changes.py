"""The history of a product over the API: every change, field by field.

What belongs here: this route. What doesn't: the product (`products`), its changes (`catalogue.product_history`).
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from segops_pipeline.catalogue.listing import load_product_by_id
from segops_pipeline.catalogue.pim.plain import Lookup, load_lookup, with_items_named
from segops_pipeline.catalogue.product_history import Change, product_history
from segops_pipeline.web.api.depends import Reader, TheWeb
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.words import NumberInPath

router = ApiRouter("products")


class FieldChangeAnswer(BaseModel):
    """A field's value before and after, items of lists by their present text; null: it had none."""

    field: str
    before: Any
    after: Any


class ChangeAnswer(BaseModel):
    """One change of a product; `fields` is null where what it was is not kept any more."""

    version: int
    action: Literal["created", "updated", "deleted"]
    cause: str
    changed_at: datetime
    changed_by: str | None
    job_id: str | None
    file: str | None
    line: int | None
    fields: list[FieldChangeAnswer] | None


@router.get("/products/{product_id}/history/", summary="Every change of a product")
def see_history(web: TheWeb, actor: Reader, paging: Paged, product_id: NumberInPath) -> Page[ChangeAnswer]:
    """Every change of a product that is kept, the latest first: by whom or which import, and field by field."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        product = load_product_by_id(connection, actor.workspace_id, product_id)
        changes = product_history(connection, actor.workspace_id, product.sku)
        lookup = load_lookup(connection, actor.workspace_id)
    shown = changes[paging.offset : paging.offset + paging.page_size]
    return paging.of(len(changes), [_change(change, lookup) for change in shown])


def _change(change: Change, lookup: Lookup) -> ChangeAnswer:
    told = asdict(change)
    for field in told["fields"] or ():
        field.update({when: with_items_named(field[when], lookup) for when in ("before", "after")})
    return ChangeAnswer.model_validate(told)
