"""Only a mapping that can be imported is confirmed; then schema and memory are written, and the job is pending."""

from dataclasses import replace
from typing import Any

import pytest

from segops_pipeline.catalogue.rules import FieldRule, ImportRules
from segops_pipeline.errors import (
    BadMapping,
    DuplicateTarget,
    NoKey,
    SegopsError,
    StalePlan,
    UnknownColumn,
    UnknownType,
    WrongState,
    WrongUsage,
)
from segops_pipeline.imports.confirm import Confirmation, confirm, confirm_if_known
from segops_pipeline.imports.intake import suggestion_of
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.run import plan_job
from segops_pipeline.imports.sources import save_source
from segops_pipeline.imports.targets import check_mapping
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline_tests.importing import Importer, confirmation, counts

FILE = "sku,name,weight\nA,Chair,2\n"
TYPES = {"weight": "number"}
WEIGHT = SchemaField("weight", "Weight", "number")


def schema(imports: Importer) -> list[tuple[str, str, bool]]:
    rows = imports.rows("SELECT key, type, required FROM product_schema_fields ORDER BY position")
    return [(row["key"], row["type"], row["required"]) for row in rows]


def memory(imports: Importer) -> list[tuple[int, str, str | None, int]]:
    rows = imports.rows(
        "SELECT source_id, header, target, used_count FROM learned_mappings ORDER BY source_id > 0, header"
    )
    return [tuple(row.values()) for row in rows]  # type: ignore[misc]


def make_automatic(imports: Importer, workspace_id: int, source: str = "nordic") -> None:
    with imports.stores.database.workspace_session(workspace_id) as connection:
        save_source(connection, workspace_id, source, automatic=True)


def test_a_confirmed_job_is_pending_with_its_mapping_and_fields(imports: Importer) -> None:
    job = imports.queue(FILE, TYPES, policy="merge", validation="strict")
    assert (job.status, job.reason, job.attempt) == ("pending", "queued", 1)
    assert job.mapping == {"sku": "sku", "name": "name", "weight": "weight"}
    assert job.schema_fields == [WEIGHT.as_dict()]
    assert (job.policy, job.validation) == ("merge", "strict")


def test_confirming_persists_the_schema_without_sku_and_name(imports: Importer) -> None:
    imports.queue("sku,name,weight,colour\nA,Chair,2,red\n", TYPES, required={"colour"})
    assert schema(imports) == [("weight", "number", False), ("colour", "text", True)]


def test_a_field_that_is_called_sku_or_name_is_never_persisted(imports: Importer) -> None:
    job = imports.read(FILE)
    fields = [WEIGHT, SchemaField("sku", "SKU", "text"), SchemaField("name", "Name", "text")]
    confirm(imports.stores, job.id, Confirmation({"sku": "sku", "name": "name", "weight": "weight"}, fields))
    assert schema(imports) == [("weight", "number", False)]


def test_a_field_that_no_column_is_mapped_to_is_not_persisted(imports: Importer) -> None:
    job = imports.read(FILE)
    confirm(imports.stores, job.id, Confirmation({"sku": "sku"}, [WEIGHT]))
    assert schema(imports) == []


def test_confirming_updates_the_schema_and_keeps_its_other_fields(imports: Importer) -> None:
    imports.queue("sku,name,weight,colour\nA,Chair,2,red\n", TYPES)
    imports.queue(FILE, {"weight": "text"}, required={"weight"})
    assert schema(imports) == [("weight", "text", True), ("colour", "text", False)]


def test_a_field_of_the_workspace_need_not_be_told_again(imports: Importer) -> None:
    imports.queue(FILE, TYPES)
    job = imports.read("sku,Gewicht\nA,2\n")
    job = confirm(imports.stores, job.id, Confirmation({"sku": "sku", "Gewicht": "weight"}))
    assert job.schema_fields == [WEIGHT.as_dict()]


def test_a_rule_of_a_field_that_there_is_not_is_refused(imports: Importer) -> None:
    job = imports.read(FILE)
    rules = ImportRules(fields={"wieght": FieldRule("fill")})
    with pytest.raises(BadMapping, match="wieght"):
        confirm(imports.stores, job.id, replace(confirmation(job.headers or [], TYPES), rules=rules))


