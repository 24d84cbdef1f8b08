"""Whether any bytes at all can make `read_rows` crash, hang or fill the memory.

A child process, whose memory is limited, reads one input after the other; what kills it, or takes it too long, is
kept as a file beside what happened. The only exceptions that are none of its faults are those of `BadFile`.
"""

import queue
import resource
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.definitions import ROOT
from benchmarks.figures import RESULTS, Figure
from benchmarks.fuzz_inputs import make_input

SECONDS_PER_MEGABYTE = 2.0
# the clock on the wall counts what other programs take too
PATIENCE = 10
MOST_MEMORY = 2 * 1024**3
MOST_PEAK_MEGABYTES = 1_024.0
KEPT = RESULTS / "fuzz"
READER = "from benchmarks.fuzz import read_inputs; read_inputs()"


@dataclass
class Found:
    """What came of the inputs: how many of each kind were read or refused, what went wrong, and what it took."""

    outcomes: Counter[str] = field(default_factory=Counter[str])
    crashes: list[str] = field(default_factory=list[str])
    hangs: list[str] = field(default_factory=list[str])
    slowest: float = 0.0
    peak_megabytes: float = 0.0


def measure(seconds: float, first: int, kept: Path = KEPT) -> list[Figure]:
    """Read inputs for a while.

    Args:
        seconds: how long.
        first: the number of the first input; the others are counted from it.
        kept: the folder for inputs that something is wrong with.
    """
    found = Found()
    ends = time.monotonic() + seconds
    number = first
    with tempfile.TemporaryDirectory(prefix="segops-fuzz-") as folder:
        reader = _Reader(Path(folder) / "input")
        while time.monotonic() < ends:
            kind, content = make_input(number)
            said = reader.read(content, _allowed(content) * PATIENCE)
            _judge(found, said, f"{number} ({kind}, {len(content):,} bytes)", content, kept / f"{number}")
            number += 1
        reader.end()
    part = f"fuzz: {number - first:,} inputs from number {first:,} on, in {seconds:.0f} s"
    return [
        *(Figure(part, f"inputs {name}", [float(count)], "") for name, count in sorted(found.outcomes.items())),
        Figure(
            part, "crashes" + "".join(f"; {one}" for one in found.crashes[:5]), [float(len(found.crashes))], "", 0.0
        ),
        Figure(part, "hangs" + "".join(f"; {one}" for one in found.hangs[:5]), [float(len(found.hangs))], "", 0.0),
        Figure(part, "the slowest, per MB (at least one)", [found.slowest], "s", SECONDS_PER_MEGABYTE),
        Figure(part, "peak memory of the reader", [found.peak_megabytes], "MB", MOST_PEAK_MEGABYTES),
    ]


def read_inputs() -> None:
    """Read the file that each line of the standard input names, and say in one line what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        started = time.process_time()
        outcome = _read(Path(line.rstrip("\n")))
        seconds = time.process_time() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"{seconds:.6f} {peak} {outcome}".encode("unicode_escape").decode(), flush=True)


def _read(path: Path) -> str:
    from segops_pipeline.errors import BadFile
    from segops_pipeline.reading import read_rows

    try:
        for row in read_rows(path):
            if not all(type(cell) is str for cell in row):
                return f"crashed\nA row with a cell that is no text: {row!r:.300}"
    except BadFile as error:
        return "refused" if str(error) and "Traceback" not in str(error) else "crashed\nAn error without words."
    except (Exception, MemoryError):
        return f"crashed\n{traceback.format_exc()}"
    return "read"


class _Reader:
    """The child process; it is started again when it has ended or is stopped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str] = queue.Queue()

    def read(self, content: bytes, patience_seconds: float) -> str:
        """What the child says of an input; 'hung' or 'died …' where it says nothing."""
        self._path.write_bytes(content)
        process = self._process or self._start()
        assert process.stdin is not None
        try:
            print(self._path, file=process.stdin, flush=True)
            line = self._lines.get(timeout=patience_seconds)
        except queue.Empty:
            self.end()
            return "hung"
        except BrokenPipeError:
            line = ""
        if line:
            return line.rstrip("\n").encode().decode("unicode_escape")
        status = process.wait()  # its output has ended, so it is about to
        self.end()
        return f"died with status {status}"

    def end(self) -> None:
        """Stop the child."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _start(self) -> "subprocess.Popen[str]":
        self._process = process = subprocess.Popen(
            [sys.executable, "-c", READER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._lines = lines = queue.Queue()
        assert process.stdout is not None
        threading.Thread(target=_forward, args=(process.stdout, lines), daemon=True).start()
        return process


def _forward(said: Iterable[str], lines: "queue.Queue[str]") -> None:
    for line in said:
        lines.put(line)
    lines.put("")


def _allowed(content: bytes) -> float:
    return SECONDS_PER_MEGABYTE * max(1.0, len(content) / 1e6)


def _judge(found: Found, said: str, name: str, content: bytes, kept: Path) -> None:
    if said == "hung":
        found.hangs.append(name)
    elif said.startswith("died"):
        found.crashes.append(name)
    else:
        seconds, peak, outcome = said.split(" ", 2)
        found.peak_megabytes = max(found.peak_megabytes, int(peak) * 1024 / 1e6)
        found.slowest = max(found.slowest, float(seconds) / max(1.0, len(content) / 1e6))
        if not outcome.startswith("crashed"):
            found.outcomes[outcome] += 1
            if float(seconds) <= _allowed(content):
                return
            found.hangs.append(f"{name} {seconds} s")
        else:
            found.crashes.append(name)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.with_suffix(".bin").write_bytes(content)
    kept.with_suffix(".txt").write_text(f"{name}\n{said}\n", encoding="utf-8", errors="backslashreplace")
