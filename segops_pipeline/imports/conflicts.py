"""Answer conflicts: find them in whatever workspace, and resolve them one transaction at a time.

What belongs here: which conflicts are meant, and a person's values as the schema has them. What doesn't: what an
answer does to a product (`catalogue.conflicts`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.apply import lock_workspace
from segops_pipeline.catalogue.conflicts import (
    NAME,
    Answer,
    Conflict,
    Resolution,
    open_conflicts,
    resolve,
)
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import WrongState, WrongUsage
from segops_pipeline.imports.jobs import get_job
from segops_pipeline.imports.workspaces import find_workspace
from segops_pipeline.inference.values import Refusal, cast, decide_context
from segops_pipeline.stores.opening import Stores

AT_A_TIME = 1_000
LIST = "List them with `segops conflicts`."


@dataclass(frozen=True, slots=True)
class Resolved:
    """How many conflicts were answered, and how many of their products have changed by that."""

    answered: int
    changed: int


def waiting_conflicts(
    stores: Stores, *, workspace: str | None = None, job_id: str | None = None, limit: int = 100
) -> list[tuple[str, Conflict]]:
    """The open conflicts with their workspaces, the oldest first: all, those of a workspace or of a job.

    Raises:
        WrongUsage: there is no such workspace.
        JobNotFound: there is no such job.
    """
    of_job = None if job_id is None else get_job(stores.database, job_id).workspace_id
    of_name = None if workspace is None else find_workspace(stores.database, workspace).id
    with stores.database.system_session() as connection:
        named = connection.execute(
            text(
                """
                SELECT DISTINCT w.id, w.name FROM workspaces w JOIN conflicts c ON c.workspace_id = w.id
                WHERE c.status = 'open' AND (CAST(:of_job AS bigint) IS NULL OR w.id = :of_job)
                    AND (CAST(:of_name AS bigint) IS NULL OR w.id = :of_name) ORDER BY w.id
                """
            ),
            {"of_job": of_job, "of_name": of_name},
        ).all()
    found: list[tuple[str, Conflict]] = []
    for one in named:
        with stores.database.workspace_session(one.id) as connection:
            some = open_conflicts(connection, one.id, job_id=job_id, limit=limit - len(found))
        found += [(one.name, conflict) for conflict in some]
        if len(found) >= limit:
            break
    return found


def resolve_some(
    stores: Stores, ids: Sequence[int], answer: Answer, actor: str, values: Mapping[str, str] | None = None
) -> Resolved:
    """Answer conflicts by their ids: all of them or, where one cannot be, none.

    Args:
        stores: the open stores.
        ids: open conflicts of one workspace.
        answer: accept, reject or edit.
        actor: who answers.
        values: of an edit: text by field, '' clears.

    Raises:
        WrongUsage: there is no such open conflict, they are of several workspaces, or a value is none of its field.
        StalePlan: a product is gone, or has changed since in what the answer would write.
        WrongState: the import of one has been taken back.
    """
    with stores.database.system_session() as connection:
        found = connection.execute(
            text("SELECT id, workspace_id FROM conflicts WHERE id = ANY(:ids) AND status = 'open'"), {"ids": list(ids)}
        ).all()
    if missing := sorted(set(ids) - {row.id for row in found}):
        raise WrongUsage(f"There is no open conflict {missing[0]}.", LIST)
    workspaces = {row.workspace_id for row in found}
    if len(workspaces) > 1:
        raise WrongUsage("These conflicts are of several workspaces.", "Answer those of one workspace at a time.")
    (workspace_id,) = workspaces
    with stores.database.workspace_session(workspace_id) as connection:
        resolution = Resolution(answer, actor, _values(connection, workspace_id, values or {}))
        lock_workspace(connection, workspace_id)
        changed = 0
        for one in ids:  # one may change the product of the next
            for conflict in open_conflicts(connection, workspace_id, ids=[one]):
                changed += _resolve(connection, workspace_id, conflict, resolution)
    return Resolved(len(ids), changed)


def resolve_job(stores: Stores, job_id: str, answer: Answer, actor: str) -> Resolved:
    """Answer all open conflicts of a job; what was answered before one that cannot be, stays answered.

    Raises:
        JobNotFound: there is no such job.
        StalePlan, WrongState: as for some.
    """
    workspace_id = get_job(stores.database, job_id).workspace_id
    resolution = Resolution(answer, actor)
    answered = changed = last = 0
    while True:
        with stores.database.workspace_session(workspace_id) as connection:
            lock_workspace(connection, workspace_id)
            found = open_conflicts(connection, workspace_id, job_id=job_id, limit=AT_A_TIME, after=last)
            for conflict in found:  # a job has one row of a key
                changed += _resolve(connection, workspace_id, conflict, resolution)
        if not found:
            return Resolved(answered, changed)
        answered, last = answered + len(found), found[-1].id


def _resolve(connection: Connection, workspace_id: int, conflict: Conflict, resolution: Resolution) -> bool:
    if conflict.undone_by is not None and resolution.answer != "reject":
        raise WrongState(
            f"The import {conflict.job_id} of conflict {conflict.id} was taken back by job {conflict.undone_by}.",
            f"Keep the product: segops conflicts reject {conflict.id}",
        )
    return resolve(connection, workspace_id, conflict, resolution)


def _values(connection: Connection, workspace_id: int, given: Mapping[str, str]) -> dict[str, Any]:
    """A person's values, each as its field has it; None clears.

    Raises:
        WrongUsage: there is no such field, or the text is no value of it.
    """
    types = {field.key: field.type for field in load_fields(connection)} | {NAME: "text"}
    currency = connection.execute(
        text("SELECT default_currency FROM workspaces WHERE id = :id"), {"id": workspace_id}
    ).scalar_one_or_none()
    values: dict[str, Any] = {}
    for field, said in given.items():
        if field not in types:
            raise WrongUsage(f"The workspace has no field '{field}'.", f"Its fields are: {', '.join(types)}.")
        value = cast(said, types[field], decide_context([said], types[field], currency)) if said.strip() else None
        if isinstance(value, Refusal):
            raise WrongUsage(value.message, value.suggestion, column=field, value=said[:200])
        values[field] = value
    return values
