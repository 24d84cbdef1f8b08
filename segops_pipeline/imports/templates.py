"""The acts on mapping templates: save, look at, use, copy. Web and command line call these.

What belongs here: which templates a workspace sees and what may be saved. What doesn't: their table and their
recognition (`inference.templates`), their file (`template_file`).

A public template is seen by every workspace of the installation, read only; where another workspace uses it, it
gets a copy of its own, which later changes of the original do not reach.
"""

from dataclasses import replace

from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import BadMapping, UnknownColumn, WrongState, WrongUsage
from segops_pipeline.imports.bizzkit import BIZZKIT
from segops_pipeline.imports.column_steps import check_transformations
from segops_pipeline.imports.intake import evidence_of, suggestion_of
from segops_pipeline.imports.jobs import Job, get_job, load_job, lock_uncancelled, update_job
from segops_pipeline.imports.suggest import store_suggestion, suggest, template_rules, template_transformations
from segops_pipeline.imports.targets import used_fields
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.rules import parse_rules
from segops_pipeline.inference.templates import (
    MAX_NAME_CHARACTERS,
    MappingTemplate,
    TemplateDraft,
    list_public_templates,
    list_templates,
    load_template,
    match_headers,
    no_such_template,
    rename_template,
    save_template,
)
from segops_pipeline.stores.database import Database
from segops_pipeline.stores.opening import Stores


def visible_templates(database: Database, workspace_id: int) -> list[MappingTemplate]:
    """The workspace's own templates, then the public ones of others, each by name."""
    with database.workspace_session(workspace_id) as connection:
        own = list_templates(connection, workspace_id)
    with database.system_session() as connection:
        return own + list_public_templates(connection, workspace_id)


def find_template(database: Database, workspace_id: int, name: str, of: str | None = None) -> MappingTemplate:
    """The workspace's own template of this name, else the public one of another workspace; `of` names that one.

    Raises:
        WrongUsage: there is none, or several workspaces have a public one of the name.
    """
    own = None
    if of is None:
        with database.workspace_session(workspace_id) as connection:
            own = load_template(connection, workspace_id, name)
    if own is not None:
        return own
    with database.system_session() as connection:
        public = [one for one in list_public_templates(connection, workspace_id, name) if of in (None, one.workspace)]
    if not public:
        raise no_such_template(name, [template.name for template in visible_templates(database, workspace_id)])
    if len(public) > 1:
        raise WrongUsage(
            f"The workspaces {', '.join(one.workspace for one in public)} each have a public template '{name}'.",
            f"Choose one first: segops templates use '{name}' --of {public[0].workspace}",
        )
    return public[0]


def save_draft(connection: Connection, workspace_id: int, draft: TemplateDraft) -> MappingTemplate:
    """Check a template and store it; one of the same name is replaced.

    Raises:
        WrongUsage: the name cannot be one.
        BadMapping: a target that is no field, or that two columns have (`used_fields`); a rule or transformation
            that there is not, or of a column that the template does not have.
    """
    fields = used_fields(draft.mappings, draft.fields, load_fields(connection))
    return save_template(connection, workspace_id, replace(_checked(draft), fields=fields))


def _checked(draft: TemplateDraft) -> TemplateDraft:
    """Check all of a template that the schema has no say in, and give it with steps and rules in their usual form.

    Raises:
        WrongUsage, BadMapping: as `save_draft`.
    """
    _check_name(draft.name)
    if not draft.mappings or "" in draft.mappings:
        raise BadMapping("A template needs at least one column, and each column a name.", "Name its columns.")
    _check_rule_columns(draft)
    texts = [*draft.mappings, draft.description or "", *(one.label for one in draft.fields)]
    if any("\0" in text for text in texts):
        raise BadMapping("A column, label or the description has a NUL character.", "Remove it.")
    rules = parse_rules(draft.validation_rules)
    return replace(
        draft,
        name=draft.name.strip(),
        transformations=check_transformations(list(draft.mappings), draft.mappings, draft.transformations),
        validation_rules={column: [rule.text for rule in read] for column, read in rules.items()},
    )


