"""The processes of an installation and the memory that they take: seed 001, "Memory usage during imports".

What belongs here: finding and measuring them on this machine. What doesn't: starting them (`up`), what the stores tell
(`imports.health`).
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from segops_pipeline.config import MEBIBYTE, Settings
from segops_pipeline.imports.health import Level, Measure
from segops_pipeline.installation.sessions import is_same, members
from segops_pipeline.installation.state import UpState
from segops_pipeline.stores.embedded_postgres import EmbeddedPostgres

AVAILABLE_WATCH, AVAILABLE_BAD = 0.10, 0.04  # of the machine's or the container's memory
RUNS = "imports"  # what works on imports just now: forked by the code server, and by the web process
CODE_SERVER, WEB, HERE = "code-server", "pages", "here"
CGROUP = Path("/sys/fs/cgroup")


def process_health(settings: Settings) -> list[Measure]:
    """Measure the memory of the installation's processes, and whether those of `segops up` live."""
    state = UpState.read(settings)
    is_up = is_same(state.process_id, state.started) if state.process_id else False
    found = list(_processes(settings, state if is_up else UpState()))
    return [_memory(found), _import_memory(found), *([_services(state)] if is_up else [])]


def _processes(settings: Settings, state: UpState) -> Iterator[tuple[str, psutil.Process]]:
    """Every process with the name of what it does."""
    seen: set[int] = set()
    for name, (leader, _) in state.children.items():
        for number in members(leader):
            seen.add(number)
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(number)
                # the leader's children are helpers of its own; what these have forked does the work
                is_work = number != leader and process.ppid() != leader
                yield RUNS if is_work and name in (CODE_SERVER, WEB) else name, process
    if os.getpid() not in seen:
        yield HERE, psutil.Process()
    server = EmbeddedPostgres(settings).running() if settings.postgres_url is None else None
    if server is not None:
        with suppress(psutil.NoSuchProcess):
            postmaster = psutil.Process(server.process_id)
            for process in (postmaster, *postmaster.children()):
                yield "postgres", process


def _memory(processes: list[tuple[str, psutil.Process]]) -> Measure:
    parts: Counter[str] = Counter()
    for name, process in processes:
        with suppress(psutil.Error):
            parts[name] += _own_bytes(process)
    available, total = _available()
    share = available / total
    level: Level = "bad" if share < AVAILABLE_BAD else "watch" if share < AVAILABLE_WATCH else "good"
    used = sum(parts.values())
    return Measure(
        "memory", level,
        f"The installation uses {used / MEBIBYTE:,.0f} MiB; {available / MEBIBYTE:,.0f} MiB of"
        f" {total / MEBIBYTE:,.0f} MiB are free.",
        "" if level == "good" else "Give the machine more memory, or run fewer imports at once.",
        {"used_bytes": used, "available_bytes": available, "total_bytes": total}, dict(parts.most_common()),
    )  # fmt: skip


def _import_memory(processes: list[tuple[str, psutil.Process]]) -> Measure:
    """The memory of the imports that run now, each with the most that it has taken so far."""
    now = peak = number = 0
    for name, process in processes:
        if name != RUNS:
            continue
        with suppress(psutil.Error, OSError):
            now += _own_bytes(process)
            peak = max(peak, _peak_bytes(process.pid))
            number += 1
    message = "No import runs."
    if number:
        used = f"{now / MEBIBYTE:,.0f} MiB; one has used {peak / MEBIBYTE:,.0f} MiB"
        message = f"{number} processes work on imports and use {used}."
    return Measure("import_memory", "good", message, "", {"processes": number, "bytes": now, "peak_bytes": peak})


def _services(state: UpState) -> Measure:
    """Whether the parts of `segops up` live."""
    dead = [name for name, (number, started) in state.children.items() if not is_same(number, started)]
    return Measure(
        "services", "bad" if dead else "good",
        f"Not running: {', '.join(dead)}." if dead else f"Running: {', '.join(state.children)}.",
        "`segops up` starts them again in a moment; its logs are in the home's folder logs." if dead else "",
        {"running": len(state.children) - len(dead), "dead": ", ".join(dead)},
    )  # fmt: skip


def _own_bytes(process: psutil.Process) -> int:
    """What a process takes, with its share of what it shares with others where the system tells that."""
    with suppress(psutil.AccessDenied):
        told = process.memory_full_info()
        return int(getattr(told, "pss", 0) or told.uss)
    return int(process.memory_info().rss)


def _peak_bytes(number: int) -> int:
    """The most memory that a process has had; 0 where the system does not tell."""
    status = Path(f"/proc/{number}/status")
    for line in status.read_text().splitlines() if status.exists() else ():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _available() -> tuple[int, int]:
    """Free and all memory, of the container where it has a limit, else of the machine."""
    machine = psutil.virtual_memory()
    with suppress(OSError, ValueError):
        limit = int((CGROUP / "memory.max").read_text())
        used = int((CGROUP / "memory.current").read_text())
        statistics = dict(line.split() for line in (CGROUP / "memory.stat").read_text().splitlines())
        free = limit - used + int(statistics.get("inactive_file", 0))  # a cache that is given back when needed
        return min(free, machine.available), min(limit, machine.total)
    return machine.available, machine.total
