"""What is staged: rows that are known are only counted, all others are cast and come through COPY as they are."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segops_pipeline.catalogue.known_rows import KnownRows
from segops_pipeline.catalogue.row_keys import occur_again
from segops_pipeline.catalogue.staging import StagingOrder, stage_rows
from segops_pipeline.formats.key_issues import NO_KEYS
from segops_pipeline.formats.table import MappedColumn, TableMapping
from segops_pipeline.inference.values import CastContext
from segops_pipeline_tests.importing import Importer, counts

FILE = "sku,name,weight\nA,Chair,2\nB,Table,3\n"
TYPES = {"weight": "number"}

STRANGE = [
    "NULL",
    "null",
    "\\N",
    "\\.",
    "\\",
    "a\\tb\\nc\\\\d",
    "tab\there",
    "line\nbreak",
    "carriage\r\nreturn",
    "double \"quotes\" 'and single'",
    "{}",
    '{"amount": "1"}',
    "[1, 2]",
    "a,b;c|d",
    "\x01\x02\x1f\x7f",
    "a\u2028b\u2029c\u0085d",
    "Grüße, 你好, \U0001f6cb\ufe0f, e\u0301",
    "\u202eright to left",
    "%s %(key)s {key} $1 :name",
    "'; DROP TABLE products; --",
    "=1+1",
    "true",
    "0",
]


def staged_keys(imports: Importer) -> list[str]:
    return [row["key"] for row in imports.rows("SELECT key FROM staging.rows ORDER BY line")]


def cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def test_strange_texts_survive_in_keys_names_values_and_raw_rows(imports: Importer) -> None:
    file = "sku,name,colour\n" + "".join(f"{cell(text)},{cell(text)},{cell(text)}\n" for text in STRANGE)
    job = imports.load(file)
    assert counts(job) == {"rows": len(STRANGE), "created": len(STRANGE)}
    assert imports.products() == {text: (text, {"colour": text}) for text in sorted(text.strip() for text in STRANGE)}
    raws = imports.rows("SELECT raw_data FROM products ORDER BY id")
    assert sorted(row["raw_data"]["sku"] for row in raws) == sorted(STRANGE)
    assert all(set(row["raw_data"].values()) == {row["raw_data"]["sku"]} for row in raws)
    assert counts(imports.load(file)) == {"rows": len(STRANGE), "unchanged": len(STRANGE)}


def test_a_nul_character_is_left_out_and_told(imports: Importer) -> None:
    job = imports.load("sku,name,colour\nA\0B,Cha\0ir,re\0d\nC,Lamp,blue\n")
    assert counts(job) == {"rows": 2, "created": 2}
    assert imports.products()["AB"] == ("Chair", {"colour": "red"})
    assert [issue.line for issue in imports.issues(job, "nul_character")] == [2]


def test_headers_and_field_keys_may_be_as_strange_as_cells(imports: Importer) -> None:
    header = 'a "b" \\ {c} %s :d é'
    mapping = {header: header}
    job = imports.load(f"sku,name,{cell(header)}\nA,Chair,red\n", mapping=mapping)
    assert counts(job) == {"rows": 1, "created": 1}
    assert imports.products() == {"A": ("Chair", {header: "red"})}


def test_the_raw_row_is_as_in_the_file_untrimmed_and_with_unmapped_columns(imports: Importer) -> None:
    imports.load("sku,name,colour,note\n A ,  Chair ,, keep me \n", mapping={"note": None})
    (row,) = imports.rows("SELECT raw_data FROM products")
    assert row["raw_data"] == {"sku": " A ", "name": "  Chair ", "colour": "", "note": " keep me "}


def test_the_same_file_again_is_unchanged_without_a_cast(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    job = imports.planned(imports.queue(FILE, TYPES))
    assert staged_keys(imports) == []
    assert counts(imports.run(job)) == {"rows": 2, "unchanged": 2}


def test_only_the_rows_that_differ_are_staged(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    imports.planned(imports.queue("sku,name,weight\nA,Chair,2\nB,Table,4\nC,Lamp,1\n", TYPES))
    assert staged_keys(imports) == ["B", "C"]


def test_a_known_row_on_a_product_edited_since_is_cast_again(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    imports.execute(
        """UPDATE products SET data = '{"weight": 9}', version = nextval('version_sequence') WHERE sku = 'A'"""
    )
    imports.planned(imports.queue(FILE, TYPES))
    assert staged_keys(imports) == ["A"]


def test_a_known_row_on_a_deleted_product_creates_it_again(imports: Importer) -> None:
    imports.load(FILE, TYPES)
    imports.execute("DELETE FROM products WHERE sku = 'A'")
    assert counts(imports.load(FILE, TYPES)) == {"rows": 2, "created": 1, "unchanged": 1}


@pytest.mark.parametrize(
    "another",
    [
        {"types": {"weight": "text"}},
        {"types": TYPES, "mapping": {"weight": "mass"}},
        {"types": TYPES, "mapping": {"weight": None}},
        {"types": TYPES, "policy": "replace"},
        {"types": TYPES, "validation": "none"},
        {"types": TYPES, "required": {"weight"}},
    ],
    ids=["type", "target", "skip", "policy", "validation", "required"],
)
def test_a_known_row_under_another_mapping_is_cast_again(another: dict[str, object], imports: Importer) -> None:
    imports.load(FILE, TYPES)
    imports.planned(imports.queue(FILE, **another))  # type: ignore[arg-type]
    assert staged_keys(imports) == ["A", "B"]


def test_a_row_known_from_another_source_is_cast_again(imports: Importer) -> None:
    imports.load(FILE, TYPES, source="nordic")
    job = imports.planned(imports.queue(FILE, TYPES, source="south"))
    assert staged_keys(imports) == ["A", "B"]
    assert counts(imports.run(job)) == {"rows": 2, "unchanged": 2}


def test_a_row_that_was_rejected_is_looked_at_again(imports: Importer) -> None:
    bad = "sku,name,weight\nA,Chair,2\nB,Table,heavy\n"
    imports.load(bad, TYPES)
    job = imports.load(bad, TYPES)
    assert counts(job) == {"rows": 2, "unchanged": 1, "rejected": 1}
    assert imports.codes(job) == [("not_a_number", 3)]


def test_repeated_rows_fold_again_at_every_import(imports: Importer) -> None:
    file = "sku,name\nA,One\nA,Two\nA,Two\nB,Three\n"
    assert counts(imports.load(file)) == {"rows": 4, "created": 2, "skipped": 2}
    again = imports.load(file)
    assert counts(again) == {"rows": 4, "unchanged": 2, "skipped": 2}
    assert imports.codes(again) == [("repeated_key", 2), ("repeated_key", 3)]


def test_a_key_that_occurs_again_is_found_across_batches_and_no_key_is_none() -> None:
    found = occur_again([pa.array(["A", "B", "C", ""]), pa.array(["A", "D", "C", ""])])
    assert found.tolist() == [True, False, True, False, True, False, True, False]
    assert occur_again([]).tolist() == []


def test_rows_of_one_key_fold_however_it_is_padded(imports: Importer) -> None:
    assert counts(imports.load("sku,name\nA,One\n A ,Two\n")) == {"rows": 2, "created": 1, "skipped": 1}


def test_known_rows_are_those_with_both_halves_of_the_hash() -> None:
    known = KnownRows(np.array([1, 5, 9], dtype=np.uint64), np.array([2, 6, 10], dtype=np.uint64))
    asked = [(1, 2), (5, 7), (9, 10), (0, 2), (11, 10)]
    hashes = b"".join(first.to_bytes(8, "little") + second.to_bytes(8, "little") for first, second in asked)
    assert known.has(hashes).tolist() == [True, False, True, False, False]
    nothing = np.array([], dtype=np.uint64)
    assert KnownRows(nothing, nothing).has(hashes).tolist() == [False] * 5


def test_staging_again_replaces_what_was_staged(imports: Importer) -> None:
    bad = "sku,name,weight\nA,Chair,2\nA,Chair,3\nB,Table,heavy\n"
    job = imports.queue(bad, TYPES)
    imports.planned(job)
    first = [imports.number_of(f"staging.{table}") for table in ("rows", "issues", "plan_rows")]
    imports.planned(job)
    assert first == [2, 2, 1]
    assert [imports.number_of(f"staging.{table}") for table in ("rows", "issues", "plan_rows")] == first


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12).filter(
            lambda text: text.strip() and text.strip() not in NO_KEYS
        ),
        min_size=2,
        max_size=12,
    )
)
def test_any_text_comes_through_staging_as_itself(imports: Importer, texts: list[str]) -> None:
    columns = [
        MappedColumn(place, target, target, "text", CastContext())
        for place, target in enumerate(("sku", "name", "colour"))
    ]
    order = StagingOrder(1, "job", 1, TableMapping(["sku", "name", "colour"], columns), "f", True, "lenient")
    cells = pa.array(texts)
    batch = pa.record_batch(
        {"line": pa.array(range(2, len(texts) + 2), pa.int64()), "c0": cells, "c1": cells, "c2": cells}
    )
    rows = imports.folder / "rows.parquet"
    pq.write_table(pa.Table.from_batches([batch]), rows)
    with imports.stores.database.system_session() as connection:
        stage_rows(connection, order, rows, lambda _rows: None)
    trimmed = pc.utf8_trim_whitespace(cells).to_pylist()
    expected = [
        (kept, kept, {"colour": kept}, {"sku": text, "name": text, "colour": text})
        for kept, text in zip(trimmed, texts, strict=True)
    ]
    found = imports.rows("SELECT key, name, data, raw FROM staging.rows ORDER BY line")
    assert [tuple(row.values()) for row in found] == expected


def staged_under(imports: Importer, content: str, policy: str, **rules: object) -> list[dict[str, object]]:
    """Name and cleared fields of the rows that a file stages under a policy and rules."""
    job = imports.queue(content, policy=policy)
    imports.execute(
        "UPDATE import_jobs SET rules = CAST(:rules AS jsonb) WHERE id = :id", id=job.id, rules=json.dumps(rules)
    )
    imports.planned(job)
    return imports.rows("SELECT name, cleared FROM staging.rows WHERE job_id = :id ORDER BY line", id=job.id)


EMPTY_CELLS = "sku,name,colour,size\nA,,,\nB,Table,red,\n"


@pytest.mark.parametrize(
    ("policy", "rules", "name", "cleared"),
    [
        ("overwrite", {}, "", ["colour", "size"]),
        ("merge", {}, None, None),
        ("overwrite", {"empty": "keep"}, None, None),
        ("merge", {"empty": "clear"}, "", ["colour", "size"]),
        ("overwrite", {"fields": {"size": {"empty": "keep"}, "name": {"empty": "keep"}}}, None, ["colour"]),
        ("merge", {"fields": {"size": {"policy": "overwrite"}}}, None, ["size"]),
        ("overwrite", {"fields": {"size": {"policy": "fill"}}}, "", ["colour"]),
        ("merge", {"empty": "clear", "fields": {"size": {"empty": "keep"}}}, "", ["colour"]),
    ],
)
def test_what_an_empty_cell_clears_is_said_by_its_field_then_the_import_then_the_policy(
    policy: str, rules: dict[str, object], name: str | None, cleared: list[str] | None, imports: Importer
) -> None:
    first, second = staged_under(imports, EMPTY_CELLS, policy, **rules)
    assert first == {"name": name, "cleared": cleared}
    assert second == {"name": "Table", "cleared": ["size"] if cleared and "size" in cleared else None}


def test_a_row_is_dated_by_the_column_that_the_rules_name(imports: Importer) -> None:
    dates = ["2024-05-31", "31.12.2024 08:30", "2024-05-31T10:00:00+02:00", "", "soon"]
    content = "sku,changed\n" + "".join(f"{key},{date}\n" for key, date in zip("ABCDE", dates, strict=True))
    job = imports.queue(content, mapping={"changed": None})
    imports.execute("""UPDATE import_jobs SET rules = '{"dated_by": "changed"}' WHERE id = :id""", id=job.id)
    imports.planned(job)
    found = imports.rows("SELECT (dated AT TIME ZONE 'UTC')::text AS dated FROM staging.rows ORDER BY line")
    assert [row["dated"] for row in found] == [
        "2024-05-31 00:00:00", "2024-12-31 08:30:00", "2024-05-31 08:00:00", None, None,
    ]  # fmt: skip
