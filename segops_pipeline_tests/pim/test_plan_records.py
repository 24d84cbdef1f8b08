"""The plan of a file of records: outcomes, counts, issues, what it tells beforehand."""

from typing import Any

import pytest
from sqlalchemy import text

from segops_pipeline.catalogue.plan import is_staged, load_plan, planned_hash
from segops_pipeline.errors import BadMapping, Issue
from segops_pipeline_tests.pim.folded import Folded, SmallFold, file

NUMBERS = ("created", "updated", "unchanged", "rejected", "skipped")


def numbers(plan: Any) -> dict[str, int]:
    assert plan.counts["rows"] == sum(number for name, number in plan.counts.items() if name != "rows")
    return {name: plan.counts[name] for name in NUMBERS if plan.counts[name]}


def outcomes(folded: Folded, job_id: str) -> list[tuple[Any, ...]]:
    rows = folded.imports.rows(
        "SELECT line, key, outcome, reason FROM staging.row_outcomes WHERE job_id = :id ORDER BY line", id=job_id
    )
    return [tuple(row.values()) for row in rows]


def test_every_row_has_an_outcome_and_the_counts_reconcile(folded: Folded) -> None:
    folded.load([("A", {"COLOR": "red"}), ("B", {"COLOR": "red"})])
    job, plan = folded.plan(
        [("A", {"COLOR": "blue"}), ("B", {"COLOR": "red"}), ("C", {}), ("D", {"!": 1}), ("E", {"!early": 1})]
    )
    assert numbers(plan) == {"created": 1, "updated": 1, "unchanged": 1, "rejected": 2}
    assert outcomes(folded, job.id) == [
        (2, "A", "updated", None),
        (3, "B", "unchanged", None),
        (4, "C", "created", None),
        (5, "D", "rejected", "not_right"),
        (6, "E", "rejected", "never_right"),
    ]
    assert folded.products() == {"A": ({"COLOR": "red"}, {}), "B": ({"COLOR": "red"}, {})}


def test_rows_of_one_key_fold_into_the_last_of_them(folded: Folded) -> None:
    folded.load([("A", {"COLOR": "red"})])
    rows: list[Any] = [("A", {"COLOR": "blue"}), ("B", {}), ("C", {}), ("B", {"COLOR": "red"}), ("A", {"COLOR": "red"})]
    job, plan = folded.plan(rows)
    assert numbers(plan) == {"created": 2, "unchanged": 1, "skipped": 2}
    assert outcomes(folded, job.id)[:2] == [
        (2, "A", "skipped", "repeated_key: folded into line 6"),
        (3, "B", "skipped", "repeated_key: folded into line 5"),
    ]
    assert plan.summary["words"] == ["2 rows will be folded into later rows of the same key."]
    issues = folded.imports.rows("SELECT line, code, level FROM staging.issues WHERE job_id = :id", id=job.id)
    assert [tuple(one.values()) for one in issues] == [(2, "repeated_key", "info"), (3, "repeated_key", "info")]


TOGETHER: list[tuple[list[str], tuple[str, str | None]]] = [
    (["created", "updated"], ("created", None)),
    (["created", "unchanged"], ("created", None)),
    (["created", "removed"], ("unchanged", None)),
    (["updated", "unchanged"], ("updated", None)),
    (["unchanged", "unchanged"], ("unchanged", None)),
    (["updated", "removed"], ("updated", "removed")),
    (["removed", "created"], ("updated", None)),
    (["removed"], ("updated", "removed")),
]


def test_rows_about_an_item_count_as_what_they_do_together(folded: Folded) -> None:
    rows = [(f"L/{number}", {"did": did}) for number, (done, _) in enumerate(TOGETHER) for did in done]
    job, plan = folded.plan(rows, fold=SmallFold("global_list_item"))
    last = {key: (outcome, reason) for _, key, outcome, reason in outcomes(folded, job.id) if outcome != "skipped"}
    assert list(last.values()) == [together for _, together in TOGETHER]
    assert plan.counts["skipped"] == len(rows) - len(TOGETHER)
    assert "2 rows will remove what they are about." in plan.summary["words"]


