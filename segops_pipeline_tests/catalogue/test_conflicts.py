"""A conflict is answered: the file's values are accepted, rejected or edited, and the same row is none again."""

import json
from typing import Any

import pytest

from segops_pipeline.catalogue.apply import lock_workspace
from segops_pipeline.catalogue.conflicts import Conflict, Resolution, open_conflicts, resolve
from segops_pipeline.errors import StalePlan
from segops_pipeline.imports.jobs import Job
from segops_pipeline_tests.importing import Importer

TYPES = {"weight": "number"}
FILE = "sku,name,weight,colour\nA,Chair,2,red\nB,Table,3,blue\n"


@pytest.fixture
def job(imports: Importer) -> Job:
    """A job whose row of product A conflicts: its weight is 5 by hand, and 7 in the file."""
    job = imports.load(FILE, TYPES)
    edited(imports, "A", weight=5)
    conflicting(imports, job, after={"weight": 7, "colour": "green"})
    return job


def edited(imports: Importer, sku: str, **values: Any) -> None:
    """Somebody changes a product by hand."""
    imports.execute(
        """
        WITH before AS (SELECT * FROM products WHERE sku = :sku), kept AS (
            INSERT INTO revisions (workspace_id, entity, key, action, version_before, version_after, before, cause)
            SELECT workspace_id, 'product', sku, 'updated', version, nextval('version_sequence'),
                jsonb_build_object('name', name, 'data', data), 'edit' FROM before RETURNING version_after)
        UPDATE products SET data = data || CAST(:values AS jsonb), version = kept.version_after
        FROM kept WHERE sku = :sku
        """,
        sku=sku,
        values=json.dumps(values),
    )


def conflicting(imports: Importer, job: Job, *, after: dict[str, Any], given: dict[str, Any] | None = None) -> None:
    imports.execute(
        """
        INSERT INTO conflicts (workspace_id, job_id, source_id, key, line, version, fields, name, data, given, raw,
            raw_hash, mapping_fingerprint)
        SELECT :workspace_id, :job_id, :source_id, 'A', 9, p.version, CAST(:fields AS jsonb), p.name,
            CAST(:after AS jsonb), CAST(:given AS jsonb), '{"sku": "A", "weight": "7"}', '\\x77', 'the mapping'
        FROM products p WHERE p.sku = 'A'
        """,
        workspace_id=job.workspace_id,
        job_id=job.id,
        source_id=job.source_id,
        fields=json.dumps({"weight": {"base": 2, "ours": 5, "theirs": 7}}),
        after=json.dumps(after),
        given=None if given is None else json.dumps(given),
    )


def waiting(imports: Importer, job: Job) -> Conflict:
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        (found,) = open_conflicts(connection, job.workspace_id)
    return found


def answered(imports: Importer, job: Job, answer: Any, **values: Any) -> bool:
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        lock_workspace(connection, job.workspace_id)
        (found,) = open_conflicts(connection, job.workspace_id)
        return resolve(connection, job.workspace_id, found, Resolution(answer, "anna", values))


def source_row(imports: Importer) -> dict[str, Any]:
    columns = "line, name, data, mapping_fingerprint, version"
    return imports.rows(f"SELECT {columns} FROM source_rows WHERE key = 'A'")[0]


def test_the_queue_tells_what_the_file_gave_last_and_now_and_what_the_product_has(imports: Importer, job: Job) -> None:
    edited(imports, "A", weight=6)
    told = waiting(imports, job).as_dict()
    assert (told["sku"], told["line"], told["job_id"]) == ("A", 9, job.id)
    assert told["fields"] == {"weight": {"file_last": 2, "product_now": 6, "file_now": 7}}


