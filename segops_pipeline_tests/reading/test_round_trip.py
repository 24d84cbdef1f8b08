"""Whatever a table holds: written in a dialect that is read, and read back, it has the same cells."""

import re
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from segops_pipeline.reading import read_rows
from segops_pipeline_tests.reading.uploads import Staged, stage, write

DELIMITERS = st.sampled_from([",", ";", "\t", "|"])
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])
QUOTING = st.booleans()
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])
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


@st.composite
def tables(draw: st.DrawFn, cell: st.SearchStrategy[str], least_rows: int) -> list[list[str]]:
    """A header, and rows that begin with a key, so that none is blank."""
    width = draw(st.integers(2, len(NAMES)))
    rows = draw(st.lists(st.lists(cell, min_size=width - 1, max_size=width - 1), min_size=least_rows, max_size=8))
    return [NAMES[:width], *([f"A-{number}", *row] for number, row in enumerate(rows))]


def written(table: list[list[str]], delimiter: str, line_end: str, *, quote_all: bool) -> str:
    """The table as text; the csv module alone leaves a line feed unquoted when lines end otherwise."""

    def cell(text: str) -> str:
        if quote_all or any(character in text for character in (delimiter, '"', "\n", "\r")):
            return '"' + text.replace('"', '""') + '"'
        return text

    return "".join(delimiter.join(map(cell, row)) + line_end for row in table)


def staged_and_read(content: bytes) -> tuple[Staged, list[list[str]]]:
    with tempfile.TemporaryDirectory() as folder:
        return stage(Path(folder), content), list(read_rows(write(Path(folder), content)))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(tables(ANY_TEXT, 1), DELIMITERS, LINE_ENDS, QUOTING, ENCODINGS)
def test_any_text_survives_when_the_file_names_its_delimiter(
    table: list[list[str]], delimiter: str, line_end: str, quote_all: bool, encoding: str
) -> None:
    text = f"sep={delimiter}{line_end}" + written(table, delimiter, line_end, quote_all=quote_all)
    staged, rows = staged_and_read(text.encode(encoding))
    assert rows == table
    assert staged.parsed.headers == table[0]
    assert staged.rows == table[1:]
    assert staged.parsed.total_rows == len(table) - 1


@settings(max_examples=100, deadline=None, derandomize=True)
@given(tables(USUAL_CELL, 3), DELIMITERS, LINE_ENDS, QUOTING, ENCODINGS)
def test_a_usual_table_survives_in_a_dialect_that_nobody_names(
    table: list[list[str]], delimiter: str, line_end: str, quote_all: bool, encoding: str
) -> None:
    staged, rows = staged_and_read(written(table, delimiter, line_end, quote_all=quote_all).encode(encoding))
    assert staged.parsed.dialect.delimiter == delimiter
    assert rows == table
    assert staged.rows == table[1:]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(tables(ANY_TEXT, 1), LINE_ENDS)
def test_every_row_starts_in_its_line(table: list[list[str]], line_end: str) -> None:
    text = f"sep=,{line_end}" + written(table, ",", line_end, quote_all=True)
    staged, _ = staged_and_read(text.encode())
    starts, line = [], 3
    for row in table[1:]:
        starts.append(line)
        line += len(re.findall(r"\r\n|\r|\n", written([row], ",", line_end, quote_all=True)))
    assert staged.lines == starts
