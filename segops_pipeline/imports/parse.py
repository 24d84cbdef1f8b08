"""Read a job's file into rows, as its format lays it out; a Bizzkit file is recognised where nothing is in doubt.

What belongs here: which format a file is read in, and what that says of its layout. What doesn't: reading (`reading`),
what the columns mean (`formats.bizzkit`, `inference`).
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from segops_pipeline.errors import BadFile, Issue
from segops_pipeline.formats.bizzkit.files import recognise
from segops_pipeline.imports.bizzkit import BIZZKIT, name_in
from segops_pipeline.imports.formats import TABLE
from segops_pipeline.imports.jobs import Job
from segops_pipeline.reading import parse_upload
from segops_pipeline.reading.archive import unpacked
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.reading.encoding import detect_encoding, open_text
from segops_pipeline.reading.limits import Limits
from segops_pipeline.reading.recognise import read_head
from segops_pipeline.reading.recognise import recognise as recognise_kind
from segops_pipeline.reading.staging import ParsedUpload
from segops_pipeline.stores.opening import Stores

KEY = "UniqueName"
DELIMITER, QUOTE = ";", '"'
FIRST_LINE_CHARACTERS = 1_000_000
WITH_HEADER_ROW = ("xlsx", "ods", "xls", "xls_2003", "html")
OF_SHAPE = ("short_row", "long_row")  # planning tells them: what a cell does that is not there is no matter of reading
OF_NAMES = ("duplicate_header", "blank_header")  # the format has names of its own for both

Report = Callable[[int, int], None]


def parse_job(stores: Stores, job: Job, path: Path, rows_path: Path, on_progress: Report) -> tuple[str, dict[str, Any]]:
    """Stage the rows of a job's file.

    Args:
        stores: the open stores.
        job: whose file it is; one of the format `table` that nobody has chosen may turn out to be another.
        path: the file.
        rows_path: where its rows go.
        on_progress: gets (bytes done, bytes in all).

    Returns:
        The format, and the columns of the job's row that tell of its rows; `issues` beside them.

    Raises:
        BadFile: as `parse_upload`.
    """
    limits, chosen = Limits.of(stores.settings), DialectChoice.from_dict(job.dialect_choice)
    limits.check_size(path, job.file_name)

    def parse(choice: DialectChoice, *, is_exact: bool) -> ParsedUpload:
        return parse_upload(path, rows_path, stores.settings, job.file_name, on_progress, choice, is_exact=is_exact)

    if job.format == BIZZKIT:
        specified, _ = as_specified(path, job.file_name, limits, chosen)
        return BIZZKIT, _as_bizzkit(parse(specified, is_exact=True))
    if _is_chosen(job) or not _may_be(path, job.file_name):
        return TABLE, _as_table(parse(chosen, is_exact=False))
    specified, first = as_specified(path, job.file_name, limits, chosen)
    if first is None:  # no text: only its rows show what it is
        parsed = parse(chosen, is_exact=False)
        if parsed.headers[0] != KEY or not is_certain(stores, job, parsed):
            return TABLE, _as_table(parsed)
        return BIZZKIT, _as_bizzkit(parse(specified, is_exact=True))
    if begins_with_key(first):
        with suppress(BadFile):  # which is told of the table that it is then
            parsed = parse(specified, is_exact=True)
            if is_certain(stores, job, parsed):
                return BIZZKIT, _as_bizzkit(parsed)
        told = _as_table(parse(chosen, is_exact=False))
        return TABLE, {**told, "issues": [*told["issues"], _may_be_bizzkit()]}
    return TABLE, _as_table(parse(chosen, is_exact=False))


def as_specified(path: Path, file_name: str, limits: Limits, choice: DialectChoice) -> tuple[DialectChoice, str | None]:
    """A choice with what the format says of a file's layout where nobody says otherwise, and the file's first line.

    Its first record is the header; of text the delimiter is a semicolon where there is one in it, and the quotation
    mark is doubled (seed 002, "Format requirements"). The first line is None where the file is no text.

    Raises:
        BadFile: the file cannot be opened, or which file of an archive is meant is not known.
    """
    with unpacked(path, file_name, limits, choice) as found:
        if found.kind != "text":
            row = choice.header_row if choice.header_row is not None or found.kind not in WITH_HEADER_ROW else 0
            return replace(choice, header_row=row), None
        encoding = detect_encoding(found.path, file_name, choice.encoding).name
        with open_text(found.path, encoding) as text:
            first = next((line for line in _lines(text) if line.strip()), "")
    names_delimiter = first.lower().lstrip('\ufeff"').startswith("sep=")
    is_alone = begins_with_key(first) and first.strip('\ufeff" \r\n') == KEY
    delimiter = DELIMITER if choice.delimiter is None and (DELIMITER in first or is_alone) else choice.delimiter
    return (
        replace(
            choice,
            delimiter=choice.delimiter if names_delimiter else delimiter,
            header_row=choice.header_row if names_delimiter or choice.header_row is not None else 0,
            quote=QUOTE if choice.quote is None else choice.quote,
        ),
        first,
    )


def begins_with_key(line: str) -> bool:
    """Whether the first name in a line is `UniqueName`."""
    bare = line.lstrip("\ufeff").strip().lstrip('"')
    return bare.startswith(KEY) and not bare[len(KEY) : len(KEY) + 1].isalnum()


def is_certain(stores: Stores, job: Job, parsed: ParsedUpload) -> bool:
    """Whether a file's name and columns leave no doubt of what it is: one entity, no column that is wrong, and every
    attribute known to the workspace.
    """
    from segops_pipeline.catalogue.pim.store import StoredRecords

    found = recognise(name_in(parsed.dialect.member, job.file_name), _header(parsed))
    if not found.leaves_no_doubt:
        return False
    codes = {column.code for column in found.attributes}
    with stores.database.workspace_session(job.workspace_id) as connection:
        records = StoredRecords(connection, job.workspace_id)
        records.fetch("attribute", codes)
        return all(records.attribute(code) is not None for code in codes)


def _may_be(path: Path, file_name: str) -> bool:
    """Whether the first bytes of a file allow that it is one; most files are known not to be by these alone."""
    if recognise_kind(path, file_name) in ("json", "xml", "html"):
        return False
    head = read_head(path)
    is_packed = head[:2] in (b"PK", b"\x1f\x8b", b"\xd0\xcf")
    return is_packed or KEY in head[:400].replace(b"\0", b"").decode("latin-1")


def _is_chosen(job: Job) -> bool:
    return (job.format_options or {}).get("format") == TABLE


def _lines(text: TextIO) -> Iterator[str]:
    return iter(lambda: text.readline(FIRST_LINE_CHARACTERS), "")


def _header(parsed: ParsedUpload) -> list[str]:
    """The header as it is in the file: without the names that make columns distinct."""
    given = {issue.column: issue.value or "" for issue in parsed.issues if issue.code in OF_NAMES}
    return [given.get(name, name) for name in parsed.headers]


def _as_table(parsed: ParsedUpload) -> dict[str, Any]:
    return {**_told(parsed), "issues": parsed.issues}


def _may_be_bizzkit() -> Issue:
    return Issue(
        "may_be_bizzkit",
        f"The first column is {KEY}, as in Bizzkit files; for its columns leave in doubt what it is of, the file was"
        " read as a table.",
        "warning",
        column=KEY,
        suggestion="If it is one: import it with --format bizzkit and an --entity. If not: with --format table.",
    )


def _as_bizzkit(parsed: ParsedUpload) -> dict[str, Any]:
    told = _told(parsed)
    told["dialect"]["header"] = _header(parsed)
    kept = [issue for issue in parsed.issues if issue.code not in (*OF_SHAPE, *OF_NAMES)]
    return {**told, "issues": [*kept, *_notices(parsed)]}


def _told(parsed: ParsedUpload) -> dict[str, Any]:
    return {
        "dialect": parsed.dialect.as_dict(),
        "headers": parsed.headers,
        "sample_rows": parsed.sample_rows,
        "total_rows": parsed.total_rows,
    }


def _notices(parsed: ParsedUpload) -> list[Issue]:
    """What of the file's layout is not as the format says, and was read all the same."""
    dialect = parsed.dialect
    odd: list[str] = []
    if dialect.kind != "delimited":
        odd.append(f"is of the kind {dialect.kind.replace('_', ' ')}")
    else:
        if dialect.delimiter != DELIMITER and len(parsed.headers) > 1:
            odd.append(f"is delimited by {dialect.delimiter!r}")
        if dialect.encoding.lower().replace("_", "-") not in ("utf-8", "utf-8-sig", "ascii", "us-ascii"):
            odd.append(f"is encoded in {dialect.encoding}")
    if not odd:
        return []
    message = f"A Bizzkit file is CSV with semicolons in UTF-8; this one {' and '.join(odd)}, and was read as that."
    return [Issue("other_layout", message, "info")]
