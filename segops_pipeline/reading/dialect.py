"""How a file's bytes are laid out: encoding, delimiter, quotation mark, escape, header.

What belongs here: the form of the answer for every kind of file, and for text putting those of encoding.py,
sniffing.py and layout.py together. What doesn't: which kind a file is (recognise.py), and the rows.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from segops_pipeline.errors import Issue, WrongUsage
from segops_pipeline.reading.choice import NO_CHOICE, DialectChoice
from segops_pipeline.reading.delimited import Lines, RecordReader
from segops_pipeline.reading.encoding import Encoding, detect_encoding, open_text
from segops_pipeline.reading.layout import Layout, find_layout, usual_width
from segops_pipeline.reading.marks import Marks
from segops_pipeline.reading.sniffing import sniff, sniff_escape
from segops_pipeline.reading.text_lines import TextLines

SAMPLE_CHARACTERS, SAMPLE_LINES = 256 * 1024, 2000
SEPARATOR_LINE = re.compile(r'"?sep=(.[^"\r\n]{0,7}?)"?[\r\n]*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is laid out.

    `quote` is '' where no cell is quoted by rule; `escape` stands before a quotation mark within quotes
    where it is not doubled. `header_row` is the 0-based place of the header among the records, blank lines
    included; None where the file has none. `padded`: a blank follows each delimiter and is part of it. `kind`
    is the kind of file: delimited, workbook, json, json_lines, xml, html or parquet; `sheet` the part of it that
    the table is in (a workbook's sheet, the path of the records in JSON and XML) and `member` the file within an
    archive.
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

    `layout` is None where there are only blanks; `record_width` is the number of cells of most records; `columns`
    are the header's cells.
    """

    path: Path
    encoding: Encoding
    dialect: Dialect
    marks: Marks
    layout: Layout | None
    record_width: int | None
    columns: list[str]
    issues: list[Issue]

    def reader(self, text: Lines, max_record_characters: int) -> RecordReader:
        """The records of `text`, which is this file's."""
        return RecordReader(
            text,
            self.marks,
            width=self.record_width,
            columns=self.columns,
            is_clean=not self.encoding.has_nul and not self.encoding.has_undecodable,
            max_record_characters=max_record_characters,
        )


def examine(path: Path, file_name: str, choice: DialectChoice = NO_CHOICE) -> Examined:
    """Look at a text's bytes and first lines; `file_name` is what errors call it, `choice` wins over what is found.

    Raises:
        WrongUsage: the choice has a delimiter or quotation mark that none can be, or an unknown encoding.
        WrongEncoding: the bytes are no text in the encoding that they should have.
    """
    _check(choice)
    encoding = detect_encoding(path, file_name, choice.encoding)
    lines = _sample(path, encoding.name)
    marks = _marks(lines, choice)
    records, record_width = _sample_records(lines, marks)
    layout = find_layout(records, choice.header_row)
    has_header = layout is not None and layout.has_header
    header_row = layout.first_row if layout is not None and has_header else None
    dialect = Dialect(encoding.name, marks.delimiter, marks.quote, marks.escape, header_row, padded=marks.padded)
    columns = records[header_row] if header_row is not None else []
    return Examined(
        path, encoding, dialect, marks, layout, record_width, columns, [*encoding.issues, *_said_of(dialect)]
    )


def _check(choice: DialectChoice) -> None:
    """Refuse marks that cannot be told from text.

    Raises:
        WrongUsage: with what was chosen.
    """
    delimiter, quote = choice.delimiter, choice.quote
    if delimiter is not None and (not delimiter or delimiter == quote or set(delimiter) & set("\r\n\0")):
        raise WrongUsage("That is no delimiter.", "Name a character or a few, no line end.", value=repr(delimiter))
    if quote is not None and (len(quote) > 1 or quote in {"\r", "\n", "\0"}):
        raise WrongUsage("That is no quotation mark.", "Name one character, or none ('').", value=repr(quote))


def _marks(lines: Sequence[str], choice: DialectChoice) -> Marks:
    """Delimiter, quotation mark and escape: those chosen, those that the file names, else those found."""
    if choice.delimiter is not None:
        marks = sniff(lines, choice.delimiter)
    else:
        named = _named_delimiter(lines)
        marks = Marks(named) if named is not None else sniff(lines)
    if choice.quote is not None:
        marks = replace(marks, quote=choice.quote)
    return sniff_escape(lines, marks)


def _named_delimiter(lines: Sequence[str]) -> str | None:
    """The delimiter that a first line `sep=;` names; a spreadsheet may have added delimiters behind it."""
    named = SEPARATOR_LINE.fullmatch(lines[0]) if lines else None
    if named is None:
        return None
    delimiter: str = named[1]
    if len(delimiter) > 1 and delimiter == delimiter[0] * len(delimiter):
        below = "".join(lines[1:])
        return delimiter if delimiter in below or delimiter[0] not in below else delimiter[0]
    return delimiter


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


def _sample_records(lines: Sequence[str], marks: Marks) -> tuple[list[list[str]], int | None]:
    """The records of the sample and their usual width, by which damaged ones are split a second time."""
    records, damaged = _split_sample(lines, marks, None)
    width = usual_width(records)
    if damaged:
        records, _ = _split_sample(lines, marks, width)
    return records, width


def _split_sample(lines: Sequence[str], marks: Marks, width: int | None) -> tuple[list[list[str]], int]:
    reader = RecordReader(TextLines(lines), marks, width=width)
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
