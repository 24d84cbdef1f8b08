"""Commands on mapping templates: list, show, save, use, rename, delete, default."""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segops_pipeline.cli.app import DEFAULT_WORKSPACE, Json, WorkspaceName, app
from segops_pipeline.cli.session import opened, user_name
from segops_pipeline.cli.show import answer, say, table
from segops_pipeline.errors import WrongUsage

if TYPE_CHECKING:
    from segops_pipeline.imports.jobs import Job
    from segops_pipeline.inference.templates import MappingTemplate, TemplateDraft
    from segops_pipeline.stores.opening import Stores

templates = typer.Typer(
    help="Named mappings, which files are recognised by: save them, edit them, share them.", no_args_is_help=True
)
app.add_typer(templates, name="templates")

Name = Annotated[str, typer.Argument(help="The template's name, such as 'Nordic price list'.", show_default=False)]
Of = Annotated[str | None, typer.Option("--of", help="The workspace whose public template is meant.")]


@templates.command("list")
def list_(workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """List the workspace's templates and the public ones of other workspaces."""
    from segops_pipeline.imports.templates import visible_templates
    from segops_pipeline.imports.workspaces import find_workspace

    with opened() as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        found = [_told(template) for template in visible_templates(stores.database, workspace_id)]
    if json:
        answer(found)
    elif not found:
        say("No templates yet. Save one of a job's mapping: segops templates save NAME --job JOB")
    else:
        table(
            ["template", "workspace", "columns", "used", "flags", "changed", "description"],
            [
                [
                    told["name"],
                    told["workspace"],
                    len(told["columns"]),
                    told["used_count"],
                    ", ".join(flag for flag in ("default", "public") if told[flag]) or "–",
                    told["updated_at"],
                    told["description"] or "–",
                ]
                for told in found
            ],
        )


@templates.command("show")
def show(
    name: Name,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    of: Of = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write it to, for editing.")] = None,
    json: Json = False,
) -> None:
    """Print a template as the file that `save --from` reads: edit it, and save it again.

    Example: segops templates show "Nordic price list" -w acme -o nordic.json
    """
    from segops_pipeline.imports.template_file import template_as_dict
    from segops_pipeline.imports.templates import find_template
    from segops_pipeline.imports.workspaces import find_workspace

    with opened() as stores:
        found = find_template(stores.database, find_workspace(stores.database, workspace).id, name, of)
    content = template_as_dict(found)
    if output is not None:
        _write(output, json_text.dumps(content, indent=2, ensure_ascii=False) + "\n")
    if json:
        answer({**content, **_told(found)})
    elif output is not None:
        say(f"The template is in {output}.")
    else:
        say(json_text.dumps(content, indent=2, ensure_ascii=False))


@templates.command("save")
def save(
    name: Name,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    job: Annotated[
        str | None, typer.Option("--job", help="Save the mapping of this job, confirmed or suggested.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--from", help="Save a template or mapping file.")] = None,
    description: Annotated[str | None, typer.Option(help="What it is for, in words.")] = None,
    default: Annotated[
        bool | None, typer.Option("--default/--no-default", help="Take it where no other is recognised.")
    ] = None,
    public: Annotated[
        bool | None, typer.Option("--public/--private", help="Let other workspaces see and copy it, or not.")
    ] = None,
    json: Json = False,
) -> None:
    """Save a template, of a job's mapping or of a file; one of the same name is replaced.

    Example: segops templates save "Nordic price list" -w acme --job 20260102-030405-9f86d081
    """
    from dataclasses import replace

    from segops_pipeline.imports.templates import save_draft
    from segops_pipeline.imports.workspaces import ensure_workspace

    if (job is None) == (file is None):
        raise WrongUsage("Give --job or --from, and not both.", "`segops jobs` lists the jobs.")
    with opened() as stores:
        workspace_id = ensure_workspace(stores.database, workspace).id
        draft = _draft(stores, workspace_id, name, job, file)
        draft = replace(
            draft,
            description=draft.description if description is None else description,
            is_default=draft.is_default if default is None else default,
            is_public=draft.is_public if public is None else public,
        )
        with stores.database.workspace_session(workspace_id) as connection:
            told = _told(save_draft(connection, workspace_id, draft))
    answer(told) if json else say(f"Template '{told['name']}' is saved, for {len(told['columns'])} columns.")


@templates.command("use")
def use(
    name: Name,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    job: Annotated[str | None, typer.Option("--job", help="Suggest the mapping of this job by it.")] = None,
    of: Of = None,
    json: Json = False,
) -> None:
    """Copy another workspace's public template into this one, or suggest a job's mapping by a template.

    Example: segops templates use "QuickBooks Customer Export" -w acme --of shared
    """
    from segops_pipeline.imports.templates import own_template, use_template
    from segops_pipeline.imports.workspaces import ensure_workspace

    with opened() as stores:
        workspace_id = ensure_workspace(stores.database, workspace).id
        told: dict[str, Any] = _told(own_template(stores, workspace_id, name, of))
        if job is not None:
            _job(stores, workspace_id, job)
            suggestion = use_template(stores, job, name).suggestion or {}
            told = {"job_id": job, "template": name, "suggestion": suggestion["mapping"]["columns"]}
    if json:
        answer(told)
    elif job is None:
        say(f"The workspace {workspace} has the template '{name}'.")
    else:
        table(
            ["column", "target", "reason"],
            [[one["column"], one["target"] or "– skip –", one["reason"]] for one in told["suggestion"]],
        )
        say(f"Confirm it with `segops confirm {job}`.")


@templates.command("rename")
def rename(
    name: Name,
    new_name: Annotated[str, typer.Argument(help="Its new name.", show_default=False)],
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    json: Json = False,
) -> None:
    """Give a template of the workspace another name."""
    from segops_pipeline.imports.templates import rename_own
    from segops_pipeline.imports.workspaces import find_workspace

    with opened() as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            rename_own(connection, workspace_id, name, new_name)
    answer({"name": new_name, "was": name}) if json else say(f"Template '{name}' is '{new_name}' now.")


@templates.command("delete")
def delete(name: Name, workspace: WorkspaceName = DEFAULT_WORKSPACE, json: Json = False) -> None:
    """Delete a template; imports that were made with it stay as they are."""
    from segops_pipeline.imports.workspaces import find_workspace
    from segops_pipeline.inference.templates import delete_template

    with opened() as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            delete_template(connection, workspace_id, name)
    answer({"deleted": name}) if json else say(f"Template '{name}' is deleted.")


@templates.command("default")
def default_(
    name: Annotated[str | None, typer.Argument(help="The template's name.", show_default=False)] = None,
    workspace: WorkspaceName = DEFAULT_WORKSPACE,
    none: Annotated[bool, typer.Option("--none", help="The workspace has no default any more.")] = False,
    json: Json = False,
) -> None:
    """Take a template wherever no other is recognised and the file has every column that it maps."""
    from segops_pipeline.imports.workspaces import find_workspace
    from segops_pipeline.inference.templates import set_default

    if (name is None) != none:
        raise WrongUsage("Give a template or --none, and not both.", "`segops templates list` shows those there are.")
    with opened() as stores:
        workspace_id = find_workspace(stores.database, workspace).id
        with stores.database.workspace_session(workspace_id) as connection:
            set_default(connection, workspace_id, name)
    if json:
        answer({"default": name})
    else:
        say("There is no default template." if name is None else f"Template '{name}' is the default.")


def _draft(stores: "Stores", workspace_id: int, name: str, job: str | None, file: Path | None) -> "TemplateDraft":
    from segops_pipeline.imports.template_file import read_template
    from segops_pipeline.imports.templates import draft_of_job

    if job is not None:
        draft = draft_of_job(_job(stores, workspace_id, job), name, user_name())
        return _as_before(stores, workspace_id, draft)
    assert file is not None
    return read_template(file, name, user_name())


def _as_before(stores: "Stores", workspace_id: int, draft: "TemplateDraft") -> "TemplateDraft":
    """With the description and the flags of the template that it replaces, for a job says nothing of them."""
    from dataclasses import replace

    from segops_pipeline.inference.templates import load_template

    with stores.database.workspace_session(workspace_id) as connection:
        before = load_template(connection, workspace_id, draft.name)
    if before is None:
        return draft
    kept = {"description": before.description, "is_default": before.is_default, "is_public": before.is_public}
    return replace(draft, **kept)


def _job(stores: "Stores", workspace_id: int, job_id: str) -> "Job":
    """The job, if it is one of the workspace."""
    from segops_pipeline.imports.jobs import load_job

    with stores.database.workspace_session(workspace_id) as connection:
        return load_job(connection, job_id)


def _told(template: "MappingTemplate") -> dict[str, Any]:
    return {
        "name": template.name,
        "workspace": template.workspace,
        "description": template.description,
        "columns": list(template.mappings),
        "default": template.is_default,
        "public": template.is_public,
        "used_count": template.used_count,
        "created_by": template.created_by,
        "created_at": template.created_at.isoformat(timespec="seconds"),
        "updated_at": template.updated_at.isoformat(timespec="seconds"),
        "last_used_at": template.last_used_at.isoformat(timespec="seconds") if template.last_used_at else None,
    }


def _write(output: Path, content: str) -> None:
    try:
        output.write_text(content, encoding="utf-8")
    except OSError as error:
        raise WrongUsage(
            f"The file cannot be written: {error.strerror}.", "Choose another.", file=str(output)
        ) from error
