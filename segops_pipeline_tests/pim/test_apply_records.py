"""A plan of records is written as it is, or refused."""

from typing import Any

import pytest
from sqlalchemy import text

from segops_pipeline.catalogue.plan import Plan
from segops_pipeline.errors import StalePlan
from segops_pipeline.imports.jobs import Job
from segops_pipeline_tests.pim.folded import Folded, Given, SmallFold, file

COLOUR = {"fields": [{"system_name": "Value", "pim_type": None, "global_list": "L"}], "configuration": "Plain",
          "value_type": "SingleValued", "names": {"default": "Colour"}}  # fmt: skip
RED = {"list": "L", "item": "1"}
LIST: dict[str, Any] = {"is_unique": True, "pim_type": "PString", "next_item": 3,
        "items": [{"id": "1", "value": "red"}, {"id": "2", "value": "blue"}]}  # fmt: skip


def outbox(folded: Folded, job_id: str) -> list[str]:
    rows = folded.imports.rows("SELECT key FROM outbox WHERE job_id = :id ORDER BY key", id=job_id)
    return [row["key"] for row in rows]


def attribute(type_: str, **others: object) -> dict[str, object]:
    fields = [{"system_name": "Value", "pim_type": type_, "global_list": None}]
    return {"fields": fields, "configuration": "Plain", "value_type": "SingleValued", **others}


def test_records_and_products_are_written_with_revisions_and_versions(folded: Folded) -> None:
    before = folded.load([("A", {"COLOR": "red"})])
    brands = file([("B1", {"names": {"default": "One"}})], SmallFold("brand"), start=9)
    job = folded.load([("A", {"COLOR": "blue", "pim.primary": "X"}), ("B", {})], brands)
    assert folded.products() == {"A": ({"COLOR": "blue"}, {"primary": "X"}), "B": ({}, {})}
    assert folded.records("brand") == {"B1": {"names": {"default": "One"}}}
    kept = folded.imports.rows(
        "SELECT entity, key, action, line, before FROM revisions WHERE job_id = :id ORDER BY entity, key", id=job.id
    )
    assert [(one["entity"], one["key"], one["action"], one["line"]) for one in kept] == [
        ("brand", "B1", "created", 9),
        ("product", "A", "updated", 2),
        ("product", "B", "created", 3),
    ]
    assert (kept[1]["before"]["data"], kept[1]["before"]["pim"]) == ({"COLOR": "red"}, {})
    versions = folded.imports.rows("SELECT version FROM products UNION SELECT version FROM records")
    assert len({one["version"] for one in versions}) == 3
    assert outbox(folded, job.id) == ["A", "B"]
    assert outbox(folded, before.id) == ["A"]


def test_what_stays_as_it_is_is_not_written(folded: Folded) -> None:
    folded.load([("A", {"COLOR": "red"})])
    job = folded.load([("A", {"COLOR": "red"})])
    assert (job.unchanged, outbox(folded, job.id)) == (1, [])
    assert folded.imports.rows("SELECT key FROM revisions WHERE job_id = :id", id=job.id) == []


