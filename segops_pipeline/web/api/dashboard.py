"""The dashboard of a workspace and the health of the installation, as JSON.

What belongs here: their shapes. What doesn't: the figures (`analytics.dashboard`, `imports.health`).
"""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from segops_pipeline.imports.health import read_health, worst
from segops_pipeline.installation.processes import process_health
from segops_pipeline.web.api.depends import Manager, Reader, TheWeb
from segops_pipeline.web.api.routing import ApiRouter
from segops_pipeline.web.dashboards import dashboard_of

MOST_DAYS = 366

router = ApiRouter("dashboard")


class TallyAnswer(BaseModel):
    """Imports, what became of their rows, and the measures of both; shares are 0 to 1, null without a row."""

    done: int
    failed: int
    cancelled: int
    same_file: int = Field(description="Scheduled files that had not changed.")
    created: int
    updated: int
    unchanged: int
    conflicts: int
    rejected: int
    skipped: int
    lost: int = Field(description="Rows of failed imports.")
    repeated: int = Field(description="Skipped rows that share their key with another row of the file.")
    warned: int = Field(description="Rows that went in with a warning.")
    seconds_worked: float = Field(description="Time of reading, planning and applying.")
    imports: int
    rows: int
    successful: int
    success_rate: float | None
    rows_per_second: float | None
    invalid_share: float | None
    repeated_share: float | None
    known_share: float | None = Field(description="Rows whose key was in the catalogue before.")


class PeriodAnswer(TallyAnswer):
    """A day or a week, by its first day in UTC."""

    start: date


class SourceAnswer(TallyAnswer):
    """The imports of a source, and when the last of them ended."""

    source: str
    last: datetime


class CauseAnswer(BaseModel):
    """Rows that were rejected for one reason; the column is empty where the whole row is meant."""

    code: str
    column: str
    rows: int
    imports: int


class CoverageAnswer(BaseModel):
    """A field, and how many products have a value in it."""

    field: str
    label: str
    filled: int
    share: float


class ProblemAnswer(BaseModel):
    """Why ClickHouse could not be asked, and what to do."""

    message: str
    remedy: str


class DashboardAnswer(BaseModel):
    """The imports of some days; with a `problem` the figures are PostgreSQL's, without causes and coverage."""

    days: int
    step: Literal["day", "week"]
    asked_at: datetime
    products: int
    published: int = Field(description="Products that are in ClickHouse by now; the coverage is of these.")
    filled_share: float | None
    taken_back: int
    total: TallyAnswer
    periods: list[PeriodAnswer]
    causes: list[CauseAnswer]
    sources: list[SourceAnswer]
    coverage: list[CoverageAnswer]
    problem: ProblemAnswer | None


class MeasureAnswer(BaseModel):
    """One thing that is measured; the unit is in a figure's name."""

    name: str
    level: Literal["good", "watch", "bad"]
    message: str
    remedy: str
    figures: dict[str, int | float | str]
    parts: dict[str, int]


class HealthAnswer(BaseModel):
    """The level of the worst measure, and all measures."""

    level: Literal["good", "watch", "bad"]
    measures: list[MeasureAnswer]


@router.get("/dashboard/")
def dashboard(
    web: TheWeb,
    actor: Reader,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS, description="How many, up to today.")] = 30,
) -> DashboardAnswer:
    """The workspace's imports over some days, and how full its products are; at most 15 seconds old."""
    return DashboardAnswer.model_validate(dashboard_of(web.stores, actor.workspace_id, days).as_dict())


@router.get("/health/")
def health(web: TheWeb, actor: Manager) -> HealthAnswer:  # noqa: ARG001 - asks for the permission
    """How the installation fares: memory, connections, disk, outbox, queue, heartbeat."""
    measures = [*process_health(web.settings), *read_health(web.stores)]
    return HealthAnswer(
        level=worst(measures), measures=[MeasureAnswer.model_validate(measure.as_dict()) for measure in measures]
    )
