"""The tree of errors that a user can meet, and the issues that a file can have.

    SegopsError
    ├── WrongUsage                      exit code 2
    │   └── AlreadyThere
    ├── BadFile                         the file itself
    │   ├── EmptyFile · HeaderOnly · BinaryFile · WrongEncoding · UnsupportedFormat
    │   ├── DamagedFile · EncryptedFile · UnsafeFile · SeveralTables · UnknownSheet · UnknownRow
    │   └── FileTooLarge · TooManyRows · TooManyColumns · CellTooLarge
    ├── BadMapping                      what was to be confirmed
    │   └── NoKey · DuplicateTarget · UnknownColumn · UnknownType
    ├── RowsRejected                    strict validation found a bad row
    ├── TooLargeForWorkbook             what was to be written to one
    ├── JobError
    │   ├── JobNotFound · WrongState · JobBusy · JobCancelled · RunInterrupted
    │   └── PlanNotFound · StalePlan · HeldByGuard · NothingToUndo
    ├── FetchError                      a file that could not be fetched
    │   └── AddressRefused
    ├── AccessError                     who asks, and what they may do
    │   └── NotSignedIn · Forbidden · TooManyRequests
    ├── NotFound                        what is asked for is not there, or not in this workspace
    ├── ChangedMeanwhile                somebody else has changed what was to be changed
    ├── KeyReused                       an idempotency key that belongs to another request
    ├── UploadStalled                   a body that does not come
    └── StoreUnreachable                exit code 3; the only branch that is worth a retry

Each says what is wrong, where (file, line, column, value) and what to do. What belongs here: the tree and
`Issue`. What doesn't: how they are shown.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem with a file, a row or a cell.

    `line` is the 1-based line of the file where the row starts; `suggestion` says what to do.
    """

    code: str
    message: str
    level: Level = "error"
    line: int | None = None
    column: str | None = None
    value: str | None = None
    key: str | None = None
    suggestion: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """All fields that are set, ready for JSON."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(eq=False)
class SegopsError(Exception):
    """An error that is told to the user as a sentence with its remedy, never as a stack trace."""

    message: str
    remedy: str = ""
    file: str | None = None
    line: int | None = None
    column: str | None = None
    value: str | None = None
    issues: list[Issue] = field(default_factory=list[Issue])

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __str__(self) -> str:
        place = ", ".join(
            f"{word} {value}"
            for word, value in (("line", self.line), ("column", self.column), ("value", self.value))
            if value is not None
        )
        start = f"{self.file}: " if self.file else ""
        return f"{start}{self.message}{f' ({place})' if place else ''}{f' {self.remedy}' if self.remedy else ''}"

    def as_dict(self) -> dict[str, Any]:
        """The error as a JSON object: code, message, remedy and where it is."""
        places = {"file": self.file, "line": self.line, "column": self.column, "value": self.value}
        return {
            "code": self.code,
            "message": self.message,
            "remedy": self.remedy,
            **{name: value for name, value in places.items() if value is not None},
        }

    def as_issue(self) -> Issue:
        """The error as an issue of its file."""
        return Issue(
            self.code, self.message, "error", self.line, self.column, self.value, suggestion=self.remedy or None
        )


class WrongUsage(SegopsError):
    """The command or call cannot be understood."""

    code = "wrong_usage"
    exit_code = 2


class AlreadyThere(WrongUsage):
    """What was to be made is there already."""

    code = "already_there"


class BadFile(SegopsError):
    """The file cannot be imported as it is."""

    code = "bad_file"


class EmptyFile(BadFile):
    """There is nothing in the file."""

    code = "empty_file"


class HeaderOnly(BadFile):
    """There is a header and no row."""

    code = "header_only"


class BinaryFile(BadFile):
    """The bytes are no text."""

    code = "binary_file"


class WrongEncoding(BadFile):
    """The bytes are no text in the encoding that they should have."""

    code = "wrong_encoding"


class UnsupportedFormat(BadFile):
    """The file is of a kind that is not read."""

    code = "unsupported_format"


class DamagedFile(BadFile):
    """The file is of a kind that is read, but it is cut off or its inside is broken."""

    code = "damaged_file"


class EncryptedFile(BadFile):
    """The file can be opened with a password only."""

    code = "encrypted_file"


class UnsafeFile(BadFile):
    """The file is built to do harm when it is unpacked or read."""

    code = "unsafe_file"


class SeveralTables(BadFile):
    """The archive has several tables, and nobody has said which one is meant."""

    code = "several_tables"


class UnknownSheet(BadFile):
    """The file has no sheet or member of the name that was chosen."""

    code = "unknown_sheet"


class UnknownRow(BadFile):
    """There is nothing in the row that was chosen as the header."""

    code = "unknown_row"


class FileTooLarge(BadFile):
    """The file has more bytes than the setting allows."""

    code = "file_too_large"


class TooManyRows(BadFile):
    """The file has more rows than the setting allows."""

    code = "too_many_rows"


class TooManyColumns(BadFile):
    """The file has more columns than the setting allows."""

    code = "too_many_columns"


class CellTooLarge(BadFile):
    """A cell has more bytes than the setting allows."""

    code = "cell_too_large"


class BadMapping(SegopsError):
    """The mapping cannot be confirmed."""

    code = "bad_mapping"


class NoKey(BadMapping):
    """No column is mapped to sku."""

    code = "no_key"


class DuplicateTarget(BadMapping):
    """Two columns are mapped to one target."""

    code = "duplicate_target"


class UnknownColumn(BadMapping):
    """The mapping names a column that the file does not have, or a field that does not exist."""

    code = "unknown_column"


class UnknownType(BadMapping):
    """A field has a type that does not exist."""

    code = "unknown_type"


class RowsRejected(SegopsError):
    """Strict validation found a bad row, so nothing was applied."""

    code = "rows_rejected"


class TooLargeForWorkbook(SegopsError):
    """A workbook cannot hold so many rows or columns, or so long a text."""

    code = "too_large_for_workbook"


class JobError(SegopsError):
    """What was asked of a job cannot be done."""

    code = "job_error"


class JobNotFound(JobError):
    """There is no such job in the workspace."""

    code = "job_not_found"


class WrongState(JobError):
    """The job is in a state in which this cannot be done."""

    code = "wrong_state"


class JobBusy(JobError):
    """A run of this job is alive: its lock is held."""

    code = "job_busy"


class StalePlan(JobError):
    """The file, the mapping or a product has changed since the plan was made."""

    code = "stale_plan"


class PlanNotFound(JobError):
    """There is no plan with this token."""

    code = "plan_not_found"


class HeldByGuard(JobError):
    """The plan is beyond a guard, and nobody has accepted that: the job waits for a person."""

    code = "held_by_guard"
    exit_code = 4


class NothingToUndo(JobError):
    """The job has written nothing that could be taken back, or it has been taken back already."""

    code = "nothing_to_undo"


class JobCancelled(JobError):
    """A person cancelled the job while it ran."""

    code = "job_cancelled"


class RunInterrupted(JobError):
    """The process that ran the job was told to stop."""

    code = "run_interrupted"


class FetchError(SegopsError):
    """A file could not be fetched."""

    code = "fetch_failed"


class AddressRefused(FetchError):
    """The URL leads to an address that the server must not fetch from."""

    code = "address_refused"


class AccessError(SegopsError):
    """Who asks may not have, or do, what they ask for."""

    code = "access_denied"


class NotSignedIn(AccessError):
    """Nobody is signed in, or the session, key or link is none that counts."""

    code = "not_signed_in"


class Forbidden(AccessError):
    """The one who asks lacks the permission."""

    code = "forbidden"


class TooManyRequests(AccessError):
    """The one who asks has asked too often; `retry_after_seconds` says when to ask again."""

    code = "too_many_requests"
    retry_after_seconds: int = 60  # no parameter: set by whoever knows better


class NotFound(SegopsError):
    """What is asked for is not there, or not in this workspace."""

    code = "not_found"


class ChangedMeanwhile(SegopsError):
    """Somebody else has changed it since it was read."""

    code = "changed_meanwhile"


class KeyReused(SegopsError):
    """The idempotency key belongs to another request, or to one that is not answered yet."""

    code = "key_reused"


class UploadStalled(SegopsError):
    """Nothing, or next to nothing, of an upload came for too long."""

    code = "upload_stalled"


class StoreUnreachable(SegopsError):
    """A store does not answer: nothing is wrong with the file, and a retry may help."""

    code = "store_unreachable"
    exit_code = 3


def error_of(told: Mapping[str, Any]) -> SegopsError:
    """The error that was kept as `as_dict` gives it, of its own class where its code is one of the tree."""
    kind, waiting = SegopsError, [SegopsError]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.code == told.get("code"):
            kind = one
    error = kind(str(told.get("message", "")), str(told.get("remedy") or ""))
    error.file, error.line, error.column, error.value = (told.get(at) for at in ("file", "line", "column", "value"))
    return error
