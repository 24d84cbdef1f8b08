"""Words of the API that several routes share: types of fields, products, versions as ETags.

What belongs here: how they go over the wire. What doesn't: bodies of one route alone.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Header
from pydantic import BaseModel, Field

from segops_pipeline.catalogue.listing import ListedProduct
from segops_pipeline.errors import WrongUsage

WireType = Literal["string", "number", "boolean", "array", "url", "price", "multi_price", "datetime"]
TO_WIRE: dict[str, WireType] = {"text": "string", "list": "array"}
FROM_WIRE: dict[str, str] = {wire: own for own, wire in TO_WIRE.items()}
NO_VERSION = -1  # that nothing has

IfMatch = Annotated[
    str | None,
    Header(
        max_length=200,
        description="The ETag of what was read: an edit of anything else is refused (412 `changed_meanwhile`).",
        examples=['"12"'],
    ),
]


class BundleItemAnswer(BaseModel):
    """A product that is in a bundle; `attributes` and `external` are values of the attachment."""

    item: str
    note: str | None = None
    amount: float | str | None = Field(None, description="A decimal text where a number would lose digits.")
    attributes: dict[str, Any] = Field(default_factory=dict[str, Any])
    external: dict[str, Any] = Field(default_factory=dict[str, Any])


class PimAnswer(BaseModel):
    """What the PIM says of a product besides its values."""

    primary: str | None = Field(None, description="The category that it is placed in.")
    additional: list[str] = Field(default_factory=list[str], description="Further categories, in their order.")
    external_int: int | None = None
    external_string: str | None = None
    master: str | None = Field(None, description="The sku of the product whose variant it is.")
    variants: list[str] = Field(default_factory=list[str], description="The skus of its variants, in their order.")
    bundle: list[BundleItemAnswer] = Field(default_factory=list[BundleItemAnswer])
    external: dict[str, Any] = Field(default_factory=dict[str, Any], description="Externally owned values, as `data`.")


class ProductAnswer(BaseModel):
    """A product; `raw_data` is the row of the file that gave it, by column."""

    id: int
    sku: str
    name: str
    data: dict[str, Any] = Field(
        description="Its values by field or attribute, as they are stored: structured ones by field and segment.",
        examples=[{"color": "red", "weight": 1.5, "tags": ["a"], "price": {"amount": "12.50", "currency": "EUR"}}],
    )
    raw_data: dict[str, Any] | None
    source: Literal["csv", "api", "manual"]
    is_active: bool
    version: int = Field(description="It grows with every change; it is the ETag, too.")
    created_at: datetime
    updated_at: datetime
    pim: PimAnswer
    plain: dict[str, Any] = Field(
        description="What of it is structured, plainly: items of lists by value, a key for each field and segment.",
        examples=[{"COLOUR": "Red", "NAME": "Chair", "NAME:Tda": "Stol", "SIZE/Width": 45}],
    )


def wire_type(own: str) -> str:
    """A type as it goes over the wire."""
    return TO_WIRE.get(own, own)


def own_type(wire: str) -> str:
    """A type of the wire as the project has it."""
    return FROM_WIRE.get(wire, wire)


def product_answer(product: ListedProduct) -> ProductAnswer:
    """A product as it goes over the wire."""
    return ProductAnswer.model_validate(asdict(product))


def etag(version: int | str) -> str:
    """A version or hash as the value of an ETag."""
    return f'"{version}"'


def expected_tag(if_match: str | None) -> str | None:
    """What somebody has read, from `If-Match`; None: they take whatever is there.

    Raises:
        WrongUsage: it is no ETag.
    """
    said = (if_match or "").strip().removeprefix("W/")
    if said in ("", "*"):
        return None
    if len(said) < 3 or said[0] != '"' or said[-1] != '"' or '"' in said[1:-1]:
        remedy = 'Send the ETag of what you have read, in its quotation marks: "12".'
        raise WrongUsage("If-Match is no ETag.", remedy, column="If-Match", value=said[:60])
    return said[1:-1]


def expected_version(if_match: str | None) -> int | None:
    """The version of a product or draft that somebody has read; of what can be none, one that nothing has.

    Raises:
        WrongUsage: `If-Match` is no ETag.
    """
    tag = expected_tag(if_match)
    if tag is None:
        return None
    return int(tag) if tag.isascii() and tag.isdigit() and len(tag) < 20 else NO_VERSION
