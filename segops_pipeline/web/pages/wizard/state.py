"""What the wizard knows of one import: its file, its columns with their evidence, the draft and what stands in its way.

What belongs here: reading all that from the acts in `imports`, in the form that the components of the page take, and
saving the draft. What doesn't: how it looks (`mapping`, `upload`), and the acts themselves. All of it waits for the
database: call it through `desk.call`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from segops_pipeline.access.audit import record
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import Issue, SegopsError, WrongState
from segops_pipeline.formats.bizzkit.entities import UNIQUE_NAME
from segops_pipeline.imports.draft import check_waits, draft_of, drafted_confirmation, problems_of, save_draft
from segops_pipeline.imports.intake import evidence_of, suggestion_of
from segops_pipeline.imports.jobs import READING, WAITING_TO_BE_READ, Job, load_issues, load_job
from segops_pipeline.imports.suggest import template_transformations
from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.fields import field_key
from segops_pipeline.inference.suggestion import ColumnSuggestion
from segops_pipeline.inference.vetoes import type_share
from segops_pipeline.reading.opening import MEANINGLESS
from segops_pipeline.web.pages.desk import Desk

Stage = Literal["reading", "unreadable", "mapping", "moved_on"]
STEPS = ("mapping", "plan")
MOST_SHOWN_CHARACTERS = 400
MOST_EXAMPLES = 5
MOST_NOTES, MOST_LOOKED_AT = 20, 200
PRICES = ("price", "multi_price")


@dataclass
class Wizard:
    """One import at the desk of a person; `version` and `draft` are those that were last loaded or saved."""

    desk: Desk
    job_id: str
    version: int = 0
    draft: dict[str, Any] = field(default_factory=dict[str, Any])
    is_noted: bool = False

    @property
    def is_of_records(self) -> bool:
        """Whether the file is of records that are no products, by its draft."""
        return ((self.draft.get("format_options") or {}).get("entity") or "product") != "product"

    def job(self) -> Job:
        """The job as it stands now.

        Raises:
            JobNotFound: the workspace has no such job.
        """
        with self.desk.connection() as connection:
            return load_job(connection, self.job_id)

    def load(self, job: Job | None = None) -> dict[str, Any]:
        """All that the mapping shows: `file`, `dialect`, `columns`, `schema`, `draft`, `version`, `problems`, `notes`.

        `job` is given by who has just looked.

        Raises:
            JobNotFound: the workspace has no such job.
            WrongState: the job does not wait for a mapping.
        """
        job = self.begin(job)
        with self.desk.connection() as connection:
            schema, notes = load_fields(connection), load_issues(connection, job.id, MOST_LOOKED_AT)
        problems = self.problems(job)
        return {
            **loaded_of_file(job, notes),
            "columns": _columns(job),
            "schema": [one.as_dict() for one in schema],
            "offers": [offer.as_dict() for offer in suggestion_of(job).offers],
            "currency": job.default_currency,
            "draft": self.draft,
            "version": self.version,
            "drafted": {"by": job.drafted_by, "at": job.drafted_at.isoformat() if job.drafted_at else None},
            "problems": problems,
            "notes": notes_beside(notes, problems),
            "template": job.template,
            "may_be_bizzkit": (job.headers or [""])[0].strip() == UNIQUE_NAME,
        }

    def begin(self, job: Job | None = None) -> Job:
        """Take the draft of the job as it is now; `job` is given by who has just looked.

        Raises:
            JobNotFound, WrongState: as `load`.
        """
        job = job or self.job()
        check_waits(job)
        self.draft, self.version = draft_of(self.desk.stores, job), job.draft_version
        return job

    def save(self, draft: Mapping[str, Any], expected_version: int | None = None) -> int:
        """Keep the draft, and give its version now.

        Args:
            draft: all of it.
            expected_version: the version that was changed; without it the one last loaded or saved here.

        Raises:
            NotSignedIn, Forbidden: the person may not (any more).
            ChangedMeanwhile: somebody else has changed it since.
            JobNotFound, WrongState, BadMapping, WrongUsage: as `imports.draft.save_draft`.
        """
        actor = self.desk.acting("write")
        expected = self.version if expected_version is None else expected_version
        stores = self.desk.stores
        self.version = save_draft(stores, actor.workspace_id, self.job_id, draft, actor.name, expected)
        self.draft = dict(draft)
        if not self.is_noted:  # not each key stroke: that somebody has worked on it
            with self.desk.connection() as connection:
                record(connection, actor, "import.draft", self.job_id)
            self.is_noted = True
        return self.version

    def problems(self, job: Job | None = None) -> list[dict[str, Any]]:
        """What stands in the way of the draft, and what is doubtful about it, as issues."""
        job = job or self.job()
        try:
            confirmation = drafted_confirmation(job, self.draft)
        except SegopsError as error:
            return [error.as_issue().as_dict()]
        return [issue.as_dict() for issue in problems_of(self.desk.stores, job, confirmation)]


def stage_of(job: Job) -> Stage:
    """Where in the wizard a job is: a file that is being read or cannot be, its mapping, or beyond it."""
    try:
        check_waits(job)
    except WrongState:
        if job.kind != "import" or job.correction is not None or job.mapping is not None:
            return "moved_on"
        if job.status == "mapping" and job.reason in (WAITING_TO_BE_READ, READING):
            return "reading"
        return "unreadable" if job.status == "failed" and job.suggestion is None else "moved_on"
    return "mapping"


# what problems say of the draft as it is now; the stored ones are of the suggestion
_OF_MAPPING = (
    "no_key",
    "no_name",
    "columns_can_be_combined",
    "key_has_gaps",
    "key_repeats",
    "learned_mapping_doubtful",
)


def loaded_of_file(job: Job, notes: Sequence[Issue]) -> dict[str, Any]:
    """What is shown of a file whatever it is: its name, how it was read, its first rows."""
    return {
        "job": job.id,
        "file": _file(job),
        "dialect": {**dialect_of(job), "sheet_note": _sheet_note(notes)},
        "preview": [[_shown(cell) for cell in row] for row in job.sample_rows or []],
    }


def notes_beside(issues: Sequence[Issue], problems: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is to be said of the file and is no problem of its mapping."""
    said = {(problem["code"], problem["message"]) for problem in problems}
    notes = [one.as_dict() for one in issues if one.code not in _OF_MAPPING and (one.code, one.message) not in said]
    return notes[:MOST_NOTES]