def draft_of_job(job: Job, name: str, created_by: str) -> TemplateDraft:
    """A template of what was confirmed for a job, else of what is suggested.

    Raises:
        WrongState: the job has neither, as one of a Bizzkit file.
    """
    if job.format == BIZZKIT:
        raise WrongState(f"Job {job.id} is of a Bizzkit file, whose columns nobody maps.")
    if job.mapping is not None and job.headers is not None:
        # JSON of the database keeps no order of names
        mapping = {header: job.mapping.get(header) for header in job.headers}
        fields = [SchemaField.from_dict(field) for field in job.schema_fields or []]
        transformations = job.transformations or {}
    else:
        suggestion = suggestion_of(job)
        mapping = {column.column: column.target for column in suggestion.columns}
        fields, transformations = suggestion.fields, template_transformations(job)
    return TemplateDraft(
        name=name,
        mappings=mapping,
        fields=fields,
        transformations=transformations,
        validation_rules=template_rules(job),
        created_by=created_by,
    )


def own_template(stores: Stores, workspace_id: int, name: str, of: str | None = None) -> MappingTemplate:
    """The workspace's own template of this name; a public one of another workspace is copied for it now.

    Raises:
        WrongUsage: as `find_template`, or the workspace has one of the name and another's was asked for.
    """
    found = find_template(stores.database, workspace_id, name, of)
    if found.workspace_id == workspace_id:
        return found
    with stores.database.workspace_session(workspace_id) as connection:
        if load_template(connection, workspace_id, name) is not None:
            raise WrongUsage(
                f"The workspace has a template '{name}' of its own.", "Rename or delete it before it gets the other."
            )
        return save_template(connection, workspace_id, replace(found, is_default=False, is_public=False))


def use_template(stores: Stores, job_id: str, name: str) -> Job:
    """Suggest the mapping of a job by a template that a person names; it comes before all that memory knows.

    Raises:
        WrongUsage: there is no such template.
        WrongState: the job does not wait for a mapping.
        BadMapping: the file has none of the template's columns.
    """
    job = get_job(stores.database, job_id)
    if job.headers is None or job.suggestion is None or job.mapping is not None or job.status != "mapping":
        raise WrongState(
            f"Job {job_id} is {job.state} and takes no template now.",
            "A template is chosen after the file has been read and before its mapping is confirmed.",
        )
    if job.format == BIZZKIT:
        raise BadMapping(
            "The file is a Bizzkit file: its columns say what they are, and no template maps them.",
            "Import it as a table, if a template is meant for it: --format table.",
            file=job.file_name,
        )
    template = own_template(stores, job.workspace_id, name)
    if not match_headers(list(template.mappings), job.headers):
        raise BadMapping(
            f"The file has none of the columns of the template '{name}'.",
            f"The template is for: {', '.join(template.mappings)}.",
            file=job.file_name,
        )
    suggested = suggest(stores, job, evidence_of(job), template)
    with stores.database.workspace_session(job.workspace_id) as connection:
        lock_uncancelled(connection, job_id)
        store_suggestion(connection, job, suggested)
        # whoever names a template wants what it says
        update_job(connection, job_id, draft=None, draft_version=load_job(connection, job_id).draft_version + 1)
        return load_job(connection, job_id)


def rename_own(connection: Connection, workspace_id: int, name: str, new_name: str) -> None:
    """Give a template of the workspace another name.

    Raises:
        WrongUsage: there is none of the old name, or the new one cannot be one or is taken.
    """
    _check_name(new_name)
    rename_template(connection, workspace_id, name, new_name.strip())


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise WrongUsage(
            f"{name[:MAX_NAME_CHARACTERS]!r} is no name for a template.",
            f"Use at most {MAX_NAME_CHARACTERS} characters on one line, such as 'Nordic price list'.",
        )


def _check_rule_columns(draft: TemplateDraft) -> None:
    for column in draft.validation_rules:
        if column not in draft.mappings:
            raise UnknownColumn(
                f"There is a rule for '{column}', which is no column of the template.",
                f"Its columns are: {', '.join(draft.mappings)}.",
                column=column,
            )
