"""How a file's bytes are laid out: encoding, delimiter, quotation mark, escape, header.

What belongs here: the form of the answer for every kind of file, and for text putting those of encoding.py,
sniffing.py and layout.py together. What doesn't: which kind a file is (recognise.py), and the rows.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from segops_pipeline.errors import Issue
from segops_pipeline.reading.choice import NO_CHOICE, DialectChoice
from segops_pipeline.reading.delimited import RecordReader
from segops_pipeline.reading.encoding import Encoding, detect_encoding, open_text
from segops_pipeline.reading.layout import Layout, find_layout, usual_width
from segops_pipeline.reading.sniffing import sniff, sniff_escape
from segops_pipeline.reading.text_lines import TextLines

SAMPLE_CHARACTERS, SAMPLE_LINES = 256 * 1024, 2000
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is laid out.

    `quote` is '' where no cell is quoted by rule; `escape` stands before a quotation mark within quotes
    where it is not doubled. `header_row` is the 0-based place of the header among the records, blank lines
    included; None where the file has none. `padded`: a blank follows each delimiter and is part of it. `kind`
    is the kind of file: delimited, workbook, json, json_lines, xml or html; `sheet` the part of it that the table
    is in (a workbook's sheet, the path of the records in JSON and XML) and `member` the file within an archive.
    What has no meaning for a kind is ''.
    """

    encoding: str
    delimiter: str
    quote: str
    escape: str | None
    header_row: int | None
    kind: str = "delimited"
    padded: bool = False
    sheet: str | None = None
    member: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The dialect as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Examined:
    """What the bytes and the first lines of a file show.

    `layout` is None where there are only blanks; `record_width` is the number of cells of most records.
    """

    path: Path
    encoding: Encoding
    dialect: Dialect
    layout: Layout | None
    record_width: int | None
    issues: list[Issue]

    def reader(self, text: Any, max_record_characters: int) -> RecordReader:  # noqa: ANN401 - see Lines
        """The records of `text`, which is this file's."""
        dialect = self.dialect
        return RecordReader(
            text,
            dialect.delimiter,
            dialect.quote,
            escape=dialect.escape,
            padded=dialect.padded,
            width=self.record_width,
            has_nul=self.encoding.has_nul,
            max_record_characters=max_record_characters,
        )


def examine(path: Path, file_name: str, choice: DialectChoice = NO_CHOICE) -> Examined:
    """Look at a text's bytes and first lines; `file_name` is what errors call it, `choice` wins over what is found.

    Raises:
        WrongEncoding: the bytes are no text in the encoding that they should have.
    """
    encoding = detect_encoding(path, file_name, choice.encoding)
    lines = _sample(path, encoding.name)
    named = SEPARATOR_LINE.fullmatch(lines[0]) if lines else None
    delimiter, quote, padded = (named[1], '"', False) if named else sniff(lines)
    if choice.delimiter is not None and choice.delimiter != delimiter:
        delimiter, padded = choice.delimiter, False
    quote = quote if choice.quote is None else choice.quote
    escape = sniff_escape(lines, delimiter, quote, padded=padded)
    dialect = Dialect(encoding.name, delimiter, quote, escape, None, padded=padded)
    records, record_width = _sample_records(lines, dialect)
    layout = find_layout(records, choice.header_row)
    if layout is not None and layout.has_header:
        dialect = Dialect(encoding.name, delimiter, quote, escape, layout.first_row, padded=padded)
    issues = [*encoding.issues, *_said_of(dialect)]
    return Examined(path, encoding, dialect, layout, record_width, issues)


def _sample(path: Path, encoding: str) -> list[str]:
    """The file's first lines, each with its line end; one that was cut off is left out."""
    with open_text(path, encoding) as text:
        lines: list[str] = []
        left = SAMPLE_CHARACTERS
        while left > 0 and len(lines) < SAMPLE_LINES and (line := text.readline(left)):
            lines.append(line)
            left -= len(line)
    if left <= 0 and len(lines) > 1 and not lines[-1].endswith(("\n", "\r")):
        lines.pop()
    return lines


def _sample_records(lines: Sequence[str], dialect: Dialect) -> tuple[list[list[str]], int | None]:
    """The records of the sample and their usual width, by which damaged ones are split a second time."""
    records, damaged = _split_sample(lines, dialect, None)
    width = usual_width(records)
    if damaged:
        records, _ = _split_sample(lines, dialect, width)
    return records, width


def _split_sample(lines: Sequence[str], dialect: Dialect, width: int | None) -> tuple[list[list[str]], int]:
    reader = RecordReader(
        TextLines(lines),
        dialect.delimiter,
        dialect.quote,
        escape=dialect.escape,
        padded=dialect.padded,
        width=width,
        has_nul=True,
    )
    return [cells for _, cells in reader], reader.repaired.count


def _said_of(dialect: Dialect) -> list[Issue]:
    """What is unusual in a dialect, so that the user sees how the file was read."""
    said: list[Issue] = []
    if dialect.padded:
        said.append(Issue("padded_delimiter", "A blank follows each delimiter; it was read as part of it.", "info"))
    if dialect.escape is not None:
        shown = "A NUL character" if dialect.escape == "\0" else dialect.escape
        said.append(Issue("escaped_quotes", f"Quotation marks within cells are escaped with {shown}.", "info"))
    return said
