"""All that a dashboard shows of one workspace, read with one opening of ClickHouse.

What has ended meanwhile is brought over first, so that a dashboard is never behind. Where ClickHouse is away or its
folder is held, the dashboard says so and shows what PostgreSQL knows. What belongs here: putting it together. What
doesn't: the measures (`import_figures`), how it looks.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import text

from segops_pipeline.analytics.clickhouse import open_clickhouse
from segops_pipeline.analytics.import_facts import ENDED, bring_over
from segops_pipeline.analytics.import_figures import (
    SOURCES_TOLD,
    WORKING_STAGES,
    ImportFigures,
    SourceFigures,
    Tally,
    every_period,
    first_day,
    import_figures,
    step_of,
)
from segops_pipeline.analytics.overview import count_products, field_fill
from segops_pipeline.errors import StoreUnreachable
from segops_pipeline.stores.opening import Stores

MOST_WAIT_SECONDS = 3.0  # for chDB's folder: a person waits

FIELDS = "SELECT key, label FROM product_schema_fields ORDER BY position, key"
PRODUCTS = "SELECT count(*) FROM products WHERE is_active"
# The counts of a tally, as PostgreSQL has them; which rows went in with a warning it is not asked.
COUNTS = f"""
    count(*) FILTER (WHERE outcome = 'done') AS done, count(*) FILTER (WHERE outcome = 'failed') AS failed,
    count(*) FILTER (WHERE outcome = 'cancelled') AS cancelled,
    count(*) FILTER (WHERE outcome = 'same_file') AS same_file,
    {
    ", ".join(
        f"coalesce(sum({name}) FILTER (WHERE outcome = 'done'), 0)::bigint AS {name}"
        for name in ("created", "updated", "unchanged", "conflicts", "rejected", "skipped", "repeated")
    )
},
    coalesce(sum(rows) FILTER (WHERE outcome = 'failed'), 0)::bigint AS lost, 0 AS warned,
    coalesce(sum({" + ".join(f"coalesce((seconds ->> '{stage}')::float, 0)" for stage in WORKING_STAGES)})
        FILTER (WHERE outcome = 'done' AND rows > 0), 0) AS seconds_worked
"""
OVER_TIME = f"""
SELECT date_trunc(:step, finished_at AT TIME ZONE 'UTC')::date AS start, {COUNTS} FROM ({ENDED}) ended
WHERE kind = 'import' GROUP BY start ORDER BY start
"""
BY_SOURCE = f"""
SELECT source, max(finished_at) AS last, {COUNTS} FROM ({ENDED}) ended
WHERE kind = 'import' GROUP BY source HAVING count(*) FILTER (WHERE outcome IN ('done', 'failed')) > 0
ORDER BY sum(rows) DESC, count(*) DESC, source LIMIT {SOURCES_TOLD}
"""
TAKEN_BACK = f"SELECT count(*) FROM ({ENDED}) ended WHERE kind = 'undo' AND outcome = 'done'"


@dataclass(frozen=True, slots=True)
class Coverage:
    """A field of the schema, and how many products have a value in it."""

    field: str
    label: str
    filled: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Why ClickHouse could not be asked, and what to do."""

    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The imports of some days, and the products of now.

    The coverage is of those products that are `published` by now. With a `problem` the figures are PostgreSQL's: it is
    not asked for causes, warnings and coverage.
    """

    days: int
    asked_at: datetime
    products: int
    figures: ImportFigures
    published: int = 0
    coverage: list[Coverage] = field(default_factory=list[Coverage])
    problem: Problem | None = None

    @property
    def filled_share(self) -> float | None:
        """How many of all values that products could have are there, 0 to 1; None where nobody knows."""
        if not self.published or not self.coverage:
            return None
        return sum(each.filled for each in self.coverage) / (self.published * len(self.coverage))

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON; shares are 0 to 1."""
        return {
            "days": self.days,
            "step": self.figures.step,
            "asked_at": self.asked_at.isoformat(),
            "products": self.products,
            "published": self.published,
            "filled_share": self.filled_share,
            "taken_back": self.figures.taken_back,
            "total": self.figures.total.as_dict(),
            "periods": [
                {"start": period.start.isoformat(), **period.tally.as_dict()} for period in self.figures.periods
            ],
            "causes": [asdict(cause) for cause in self.figures.causes],
            "sources": [
                {"source": each.source, "last": each.last.isoformat(), **each.tally.as_dict()}
                for each in self.figures.sources
            ],
            "coverage": [
                {**asdict(each), "share": each.filled / self.published if self.published else 0.0}
                for each in self.coverage
            ],
            "problem": asdict(self.problem) if self.problem else None,
        }


