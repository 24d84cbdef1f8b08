"""How the installation fares, in figures with a level each: seed 001, "System Health".

`good` needs nobody, `watch` wants to be looked at, `bad` will hinder imports or does so already; whatever is not good
comes with what to do. What belongs here: what PostgreSQL, the file store and the machine tell. What doesn't: the
processes (`installation.processes`), whether what is stored is right (`doctor`).
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import text

from segops_pipeline.config import MEBIBYTE
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.stores.opening import Stores

Level = Literal["good", "watch", "bad"]
Value = int | float | str

CONNECTIONS_WATCH, CONNECTIONS_BAD = 0.8, 0.95  # of those that PostgreSQL takes
FREE_SHARE_WATCH, FREE_SHARE_BAD = 0.10, 0.03
FREE_BYTES_ENOUGH, FREE_BYTES_BAD = 50 * 1024 * MEBIBYTE, 512 * MEBIBYTE
OUTBOX_WATCH_SECONDS, OUTBOX_BAD_SECONDS = 15 * 60, 2 * 3600  # as the doctor: the schedule has had two chances
QUEUE_WATCH_SECONDS, QUEUE_BAD_SECONDS = 10 * 60, 3600
HEARTBEAT_WATCH_SECONDS, HEARTBEAT_BAD_SECONDS = 15 * 60, 3600  # one long statement gives no sign of life

# of other roles' connections PostgreSQL tells who they are, and not what they are
CONNECTIONS = """
SELECT usename AS role, coalesce(nullif(application_name, ''), 'unnamed') AS application, count(*) AS number
FROM pg_stat_activity WHERE datname IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'
GROUP BY 1, 2
"""
MOST_CONNECTIONS = """
SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
"""
DATABASE_BYTES = "SELECT pg_database_size(current_database())"
OUTBOX = """
SELECT count(*) FILTER (WHERE to_clickhouse) AS clickhouse, count(*) FILTER (WHERE to_embeddings) AS embeddings,
    coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float AS oldest_seconds FROM outbox
"""
JOBS = """
SELECT count(*) FILTER (WHERE status = 'mapping') AS mapping, count(*) FILTER (WHERE status = 'pending') AS pending,
    count(*) FILTER (WHERE status = 'importing') AS importing,
    coalesce(extract(epoch FROM clock_timestamp() - min(updated_at) FILTER (WHERE status = 'pending')), 0)::float
        AS oldest_seconds,
    coalesce(extract(epoch FROM clock_timestamp() - min(coalesce(heartbeat_at, updated_at))
        FILTER (WHERE status = 'importing')), 0)::float AS heartbeat_seconds
