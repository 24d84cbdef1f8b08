"""The product schema: what a product can have, as a whole.

What belongs here: these routes. What doesn't: what a change does to products (`catalogue.replace_schema`).
"""

from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel, Field, StringConstraints

from segops_pipeline.access.audit import record
from segops_pipeline.catalogue.replace_schema import ProductSchema, load_schema, lock_schema, replace_fields
from segops_pipeline.imports.workspaces import set_defaults
from segops_pipeline.inference.fields import MAX_KEY_LENGTH, SchemaField
from segops_pipeline.web.api.depends import Reader, TheWeb, Writer
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.wire import IfMatch, WireType, etag, expected_tag, own_type, wire_type
from segops_pipeline.web.api.words import NO_NUL

router = ApiRouter("schema")

MOST_FIELDS = 2_000
Key = Annotated[str, StringConstraints(min_length=1, max_length=MAX_KEY_LENGTH, pattern=NO_NUL)]
Label = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]
Description = Annotated[str, StringConstraints(max_length=5_000, pattern=NO_NUL)]
RuleText = Annotated[str, StringConstraints(max_length=2_000, pattern=NO_NUL)]


class FieldAnswer(BaseModel):
    """A field: `name` is its key in a product's data, `label` what people read."""

    name: str
    type: WireType
    required: bool
    description: str | None
    label: str
    rules: list[str]


class SchemaAnswer(BaseModel):
    """The schema of the workspace; `id` is the workspace's."""

    id: int
    fields: list[FieldAnswer]
    default_currency: str | None
    default_locale: str | None
    created_at: datetime
    updated_at: datetime


class GivenField(BaseModel):
    """A field as it is to be; description, label and rules that are left out stay as they are."""

    name: Key = Field(examples=["weight_kg"])
    type: WireType
    required: bool = False
    description: Description | None = None
    label: Label | None = None
    rules: list[RuleText] | None = Field(None, max_length=50, examples=[["number 0..100"]])


class GivenSchema(BaseModel):
    """The schema as it is to be: all fields in their order. Defaults that are left out stay as they are."""

    fields: list[GivenField] = Field(max_length=MOST_FIELDS)
    default_currency: str | None = Field(None, max_length=3, pattern=NO_NUL, examples=["EUR"])
    default_locale: str | None = Field(None, max_length=40, pattern=NO_NUL, examples=["de-DE"])


@router.get("/schema/", summary="Show the schema")
def see_schema(web: TheWeb, actor: Reader, response: Response) -> SchemaAnswer:
    """Show the fields that products of the workspace can have; the ETag changes with anything of it."""
    with web.database.workspace_session(actor.workspace_id) as connection:
        return _with_etag(load_schema(connection, actor.workspace_id), response)


@router.put("/schema/", summary="Replace the schema")
def put_schema(
    web: TheWeb,
    actor: Writer,
    given: GivenSchema,
    response: Response,
    force: Annotated[
        bool, Query(description="Clear values of removed fields, and those that are none of a new type.")
    ] = False,
    if_match: IfMatch = None,
) -> SchemaAnswer:
    """Replace the schema by this one: fields that are not in it are removed.

    A field that products have values of is not removed, nor given a type that its values do not have, unless `force`
    says so; then those values are cleared, and each product's history keeps them. Values that do fit are converted.
    """
    workspace_id = actor.workspace_id
    with web.database.workspace_session(workspace_id) as connection:
        now = lock_schema(connection, workspace_id, expected_tag(if_match))
        there = {one.key: one for one in now.fields}
        fields = [_field(one, there.get(one.name)) for one in given.fields]
        changed = replace_fields(connection, now, fields, actor.name, force=force)
        currency, locale = (
            getattr(given if name in given.model_fields_set else now, name)
            for name in ("default_currency", "default_locale")
        )
        details = {"fields": [one.key for one in fields], "products": changed, "force": force}
        record(connection, actor, "schema.replace", details=details)
        set_defaults(connection, workspace_id, currency, locale)
        return _with_etag(load_schema(connection, workspace_id), response)


def _field(given: GivenField, there: SchemaField | None) -> SchemaField:
    said = given.model_fields_set
    label = there.label if there is not None and given.label is None else given.label or given.name
    description = given.description if "description" in said or there is None else there.description
    rules = tuple(given.rules) if given.rules is not None else there.rules if there is not None else ()
    return SchemaField(given.name, label, own_type(given.type), given.required, description, rules)


def _with_etag(schema: ProductSchema, response: Response) -> SchemaAnswer:
    response.headers["ETag"] = etag(schema.hash)
    told = {
        "id": schema.id,
        "fields": [{**one.as_dict(), "name": one.key, "type": wire_type(one.type), "rules": list(one.rules)}
                   for one in schema.fields],
        "default_currency": schema.default_currency,
        "default_locale": schema.default_locale,
        "created_at": schema.created_at,
        "updated_at": schema.updated_at,
    }  # fmt: skip
    return SchemaAnswer.model_validate(told)
