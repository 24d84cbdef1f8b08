"""What a running `segops up` writes down: its address, its children, and which processes they are.

The next start reads it: to say where the first is, to use the same ports, and to end what was left behind.
What belongs here: that file and the lock beside it. What doesn't: starting anything.
"""

import json
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from segops_pipeline.config import Settings
from segops_pipeline.errors import SegopsError, StoreUnreachable
from segops_pipeline.installation.sessions import end_sessions, is_same, members, start_time
from segops_pipeline.stores.locks import file_lock

ORPHANS_GRACE_SECONDS = 10.0


@dataclass
class UpState:
    """Process numbers come with the time of their start, since a number can belong to another later."""

    process_id: int = 0
    started: float = 0.0
    address: str | None = None  # of Dagster's UI
    pages: str | None = None  # address of the pages and the API
    code_port: int | None = None
    children: dict[str, tuple[int, float]] = field(default_factory=dict[str, tuple[int, float]])

    @classmethod
    def read(cls, settings: Settings) -> "UpState":
        """What stands in the file; nothing if there is none, or none that can be understood."""
        try:
            said = json.loads(_file(settings).read_text())
            children = {name: (int(number), float(start)) for name, (number, start) in said["children"].items()}
            return cls(
                said["process_id"], said["started"], said["address"], said.get("pages"), said["code_port"], children
            )
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return cls()

    def write(self, settings: Settings) -> None:
        """Replace the file at once."""
        file = _file(settings)
        with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=".up-", delete=False) as scratch:
            json.dump(asdict(self), scratch, indent=2)
        Path(scratch.name).replace(file)

    def note(self, children: Mapping[str, int]) -> None:
        """Take down the children's process numbers."""
        self.children = {name: (number, start_time(number) or 0.0) for name, number in children.items()}

    def end_orphans(self, grace_seconds: float = ORPHANS_GRACE_SECONDS) -> list[str]:
        """End the children of a start that was killed, with all that descends from them.

        Args:
            grace_seconds: how long they may take to end before they are killed.

        Returns:
            their names.
        """
        # A dead child's number can be a session's still; a living one must be the child itself.
        left = {
            name: number
            for name, (number, started) in self.children.items()
            if is_same(number, started) or (start_time(number) is None and members(number))
        }
        end_sessions(left.values(), grace_seconds)
        return sorted(left)


@contextmanager
def only_one(settings: Settings) -> Generator[None]:
    """Be the only `segops up` of the installation.

    Raises:
        SegopsError: there is one already.
        WrongUsage: the installation's folder cannot be written.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    lock = file_lock(settings.home / "up.lock", 0, "to be the only `segops up`")
    try:
        lock.__enter__()
    except StoreUnreachable:
        raise _already_up(settings) from None
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def _already_up(settings: Settings) -> SegopsError:
    state = UpState.read(settings)
    if state.address is None or not is_same(state.process_id, state.started):
        where = "is just starting"
    else:
        where = f"is at {state.address}, process {state.process_id}"
    return SegopsError(
        f"`segops up` runs already for {settings.home}: it {where}.",
        "Use that one, or stop it with Ctrl-C; another SEGOPS_HOME is another installation.",
    )


def _file(settings: Settings) -> Path:
    return settings.home / "up.json"
