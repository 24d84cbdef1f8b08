"""What the PIM says of a product, as people read it: attributes by group, placements, variants, bundle items.

What belongs here: this route. What doesn't: the product as it is stored (`products`), resolving values
(`catalogue.pim.product_values`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.listing import ListedProduct, load_product_by_id
from segops_pipeline.catalogue.pim.browse import name_in
from segops_pipeline.catalogue.pim.browse_trees import Placed, names_of, path_to, products_named
from segops_pipeline.catalogue.pim.product_values import languages_and_markets, shown_attributes
from segops_pipeline.web.api.depends import Reader, TheWeb
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.words import NumberInPath

router = ApiRouter("products")


class ShownFieldAnswer(BaseModel):
    """A field's value by segment: items of lists and brands as people read them."""

    system_name: str
    names: dict[str, str]
    type: str
    segments: dict[str, Any] = Field(examples=[{"default": "Heavy", "T:da|M:DENMARK": "Tung"}])


class ShownAttributeAnswer(BaseModel):
    """An attribute of a product: of each owner its values, each with its fields; null: that owner has assigned none."""

    code: str
    names: dict[str, str]
    group: str | None
    is_confidential: bool
    is_multi: bool
    has_fields: bool = Field(description="Whether it has several.")
    own: list[list[ShownFieldAnswer]] | None
    external: list[list[ShownFieldAnswer]] | None


class NamedProduct(BaseModel):
    """Another product; its id is null where it is not there."""

    sku: str
    id: int | None
    name: str


class PlacementAnswer(BaseModel):
    """A category that the product is in, and the names on the way to it."""

    key: str
    name: str
    path: list[str]
    is_primary: bool


class ShownBundleItem(BaseModel):
    """A product in the bundle, with what is said of that."""

    product: NamedProduct
    note: str | None
    amount: float | str | None
    attributes: list[ShownAttributeAnswer]


class ProductPimAnswer(BaseModel):
    """What the PIM says of a product."""

    attributes: list[ShownAttributeAnswer] = Field(description="By group and name; those without a group last.")
    languages: list[str] = Field(description="The cultures that values are in.")
    markets: list[str]
    placements: list[PlacementAnswer]
    external_int: int | None
    external_string: str | None
    master: NamedProduct | None
    variants: list[NamedProduct] = Field(description="In their order.")
    bundle: list[ShownBundleItem]


@router.get("/products/{product_id}/pim/", summary="What the PIM says of a product")
def see_product_pim(web: TheWeb, actor: Reader, product_id: NumberInPath) -> ProductPimAnswer:
    """Its attributes by group, each value in its segments, its placements, variants and bundle items."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        product = load_product_by_id(connection, actor.workspace_id, product_id)
        return _told(connection, actor.workspace_id, product)


def _told(connection: Connection, workspace_id: int, product: ListedProduct) -> ProductPimAnswer:
    pim = product.pim
    attributes = shown_attributes(connection, workspace_id, product.data, pim.get("external") or {})
    languages, markets = languages_and_markets(attributes)
    bundle: Sequence[Mapping[str, Any]] = pim.get("bundle") or []
    master = [pim["master"]] if pim.get("master") else []
    skus = [*master, *pim.get("variants", ()), *(one["item"] for one in bundle)]
    named = products_named(connection, workspace_id, skus)
    return ProductPimAnswer(
        attributes=[ShownAttributeAnswer.model_validate(asdict(one)) for one in attributes],
        languages=languages,
        markets=markets,
        placements=_placements(connection, workspace_id, pim),
        external_int=pim.get("external_int"),
        external_string=pim.get("external_string"),
        master=_named(master[0], named) if master else None,
        variants=[_named(sku, named) for sku in pim.get("variants", ())],
        bundle=[_bundle_item(connection, workspace_id, one, named) for one in bundle],
    )


def _bundle_item(
    connection: Connection, workspace_id: int, item: Mapping[str, Any], named: Mapping[str, Placed]
) -> ShownBundleItem:
    values = [item.get(name) or {} for name in ("attributes", "external")]
    found = shown_attributes(connection, workspace_id, *values) if any(values) else []
    return ShownBundleItem(
        product=_named(item["item"], named),
        note=item.get("note"),
        amount=item.get("amount"),
        attributes=[ShownAttributeAnswer.model_validate(asdict(one)) for one in found],
    )


def _placements(connection: Connection, workspace_id: int, pim: Mapping[str, Any]) -> list[PlacementAnswer]:
    primary = [pim["primary"]] if pim.get("primary") else []
    keys = [*primary, *(pim.get("additional") or ())]
    names = names_of(connection, workspace_id, "category", keys) if keys else {}
    return [
        PlacementAnswer(
            key=key,
            name=name_in(names.get(key), key),
            path=[name_in(one, above) for above, one in path_to(connection, workspace_id, "category", key)],
            is_primary=place < len(primary),
        )
        for place, key in enumerate(keys)
    ]


def _named(sku: str, named: Mapping[str, Placed]) -> NamedProduct:
    found = named.get(sku)
    return NamedProduct(sku=sku, id=None if found is None else found.id, name="" if found is None else found.name)
