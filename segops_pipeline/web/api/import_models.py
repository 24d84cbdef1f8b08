"""Bodies and answers of the API of imports.

What belongs here: their shapes. What doesn't: how they are filled (`import_views`), the routes.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from segops_pipeline.web.api.wire import WireType
from segops_pipeline.web.api.words import NO_NUL, Header, Name, Words
from segops_pipeline.web.errors import ToldError, ToldIssue

Status = Literal["mapping", "pending", "importing", "done", "failed"]
Step = Annotated[str, StringConstraints(max_length=2_000, pattern=NO_NUL)]


class FieldOnWire(BaseModel):
    """A field of the product schema."""

    name: Name = Field(description="Its key in a product's data.", examples=["price_eur"])
    type: WireType = Field(examples=["price"])
    required: bool = False
    label: Words | None = Field(default=None, description="What people read; the key where there is none.")
    description: Words | None = None


class SchemaOnWire(BaseModel):
    """The fields that a mapping uses."""

    fields: list[FieldOnWire] = Field(default_factory=list[FieldOnWire], max_length=2_000)


class MappingBody(BaseModel):
    """A mapping as a person works on it; what is left out is as the job has it."""

    model_config = ConfigDict(populate_by_name=True)

    mapping: dict[Header, Name | None] | None = Field(
        default=None,
        description="Column → field, `sku`, `name`, or null to skip it.",
        examples=[{"Art.-Nr.": "sku", "Bezeichnung": "name", "Preis": "price", "Notiz": None}],
    )
    schema_: SchemaOnWire | None = Field(default=None, alias="schema")
    transformations: dict[Header, list[Step]] | None = Field(
        default=None,
        description="Column → steps done to its text before it is read.",
        examples=[{"Weight": ["unit g to kg"]}],
    )
    rules: dict[str, Any] | None = Field(default=None, description="What rows may do: match, mode, empty, conflict …")
    policy: Words | None = Field(default=None, description="overwrite, replace, merge or fill.")
    validation: Words | None = Field(default=None, description="lenient, strict or none.")


class DialectBody(BaseModel):
    """How the file is laid out, as a person says; what is left out is detected."""

    encoding: Words | None = Field(default=None, examples=["cp1252"])
    delimiter: Words | None = Field(default=None, examples=[";"], description="Also tab, pipe, space, comma …")
    quote: Words | None = Field(default=None, description="Also double, single, none.")
    header_row: int | None = Field(default=None, ge=1, le=1_000_000, description="From 1, blank rows included.")
    no_header: bool = False
    sheet: Words | None = Field(default=None, description="Sheet of a workbook, file in an archive, records in JSON.")


class DraftBody(MappingBody):
    """What changes of a draft. `dialect` reads the file again, `template` suggests the mapping by a template."""

    model_config = ConfigDict(populate_by_name=True)

    step: Words | None = Field(default=None, description="Where a page is; it is kept and has no meaning here.")
    dialect: DialectBody | None = None
    template: Name | None = None


class ConfirmBody(MappingBody):
    """What is confirmed. With `plan` it is exactly that plan; without a mapping it is the draft."""

    model_config = ConfigDict(populate_by_name=True)

    plan: Name | None = Field(default=None, description="The token of the plan that was seen.")
    accept_guards: bool = Field(default=False, description="Let the import go on beyond a guard.")


class UploadFields(BaseModel):
    """What may be said with a file."""

    source: Name = Field(default="manual", description="Where the file is from; mappings are learned per source.")
    policy: Words | None = Field(default=None, description="overwrite, replace, merge or fill; unset: the source's.")
    validation: Words = Field(default="lenient", description="lenient, strict or none.")
    template: Name | None = Field(default=None, description="Suggest the mapping by this template.")
    encoding: Words | None = None
    delimiter: Words | None = None
    quote: Words | None = None
    header_row: int | None = Field(default=None, ge=1, le=1_000_000)
    no_header: bool = False
    sheet: Words | None = None


class UploadBody(UploadFields):
    """An upload without a file: of a URL, or of a pasted table."""

    url: Words | None = Field(default=None, examples=["https://example.com/price-list.csv"])
    text: str | None = Field(default=None, description="A table as it is copied.", examples=["sku\tname\n1\tChair"])
    name: Name | None = Field(default=None, description="What the pasted table is called.")


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


class CorrectedRowBody(BaseModel):
    """A rejected row, by its line in the original file, with the cells that are corrected."""

    line: int = Field(ge=1, le=2**53)
    cells: dict[Header, Words] = Field(default_factory=dict[str, str])


class CorrectionBody(BaseModel):
    """Corrected rows; those that are left out stay rejected."""

    rows: list[CorrectedRowBody] = Field(max_length=10_000)
    accept_guards: bool = False


class PreviewBody(MappingBody):
    """A mapping to try on samples; with `steps`, those of `column`."""

    model_config = ConfigDict(populate_by_name=True)

    column: Header | None = None
    steps: list[Step] | None = None


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
