"""Whatever a table holds: written in a dialect that is read, and read back, it has the same cells."""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from segops_pipeline.reading import read_rows
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline_tests.reading.uploads import Staged, stage, write

SHORT = st.sampled_from([",", ";", "\t", "|"])
DELIMITERS = st.sampled_from([",", ";", "\t", "|", "^", "~", "\x1f", "||", "::", ";;", "|~|", " | ", "\t|\t"])
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])
QUOTING = st.booleans()
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])
ANY_ENCODING = st.sampled_from(["utf-8", "utf-16", "utf-32", "cp1252", "cp1250", "cp1251", "iso8859-15", "cp932"])
MORE_ENCODINGS = st.sampled_from(["gb18030", "cp950", "cp949", "mac-roman"])
NAMES = ["sku", "name", "price", "stock", "colour", "text", "size", "weight"]

# surrogates are no characters, and control characters are what binary files are known by
ANY_TEXT = st.text(
    st.one_of(st.characters(exclude_categories=["Cs", "Cc"]), st.sampled_from("\r\n\t \"',;|\\")), max_size=20
)
USUAL_CELL = st.one_of(
    st.just(""),
    st.integers(0, 10**6).map(str),
    st.decimals(0, 1000, places=2).map(str),
    st.dates().map(str),
    st.sampled_from(["Desk lamp", 'Lamp 5" wide', "red, green", "a;b", "two\nlines", 'the "best"', "Straße", "x|y"]),
)


@dataclass(frozen=True)
class Form:
    delimiter: str
    line_end: str
    quote_all: bool
    quote: str = '"'
    escape: str | None = None


@st.composite
def tables(draw: st.DrawFn, cell: st.SearchStrategy[str], least_rows: int) -> list[list[str]]:
    """A header, and rows that begin with a key, so that none is blank."""
    width = draw(st.integers(2, len(NAMES)))
    rows = draw(st.lists(st.lists(cell, min_size=width - 1, max_size=width - 1), min_size=least_rows, max_size=8))
    return [NAMES[:width], *([f"A-{number}", *row] for number, row in enumerate(rows))]


def written(table: list[list[str]], form: Form) -> str:
    """The table as text; the csv module alone leaves a line feed unquoted when lines end otherwise."""
    special = {*form.delimiter, form.quote, "\n", "\r", *(form.escape or "")}

    def cell(text: str) -> str:
        if not form.quote_all and not special & set(text):
            return text
        if form.escape:
            text = text.replace(form.escape, form.escape * 2).replace(form.quote, form.escape + form.quote)
        else:
            text = text.replace(form.quote, form.quote * 2)
        return form.quote + text + form.quote

    return "".join(form.delimiter.join(map(cell, row)) + form.line_end for row in table)


def encodable(table: list[list[str]], encoding: str) -> list[list[str]]:
    """The table without what the encoding has not."""
    return [[cell.encode(encoding, errors="ignore").decode(encoding) for cell in row] for row in table]


def staged_and_read(content: bytes) -> tuple[Staged, list[list[str]]]:
    with tempfile.TemporaryDirectory() as folder:
        return stage(Path(folder), content), list(read_rows(write(Path(folder), content)))


def staged_as_chosen(content: bytes, choice: DialectChoice) -> Staged:
    with tempfile.TemporaryDirectory() as folder:
        return stage(Path(folder), content, choice=choice)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(tables(ANY_TEXT, 1), DELIMITERS, LINE_ENDS, QUOTING, ENCODINGS)
def test_any_text_survives_when_the_file_names_its_delimiter(
    table: list[list[str]], delimiter: str, line_end: str, quote_all: bool, encoding: str
) -> None:
    text = f"sep={delimiter}{line_end}" + written(table, Form(delimiter, line_end, quote_all))
    staged, rows = staged_and_read(text.encode(encoding))
    assert rows == table
    assert staged.parsed.headers == table[0]
    assert staged.rows == table[1:]
    assert staged.parsed.total_rows == len(table) - 1


@settings(max_examples=80, deadline=None, derandomize=True)
@given(tables(ANY_TEXT, 1), DELIMITERS, st.sampled_from("\"'"), LINE_ENDS, QUOTING, ANY_ENCODING | MORE_ENCODINGS)
def test_any_text_survives_in_the_dialect_and_encoding_that_a_person_names(
    table: list[list[str]], delimiter: str, quote: str, line_end: str, quote_all: bool, encoding: str
) -> None:
    table = encodable(table, encoding)
    content = written(table, Form(delimiter, line_end, quote_all, quote)).encode(encoding)
    staged = staged_as_chosen(content, DialectChoice(encoding, delimiter, quote, header_row=0))
    assert staged.parsed.headers == table[0]
    assert staged.rows == table[1:]
    assert not staged.issues("undecodable_bytes")


@settings(max_examples=80, deadline=None, derandomize=True)
@given(tables(USUAL_CELL, 3), SHORT, LINE_ENDS, QUOTING, ENCODINGS)
def test_a_usual_table_survives_in_a_dialect_that_nobody_names(
    table: list[list[str]], delimiter: str, line_end: str, quote_all: bool, encoding: str
) -> None:
    staged, rows = staged_and_read(written(table, Form(delimiter, line_end, quote_all)).encode(encoding))
    assert staged.parsed.dialect.delimiter == delimiter
    assert rows == table
    assert staged.rows == table[1:]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(tables(USUAL_CELL, 3), st.sampled_from(["||", "::", "|~|", " | ", "\t|\t"]), LINE_ENDS, QUOTING)
def test_a_usual_table_survives_with_a_delimiter_of_several_characters(
    table: list[list[str]], delimiter: str, line_end: str, quote_all: bool
) -> None:
    staged, rows = staged_and_read(written(table, Form(delimiter, line_end, quote_all)).encode())
    assert staged.parsed.dialect.delimiter == delimiter
    assert rows == table


@settings(max_examples=60, deadline=None, derandomize=True)
@given(tables(USUAL_CELL, 3), SHORT, LINE_ENDS)
def test_a_usual_table_survives_with_escaped_quotes(table: list[list[str]], delimiter: str, line_end: str) -> None:
    content = written(table, Form(delimiter, line_end, quote_all=True, escape="\\")).encode()
    assert staged_as_chosen(content, DialectChoice(delimiter=delimiter)).rows == table[1:]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(tables(ANY_TEXT, 1), LINE_ENDS)
def test_every_row_starts_in_its_line(table: list[list[str]], line_end: str) -> None:
    form = Form(",", line_end, quote_all=True)
    staged, _ = staged_and_read((f"sep=,{line_end}" + written(table, form)).encode())
    starts, line = [], 3
    for row in table[1:]:
        starts.append(line)
        line += len(re.findall(r"\r\n|\r|\n", written([row], form)))
    assert staged.lines == starts
