"""Whether the pages may be reached from other machines: only with a secret of one's own, and somebody to sign in.

What belongs here: that decision. What doesn't: the secret itself (`segops_pipeline.web.security.secret`).
"""

import ipaddress

from sqlalchemy import text

from segops_pipeline.access.owner import OWNER_EMAIL
from segops_pipeline.config import Settings
from segops_pipeline.errors import WrongUsage
from segops_pipeline.stores.database import Database


def is_loopback(host: str) -> bool:
    """Whether an address or a name is this machine's alone."""
    if host.strip("[]").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_may_listen(settings: Settings, database: Database) -> None:
    """Check that the pages may listen where the settings say.

    On loopback the owner signs in by a link that only the operator sees. Off it everybody sees the sign-in page, so
    that the secret must be the operator's own, and there must be somebody with another way in.

    Raises:
        WrongUsage: the address is not loopback, and SEGOPS_SECRET_KEY is not set or nobody could sign in.
    """
    if is_loopback(settings.pages_host):
        return
    where = f"The pages would be reached from other machines (SEGOPS_PAGES_HOST={settings.pages_host})"
    if settings.secret_key is None:
        raise WrongUsage(
            f"{where}, but SEGOPS_SECRET_KEY is not set.",
            "Set it to at least 32 random characters, such as those of `openssl rand -base64 48`, and keep it.",
        )
    with database.system_session() as connection:
        somebody = connection.execute(
            text(
                "SELECT EXISTS (SELECT FROM users WHERE is_active"
                " AND (password_hash IS NOT NULL OR (:oidc AND email <> :owner)))"
            ),
            {"oidc": settings.oidc_issuer is not None, "owner": OWNER_EMAIL},
        ).scalar_one()
    if not somebody:
        raise WrongUsage(
            f"{where}, but nobody could sign in.",
            "Add somebody with a password: `segops users add you@example.com --owner`.",
        )
