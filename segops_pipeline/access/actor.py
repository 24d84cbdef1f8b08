"""Who acts, in which workspace, and what they may do there.

What belongs here: the three permissions, the roles that give them, and asking for one. What doesn't: how somebody
proves who they are (`sessions`, `api_keys`), and noting what they did (`audit`).
"""

from dataclasses import dataclass
from typing import Literal

from segops_pipeline.errors import Forbidden

Permission = Literal["read", "write", "manage"]
Role = Literal["viewer", "editor", "admin"]
Via = Literal["page", "api", "key", "cli", "system"]

PERMISSIONS: tuple[Permission, ...] = ("read", "write", "manage")
# A viewer looks, an editor imports and edits, an admin decides who may, and what leaves the workspace by itself.
PERMISSIONS_OF_ROLE: dict[Role, frozenset[Permission]] = {
    "viewer": frozenset({"read"}),
    "editor": frozenset({"read", "write"}),
    "admin": frozenset(PERMISSIONS),
}
NEEDED_ROLE: dict[Permission, Role] = {"read": "viewer", "write": "editor", "manage": "admin"}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody in a workspace; `name` is an e-mail address, or `key <name>` for an API key."""

    name: str
    workspace_id: int
    workspace: str
    permissions: frozenset[Permission]
    via: Via
    user_id: int | None = None
    is_owner: bool = False
    language: str | None = None
    address: str | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the actor has a permission in the workspace."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Check for a permission.

        Raises:
            Forbidden: the actor lacks it.
        """
        if not self.may(permission):
            raise Forbidden(
                f"{self.name} may not do this in the workspace {self.workspace}.",
                f"It needs the permission '{permission}'; an admin of the workspace can give it"
                f" (role {NEEDED_ROLE[permission]}).",
            )
