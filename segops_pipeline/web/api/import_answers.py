"""What the API of imports answers.

What belongs here: the shapes of answers. What doesn't: bodies (`import_bodies`), how answers are filled
(`import_views`), the routes.
"""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from segops_pipeline.imports.jobs import Status
from segops_pipeline.web.api.import_bodies import SchemaOnWire
from segops_pipeline.web.api.import_recognised import RecognisedAnswer
from segops_pipeline.web.errors import ToldError, ToldIssue


class ColumnSuggested(BaseModel):
    """What a column could be mapped to, and why."""

    column: str
    type: str = Field(description="Type of the field, or of its values where it goes to none.")
    target: str | None
    confidence: float
    source: str = Field(description="learned, template, exact, synonym, values, claude, new or none.")
    reason: str
    samples: list[str]
    fill_rate: float
    distinct: int


class OfferAnswer(BaseModel):
    """Columns that could share a field."""

    field: str
    type: str
    columns: list[str]
    reason: str


class DialectAnswer(BaseModel):
    """How the file was read; `header_row` is counted from 1, null: it has none."""

    kind: str
    encoding: str
    delimiter: str
    quote: str
    header_row: int | None
    sheet: str | None = None
    member: str | None = None


class UploadAnswer(BaseModel):
    """A file that has been read, with the suggestion for it."""

    job_id: str
    headers: list[str]
    sample_rows: list[list[str]] = Field(description="The first five rows, exactly as parsed.")
    suggested_schema: SchemaOnWire
    suggested_mapping: dict[str, str | None]
    total_rows: int
    dialect: DialectAnswer | None
    issues: list[ToldIssue]
    template: str | None
    suggestion: list[ColumnSuggested]
    offers: list[OfferAnswer]
    draft_version: int
    format: str
    recognised: RecognisedAnswer | None = Field(description="Of a Bizzkit file; it has no mapping.")


class ProgressAnswer(BaseModel):
    """How far a job is; null where nobody knows."""

    stage: str | None
    done: int | None
    total: int | None
    share: float | None = Field(description="0 to 1.")
    per_second: float | None
    seconds_left: float | None


class CountsAnswer(BaseModel):
    """Rows by outcome: `rows` is the sum of the others."""

    rows: int
    created: int
    updated: int
    unchanged: int
    conflicts: int
    rejected: int
    skipped: int


class LevelsAnswer(BaseModel):
    """How many issues of each level there are."""

    error: int = 0
    warning: int = 0
    info: int = 0


class HistoryItem(BaseModel):
    """An import in the list of all."""

    job_id: str
    file: str
    source: str
    kind: str
    origin: str
    user: str
    status: Status
    reason: str | None
    attempt: int
    undoes: str | None
    undone_by: str | None
    progress: ProgressAnswer
    counts: CountsAnswer
    imported_count: int
    total_rows: int | None
    size_bytes: int | None
    deleted: int
    deactivated: int
    issues: LevelsAnswer
    error: ToldError | None
    is_held: bool
    has_results: bool
    has_original: bool
    has_draft: bool
    created_at: datetime
    confirmed_at: datetime | None
    finished_at: datetime | None
    updated_at: datetime


class GuardHeld(BaseModel):
    """A guard that a plan is beyond."""

    guard: str
    limit: float
    found: float
    message: str


class DraftAnswer(BaseModel):
    """The mapping as it was last worked on, else as it is suggested."""

    model_config = ConfigDict(populate_by_name=True, extra="allow")

    mapping: dict[str, str | None]
    schema_: SchemaOnWire = Field(alias="schema")
    transformations: dict[str, list[str]]
    rules: dict[str, Any]
    policy: str | None
    validation: str | None
    format_options: dict[str, Any] | None = Field(default=None, description="Of a Bizzkit file: entity, mode …")
    step: str | None = None


class JobAnswer(HistoryItem):
    """Everything about one import."""

    workspace: str
    format: str
    checksum: str | None
    policy: str
    validation: str
    template: str | None
    headers: list[str] | None
    sample_rows: list[list[str]] | None
    dialect: DialectAnswer | None
    recognised: RecognisedAnswer | None = Field(description="Of a Bizzkit file; it has no mapping.")
    suggestion: list[ColumnSuggested]
    offers: list[OfferAnswer]
    mapping: dict[str, str | None] | None
    draft: DraftAnswer | None
    draft_version: int
    drafted_by: str | None
    problems: list[ToldIssue] = Field(description="What stands in the way of a confirmation of the draft.")
    held: list[GuardHeld]
    plan: dict[str, Any] | None
    seconds: dict[str, float]
    links: dict[str, str]


class OutcomeAnswer(BaseModel):
    """Where a job stands after an act."""

    job_id: str
    status: Status
    reason: str | None
    attempt: int
    kind: str
    undoes: str | None
    counts: CountsAnswer
    imported_count: int


class CellAnswer(BaseModel):
    """One cell that changes, old and new."""

    sku: str | None
    line: int | None
    outcome: str
    field: str
    before: str | None
    after: str | None
    reason: str | None


class PlannedAnswer(BaseModel):
    """A product as it will appear."""

    sku: str
    line: int
    outcome: str
    name: str | None
    data: dict[str, Any]


class PlanAnswer(BaseModel):
    """What an import would do; nothing is written yet."""

    job_id: str
    token: str = Field(description="Confirm exactly this plan with it.")
    counts: CountsAnswer
    products: dict[str, int] = Field(description="Products that the file lacks: deleted, deactivated.")
    fields: dict[str, dict[str, int]] = Field(description="For each field how often it is set, changed and cleared.")
    words: list[str]
    guards: list[GuardHeld]
    first_products: list[PlannedAnswer]
    sample: list[CellAnswer]


class UndoPreview(BaseModel):
    """What taking a job back would do."""

    job_id: str
    counts: CountsAnswer
    products: dict[str, int]
    fields: dict[str, dict[str, int]]
    words: list[str]


class PreviewedCellAnswer(BaseModel):
    """A cell: its text in the file, after the steps, and its value, or why it is refused."""

    before: str
    after: str
    value: Any = None
    refused: dict[str, Any] | None = None


class PreviewedColumnAnswer(BaseModel):
    """A column: where it goes, its steps, and what becomes of its samples."""

    column: str
    target: str | None
    type: str
    steps: list[str]
    cells: list[PreviewedCellAnswer]


class CauseAnswer(BaseModel):
    """Issues of one cause."""

    code: str
    level: str
    column: str | None
    count: int
    lines: list[int]
    values: list[str]
    message: str
    suggestion: str | None


class ResultAnswer(BaseModel):
    """What became of one row."""

    line: int | None
    key: str | None
    outcome: str
    version: int | None
    reason: str | None


class MomentAnswer(BaseModel):
    """A state that a job was in."""

    status: str
    reason: str | None
    attempt: int
    at: datetime
    seconds: float | None


class RejectedReason(BaseModel):
    """What is wrong with a cell, or with the row."""

    column: str | None
    message: str
    suggestion: str | None


class RejectedRowAnswer(BaseModel):
    """A rejected row: its line in the file, its cells by header, and its reasons."""

    line: int
    cells: dict[str, str]
    reasons: list[RejectedReason]