def read_dashboard(stores: Stores, workspace_id: int, days: int, today: date | None = None) -> Dashboard:
    """Read a workspace's dashboard.

    Args:
        stores: the open stores.
        workspace_id: whose.
        days: how many days, the last of them today.
        today: in UTC; None: this day.

    Raises:
        StoreUnreachable: PostgreSQL does not answer. ClickHouse may be away.
    """
    today = today or datetime.now(UTC).date()
    with stores.database.workspace_session(workspace_id) as connection:
        labels = {row.key: row.label for row in connection.execute(text(FIELDS))}
        products = connection.execute(text(PRODUCTS)).scalar_one()
    patience = min(MOST_WAIT_SECONDS, stores.settings.clickhouse_lock_timeout_seconds)
    impatient = stores.settings.model_copy(update={"clickhouse_lock_timeout_seconds": patience})
    try:
        with open_clickhouse(impatient) as clickhouse:
            bring_over(stores, clickhouse, workspace_id)
            figures = import_figures(clickhouse, workspace_id, days, today)
            published = count_products(clickhouse, workspace_id)
            filled = {row["field"]: row["filled"] for row in field_fill(clickhouse, workspace_id)}
    except StoreUnreachable as error:
        # raises where PostgreSQL is what is away
        return what_postgres_knows(stores, workspace_id, days, today, Problem(error.message, error.remedy))
    return Dashboard(days, datetime.now(UTC), products, figures, published, _coverage(labels, filled))


def what_postgres_knows(stores: Stores, workspace_id: int, days: int, today: date, problem: Problem) -> Dashboard:
    """The part of a dashboard that can be told without ClickHouse, with why that was not asked.

    Raises:
        StoreUnreachable: PostgreSQL does not answer.
    """
    since = datetime.combine(first_day(days, today), time(), UTC)
    bound = {
        "workspace_id": workspace_id, "since": since, "finished_at": since, "job_id": "", "limit": None,
        "step": step_of(days),
    }  # fmt: skip
    with stores.database.workspace_session(workspace_id) as connection:
        periods: list[dict[str, Any]] = [dict(row) for row in connection.execute(text(OVER_TIME), bound).mappings()]
        sources: list[dict[str, Any]] = [dict(row) for row in connection.execute(text(BY_SOURCE), bound).mappings()]
        taken_back = connection.execute(text(TAKEN_BACK), bound).scalar_one()
        products = connection.execute(text(PRODUCTS)).scalar_one()
    figures = ImportFigures(
        step_of(days),
        every_period(periods, days, today),
        [],
        [SourceFigures(row["source"], row["last"], Tally.of(row)) for row in sources],
        taken_back,
    )
    return Dashboard(days, datetime.now(UTC), products, figures, problem=problem)


def _coverage(labels: Mapping[str, str], filled: Mapping[str, int]) -> list[Coverage]:
    """Every field of the schema, and those that products still have; the fullest first."""
    known = {**{field: field for field in filled}, **labels}
    found = [Coverage(key, label, filled.get(key, 0)) for key, label in known.items()]
    return sorted(found, key=lambda each: (-each.filled, each.label))
