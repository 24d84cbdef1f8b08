"""The embedded server's data folder and the file that says how to reach it.

What belongs here: where they are and how they are made. What doesn't: the running server.
"""

import json
import os
import secrets
import shutil
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from segops_pipeline.errors import WrongUsage
from segops_pipeline.stores.postgres_programs import (
    MAJOR_VERSION,
    SHARED_FOLDER,
    PostgresPrograms,
    make_open_folder,
    reachable_by_all,
)

HOST = "127.0.0.1"
OWNER = "postgres"
DATABASE = "segops"


@dataclass(frozen=True, slots=True)
class Reach:
    """What the connection file says; `data` is relative to the installation's folder where it lies in it."""

    host: str
    port: int
    database: str
    data: str
    owner_password: str
    app_password: str
    system_password: str

    @classmethod
    def read(cls, file: Path) -> "Reach | None":
        """Read a connection file; None without one.

        Raises:
            WrongUsage: it is another user's, or somebody has spoilt it.
        """
        try:
            return cls(**json.loads(file.read_text()))
        except FileNotFoundError:
            return None
        except (PermissionError, ValueError, TypeError) as error:
            raise WrongUsage(
                f"{file} cannot be read: {error}.",
                "Work as the user who made it; if it is spoilt, delete it: the next start makes it anew.",
            ) from error

    def write(self, file: Path) -> None:
        """Replace a connection file at once, readable by its owner alone."""
        with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=".postgres-", delete=False) as scratch:
            json.dump(asdict(self), scratch, indent=2)
        os.replace(scratch.name, file)  # noqa: PTH105 a path would say no more

    def at_port(self, port: int) -> "Reach":
        """The same at another port."""
        return replace(self, port=port)


def new_reach(home: Path, port: int) -> Reach:
    """Choose where a new installation's data are to be, and fresh passwords."""
    inside = home / "postgres"
    if os.geteuid() == 0 and not inside.exists() and not reachable_by_all(home):
        identity = home / "installation_id"
        if not identity.exists():
            # Random, so that a new installation in the same folder never meets the data of an older one.
            identity.write_text(f"{secrets.token_hex(16)}\n")
    data = data_folder(home, None)
    passwords = (secrets.token_urlsafe(24) for _ in range(3))
    return Reach(HOST, port, DATABASE, str(data.relative_to(home) if data == inside else data), *passwords)


def data_folder(home: Path, reach: Reach | None) -> Path:
    """Where an installation's data are."""
    if reach is not None:
        return home / reach.data
    identity = home / "installation_id"
    if identity.exists():
        return SHARED_FOLDER / identity.read_text().strip() / "postgres"
    return home / "postgres"


def make_data(programs: PostgresPrograms, data: Path, owner_password: str) -> None:
    """Make the data folder, whole or not at all.

    Raises:
        subprocess.CalledProcessError: initdb failed; its output says why.
    """
    if data.is_relative_to(SHARED_FOLDER):
        make_open_folder(SHARED_FOLDER)
        make_open_folder(data.parent)
    scratch = data.with_name(f".{data.name}-new")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    programs.own(scratch)
    password_file = data.with_name(".password")
    password_file.touch(mode=0o600)
    programs.own(password_file)
    try:
        password_file.write_text(owner_password)
        programs.run(
            "initdb",
            f"--pgdata={scratch}",
            f"--username={OWNER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            # Order and case must not depend on the machine's locales, which change under an index.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        )
        scratch.rename(data)
    finally:
        password_file.unlink()
        shutil.rmtree(scratch, ignore_errors=True)


def reset_owner_password(programs: PostgresPrograms, data: Path, owner_password: str) -> None:
    """Set the owner's password of a server that does not run, when the connection file was lost.

    Raises:
        subprocess.CalledProcessError: PostgreSQL failed; its output says why.
    """
    statement = f"ALTER ROLE {OWNER} PASSWORD '{owner_password}'\n"
    programs.run("postgres", "--single", "-D", str(data), OWNER, given=statement)


def check_version(data: Path) -> None:
    """Refuse data that another major version wrote.

    Raises:
        WrongUsage: they are of another version.
    """
    found = (data / "PG_VERSION").read_text().strip()
    if found != MAJOR_VERSION:
        raise WrongUsage(
            f"The data in {data} are of PostgreSQL {found}; this installation runs {MAJOR_VERSION}.",
            "Dump them with the version that wrote them, or use a new SEGOPS_HOME.",
        )