def test_a_column_that_is_left_out_is_skipped(imports: Importer) -> None:
    job = imports.read(FILE)
    job = confirm(imports.stores, job.id, Confirmation({"sku": "sku"}))
    assert job.mapping == {"sku": "sku", "name": None, "weight": None}


def test_what_is_confirmed_is_learned_for_the_source_and_the_workspace_and_a_skip_for_the_source(
    imports: Importer,
) -> None:
    job = imports.queue(FILE, mapping={"weight": None}, source="nordic")
    assert memory(imports) == [
        (0, "name", "name", 1),
        (0, "sku", "sku", 1),
        (job.source_id, "name", "name", 1),
        (job.source_id, "sku", "sku", 1),
        (job.source_id, "weight", None, 1),
    ]


def test_learned_memory_wins_over_every_suggestion_in_the_next_import(imports: Importer) -> None:
    file = "sku,name,Marke\nA,Chair,Acme\nB,Table,Nord\n"
    imports.queue(file, mapping={"name": "title", "Marke": "name"})
    suggestion = suggestion_of(imports.read(file))
    assert [(column.target, column.source) for column in suggestion.columns] == [
        ("sku", "learned"),
        ("title", "learned"),
        ("name", "learned"),
    ]
    assert suggestion.all_learned


def test_a_skip_is_remembered_for_its_source_alone(imports: Importer) -> None:
    imports.queue(FILE, mapping={"weight": None}, source="nordic")
    assert suggestion_of(imports.read(FILE, source="nordic")).columns[2].target is None
    assert suggestion_of(imports.read(FILE, source="south")).columns[2].target is not None


def test_confirming_again_before_the_import_replaces_the_mapping(imports: Importer) -> None:
    job = imports.queue(FILE, TYPES)
    job = imports.confirm(job, mapping={"weight": None})
    assert (job.status, job.attempt, job.mapping and job.mapping["weight"]) == ("pending", 2, None)
    imports.run(job)
    assert imports.products() == {"A": ("Chair", {})}