def test_a_row_sees_what_a_row_far_before_it_has_done(folded: Folded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segops_pipeline.catalogue.pim.plan_records.MOST_IN_SIGHT", 0)  # nothing stays in memory
    folded.load([("A", {"COLOR": "red", "SIZE": 1}), ("M", {})])
    rows: list[Any] = [
        ("A", {"COLOR": "blue"}),
        ("B", {"COLOR": "x"}),
        ("C", {}),
        ("A", {"SIZE": 2}),
        ("B", {"SIZE": 3}),
    ]
    job, plan = folded.plan([*rows, ("Z", {}), ("A", {"COLOR": "red", "SIZE": 1})])
    assert numbers(plan) == {"created": 3, "unchanged": 1, "skipped": 3}
    folded.apply(job, plan)
    assert folded.products()["B"] == ({"COLOR": "x", "SIZE": 3}, {})
    assert folded.products()["A"] == ({"COLOR": "red", "SIZE": 1}, {})


def test_changes_are_counted_by_attribute_and_by_property(folded: Folded) -> None:
    folded.load([("A", {"COLOR": "red", "SIZE": 1, "pim.primary": "X", "pim.external": {"W": 1}})])
    _, plan = folded.plan(
        [
            ("A", {"COLOR": "blue", "SIZE": None, "pim.primary": "Y", "pim.external": {"W": 2}, "pim.master": "M"}),
            ("B", {"COLOR": "red", "pim.bundle": [{"item": "A", "amount": 1}]}),
        ]
    )
    assert plan.summary["fields"] == {
        "COLOR": {"set": 1, "changed": 1, "cleared": 0},
        "Ext_W": {"set": 0, "changed": 1, "cleared": 0},
        "SIZE": {"set": 0, "changed": 0, "cleared": 1},
        "bundle": {"set": 1, "changed": 0, "cleared": 0},
        "master": {"set": 1, "changed": 0, "cleared": 0},
        "placement.primary": {"set": 0, "changed": 1, "cleared": 0},
    }
    assert plan.summary["words"][0] == "1 value of 'SIZE' will be cleared."


def test_what_changes_beside_the_rows_is_told(folded: Folded) -> None:
    folded.load([("L", {"items": [], "next_item": 1})], fold=SmallFold("global_list_item"))
    job, plan = folded.plan([("A", {"+L": "red"}), ("B", {"+L": "blue"})])
    assert plan.summary["words"] == ["2 items will be added to the list 'L'."]
    folded.apply(job, plan)
    assert [item["value"] for item in folded.records("global_list")["L"]["items"]] == ["red", "blue"]


def test_a_locked_attribute_stays_and_that_is_told(folded: Folded) -> None:
    folded.load([("A", {"COLOR": "red"}), ("B", {"COLOR": "red", "SIZE": 1})])
    for key, name in (("A", "COLOR"), ("", "SIZE")):
        folded.imports.execute(
            "INSERT INTO field_locks (workspace_id, key, field, locked_by) VALUES (:id, :key, :name, 'ann')",
            id=folded.workspace_id,
            key=key,
            name=name,
        )
    job, plan = folded.plan(
        [("A", {"COLOR": "blue"}), ("B", {"COLOR": "blue", "SIZE": 2}), ("C", {"SIZE": 2}), ("A", {"COLOR": "x"})]
    )
    assert numbers(plan) == {"created": 1, "updated": 1, "unchanged": 1, "skipped": 1}
    told = folded.imports.rows("SELECT line, column_name, message FROM staging.issues WHERE code = 'locked_field'")
    assert [tuple(one.values()) for one in told] == [
        (2, "COLOR", "'COLOR' of A is locked: it stays as it is."),
        (3, "SIZE", "'SIZE' of all products is locked: it stays as it is."),
        (5, "COLOR", "'COLOR' of A is locked: it stays as it is."),
    ]
    folded.apply(job, plan)
    assert folded.products() == {"A": ({"COLOR": "red"}, {}), "B": ({"COLOR": "blue", "SIZE": 1}, {}), "C": ({}, {})}


def test_rows_in_any_order_come_after_those_that_they_need(folded: Folded) -> None:
    fold = SmallFold()
    rows: list[Any] = [
        ("C", {"pim.master": "B"}), ("B", {"pim.master": "A"}), ("X", {"pim.master": "Y"}), ("A", {}),
        ("Y", {"pim.master": "X"}), ("D", {"pim.master": "A"}),
    ]  # fmt: skip
    job, plan = folded.plan(rows, fold=fold, order="any")
    assert fold.seen == [5, 3, 2, 7]
    assert numbers(plan) == {"created": 4, "rejected": 2}
    issues = folded.imports.rows("SELECT line, code, raw FROM staging.issues WHERE job_id = :id ORDER BY 1", id=job.id)
    assert [(one["line"], one["code"]) for one in issues] == [(4, "circular_references"), (6, "circular_references")]
    assert issues[0]["raw"]["UniqueName"] == "X"


def test_a_row_that_a_person_leaves_out_is_no_part_of_a_circle(folded: Folded) -> None:
    rows: list[Any] = [("X", {"pim.master": "Y"}), ("Y", {"pim.master": "X"})]
    job, plan = folded.plan(rows, order="any", dropped=[3])
    assert numbers(plan) == {"created": 1, "skipped": 1}
    assert folded.imports.rows("SELECT code FROM staging.issues WHERE job_id = :id", id=job.id) == []


def test_a_rejected_row_is_kept_whole(folded: Folded) -> None:
    job, _ = folded.plan([("A", {"!": 1})])
    (issue,) = folded.imports.rows("SELECT key, line, raw FROM staging.issues WHERE job_id = :id", id=job.id)
    assert issue == {"key": "A", "line": 2, "raw": {"UniqueName": "A", "changes": '{"!": 1}'}}


def test_rows_that_a_person_leaves_out_are_skipped(folded: Folded) -> None:
    _, plan = folded.plan([("A", {}), ("B", {})], dropped=[3])
    assert numbers(plan) == {"created": 1, "skipped": 1}
    assert plan.summary["skipped"] == {"dropped": 1}
    assert plan.summary["words"] == ["1 row will be skipped: a person has dropped it."]


def test_wrong_columns_stop_the_file_and_are_all_told(folded: Folded) -> None:
    wrong = [
        Issue("unknown_attribute", "There is no attribute 'X'.", column="X", suggestion="Make it first."),
        Issue("unknown_attribute", "There is no attribute 'Y'.", column="Y"),
    ]
    with pytest.raises(BadMapping, match="no attribute 'X'") as raised:
        folded.plan([("A", {})], fold=SmallFold(wrong_columns=wrong))
    assert (raised.value.column, raised.value.remedy) == ("X", "Make it first.")
    assert [one.column for one in raised.value.issues] == ["X", "Y"]
    assert folded.imports.number_of("staging.plan_rows") == 0


def test_later_files_of_a_job_see_what_earlier_ones_do(folded: Folded) -> None:
    brands = SmallFold("brand")
    job, plan = folded.plan(
        [("A", {"BRAND": "B1"})], file([("B1", {"names": {"default": "One"}})], brands, start=10), draft={"a": 1}
    )
    assert numbers(plan) == {"created": 2}
    assert plan.summary["fields"]["names"] == {"set": 1, "changed": 0, "cleared": 0}
    with folded.imports.stores.database.workspace_session(folded.workspace_id) as connection:
        stored = load_plan(connection, job.id)
        assert stored is not None
        assert stored.counts == plan.counts
        assert is_staged(connection, stored)
        assert planned_hash(connection, job.id) == plan.planned_hash


def test_the_same_file_on_the_same_records_has_the_same_plan(folded: Folded) -> None:
    rows: list[Any] = [("A", {"COLOR": "red"}), ("B", {"pim.primary": "X"})]
    job, plan = folded.plan(rows, draft={})
    again = folded.plan_again(job, rows, draft={})
    assert (again.token, again.planned_hash) == (plan.token, plan.planned_hash)
    other = folded.plan_again(job, [("A", {"COLOR": "red"}), ("B", {"pim.primary": "Y"})], draft={})
    assert other.planned_hash != plan.planned_hash


def test_a_plan_that_clears_too_much_is_beyond_a_guard(folded: Folded) -> None:
    names = [f"P{number:02}" for number in range(12)]
    folded.load([(name, {"COLOR": "red", "SIZE": 1}) for name in names])
    _, plan = folded.plan([(name, {"COLOR": None}) for name in names])
    assert [one["guard"] for one in plan.held] == ["cleared_share"]


def test_a_plan_leaves_nothing_in_memory_but_what_it_needs(folded: Folded, monkeypatch: pytest.MonkeyPatch) -> None:
    from segops_pipeline.catalogue.pim.store import StoredRecords

    monkeypatch.setattr("segops_pipeline.catalogue.pim.plan_records.MOST_IN_SIGHT", 6)
    most: list[int] = []
    forget = StoredRecords.forget

    def spied(records: StoredRecords) -> None:
        most.append(len(records.entries))
        forget(records)

    monkeypatch.setattr(StoredRecords, "forget", spied)
    folded.plan([(f"P{number:02}", {"COLOR": "red"}) for number in range(30)])
    assert max(most) <= 9
    with folded.imports.stores.database.system_session() as connection:
        assert connection.execute(text("SELECT count(*) FROM staging.plan_rows")).scalar_one() == 30
