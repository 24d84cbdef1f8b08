"""Mapping templates over the API: named mappings, which files are recognised by.

What belongs here: these routes. What doesn't: who may save what (`imports.templates`).
"""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.audit import record
from segops_pipeline.errors import NotFound, WrongUsage
from segops_pipeline.imports.template_file import template_from
from segops_pipeline.imports.templates import (
    draft_of_job,
    own_template,
    rename_own,
    save_draft,
    visible_templates,
)
from segops_pipeline.inference.templates import (
    MAX_NAME_CHARACTERS,
    MappingTemplate,
    TemplateDraft,
    delete_template,
    load_template,
    set_default,
)
from segops_pipeline.web.api.depends import Reader, TheWeb, Writer
from segops_pipeline.web.api.import_bodies import SchemaOnWire, Step
from segops_pipeline.web.api.import_views import job_of, own_field, wire_field
from segops_pipeline.web.api.paging import Page, Paged
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.api.words import Header, Name, NameInPath, Words
from segops_pipeline.web.state import Web

router = ApiRouter("mapping templates")
Of = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$", description="Another workspace's public one.")]


class TemplateAnswer(BaseModel):
    """A mapping template; those of other workspaces can be looked at and copied."""

    model_config = ConfigDict(populate_by_name=True)

    name: str
    workspace: str
    is_own: bool
    description: str | None
    mapping: dict[str, str | None]
    schema_: SchemaOnWire = Field(alias="schema")
    transformations: dict[str, list[str]]
    validation_rules: dict[str, list[str]]
    default: bool
    public: bool
    used_count: int
    created_by: str
    created_at: datetime
    updated_at: datetime
    last_used_at: datetime | None


class TemplateBody(BaseModel):
    """A template: of a job's mapping (`job_id`), a copy of another workspace's (`of`), or written out."""

    model_config = ConfigDict(populate_by_name=True)

    name: Annotated[Name, Field(max_length=MAX_NAME_CHARACTERS)]
    job_id: Words | None = Field(default=None, description="Save the mapping of this job, confirmed or suggested.")
    of: Words | None = Field(default=None, description="Copy the public template of this workspace.")
    description: Words | None = None
    mapping: dict[Header, Name | None] | None = None
    schema_: SchemaOnWire | None = Field(default=None, alias="schema")
    transformations: dict[Header, list[Step]] = Field(default_factory=dict[str, list[str]])
    validation_rules: dict[Header, list[Step]] = Field(default_factory=dict[str, list[str]])
    default: bool | None = None
    public: bool | None = None


class TemplateChange(BaseModel):
    """What changes of a template; what is left out stays as it is."""

    model_config = ConfigDict(populate_by_name=True)

    name: Annotated[Name, Field(max_length=MAX_NAME_CHARACTERS)] | None = None
    description: Words | None = None
    mapping: dict[Header, Name | None] | None = None
    schema_: SchemaOnWire | None = Field(default=None, alias="schema")
    transformations: dict[Header, list[Step]] | None = None
    validation_rules: dict[Header, list[Step]] | None = None
    default: bool | None = None
    public: bool | None = None


@router.get("/mapping-templates/", summary="All templates")
def all_templates(web: TheWeb, actor: Reader, paging: Paged) -> Page[TemplateAnswer]:
    """The workspace's own templates, then the public ones of other workspaces."""
    found = visible_templates(web.database, actor.workspace_id)
    some = found[paging.offset : paging.offset + paging.page_size]
    return paging.of(len(found), [_told(one, actor) for one in some])


@router.post("/mapping-templates/", status_code=201, summary="Save a template")
def make_template(body: TemplateBody, web: TheWeb, actor: Writer) -> TemplateAnswer:
    """Save a template; one of the same name is replaced."""
    if body.of is not None:
        saved = own_template(web.stores, actor.workspace_id, body.name, body.of)
        with web.database.workspace_session(actor.workspace_id) as connection:
            record(connection, actor, "template.copy", body.name, {"of": body.of})
        return _told(saved, actor)
    draft = _draft(web, actor, body)
    if body.public is not None:
        draft = replace(draft, is_public=body.public)
    if body.default is not None:
        draft = replace(draft, is_default=body.default)
    if body.description is not None:
        draft = replace(draft, description=body.description)
    return _save(web, actor, draft, "template.save")


@router.get("/mapping-templates/{name}/", summary="One template")
def one_template(name: NameInPath, web: TheWeb, actor: Reader, of: Of = None) -> TemplateAnswer:
    """The workspace's template of this name, or another workspace's public one."""
    found = visible_templates(web.database, actor.workspace_id)
    wanted = of or actor.workspace
    chosen = next((one for one in found if one.name == name and one.workspace == wanted), None)
    if chosen is None:
        raise _none(name)
    return _told(chosen, actor)