WRONG: dict[str, tuple[Any, type[SegopsError], str]] = {
    "no sku": ({"mapping": {"sku": None}}, NoKey, "No column"),
    "two skus": ({"mapping": {"name": "sku"}}, DuplicateTarget, "'sku' is the target of 2 columns: sku, name"),
    "two names": ({"mapping": {"weight": "name"}}, DuplicateTarget, "'name' is the target"),
    "two of one field": ({"mapping": {"name": "weight"}}, DuplicateTarget, "'weight' is the target"),
    "unknown column": ({"mapping": {"colour": "weight", "weight": None}}, UnknownColumn, "no column 'colour'"),
    "unknown type": ({"types": {"weight": "decimal"}}, UnknownType, "type 'decimal'"),
    "unknown policy": ({"policy": "append"}, WrongUsage, "no policy 'append'"),
    "unknown validation": ({"validation": "loose"}, WrongUsage, "no validation 'loose'"),
    "unknown plan": ({"plan": "0" * 24}, StalePlan, "plan that you saw"),
    "field key with NUL": ({"mapping": {"weight": "we\0ight"}}, BadMapping, "key"),
    "field key too long": ({"mapping": {"weight": "w" * 300}}, BadMapping, "key"),
    "empty field key": ({"mapping": {"weight": ""}}, BadMapping, "key"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_mapping_that_cannot_be_imported_is_refused_and_changes_nothing(wrong: str, imports: Importer) -> None:
    given, error_type, words = WRONG[wrong]
    imports.load(FILE, TYPES)
    job = imports.read("sku,name,weight\nB,Table,3\n")
    before = imports.catalogue()
    with pytest.raises(error_type, match=words) as told:
        confirm(imports.stores, job.id, confirmation(job.headers or [], **given))
    assert told.value.remedy
    assert imports.catalogue() == before
    assert imports.job(job) == job


def test_a_target_that_is_no_field_is_refused(imports: Importer) -> None:
    job = imports.read(FILE)
    with pytest.raises(UnknownColumn, match="'weight', which is no field"):
        confirm(imports.stores, job.id, Confirmation({"sku": "sku", "weight": "weight"}))
    assert schema(imports) == memory(imports) == []


def test_the_plan_that_was_seen_can_be_confirmed(imports: Importer) -> None:
    job = imports.queue(FILE, TYPES)
    token = plan_job(imports.stores, job.id, imports.progress(job)).token
    assert imports.confirm(job, TYPES, plan=token).status == "pending"


def waiting(imports: Importer) -> Job:
    return imports.open(FILE)


def importing(imports: Importer) -> Job:
    return imports.planned(imports.queue(FILE, TYPES))


def done(imports: Importer) -> Job:
    return imports.load(FILE, TYPES)


@pytest.mark.parametrize("state", [waiting, importing, done])
def test_a_job_that_is_unread_or_running_or_done_takes_no_mapping(state: Any, imports: Importer) -> None:
    job = state(imports)
    before = imports.catalogue()
    with pytest.raises(WrongState, match="takes no mapping now"):
        confirm(imports.stores, job.id, Confirmation({"sku": "sku"}))
    assert imports.catalogue() == before
    assert imports.job(job) == job


def test_an_automatic_source_goes_on_by_itself_when_every_column_is_known(imports: Importer, workspace_id: int) -> None:
    make_automatic(imports, workspace_id)
    imports.load(FILE, TYPES, source="nordic")
    job = imports.read("sku,name,weight\nA,Chair,5\n", source="nordic")
    assert confirm_if_known(imports.stores, job.id)
    assert counts(imports.run(imports.job(job))) == {"rows": 1, "updated": 1}


def test_an_automatic_source_that_matches_by_other_fields_needs_no_sku(imports: Importer, workspace_id: int) -> None:
    make_automatic(imports, workspace_id)
    imports.load("sku,name,gtin\nA,Chair,5\n", source="nordic")
    with imports.stores.database.workspace_session(workspace_id) as connection:
        save_source(connection, workspace_id, "nordic", rules=ImportRules(match=("gtin",)))
    job = imports.read("name,gtin\nStool,5\n", source="nordic")
    assert confirm_if_known(imports.stores, job.id)
    assert counts(imports.run(imports.job(job))) == {"rows": 1, "updated": 1}
    assert not confirm_if_known(imports.stores, imports.read("name\nStool\n", source="nordic").id)


def test_explicit_skips_count_as_known(imports: Importer, workspace_id: int) -> None:
    make_automatic(imports, workspace_id)
    imports.load(FILE, mapping={"weight": None}, source="nordic")
    job = imports.read("sku,name,weight\nA,Chair,5\n", source="nordic")
    assert confirm_if_known(imports.stores, job.id)
    assert imports.job(job).mapping == {"sku": "sku", "name": "name", "weight": None}


@pytest.mark.parametrize(
    ("automatic", "file"),
    [
        (True, "sku,name,weight,colour\nA,Chair,5,red\n"),
        (True, "name,weight\nChair,5\n"),
        (False, "sku,name,weight\nA,Chair,5\n"),
    ],
    ids=["a new column", "no key", "not automatic"],
)
def test_otherwise_it_waits_for_a_person(automatic: bool, file: str, imports: Importer, workspace_id: int) -> None:
    if automatic:
        make_automatic(imports, workspace_id)
    imports.load(FILE, TYPES, source="nordic")
    job = imports.read(file, source="nordic")
    assert not confirm_if_known(imports.stores, job.id)
    assert imports.job(job) == job
    assert (job.status, job.reason) == ("mapping", "needs mapping")


def test_a_mapping_that_is_confirmed_already_stays(imports: Importer) -> None:
    job = imports.queue(FILE, TYPES)
    assert confirm_if_known(imports.stores, job.id)
    assert imports.job(job) == job


def test_a_mapping_is_checked_against_any_header() -> None:
    check_mapping(["a", "b", "c"], {"a": "sku", "b": None, "c": "name"})
    with pytest.raises(NoKey):
        check_mapping(["a"], {})
