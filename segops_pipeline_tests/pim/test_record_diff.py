"""What a job changes of records, told property by property: before it is done, after, and at the product."""

import csv
from pathlib import Path

from segops_pipeline.catalogue.cleared_values import ClearedValue, cleared_values
from segops_pipeline.catalogue.diff import ChangedCell, diff_cells, diff_rows, write_diff
from segops_pipeline.catalogue.product_history import load_product, product_history, record_history
from segops_pipeline.imports.jobs import Job
from segops_pipeline_tests.pim.folded import Folded, Given, SmallFold, file

BEFORE: list[Given] = [("A", {"COLOR": "red", "SIZE": 1, "pim.external": {"W": 5}})]
ROWS: list[Given] = [
    ("A", {"COLOR": "blue", "SIZE": None, "pim.primary": "X", "pim.external": {"W": 6}}),
    ("B", {"TEXT": {"default": "a", "T:da": "b"}, "pim.bundle": [{"item": "A", "amount": 1}]}),
    ("D", {"!": 1}),
]
BRAND = file([("B1", {"names": {"default": "One"}, "attributes": {"LOGO": "x"}})], SmallFold("brand"), start=9)
CHANGES = [
    ("A", 2, "updated", "COLOR", "red", "blue"),
    ("A", 2, "updated", "Ext_W", "5", "6"),
    ("A", 2, "updated", "SIZE", "1", None),
    ("A", 2, "updated", "placement.primary", None, "X"),
    ("B", 3, "created", "TEXT", None, '{"T:da": "b", "default": "a"}'),
    ("B", 3, "created", "bundle[A]", None, '{"item": "A", "amount": 1}'),
    ("brand B1", 9, "created", "LOGO", None, "x"),
    ("brand B1", 9, "created", "names", None, '{"default": "One"}'),
]
REJECTED = ("D", 4, "rejected", "changes", None, None)


def told(cells: list[ChangedCell]) -> list[tuple[object, ...]]:
    return [(one.sku, one.line, one.outcome, one.field, one.before, one.after) for one in cells]


def diff(folded: Folded, job: Job, *, done: bool) -> list[tuple[object, ...]]:
    with folded.imports.stores.database.workspace_session(job.workspace_id) as connection:
        return told(list(diff_cells(connection, job.workspace_id, job.id, done=done)))


def test_a_plan_and_what_is_done_tell_the_same_changes(folded: Folded) -> None:
    folded.load(BEFORE)
    job, plan = folded.plan(ROWS, BRAND)
    assert sorted(diff(folded, job, done=False), key=str) == sorted([*CHANGES, REJECTED], key=str)
    folded.apply(job, plan)
    folded.load([("A", {"COLOR": "green"})])  # what is now is told by what came after
    assert diff(folded, job, done=True) == CHANGES


def test_the_changes_of_an_undo_are_those_of_the_import_turned_round(folded: Folded) -> None:
    folded.load(BEFORE)
    undo = folded.undo(folded.load([("A", {"COLOR": "blue"}), ("B", {"SIZE": 2})]))
    assert sorted(diff(folded, undo, done=True)) == [
        ("A", None, "updated", "COLOR", "blue", "red"),
        ("B", None, "deleted", "SIZE", "2", None),
    ]


def test_some_records_of_every_outcome_are_shown_first(folded: Folded) -> None:
    folded.load(BEFORE)
    job, _ = folded.plan([*ROWS, ("E", {"SIZE": 2})])
    with folded.imports.stores.database.workspace_session(job.workspace_id) as connection:
        shown = told(diff_rows(connection, job.workspace_id, job.id, 1))
    assert [(one[0], one[2]) for one in dict.fromkeys(shown)] == [
        ("B", "created"), ("B", "created"), *[("A", "updated")] * 4, ("D", "rejected"),
    ]  # fmt: skip


def test_the_changes_are_written_to_a_file(folded: Folded, tmp_path: Path) -> None:
    folded.load(BEFORE)
    job = folded.load(ROWS[1:2])
    target = tmp_path / "changes.csv"
    with folded.imports.stores.database.workspace_session(job.workspace_id) as connection:
        assert write_diff(connection, job.workspace_id, job.id, target, done=True) == 2
    with target.open(encoding="utf-8-sig", newline="") as opened:
        assert [row["field"] for row in csv.DictReader(opened)] == ["TEXT", "bundle[A]"]


def test_the_history_of_a_product_tells_what_the_pim_says_too(folded: Folded) -> None:
    folded.load(BEFORE)
    folded.load(ROWS[:1])
    with folded.imports.stores.database.workspace_session(folded.workspace_id) as connection:
        last, first = product_history(connection, folded.workspace_id, "A")
        product = load_product(connection, folded.workspace_id, "A")
    assert last.fields is not None
    assert first.fields is not None
    assert {(one.field, one.before, one.after) for one in last.fields} == {
        ("COLOR", "red", "blue"), ("SIZE", 1, None), ("placement.primary", None, "X"), ("Ext_W", 5, 6),
    }  # fmt: skip
    assert {one.field for one in first.fields} == {"COLOR", "SIZE", "Ext_W"}
    assert product is not None
    assert product.pim == {"primary": "X", "external": {"W": 6}}


def test_the_history_of_a_record_tells_who_changed_what(folded: Folded) -> None:
    first = folded.load([("B1", {"names": {"default": "One"}})], fold=SmallFold("brand"))
    second = folded.load([("B1", {"names": {"default": "Uno"}, "attributes": {"LOGO": "x"}})], fold=SmallFold("brand"))
    undo = folded.undo(second)
    folded.undo(first)
    with folded.imports.stores.database.workspace_session(folded.workspace_id) as connection:
        changes = record_history(connection, folded.workspace_id, "brand", "B1")
    assert [(one.action, one.cause) for one in changes] == [
        ("deleted", "undo"), ("updated", "undo"), ("updated", "import"), ("created", "import"),
    ]  # fmt: skip
    assert (changes[1].job_id, changes[2].job_id) == (undo.id, second.id)
    assert changes[2].fields is not None
    assert {(one.field, str(one.before), str(one.after)) for one in changes[2].fields} == {
        ("names", "{'default': 'One'}", "{'default': 'Uno'}"), ("LOGO", "None", "x"),
    }  # fmt: skip


def test_what_the_pim_says_no_more_is_told_with_whose_it_is(folded: Folded) -> None:
    folded.load(BEFORE)
    folded.load([("A", {"pim.primary": "X"})])
    job, _ = folded.plan([("A", {"pim.primary": None, "pim.external": None, "COLOR": None})])
    with folded.imports.stores.database.workspace_session(job.workspace_id) as connection:
        found = [
            cleared_values(connection, job.workspace_id, job.id, field)
            for field in ("placement.primary", "Ext_W", "COLOR", "SIZE")
        ]
    assert found == [[ClearedValue("A", "", "X")], [ClearedValue("A", "", 5)], [ClearedValue("A", "", "red")], []]


def test_an_attribute_called_as_a_property_hides_nothing(folded: Folded) -> None:
    job = folded.load([("A", {"master": "value", "pim.master": "M"})])
    assert [one[3:] for one in diff(folded, job, done=True)] == [("master", None, "value"), ("pim.master", None, "M")]