FROM import_jobs WHERE status IN ('mapping', 'pending', 'importing')
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is measured: its figures (bytes, seconds, counts, as their names say) and how good that is.

    `parts` break the main figure down; `remedy` is empty where all is good.
    """

    name: str
    level: Level
    message: str
    remedy: str = ""
    figures: dict[str, Value] = field(default_factory=dict[str, Value])
    parts: dict[str, int] = field(default_factory=dict[str, int])

    def as_dict(self) -> dict[str, Any]:
        """Give all fields, ready for JSON."""
        return asdict(self)


def read_health(stores: Stores) -> list[Measure]:
    """Measure what the stores tell: connections, files, disk, outbox, queue, heartbeat.

    Raises:
        StoreUnreachable: PostgreSQL does not answer. A file store that is away is a measure.
    """
    found: list[Measure] = []
    for measure in MEASURES:
        found += measure(stores)
    return found


def worst(measures: list[Measure]) -> Level:
    """The level of the worst of some measures."""
    levels = {measure.level for measure in measures}
    return "bad" if "bad" in levels else "watch" if "watch" in levels else "good"


def level_above(value: float, watch: float, bad: float) -> Level:
    """The level of something of which much is bad."""
    return "bad" if value >= bad else "watch" if value >= watch else "good"


def _connections(stores: Stores) -> list[Measure]:
    with stores.database.system_session() as connection:
        rows = connection.execute(text(CONNECTIONS)).all()
        most = connection.execute(text(MOST_CONNECTIONS)).scalar_one()
    parts: Counter[str] = Counter()
    for row in rows:
        parts[f"{row.application} ({row.role})" if row.role else row.application] += row.number
    used = sum(parts.values())
    level = level_above(used / most, CONNECTIONS_WATCH, CONNECTIONS_BAD)
    remedy = "Close programs that stay connected, or raise PostgreSQL's max_connections."
    return [
        Measure(
            "connections", level, f"{used} of {most} connections to PostgreSQL are in use.",
            "" if level == "good" else remedy, {"used": used, "most": most}, dict(parts.most_common()),
        )
    ]  # fmt: skip


def _files(stores: Stores) -> list[Measure]:
    parts: Counter[str] = Counter()
    number = 0
    try:
        for file in stores.files.listed():
            parts[file.place.split("/")[0]] += file.size_bytes
            number += 1
    except StoreUnreachable as error:
        return [Measure("files", "bad", error.message, error.remedy)]
    total = sum(parts.values())
    message = f"{number:,} stored files take {_bytes(total)}."
    return [Measure("files", "good", message, figures={"files": number, "bytes": total}, parts=dict(parts))]


def _disk(stores: Stores) -> list[Measure]:
    """Free space where things are written on this machine: the home, and the folder of scratch files."""
    with stores.database.system_session() as connection:
        database_bytes = connection.execute(text(DATABASE_BYTES)).scalar_one()
    return [
        _disk_of("disk", stores.settings.home, {"database_bytes": database_bytes}),
        _disk_of("scratch", Path(tempfile.gettempdir()), {}),
    ]


def _disk_of(name: str, folder: Path, more: dict[str, Value]) -> Measure:
    space = shutil.disk_usage(next(place for place in (folder, *folder.parents) if place.exists()))
    free_share = space.free / space.total
    level: Level = "good"
    if space.free < FREE_BYTES_BAD or (free_share < FREE_SHARE_BAD and space.free < FREE_BYTES_ENOUGH):
        level = "bad"
    elif free_share < FREE_SHARE_WATCH and space.free < FREE_BYTES_ENOUGH:
        level = "watch"
    figures: dict[str, Value] = {"free_bytes": space.free, "total_bytes": space.total, "path": str(folder), **more}
    message = f"{_bytes(space.free)} of {_bytes(space.total)} are free at {folder}."
    remedy = "Make room there, shorten SEGOPS_KEEP_ORIGINALS_DAYS and run `segops purge`."
    if name == "scratch":
        remedy = "Make room there, or name another folder with TMPDIR."
    return Measure(name, level, message, "" if level == "good" else remedy, figures)


def _outbox(stores: Stores) -> list[Measure]:
    with stores.database.system_session() as connection:
        row = connection.execute(text(OUTBOX)).one()
    level = level_above(row.oldest_seconds, OUTBOX_WATCH_SECONDS, OUTBOX_BAD_SECONDS)
    waiting = max(row.clickhouse, row.embeddings)
    message = f"{waiting:,} changes wait to be published" + (
        f", the oldest for {row.oldest_seconds:,.0f} seconds." if waiting else "."
    )
    remedy = "See that `segops up` runs and ClickHouse answers; `segops doctor --repair` publishes at once."
    figures: dict[str, Value] = {"waiting": waiting, "oldest_seconds": row.oldest_seconds}
    parts = {"clickhouse": row.clickhouse, "embeddings": row.embeddings}
    return [Measure("outbox", level, message, "" if level == "good" else remedy, figures, parts)]


def _jobs(stores: Stores) -> list[Measure]:
    with stores.database.system_session() as connection:
        row = connection.execute(text(JOBS)).one()
    queue = level_above(row.oldest_seconds, QUEUE_WATCH_SECONDS, QUEUE_BAD_SECONDS)
    heartbeat = level_above(row.heartbeat_seconds, HEARTBEAT_WATCH_SECONDS, HEARTBEAT_BAD_SECONDS)
    return [
        Measure(
            "queue", queue, f"{row.pending} confirmed imports wait, {row.mapping} wait for a person.",
            "" if queue == "good" else "See that `segops up` runs: its daemon starts confirmed imports.",
            {"pending": row.pending, "oldest_seconds": row.oldest_seconds},
            {"pending": row.pending, "mapping": row.mapping, "importing": row.importing},
        ),
        Measure(
            "heartbeat", heartbeat,
            f"{row.importing} imports run"
            + (f"; one gave its last sign of life {row.heartbeat_seconds:,.0f} seconds ago." if row.importing else "."),
            "" if heartbeat == "good" else "Look at the job's page; `segops doctor` tells whether its process lives.",
            {"importing": row.importing, "heartbeat_seconds": row.heartbeat_seconds},
        ),
    ]  # fmt: skip


def _bytes(number: float) -> str:
    """A number of bytes in words."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} TiB"


MEASURES: tuple[Callable[[Stores], list[Measure]], ...] = (_connections, _files, _disk, _outbox, _jobs)