@router.patch("/mapping-templates/{name}/", summary="Change a template")
def change_template(name: NameInPath, body: TemplateChange, web: TheWeb, actor: Writer) -> TemplateAnswer:
    """Change a template of the workspace: rename it, make it the default, share it, edit its mapping."""
    before = _own(web, actor, name)
    if body.name is not None and body.name != name:
        with web.database.workspace_session(actor.workspace_id) as connection:
            rename_own(connection, actor.workspace_id, name, body.name)
            record(connection, actor, "template.rename", name, {"to": body.name})
        before = _own(web, actor, body.name.strip())
    given = body.model_dump(exclude_unset=True, exclude={"name"})
    if not given:
        return _told(before, actor)
    if body.default is False and before.is_default:
        with web.database.workspace_session(actor.workspace_id) as connection:
            set_default(connection, actor.workspace_id, None)
    content = {**_content(before), **{key: value for key, value in given.items() if key != "schema_"}}
    if body.schema_ is not None:
        content["schema"] = {"fields": [own_field(field) for field in body.schema_.fields]}
    return _save(web, actor, template_from(_filled(content, before), before.name, before.created_by), "template.save")


@router.delete("/mapping-templates/{name}/", status_code=204, summary="Delete a template")
def remove_template(name: NameInPath, web: TheWeb, actor: Writer) -> None:
    """Delete a template; imports that were made with it stay as they are."""
    _own(web, actor, name)
    with web.database.workspace_session(actor.workspace_id) as connection:
        delete_template(connection, actor.workspace_id, name)
        record(connection, actor, "template.delete", name)


def _draft(web: Web, actor: Actor, body: TemplateBody) -> TemplateDraft:
    if (body.job_id is None) == (body.mapping is None):
        raise WrongUsage("There is nothing to save, or twice.", "Give a job_id or a mapping, and not both.")
    if body.job_id is not None:
        return draft_of_job(job_of(web, actor.workspace_id, body.job_id), body.name, actor.name)
    content: dict[str, Any] = {
        "mapping": body.mapping,
        "schema": {"fields": [own_field(field) for field in (body.schema_ or SchemaOnWire()).fields]},
        "transformations": body.transformations,
        "validation_rules": body.validation_rules,
        "description": body.description,
    }
    return template_from(content, body.name, actor.name)


def _content(template: MappingTemplate) -> dict[str, Any]:
    return {
        "description": template.description,
        "mapping": dict(template.mappings),
        "schema": {"fields": [field.as_dict() for field in template.fields]},
        "transformations": {column: list(steps) for column, steps in template.transformations.items()},
        "validation_rules": {column: list(rules) for column, rules in template.validation_rules.items()},
        "default": template.is_default,
        "public": template.is_public,
    }


def _filled(content: dict[str, Any], before: MappingTemplate) -> dict[str, Any]:
    """With null as if it were left out, but for the description, which it takes away."""
    old = _content(before)
    return {name: old[name] if value is None and name != "description" else value for name, value in content.items()}


def _save(web: Web, actor: Actor, draft: TemplateDraft, act: str) -> TemplateAnswer:
    with web.database.workspace_session(actor.workspace_id) as connection:
        saved = save_draft(connection, actor.workspace_id, draft)
        record(connection, actor, act, saved.name, {"columns": len(saved.mappings), "public": saved.is_public})
    return _told(saved, actor)


def _own(web: Web, actor: Actor, name: str) -> MappingTemplate:
    with web.database.workspace_session(actor.workspace_id) as connection:
        found = load_template(connection, actor.workspace_id, name)
    if found is None:
        raise _none(name)
    return found


def _none(name: str) -> NotFound:
    return NotFound(f"There is no template '{name}'.", "See all mapping templates.")


def _told(template: MappingTemplate, actor: Actor) -> TemplateAnswer:
    same = ("name", "workspace", "description", "used_count", "created_by", "created_at", "updated_at", "last_used_at")
    return TemplateAnswer(
        **{name: getattr(template, name) for name in same},
        is_own=template.workspace_id == actor.workspace_id,
        mapping=dict(template.mappings),
        schema=SchemaOnWire(fields=[wire_field(field) for field in template.fields]),
        transformations={column: list(steps) for column, steps in template.transformations.items()},
        validation_rules={column: list(rules) for column, rules in template.validation_rules.items()},
        default=template.is_default,
        public=template.is_public,
    )
