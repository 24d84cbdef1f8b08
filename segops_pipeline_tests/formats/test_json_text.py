"""JSON and COPY text made column by column is read back as what it was."""

import json
from collections.abc import Sequence

import pyarrow as pa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from segops_pipeline.formats.json_text import (
    TEXT,
    Member,
    copy_escaped,
    copy_escaped_json,
    copy_lines,
    from_fixed,
    has_byte,
    joined,
    json_escaped,
    json_objects,
    json_strings,
    object_parts,
    payload,
)
from segops_pipeline.stores.database import Database, driver

characters = st.one_of(
    st.characters(exclude_categories=["Cs"]), st.sampled_from("\\\"\n\r\t\0\x01\x1f\x7f,{}N.'é你\U0001f6cb")
)
texts = st.lists(st.none() | st.text(characters, max_size=8), min_size=1, max_size=8)
storable = st.lists(
    st.none() | st.text(characters.filter(lambda character: character != "\0"), max_size=8), min_size=1, max_size=8
)


def members_of(columns: dict[str, list[str | None]], row_count: int) -> list[Member]:
    """Every second one with its quotes, the others without."""
    members: list[Member] = []
    for place, (name, values) in enumerate(columns.items()):
        array = pa.array(values[:row_count], TEXT)
        is_string = place % 2 == 0
        members.append(Member(name, json_escaped(array) if is_string else json_strings(array), is_string))
    return members


def parsed(column: pa.Array) -> list[object]:
    return [None if text is None else json.loads(text) for text in column.to_pylist()]


@settings(deadline=None)
@given(texts)
@example(["\\", '"', "\\n", "\n", None, ""])
@example(["\x00", "\x1f"])
def test_json_strings_are_read_back_as_the_texts(values: list[str | None]) -> None:
    assert parsed(json_strings(pa.array(values, TEXT))) == values


@settings(deadline=None)
@given(st.dictionaries(st.text(characters, max_size=5), texts, max_size=4))
def test_json_objects_hold_each_member_that_is_not_null(columns: dict[str, list[str | None]]) -> None:
    row_count = min((len(values) for values in columns.values()), default=3)
    expected = [
        {name: values[row] for name, values in columns.items() if values[row] is not None} for row in range(row_count)
    ]
    assert parsed(json_objects(members_of(columns, row_count), row_count)) == expected


def test_rows_whose_members_are_all_null_are_empty_objects() -> None:
    nothing = pa.array([None, None], TEXT)
    assert json_objects([Member("a", nothing), Member("b", nothing, is_string=True)], 2).to_pylist() == ["{}", "{}"]


def test_no_members_are_empty_objects() -> None:
    assert json_objects([], 2).to_pylist() == ["{}", "{}"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(storable, min_size=1, max_size=3), st.text("ab \\", max_size=3).filter(lambda text: "\\" not in text))
@example([["\\N", "\\.", "\\", None, "", "a\tb\nc\rd", "\\\\t"]], "NULL")
def test_postgresql_copies_in_what_was_escaped(
    database: Database, columns: list[list[str | None]], constant: str
) -> None:
    rows = list(zip(*columns, strict=False))
    arrays = [pa.array(column, TEXT) for column in zip(*rows, strict=True)]
    lines = copy_lines([*(copy_escaped(array) for array in arrays), constant], len(rows))
    assert copied(database, len(arrays) + 1, payload(lines)) == [(*row, constant) for row in rows]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(characters.filter(lambda c: c != "\0"), max_size=4), storable, min_size=1, max_size=3))
def test_postgresql_copies_in_json_objects(database: Database, columns: dict[str, list[str | None]]) -> None:
    row_count = min(len(values) for values in columns.values())
    lines = copy_lines([copy_escaped_json(object_parts(members_of(columns, row_count), row_count))], row_count)
    expected = [
        ({name: values[row] for name, values in columns.items() if values[row] is not None},)
        for row in range(row_count)
    ]
    assert copied(database, 1, payload(lines), "jsonb") == expected


@settings(deadline=None)
@given(st.lists(st.text(characters, max_size=5), max_size=6), st.integers(0, 6), st.integers(0, 6))
def test_the_payload_of_a_slice_is_its_own_texts_only(values: list[str], start: int, length: int) -> None:
    part = pa.array(values, TEXT).slice(start, length) if start <= len(values) else pa.array([], TEXT)
    assert bytes(payload(part)) == "".join(values[start : start + length]).encode()


@settings(deadline=None)
@given(st.lists(st.text(characters, max_size=5), max_size=6), st.integers(0, 6))
def test_a_byte_is_looked_for_in_a_slice_only(values: list[str], start: int) -> None:
    part = pa.array(values, TEXT)[min(start, len(values)) :]
    assert has_byte(part, b"\0") == any("\0" in text for text in values[start:])


def test_texts_of_one_width_are_cut_from_the_bytes_that_hold_them() -> None:
    assert from_fixed(b"abcdef", 2).to_pylist() == ["ab", "cd", "ef"]
    assert from_fixed(b"", 2).to_pylist() == []


def test_a_part_that_is_null_makes_the_whole_null() -> None:
    assert joined(["<", pa.array(["a", None], TEXT), ">"]).to_pylist() == ["<a>", None]


def copied(
    database: Database, width: int, lines: memoryview, column_type: str = "text"
) -> Sequence[tuple[object, ...]]:
    """The rows that PostgreSQL reads from lines of COPY."""
    columns = ", ".join(f"c{place} {column_type}" for place in range(width))
    with database.system_session() as connection, driver(connection).cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE copied (number serial, {columns}) ON COMMIT DROP")
        with cursor.copy(f"COPY copied ({', '.join(f'c{place}' for place in range(width))}) FROM STDIN") as copy:
            copy.write(lines)
        cursor.execute(f"SELECT {', '.join(f'c{place}' for place in range(width))} FROM copied ORDER BY number")
        return cursor.fetchall()
