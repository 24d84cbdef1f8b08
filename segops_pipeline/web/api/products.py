"""The products of the catalogue: listed, made, changed and deleted, one by one or many at once.

What belongs here: these routes. What doesn't: what an edit is (`catalogue.edit`), importing many (`imports.bulk`).
"""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Any, Literal, cast

from anyio import to_thread
from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from segops_pipeline.access.audit import record
from segops_pipeline.access.rates import check_import_rate
from segops_pipeline.catalogue.edit import Changes, Editor, create_product, delete_product, edit_product, sku_of
from segops_pipeline.catalogue.facets import MOST_VALUES, facets
from segops_pipeline.catalogue.listing import ListedProduct, ids_of, list_products, load_product_by_id
from segops_pipeline.imports.bulk import MOST_ITEMS, BulkOrder, BulkResult, check_items
from segops_pipeline.web import apart
from segops_pipeline.web.api.depends import Reader, TheWeb, Writer
from segops_pipeline.web.api.filtering import DESCRIPTION, Wanted
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.routing import PREFIX, ApiRouter
from segops_pipeline.web.api.wire import (
    IfMatch,
    ProductAnswer,
    WireType,
    etag,
    expected_version,
    product_answer,
    wire_type,
)
from segops_pipeline.web.api.words import Name, NumberInPath, Words
from segops_pipeline.web.errors import ToldIssue
from segops_pipeline.web.state import Web
from segops_pipeline.web.working import await_apart

router = ApiRouter("products")

Outcome = Literal["created", "updated", "unchanged", "conflict", "rejected", "skipped"]
GivenData = Annotated[
    dict[str, Any],
    Field(
        max_length=2_000,
        description="Values by field, of the field's type or as text; null clears a field.",
        examples=[{"color": "red", "weight": 1.5, "price": {"amount": "12.50", "currency": "EUR"}}],
    ),
]


# what an answer has that a request does not say: a product may be sent as it came
READ_ONLY = {"id", "sku", "raw_data", "source", "version", "created_at", "updated_at", "pim", "plain"}


class ProductBody(BaseModel):
    """What is said of a product; what else its answers have may stay beside it."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def leave_out_what_is_read_only(cls, given: Any) -> Any:  # noqa: ANN401 - whatever was sent
        """Refuse what would be lost without a word, such as fields beside `data`."""
        if not isinstance(given, dict):
            return given
        sent = cast("dict[str, Any]", given)
        kept = {name: value for name, value in sent.items() if name in cls.model_fields or name not in READ_ONLY}
        for name in kept.keys() - cls.model_fields.keys():
            raise PydanticCustomError("unknown", "values of fields belong into data, such as {name}", {"name": name})
        return kept


class NewProduct(ProductBody):
    """A product that is to be made."""

    sku: Name = Field(examples=["A-1"])
    name: Words = ""
    data: GivenData = Field(default_factory=dict[str, Any])
    is_active: bool = True


class ProductChanges(ProductBody):
    """What is to change of a product; what is left out stays as it is."""

    name: Words | None = None
    data: GivenData = Field(default_factory=dict[str, Any])
    is_active: bool | None = None


class FacetValueAnswer(BaseModel):
    """A value, and how many products have it."""

    value: str
    count: int


class FacetAnswer(BaseModel):
    """A field with its most frequent values; `distinct` is how many there are in all."""

    field: str
    label: str
    type: WireType
    distinct: int
    values: list[FacetValueAnswer]


class FacetsAnswer(BaseModel):
    """What products can be filtered by."""

    facets: list[FacetAnswer]


class ManyProducts(BaseModel):
    """Products to be made or changed; each has a `sku`, and what else it has beside it: `name` and fields."""

    products: list[Any] = Field(
        max_length=MOST_ITEMS,
        examples=[[{"sku": "A-1", "name": "Axe", "weight": 1.5, "tags": ["sharp"], "color": None}]],
    )
    accept_guards: bool = Field(False, description="Go on where a guard would let a person look first.")


class NewField(BaseModel):
    """A field that came to the schema."""

    name: str
    type: WireType


class ItemAnswer(BaseModel):
    """What became of one product, by its place in the call."""

    index: int
    sku: str | None
    outcome: Outcome
    id: int | None
    version: int | None
    reason: str | None
    issues: list[ToldIssue]


class ManyAnswer(BaseModel):
    """What became of all of them; the import can be seen and taken back by its `job_id`."""

    job_id: str | None
    counts: dict[str, int]
    new_fields: list[NewField]
    results: list[ItemAnswer]


@router.get("/products/", summary="List products", description=f"A page of products.\n{DESCRIPTION}")
def see_products(web: TheWeb, actor: Reader, paging: Paged, wanted: Wanted) -> Page[ProductAnswer]:
    """A page of products."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        count, found = list_products(connection, actor.workspace_id, wanted, paging.page, paging.page_size)
    return paging.of(count, [product_answer(product) for product in found])


