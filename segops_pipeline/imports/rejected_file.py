"""Write the rejected rows of a job to a file in which a person corrects them.

The file has the user's own columns in their order, its delimiter, quotation mark and encoding, and behind them the
line of each row and why it was rejected. What belongs here: writing it, in bounded memory. What doesn't: its form
(`rejected_form`), reading it back (`corrected_file`).
"""

import codecs
import os
import re
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from segops_pipeline.catalogue.text_cells import MOST_CELL_CHARACTERS, TEXT_FORMAT, cell_text, fill_cell
from segops_pipeline.errors import TooLargeForWorkbook, WrongState, WrongUsage
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.rejected import RejectedRow, rejected_rows
from segops_pipeline.imports.rejected_form import AddedColumns, TextForm, encoding_of, form_of
from segops_pipeline.reading.harmless import DANGEROUS, harmless
from segops_pipeline.reading.workbook import MOST_COLUMNS, MOST_ROWS
from segops_pipeline.stores.opening import Stores

if TYPE_CHECKING:
    from openpyxl.cell import Cell

Rows = Callable[[], Iterator[RejectedRow]]
USE_CSV = "Write them as .csv."
SHEET, MARKED = "Rejected rows", "FFFFC7CE"  # the colour of what is bad in Excel's own styles
MOST_COMMENTS = 5_000  # each is a drawing, held until the end; the reasons stand in their column as well
# what is said in typographic marks, for encodings without them
PLAIN_MARKS = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "\u2019": "'", "\u2018": "'", "…": "...", "–": "-", "→": "->"}
)


class _Unfit(Exception):
    """The form cannot hold the rows; `note` says why and what is done instead, in `form`."""

    def __init__(self, note: str, form: TextForm) -> None:
        super().__init__(note)
        self.note, self.form = note, form


def write_rejected(stores: Stores, job: Job, target: Path) -> list[str]:
    """Write the rejected rows of a job; the file is there whole or not at all.

    Args:
        stores: the open stores.
        job: a job with rejected rows.
        target: a name that ends in .csv (or .txt, .tsv) or .xlsx; a file that is there is replaced.

    Returns:
        What the user should know of the file: where it is not laid out as the user's own.

    Raises:
        WrongUsage: another ending.
        WrongState: the job has no rejected rows.
        TooLargeForWorkbook: a workbook cannot hold them.
    """
    ending = target.suffix.lower()
    if ending not in (".csv", ".txt", ".tsv", ".xlsx"):
        raise WrongUsage("Rejected rows are written as .csv or .xlsx.", "Give the file such a name.", file=target.name)
    with stores.database.workspace_session(job.workspace_id) as connection:
        bound = {"workspace_id": job.workspace_id, "job_id": job.id}
        if job.headers is None or next(rejected_rows(connection, job), None) is None:
            raise WrongState(f"Job {job.id} has no rejected rows.", f"See what became of it: segops job {job.id}")
        marked = text(
            "SELECT EXISTS (SELECT FROM issues WHERE workspace_id = :workspace_id AND job_id = :job_id "
            "AND code = 'byte_order_mark')"
        )
        form = form_of(job, has_mark=connection.execute(marked, bound).scalar_one())

        def rows() -> Iterator[RejectedRow]:
            return rejected_rows(connection, job)

        with _whole(target) as path:
            if ending == ".xlsx":
                write_workbook(path, job.headers, rows())
                return []
            return write_text(path, job.headers, rows, form)


def write_text(path: Path, headers: list[str], rows: Rows, form: TextForm) -> list[str]:
    """Write rows as text with a delimiter, in `form` or, where that cannot hold them, in one that can.

    Returns:
        What had to be done otherwise.
    """
    notes: list[str] = []
    while True:
        try:
            _write_text(path, headers, rows(), form)
        except _Unfit as unfit:
            notes.append(unfit.note)
            form = unfit.form
        else:
            return notes


def _write_text(path: Path, headers: list[str], rows: Iterator[RejectedRow], form: TextForm) -> None:
    added = AddedColumns.beside(headers)
    line = _Line(form)
    codec = "utf-8-sig" if form.has_mark and codecs.lookup(form.encoding).name == "utf-8" else form.encoding
    is_ascii = True
    with path.open("w", encoding=codec, newline="") as file:
        try:
            if form.has_mark and codecs.lookup(codec).name in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
                file.write("\ufeff")
            file.write(line.of([*headers, added.line, added.reasons]))
            for row in rows:
                cells = [row.cells.get(header, "") for header in headers]
                written = line.of([*cells, str(row.line), _encodable(row.told, form.encoding)])
                file.write(written)
                is_ascii = is_ascii and written.isascii()
        except UnicodeEncodeError as error:
            raise _Unfit(_in_utf8(form, f"which lacks {error.object[error.start]!r}"), form.in_utf8()) from None
    if not is_ascii and not form.has_mark:
        found = encoding_of(path, form.encoding)
        if found is None or codecs.lookup(found) != codecs.lookup(form.encoding):
            raise _Unfit(_in_utf8(form, "in which it would be taken for another encoding"), form.in_utf8())