def test_an_accepted_conflict_writes_what_the_file_gives(imports: Importer, job: Job) -> None:
    before = imports.rows("SELECT version FROM products WHERE sku = 'A'")[0]["version"]
    assert answered(imports, job, "accept")
    assert imports.products()["A"] == ("Chair", {"weight": 7, "colour": "green"})
    (revision,) = imports.rows("SELECT * FROM revisions WHERE cause = 'conflict'")
    assert (revision["job_id"], revision["line"], revision["actor"]) == (job.id, 9, "anna")
    assert (revision["action"], revision["version_before"]) == ("updated", before)
    assert revision["before"]["data"] == {"weight": 5, "colour": "red"}
    assert revision["source_before"]["line"] == 2
    version = revision["version_after"]
    (product,) = imports.rows("SELECT version, raw_data FROM products WHERE sku = 'A'")
    assert product == {"version": version, "raw_data": {"sku": "A", "weight": "7"}}
    assert imports.rows("SELECT operation FROM outbox WHERE version = :version", version=version) == [
        {"operation": "upsert"}
    ]
    assert source_row(imports) == {
        "line": 9, "name": None, "data": None, "mapping_fingerprint": "the mapping", "version": version,
    }  # fmt: skip
    assert imports.rows("SELECT status, resolved_by FROM conflicts") == [{"status": "accepted", "resolved_by": "anna"}]
    assert imports.job(job).counts == job.counts


def test_a_rejected_conflict_keeps_the_product_and_remembers_what_the_file_gave(imports: Importer, job: Job) -> None:
    before = imports.rows("SELECT * FROM products ORDER BY sku")
    assert not answered(imports, job, "reject")
    assert imports.rows("SELECT * FROM products ORDER BY sku") == before
    assert imports.rows("SELECT key FROM revisions WHERE cause = 'conflict'") == []
    row = source_row(imports)
    assert (row["name"], row["data"]) == ("Chair", {"weight": 7, "colour": "green"})
    assert row["version"] not in [product["version"] for product in before]


def test_an_edit_writes_a_persons_value_and_what_is_not_contested(imports: Importer, job: Job) -> None:
    assert answered(imports, job, "edit", weight=6)
    assert imports.data("A") == {"weight": 6, "colour": "green"}
    assert source_row(imports)["data"] == {"weight": 7, "colour": "green"}
    assert imports.rows("SELECT source FROM products WHERE sku = 'A'") == [{"source": "manual"}]


def test_an_edit_can_clear_a_field_and_leaves_contested_ones_that_it_does_not_name(imports: Importer, job: Job) -> None:
    answered(imports, job, "edit", colour=None)
    assert imports.data("A") == {"weight": 5}


def test_what_has_changed_since_elsewhere_stays_when_a_conflict_is_accepted(imports: Importer, job: Job) -> None:
    edited(imports, "A", size="XL")
    answered(imports, job, "accept")
    assert imports.data("A") == {"weight": 7, "colour": "green", "size": "XL"}


def test_a_product_that_has_changed_since_in_the_same_field_is_not_overwritten(imports: Importer, job: Job) -> None:
    edited(imports, "A", weight=6)
    before = imports.catalogue()
    with pytest.raises(StalePlan, match=r"A has changed since, in weight\..*reject"):
        answered(imports, job, "accept")
    assert imports.catalogue() == before
    assert answered(imports, job, "edit", weight=6)
    assert imports.data("A") == {"weight": 6, "colour": "green"}


def test_a_product_that_is_gone_is_told(imports: Importer, job: Job) -> None:
    imports.execute("DELETE FROM products WHERE sku = 'A'")
    with pytest.raises(StalePlan, match="A does not exist any more"):
        answered(imports, job, "accept")
    assert waiting(imports, job).as_dict()["fields"]["weight"]["product_now"] is None
    assert not answered(imports, job, "reject")


def test_what_the_file_gave_is_remembered_where_accepting_makes_another_product_of_it(imports: Importer) -> None:
    job = imports.load(FILE, TYPES)
    given = {"name": "Chair", "data": {"weight": 7, "colour": "red"}}
    edited(imports, "A", weight=5, colour="black")
    conflicting(imports, job, after={"weight": 7, "colour": "black"}, given=given)
    answered(imports, job, "accept")
    assert imports.data("A") == {"weight": 7, "colour": "black"}
    assert source_row(imports)["data"] == given["data"]
