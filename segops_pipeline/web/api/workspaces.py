"""Workspaces over the API: a new one, which the owner of the installation makes.

What belongs here: this route. What doesn't: going from one to another (`me`), who is in one (`members`).
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, Field

from segops_pipeline.access.actor import Actor
from segops_pipeline.access.audit import record_of_installation
from segops_pipeline.errors import Forbidden, WrongUsage
from segops_pipeline.imports.workspaces import ensure_workspace, list_workspaces
from segops_pipeline.web.api.depends import TheWeb, signed_in
from segops_pipeline.web.api.routing import ApiRouter

router = ApiRouter("workspaces")


class NewWorkspace(BaseModel):
    """A workspace to be made."""

    name: str = Field(max_length=63, examples=["acme"], description="Lower-case letters, digits, - and _.")


class MadeWorkspace(BaseModel):
    """A workspace that has been made."""

    id: int
    name: str


def owner(actor: Annotated[Actor, Depends(signed_in)]) -> Actor:
    """The owner of the installation.

    Raises:
        Forbidden: it is somebody else.
    """
    if not actor.is_owner:
        raise Forbidden("Only the owner of the installation makes workspaces.", "Ask the owner for one.")
    return actor


@router.post("/workspaces/", status_code=HTTPStatus.CREATED, summary="Make a workspace")
def make_workspace(web: TheWeb, actor: Annotated[Actor, Depends(owner)], new: NewWorkspace) -> MadeWorkspace:
    """Make a workspace; its owner is an admin there, and takes others in."""
    if any(one.name == new.name for one in list_workspaces(web.database)):
        raise WrongUsage(f"There is a workspace '{new.name}' already.", "Choose another name.", column="name")
    made = ensure_workspace(web.database, new.name)
    record_of_installation(web.database, actor.name, actor.via, "workspace.make", made.name, address=actor.address)
    return MadeWorkspace(id=made.id, name=made.name)
