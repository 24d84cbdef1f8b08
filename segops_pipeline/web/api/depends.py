"""What a route asks for by its arguments: the web process's state, and an actor who may do it.

All are coroutines: FastAPI would send each plain function to a thread, for nothing.
"""

from typing import Annotated

from fastapi import Depends, Request

from segops_pipeline.access.actor import Actor
from segops_pipeline.errors import NotSignedIn
from segops_pipeline.web.state import Web


async def web_of(request: Request) -> Web:
    """The state of the web process."""
    return request.app.state.web


async def signed_in(request: Request) -> Actor:
    """Whoever asks.

    Raises:
        NotSignedIn: nobody has signed in.
    """
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is None:
        raise NotSignedIn("Nobody is signed in.", "Sign in at /login, or send an API key as X-API-Key.")
    return actor


async def reader(actor: Annotated[Actor, Depends(signed_in)]) -> Actor:
    """Somebody who may look."""
    actor.require("read")
    return actor


async def writer(actor: Annotated[Actor, Depends(signed_in)]) -> Actor:
    """Somebody who may import and edit."""
    actor.require("write")
    return actor


async def manager(actor: Annotated[Actor, Depends(signed_in)]) -> Actor:
    """Somebody who administers the workspace."""
    actor.require("manage")
    return actor


TheWeb = Annotated[Web, Depends(web_of)]
Reader = Annotated[Actor, Depends(reader)]
Writer = Annotated[Actor, Depends(writer)]
Manager = Annotated[Actor, Depends(manager)]
