"""What the imports of a workspace were like over a time: the measures of seed 001, asked of ClickHouse.

"Import Success Rate", "Processing Speed", "Data Quality" (invalid data, duplicates) and "Import Analytics Dashboard".
Days and weeks are those of UTC, and an import is of the day on which it ended. What belongs here: the questions, and
what the figures mean. What doesn't: bringing imports to ClickHouse (`import_facts`), the products (`overview`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from segops_pipeline.analytics.clickhouse import ClickHouse

SUCCESS_TARGET = 0.95  # seed 001, "Import Success Rate"
SPEED_TARGET = 100.0  # rows per second; seed 001, "Processing Speed"
DAYS_BY_WEEK = 180  # a longer time is told by weeks
CAUSES_TOLD = SOURCES_TOLD = 12
# The stages that an import takes time in; a wait for a language model or a person is none of them.
WORKING_STAGES = ("parsed_upload", "import_plan", "upserted_products")

Step = Literal["day", "week"]

IMPORTS = (
    "tenant_id = {tenant_id:UInt64} AND is_deleted = 0 AND kind = 'import'"
    " AND finished_at >= {since:DateTime64(6, 'UTC')}"
)
SECONDS = " + ".join(f"seconds['{stage}']" for stage in WORKING_STAGES)
COUNTS = f"""
    countIf(outcome = 'done') AS done, countIf(outcome = 'failed') AS failed,
    countIf(outcome = 'cancelled') AS cancelled, countIf(outcome = 'same_file') AS same_file,
    {
    ", ".join(
        f"sumIf(i.{name}, outcome = 'done') AS {name}"
        for name in ("created", "updated", "unchanged", "conflicts", "skipped", "repeated", "warned")
    )
},
    sumIf(i.rejected, outcome = 'done') AS rejected, sumIf(i.rows, outcome = 'failed') AS lost,
    sumIf({SECONDS}, outcome = 'done' AND i.rows > 0) AS seconds_worked
"""
OVER_TIME = f"""
SELECT {{step}}(finished_at) AS start, {COUNTS}
FROM segmentation.imports AS i FINAL WHERE {IMPORTS} GROUP BY start ORDER BY start
"""
BY_SOURCE = f"""
SELECT source, max(finished_at) AS last, {COUNTS}
FROM segmentation.imports AS i FINAL WHERE {IMPORTS}
GROUP BY source HAVING done + failed > 0 ORDER BY sum(i.rows) DESC, count() DESC, source LIMIT {SOURCES_TOLD}
"""
BY_CAUSE = f"""
SELECT rejections.code AS code, rejections.column_name AS column_name, sum(rejections.rows) AS number,
    count(DISTINCT job_id) AS jobs