def test_a_plan_in_several_blocks_is_written_whole(folded: Folded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segops_pipeline.catalogue.pim.apply_records.BLOCK_LINES", 2)
    folded.load([(name, {"COLOR": name}) for name in "ABCDEFG"])
    assert list(folded.products()) == list("ABCDEFG")


def looking_around(folded: Folded) -> tuple[Job, Plan]:
    """A plan that looks at a brand, at one that there is not, and at a field of the schema."""
    folded.load([("A", {"COLOR": "red"}), ("SAME", {})])
    folded.load([("B1", {"names": {}}), ("B2", {"names": {}})], fold=SmallFold("brand"))
    folded.imports.execute(
        "INSERT INTO product_schema_fields (workspace_id, key, label, type) VALUES (:id, 'f', 'F', 'text')",
        id=folded.workspace_id,
    )
    looks = {"?brand B1": False, "?brand NONE": True, "?attribute f": False}
    return folded.plan([("A", {"COLOR": "blue", **looks}), ("SAME", {}), ("N", {})])


def test_what_a_plan_does_not_rest_on_may_change(folded: Folded) -> None:
    job, plan = looking_around(folded)
    folded.imports.execute("UPDATE records SET version = nextval('version_sequence') WHERE key = 'B2'")
    folded.imports.execute(
        "INSERT INTO product_schema_fields (workspace_id, key, label, type) VALUES (:id, 'g', 'G', 'text')",
        id=folded.workspace_id,
    )
    folded.apply(job, plan)
    assert folded.products()["A"] == ({"COLOR": "blue"}, {})


@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE products SET version = nextval('version_sequence') WHERE sku = 'A'",
        "UPDATE products SET version = nextval('version_sequence') WHERE sku = 'SAME'",
        "UPDATE records SET version = nextval('version_sequence') WHERE key = 'B1'",
        "DELETE FROM records WHERE key = 'B1'",
        "INSERT INTO records (workspace_id, entity, key, data, version)"
        " SELECT id, 'brand', 'NONE', '{}', nextval('version_sequence') FROM workspaces",
        "UPDATE product_schema_fields SET type = 'number'",
        "INSERT INTO products (workspace_id, sku, version) SELECT id, 'N', nextval('version_sequence') FROM workspaces",
        "INSERT INTO field_locks (workspace_id, field, locked_by) SELECT id, 'COLOR', 'ann' FROM workspaces",
    ],
)
def test_a_plan_is_stale_when_what_it_rests_on_has_changed(folded: Folded, meanwhile: str) -> None:
    job, plan = looking_around(folded)
    folded.imports.execute(meanwhile)
    with pytest.raises(StalePlan):
        folded.apply(job, plan)
    assert folded.products()["A"] == ({"COLOR": "red"}, {})


def test_a_plan_is_stale_when_an_item_that_it_removes_is_referred_to(folded: Folded) -> None:
    folded.load([("COLOUR", COLOUR)], fold=SmallFold("attribute"))
    folded.load([("L", LIST)], fold=SmallFold("global_list_item"))
    job, plan = folded.plan([("L", {"items": LIST["items"][1:]})], fold=SmallFold("global_list_item"))
    folded.load([("A", {"COLOUR": {"list": "L", "item": "2"}})])
    folded.apply(job, plan)
    job, plan = folded.plan([("L", {"items": []})], fold=SmallFold("global_list_item"))
    with pytest.raises(StalePlan, match="referred to by now, by product A"):
        folded.apply(job, plan)


def test_a_plan_is_stale_when_a_product_that_it_puts_into_a_bundle_is_gone(folded: Folded) -> None:
    old: list[dict[str, Any]] = [{"item": "LOST", "amount": 1}]
    folded.load([("SET", {"pim.bundle": old}), ("LOST", {}), ("A", {})])
    folded.imports.execute("DELETE FROM products WHERE sku = 'LOST'")  # what is there already is no reason
    job, plan = folded.plan([("SET", {"pim.bundle": [*old, {"item": "A", "amount": 1}]})])
    folded.imports.execute("DELETE FROM products WHERE sku = 'A'")
    with pytest.raises(StalePlan, match="The product A,"):
        folded.apply(job, plan)
    folded.load([("SET", {"pim.bundle": [*old, {"item": "NEW", "amount": 2}]}), ("NEW", {})])