class _Line:
    """Writes records: cells are made harmless, and quoted where they must be."""

    def __init__(self, form: TextForm) -> None:
        self._form = form
        self._special = re.compile(f"[{re.escape(form.delimiter + form.quote)}\r\n]|^\\s|\\s$")
        # a program that does not know the quotation mark would begin a cell there
        begins = f"(?:{re.escape(form.delimiter)}|[\r\n])[{DANGEROUS}]"
        self._unsafe = None if form.quote == '"' else re.compile(begins)

    def of(self, cells: list[str]) -> str:
        """One record with its line end."""
        return self._form.delimiter.join(map(self._cell, cells)) + "\r\n"

    def _cell(self, cell: str) -> str:
        cell, form = harmless(cell), self._form
        if not self._special.search(cell):
            return cell
        if self._unsafe is not None and self._unsafe.search(cell):
            note = f'Cells are quoted with ", not with {form.quote}, which a spreadsheet does not know.'
            raise _Unfit(note, TextForm(form.encoding, form.delimiter, '"', form.has_mark))
        return f"{form.quote}{cell.replace(form.quote, form.quote * 2)}{form.quote}"


def _encodable(said: str, encoding: str) -> str:
    """A sentence of ours in an encoding that may lack its marks."""
    try:
        said.encode(encoding)
    except UnicodeEncodeError:
        said = said.translate(PLAIN_MARKS)
        return said.encode(encoding, "replace").decode(encoding)
    return said


def _in_utf8(form: TextForm, why: str) -> str:
    return f"The file is in UTF-8 with a byte order mark, not in {form.encoding}, {why}."


def write_workbook(path: Path, headers: list[str], rows: Iterator[RejectedRow]) -> None:
    """Write rows as a workbook of text cells; what was refused is coloured, with the reason as a comment.

    Raises:
        TooLargeForWorkbook: more rows, columns or characters in a cell than a sheet takes.
    """
    from openpyxl import Workbook

    if len(headers) + 2 > MOST_COLUMNS:
        raise TooLargeForWorkbook(f"A sheet takes {MOST_COLUMNS:,} columns; there are {len(headers) + 2:,}.", USE_CSV)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "A2"
    try:
        _fill_sheet(sheet, headers, rows)
    finally:
        sheet.close()
    book.save(path)


def _fill_sheet(sheet: Any, headers: list[str], rows: Iterator[RejectedRow]) -> None:  # noqa: ANN401 - see `_Cells`
    added = AddedColumns.beside(headers)
    cells = _Cells(sheet)
    sheet.append([cells.of(name) for name in [*headers, added.plain_line, added.reasons]])
    for number, row in enumerate(rows, start=2):
        if number > MOST_ROWS:
            raise TooLargeForWorkbook(f"A sheet takes {MOST_ROWS:,} rows; there are more.", USE_CSV)
        reasons: dict[str | None, list[str]] = {}
        for reason in row.reasons:
            reasons.setdefault(reason.column, []).append(str(reason))
        own = [cells.of(row.cells.get(name, ""), reasons.get(name), (row.line, name)) for name in headers]
        sheet.append([*own, cells.of(str(row.line)), cells.of(row.told[: MOST_CELL_CHARACTERS // 8])])


class _Cells:
    """Makes the cells of one sheet."""

    def __init__(self, sheet: Any) -> None:  # noqa: ANN401 - openpyxl types it privately
        from openpyxl.styles import PatternFill

        self._sheet, self._comments = sheet, 0
        self._fill = PatternFill("solid", fgColor=MARKED)

    def of(self, content: str, reasons: list[str] | None = None, place: tuple[int, str] | None = None) -> "Cell":
        """A text cell, marked where there are reasons; `place` is the line and column of the user's file."""
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.comments import Comment

        if len(content) > MOST_CELL_CHARACTERS // 8 and len(cell_text(content)) > MOST_CELL_CHARACTERS:
            line, column = place or (None, None)
            raise TooLargeForWorkbook(
                f"A workbook's cell takes {MOST_CELL_CHARACTERS:,} characters; this one has more.",
                USE_CSV,
                line=line,
                column=column,
                value=content[:60],
            )
        cell = WriteOnlyCell(self._sheet)
        fill_cell(cell, content)
        cell.number_format = TEXT_FORMAT
        if reasons:
            cell.fill = self._fill
            if self._comments < MOST_COMMENTS:
                self._comments += 1
                cell.comment = Comment(cell_text("\n".join(reasons))[:2000], "segops", height=120, width=320)
        return cell


@contextmanager
def _whole(target: Path) -> Generator[Path]:
    """A file beside the target that takes its place when all went well."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=target.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