def _sheet_note(issues: Sequence[Issue]) -> str | None:
    """Which other sheets or records the file has, if any."""
    return next((issue.message for issue in issues if issue.code == "other_sheets"), None)


def _file(job: Job) -> dict[str, Any]:
    return {
        "name": job.file_name,
        "rows": job.total_rows,
        "bytes": job.size_bytes,
        "source": job.source,
        "by": job.created_by,
        "at": job.created_at.isoformat(),
        "workspace": job.workspace,
    }


def dialect_of(job: Job) -> dict[str, Any]:
    """How a file was read, and what a person said of it; `fixed` are parts that its kind of file does not have."""
    found = dict(job.dialect or {})
    kind = str(found.get("kind", "delimited"))
    return {
        "found": found,
        "chosen": job.dialect_choice or {},
        "fixed": sorted(MEANINGLESS.get(kind, set())),
        "can_change": job.mapping is None,
    }


def _columns(job: Job) -> list[dict[str, Any]]:
    suggested = {one.column: one for one in suggestion_of(job).columns}
    evidence = {one.name: one for one in evidence_of(job)}
    steps = template_transformations(job)
    return [_column(evidence[name], suggested[name], name in steps) for name in job.headers or []]


def _column(evidence: ColumnEvidence, suggested: ColumnSuggestion, has_steps: bool) -> dict[str, Any]:
    return {
        "name": evidence.name,
        "type": evidence.type,
        "rows": evidence.rows,
        "filled": evidence.filled,
        "distinct": evidence.distinct,
        "samples": [_shown(text) for text in evidence.examples[:MOST_EXAMPLES]],
        "shares": {type_: round(type_share(evidence, type_), 4) for type_ in _TYPES},
        "why_type": evidence.reason,
        "currency": evidence.context.currency if evidence.type in PRICES else None,
        "new_key": field_key(evidence.name),
        "target": suggested.target,
        "score": suggested.confidence,
        "provenance": suggested.source,
        "reason": suggested.reason,
        "suggested_type": suggested.type,
        "template_steps": has_steps,
    }


_TYPES = ("number", "boolean", "list", "url", "price", "multi_price", "datetime")


def _shown(text: str) -> str:
    return text if len(text) <= MOST_SHOWN_CHARACTERS else f"{text[:MOST_SHOWN_CHARACTERS]}… ({len(text):,})"
