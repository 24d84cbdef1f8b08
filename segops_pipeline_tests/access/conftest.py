"""People of a test's own installation."""

import pytest

from segops_pipeline.access.actor import PERMISSIONS_OF_ROLE, Actor, Role
from segops_pipeline.access.users import User, create_user
from segops_pipeline.stores.database import Database


@pytest.fixture
def kim(database: Database) -> User:
    """Somebody without a password."""
    return create_user(database, "kim@example.com", name="Kim")


@pytest.fixture
def admin(workspace_id: int) -> Actor:
    """Somebody on the command line, who may do everything in acme."""
    return actor(workspace_id, "admin")


def actor(workspace_id: int, role: Role, name: str = "operator") -> Actor:
    """Somebody who acts in acme."""
    return Actor(name, workspace_id, "acme", PERMISSIONS_OF_ROLE[role], via="cli")
