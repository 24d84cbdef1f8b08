"""The form of a file of rejected rows: its added columns, and how it is laid out.

What belongs here: what the writer and the reader of such a file must agree on. What doesn't: writing it
(`rejected_file`), reading it back (`corrected_file`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from segops_pipeline.imports.bizzkit import BIZZKIT
from segops_pipeline.imports.jobs import Job
from segops_pipeline.reading.encoding import MARKS
from segops_pipeline.reading.marks import Marks
from segops_pipeline.reading.recognise import read_head
from segops_pipeline.reading.survey import survey

LINE, REASONS = "segops line", "segops reasons"
PLAIN_LINE = "segops row"
"""Names the column of lines where cells are as they are: a workbook's, whose cells are text whatever they begin with.

It stays with the rows when a spreadsheet saves them in another format.
"""


@dataclass(frozen=True, slots=True)
class AddedColumns:
    """The names of the added columns, which no column of the user's has."""

    line: str
    plain_line: str
    reasons: str

    @classmethod
    def beside(cls, headers: Sequence[str]) -> "AddedColumns":
        """Those of a file with these columns."""
        taken = {header.casefold() for header in headers}

        def free(name: str) -> str:
            return name if name.casefold() not in taken else free(f"{name} +")

        return cls(free(LINE), free(PLAIN_LINE), free(REASONS))


@dataclass(frozen=True, slots=True)
class TextForm:
    """How a file of text is laid out; `has_mark` is whether it begins with a byte order mark."""

    encoding: str
    delimiter: str
    quote: str
    has_mark: bool

    @property
    def marks(self) -> Marks:
        """Delimiter and quotation mark for the reader of records; quotation marks are doubled, never escaped."""
        return Marks(self.delimiter, self.quote)

    def in_utf8(self) -> "TextForm":
        """The same in UTF-8 with a byte order mark, by which spreadsheets know it."""
        return replace(self, encoding="utf-8", has_mark=True)


USUAL = TextForm("utf-8", ",", '"', has_mark=True)


def form_of(job: Job, *, has_mark: bool = False) -> TextForm:
    """The layout of the job's own file; of one that is no text with a delimiter, the usual one.

    Args:
        job: a job whose file has been read.
        has_mark: whether its file begins with a byte order mark, which the dialect does not say.
    """
    dialect = job.dialect or {}
    if dialect.get("kind") != "delimited" or not dialect.get("delimiter"):
        return replace(USUAL, delimiter=";") if job.format == BIZZKIT else USUAL
    return TextForm(
        dialect["encoding"] or "utf-8",
        dialect["delimiter"],
        dialect["quote"] or '"',
        has_mark or dialect["encoding"].lower().startswith(("utf-16", "utf-32", "utf_16", "utf_32")),
    )


def encoding_of(path: Path, own: str) -> str | None:
    """The encoding of a file of corrected rows: by its mark, else UTF-8 where it is that, else `own` where it fits."""
    head = read_head(path)
    for mark, name, _ in MARKS:
        if head.startswith(mark):
            return name
    return next((name for name in ("utf-8", own) if not survey(path, name).bad), None)