@router.post("/products/", status_code=HTTPStatus.CREATED, summary="Make a product")
def make_product(web: TheWeb, actor: Writer, new: NewProduct, response: Response) -> ProductAnswer:
    """Make a product; one whose sku is there already is refused."""
    sku, workspace_id = new.sku.strip(), actor.workspace_id
    changes = Changes({"name": new.name, **new.data}, is_active=new.is_active)
    with web.database.workspace_session(workspace_id) as connection:
        create_product(connection, workspace_id, sku, changes, Editor(actor.name, "api"))
        record(connection, actor, "product.create", sku, {"fields": list(new.data)})
        made = load_product_by_id(connection, workspace_id, ids_of(connection, workspace_id, [sku])[sku])
    response.headers["Location"] = f"{PREFIX}/products/{made.id}/"
    return _with_etag(made, response)


@router.get("/products/{product_id}/", summary="Show a product")
def see_product(web: TheWeb, actor: Reader, product_id: NumberInPath, response: Response) -> ProductAnswer:
    """Show one product; its ETag is its version."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        return _with_etag(load_product_by_id(connection, actor.workspace_id, product_id), response)


@router.patch("/products/{product_id}/", summary="Change a product")
def change_product(
    web: TheWeb,
    actor: Writer,
    product_id: NumberInPath,
    given: ProductChanges,
    response: Response,
    if_match: IfMatch = None,
) -> ProductAnswer:
    """Change a product by hand; what a hand has edited, imports respect. Its history keeps what it was."""
    workspace_id = actor.workspace_id
    named = {"name": given.name} if "name" in given.model_fields_set else {}
    changes = Changes({**named, **given.data}, is_active=given.is_active)
    with web.database.workspace_session(workspace_id) as connection:
        sku = sku_of(connection, workspace_id, product_id)
        editor = Editor(actor.name, "api")
        version = edit_product(connection, workspace_id, sku, changes, editor, expected_version(if_match))
        if version is not None:
            record(connection, actor, "product.edit", sku, {"fields": list(changes.values), "version": version})
        return _with_etag(load_product_by_id(connection, workspace_id, product_id), response)


@router.delete("/products/{product_id}/", status_code=HTTPStatus.NO_CONTENT, summary="Delete a product")
def remove_product(web: TheWeb, actor: Writer, product_id: NumberInPath, if_match: IfMatch = None) -> None:
    """Delete a product; its history stays."""
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        sku = sku_of(connection, workspace_id, product_id)
        delete_product(connection, workspace_id, sku, Editor(actor.name, "api"), expected_version(if_match))
        record(connection, actor, "product.delete", sku)


@router.get("/facets/", summary="Values to filter by", description=f"Values of text and list fields.\n{DESCRIPTION}")
def see_facets(
    web: TheWeb,
    actor: Reader,
    wanted: Wanted,
    field: Annotated[
        list[Name] | None, Query(max_length=50, description="Only of these; else of all whose values come again.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_VALUES, description="How many values of each.")] = 20,
) -> FacetsAnswer:
    """Values of text and list fields among the products that the filter finds, the most frequent first."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        found = facets(connection, actor.workspace_id, wanted, field or (), limit)
    told = [{**asdict(one), "type": wire_type(one.type)} for one in found]
    return FacetsAnswer.model_validate({"facets": told})


@router.post("/products/bulk/", summary="Make or change many products")
async def take_products(web: TheWeb, actor: Writer, given: ManyProducts) -> ManyAnswer:
    """Make or change up to 10,000 products as one import, which is done when this answers, and can be taken back.

    Fields that the schema lacks are added to it, with the types that their JSON values have. A field that a product
    does not name stays as it is; null clears it. A bad product is rejected with its reason, the rest goes in. Where a
    guard holds the import it waits for a person (409 `held_by_guard`).
    """
    order = BulkOrder(
        actor.workspace_id, actor.workspace, given.products, actor.name, accept_guards=given.accept_guards
    )
    await to_thread.run_sync(_check, web, actor, given.products)
    done = await await_apart(web.settings, apart.import_products, order)
    return await to_thread.run_sync(_imported, web, actor, done)


def _check(web: Web, actor: Writer, items: list[Any]) -> None:
    check_items(items)
    with web.database.workspace_session(actor.workspace_id) as connection:
        check_import_rate(connection, actor, web.settings)


def _imported(web: Web, actor: Writer, done: BulkResult) -> ManyAnswer:
    job_id = None if done.job is None else done.job.id
    with web.database.workspace_session(actor.workspace_id) as connection:
        record(connection, actor, "product.bulk", job_id, done.counts)
    return ManyAnswer(
        job_id=job_id,
        counts=done.counts,
        new_fields=[NewField.model_validate({"name": f.key, "type": wire_type(f.type)}) for f in done.new_fields],
        results=[ItemAnswer.model_validate(asdict(item)) for item in done.items],
    )


def _with_etag(product: ListedProduct, response: Response) -> ProductAnswer:
    response.headers["ETag"] = etag(product.version)
    return product_answer(product)