@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE products SET data = '{\"COLOR\": \"green\"}', version = nextval('version_sequence') WHERE sku = 'A'",
        "DELETE FROM products WHERE sku = 'A'",
        "INSERT INTO products (workspace_id, sku, version) SELECT id, 'N', nextval('version_sequence') FROM workspaces",
    ],
)
def test_a_plan_is_stale_when_a_product_has_changed_between_its_rows(
    folded: Folded, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    monkeypatch.setattr("segops_pipeline.catalogue.pim.plan_records.MOST_IN_SIGHT", 0)  # each row reads again
    folded.load([("A", {"COLOR": "red"})])
    fold = SmallFold(between=lambda line: folded.imports.execute(meanwhile) if line == 4 else None)
    rows: list[Given] = [("A", {"SIZE": 1}), ("N", {"SIZE": 1}), ("B", {}), ("A", {"SIZE": 2}), ("N", {"SIZE": 2})]
    job, plan = folded.plan(rows, fold=fold)
    with pytest.raises(StalePlan):
        folded.apply(job, plan)


def test_a_plan_is_stale_when_a_product_that_it_leaves_has_changed_between_its_rows(folded: Folded) -> None:
    folded.load([("A", {"COLOR": "red"})])
    meanwhile = "UPDATE products SET data = '{}', version = nextval('version_sequence') WHERE sku = 'A'"
    fold = SmallFold(between=lambda line: folded.imports.execute(meanwhile) if line == 4 else None)
    job, plan = folded.plan([("A", {"COLOR": "red"}), ("B", {}), ("C", {})], fold=fold)
    assert (plan.counts["unchanged"], plan.counts["created"]) == (1, 2)
    with pytest.raises(StalePlan):
        folded.apply(job, plan)


def test_the_product_schema_follows_the_attributes(folded: Folded) -> None:
    rows: list[Given] = [
        ("TITLE", attribute("PString", names={"default": "Title"})),
        ("SIZE", attribute("PDecimal2")),
        ("TEXT", attribute("PTranslatedStringD")),
    ]
    folded.load(rows, fold=SmallFold("attribute"))
    fields = folded.imports.rows("SELECT key, label, type FROM product_schema_fields ORDER BY key")
    assert [tuple(one.values()) for one in fields] == [("SIZE", "SIZE", "number"), ("TITLE", "Title", "text")]


def test_products_that_show_what_has_changed_are_sent_again(folded: Folded) -> None:
    folded.load([("COLOUR", COLOUR), ("BRAND", attribute("PBrand"))], fold=SmallFold("attribute"))
    folded.load([("L", LIST)], fold=SmallFold("global_list_item"))
    folded.load([("STEELCO", {"names": {"default": "Steel"}})], fold=SmallFold("brand"))
    folded.load([("A", {"COLOUR": RED}), ("B", {"COLOUR": {"list": "L", "item": "2"}}), ("C", {"BRAND": "STEELCO"}),
                 ("D", {"pim.external": {"COLOUR": RED}}), ("E", {"TEXT": "STEELCO"})])  # fmt: skip
    folded.imports.execute("DELETE FROM outbox")
    scarlet = {**LIST, "items": [{"id": "1", "value": "scarlet"}, *LIST["items"][1:]]}
    job = folded.load([("L", scarlet)], fold=SmallFold("global_list_item"))
    assert outbox(folded, job.id) == ["A", "D"]
    more = {**scarlet, "items": [*scarlet["items"], {"id": "3", "value": "green"}]}
    assert outbox(folded, folded.load([("L", more)], fold=SmallFold("global_list_item")).id) == []
    job = folded.load([("STEELCO", {"names": {"default": "Steel & Co"}})], fold=SmallFold("brand"))
    assert outbox(folded, job.id) == ["C"]
    job = folded.load([("COLOUR", {"is_confidential": True})], fold=SmallFold("attribute"))
    assert outbox(folded, job.id) == ["A", "B", "D"]


def test_issues_of_the_plan_become_those_of_the_job(folded: Folded) -> None:
    job = folded.load([("A", {"!": 1}), ("B", {})])
    with folded.imports.stores.database.workspace_session(folded.workspace_id) as connection:
        found = connection.execute(text("SELECT line, code, raw FROM issues WHERE job_id = :id"), {"id": job.id}).all()
    assert [(one.line, one.code, one.raw["UniqueName"]) for one in found] == [(2, "not_right", "A")]
