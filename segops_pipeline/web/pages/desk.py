"""The desk of a person who looks at a page: who they are, their language, and acting in their name.

What belongs here: what every page's handlers share. What doesn't: how the page looks (`frame`).
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from nicegui import run, ui
from sqlalchemy.engine import Connection

from segops_pipeline.access.actor import Actor, Permission
from segops_pipeline.access.sessions import actor_of_session
from segops_pipeline.errors import NotSignedIn, SegopsError
from segops_pipeline.stores.opening import Stores
from segops_pipeline.web.state import Web
from segops_pipeline.web.texts import Translate

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Desk:
    """A person at a page; `query` has the parameters of the page's URL, `t` tells its texts."""

    web: Web
    actor: Actor
    session: str
    t: Translate
    language: str
    query: Mapping[str, str]

    @property
    def stores(self) -> Stores:
        """The open stores."""
        return self.web.stores

    def acting(self, permission: Permission) -> Actor:
        """Whoever acts, looked up anew: a page that stays open keeps no right that was taken away.

        Raises:
            NotSignedIn: the session has ended.
            Forbidden: the permission is not given (any more).
        """
        actor = actor_of_session(self.web.database, self.session, self.actor.workspace, address=self.actor.address)
        if actor is None:
            raise NotSignedIn("You are signed out.", "Sign in again.")
        actor.require(permission)
        return actor

    @contextmanager
    def connection(self) -> Generator[Connection]:
        """One transaction in the workspace of the page."""
        with self.web.database.workspace_session(self.actor.workspace_id) as connection:
            yield connection

    async def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R | None:
        """Run something that waits for a store, and tell the person of an error; None then.

        The page's elements must be entered again afterwards where a handler builds new ones (`with element:`).
        """
        try:
            return await run.io_bound(function, *args, **kwargs)
        except SegopsError as error:
            self.tell(error)
            return None

    def tell(self, error: SegopsError) -> None:
        """Show an error with its remedy."""
        ui.notify(
            error.message, caption=error.remedy or None, type="negative", multi_line=True, timeout=12_000,
            close_button=self.t("frame.close"),
        )  # fmt: skip

    def say(self, message: str, **options: Any) -> None:  # noqa: ANN401 - Quasar's options
        """Show that something has been done."""
        ui.notify(message, type="positive", **options)
