"""The secret that signs cookies and tokens: the operator's own, or one that is made once and kept in the home.

What belongs here: reading and making it. What doesn't: what is signed with it, each thing with a salt of its own.
"""

import contextlib
import secrets
from pathlib import Path

from segops_pipeline.config import Settings
from segops_pipeline.errors import WrongUsage

FILE = "secret"
LEAST_BYTES = 32


def secret_of(settings: Settings) -> bytes:
    """The secret of an installation; where no setting gives one, it is kept in a file that its owner alone can read.

    Raises:
        WrongUsage: the file is no secret, or cannot be read or made.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    file = settings.home / FILE
    try:
        found = file.read_bytes().strip() if file.exists() else _made(file)
    except OSError as error:
        raise WrongUsage(f"The secret in {file} cannot be read or made: {error}.", "Set SEGOPS_SECRET_KEY.") from error
    if len(found) < LEAST_BYTES:
        raise WrongUsage(f"{file} holds no secret.", "Delete it: a new one is made, and everybody signs in again.")
    return found


def _made(file: Path) -> bytes:
    """Make the file whole or not at all; of two that make it at once, both get the one that was first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_name(f".{FILE}-{secrets.token_hex(8)}")
    scratch.touch(mode=0o600, exist_ok=False)
    try:
        scratch.write_text(secrets.token_urlsafe(LEAST_BYTES * 2))
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(scratch)
    finally:
        scratch.unlink()
    return file.read_bytes().strip()