FROM segmentation.imports FINAL ARRAY JOIN rejections WHERE {IMPORTS}
GROUP BY code, column_name ORDER BY number DESC, code, column_name LIMIT {CAUSES_TOLD}
"""
TAKEN_BACK = "SELECT count() AS n FROM segmentation.imports FINAL WHERE " + IMPORTS.replace(
    "kind = 'import'", "kind = 'undo' AND outcome = 'done'"
)


@dataclass(frozen=True, slots=True)
class Tally:
    """Imports and their rows: how many ended how, and what became of the rows.

    `done`, `failed`, `cancelled` (by a person) and `same_file` (a source whose file had not changed) are imports; the
    others are rows of those that are done, but `lost`, which are the rows of those that failed. Of the skipped rows
    `repeated` share their key with another row of the file; `warned` went in with a warning. `seconds_worked` is the
    time of reading, planning and applying.
    """

    done: int = 0
    failed: int = 0
    cancelled: int = 0
    same_file: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    conflicts: int = 0
    rejected: int = 0
    skipped: int = 0
    lost: int = 0
    repeated: int = 0
    warned: int = 0
    seconds_worked: float = 0.0

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Tally":
        """The tally in a row of an answer."""
        return cls(**{each.name: row[each.name] for each in fields(cls)})

    @classmethod
    def sum(cls, tallies: Sequence["Tally"]) -> "Tally":
        """All of some together."""
        return cls(**{each.name: sum(getattr(tally, each.name) for tally in tallies) for each in fields(cls)})

    @property
    def imports(self) -> int:
        """Imports that somebody meant to be done: neither cancelled nor of a file that had not changed."""
        return self.done + self.failed

    @property
    def rows_done(self) -> int:
        """Rows of the imports that are done."""
        return self.created + self.updated + self.unchanged + self.conflicts + self.rejected + self.skipped

    @property
    def rows(self) -> int:
        """Rows of all imports that were meant to be done."""
        return self.rows_done + self.lost

    @property
    def successful(self) -> int:
        """Rows that became what they should: all but rejected ones, conflicts, and those of failed imports."""
        return self.rows_done - self.rejected - self.conflicts

    @property
    def success_rate(self) -> float | None:
        """Successful rows of all rows, 0 to 1; None without a row. The target is SUCCESS_TARGET."""
        return _share(self.successful, self.rows)

    @property
    def rows_per_second(self) -> float | None:
        """How fast rows were read, planned and applied; None without a row. The target is SPEED_TARGET."""
        return self.rows_done / self.seconds_worked if self.seconds_worked and self.rows_done else None

    @property
    def invalid_share(self) -> float | None:
        """Rows with a value that was refused or doubtful, 0 to 1."""
        return _share(self.rejected + self.warned, self.rows_done)

    @property
    def repeated_share(self) -> float | None:
        """Rows whose key a later row of the same file has too, 0 to 1: they were folded into one product."""
        return _share(self.repeated, self.rows_done)

    @property
    def known_share(self) -> float | None:
        """Rows whose key was in the catalogue before, 0 to 1."""
        return _share(self.updated + self.unchanged + self.conflicts, self.rows_done)

    def as_dict(self) -> dict[str, Any]:
        """All counts and measures, ready for JSON."""
        counts = {each.name: getattr(self, each.name) for each in fields(self)}
        measures = (
            "imports", "rows", "successful", "success_rate", "rows_per_second", "invalid_share", "repeated_share",
            "known_share",
        )  # fmt: skip
        return {**counts, **{name: getattr(self, name) for name in measures}}


@dataclass(frozen=True, slots=True)
class Period:
    """A day or a week, by its first day."""

    start: date
    tally: Tally


@dataclass(frozen=True, slots=True)
class Cause:
    """Rows that were rejected for one reason in one column ("" where the row is meant), and in how many imports."""

    code: str
    column: str
    rows: int
    imports: int


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """The imports of one source, and when the last of them ended."""

    source: str
    last: datetime
    tally: Tally


@dataclass(frozen=True, slots=True)
class ImportFigures:
    """The imports of a workspace over a time; `taken_back` imports were undone in it."""

    step: Step
    periods: list[Period]
    causes: list[Cause]
    sources: list[SourceFigures]
    taken_back: int

    @property
    def total(self) -> Tally:
        """All periods together."""
        return Tally.sum([period.tally for period in self.periods])


def step_of(days: int) -> Step:
    """Whether so many days are told by days or by weeks."""
    return "week" if days > DAYS_BY_WEEK else "day"


def first_day(days: int, today: date) -> date:
    """The first of so many days that end today; a Monday where they are told by weeks."""
    first = today - timedelta(days=days - 1)
    return first - timedelta(days=first.weekday()) if step_of(days) == "week" else first


def import_figures(clickhouse: ClickHouse, workspace_id: int, days: int, today: date) -> ImportFigures:
    """Ask for the figures of the days that end today.

    Args:
        clickhouse: an open one, which knows of all imports.
        workspace_id: whose.
        days: how many.
        today: the last of them, in UTC.

    Raises:
        StoreUnreachable: ClickHouse does not answer.
    """
    since = datetime.combine(first_day(days, today), time(), UTC)
    bound = {"tenant_id": workspace_id, "since": since}
    step = "toMonday" if step_of(days) == "week" else "toDate"
    sources = clickhouse.rows(BY_SOURCE, bound)
    return ImportFigures(
        step_of(days),
        every_period(clickhouse.rows(OVER_TIME.replace("{step}", step), bound), days, today),
        [
            Cause(row["code"], row["column_name"], row["number"], row["jobs"])
            for row in clickhouse.rows(BY_CAUSE, bound)
        ],
        [SourceFigures(row["source"], row["last"].replace(tzinfo=UTC), Tally.of(row)) for row in sources],
        clickhouse.rows(TAKEN_BACK, bound)[0]["n"],
    )


def every_period(rows: Sequence[Mapping[str, Any]], days: int, today: date) -> list[Period]:
    """The periods of an answer, with those on which nothing ended."""
    found = {row["start"]: Tally.of(row) for row in rows}
    length = timedelta(days=7 if step_of(days) == "week" else 1)
    start, periods = first_day(days, today), list[Period]()
    while start <= today:
        periods.append(Period(start, found.get(start, Tally())))
        start += length
    return periods


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
