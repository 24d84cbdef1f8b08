"""The import: a mapping confirmed from Dagster's launchpad, planned and applied."""

from typing import Any

import pytest

from segops_pipeline.notify.events import job_url
from segops_pipeline_tests.running_system import (
    ACCEPT,
    LAMPS,
    System,
    failure_of,
    materialized,
    metadata,
    table_rows,
)

# 24 rows: one price is none, one row has no key, and one key occurs twice
GOOD_ROWS = "".join(f"L-{n},Lamp {n},{n}.50 EUR\n" for n in range(1, 22))
MIXED = f"sku,name,price\n{GOOD_ROWS}L-1,Lamp 1 again,9.00 EUR\n,Nameless,1.00 EUR\nL-99,Lantern,cheap\n"


def confirmed_with(**config: Any) -> dict[str, Any]:
    return {"confirmed_mapping": {"config": config}}


def test_accepting_the_suggestion_imports_the_file(system: System) -> None:
    job = system.read_file(LAMPS, "accepted")
    result = system.launch("import_job", job.id, ACCEPT)
    assert materialized(result) == ["confirmed_mapping", "import_plan", "upserted_products"]
    job = system.job(job.id)
    assert (job.status, job.imported_count) == ("done", 3)
    price = {"amount": "12.50", "currency": "EUR"}
    assert system.products("accepted")["L-1"] == ("Desk lamp", {"price": price, "stock": 4})


def test_the_import_shows_its_counts_issues_and_rate(system: System) -> None:
    job = system.read_file(MIXED, "mixed")
    result = system.launch("import_job", job.id, ACCEPT)
    counts = {"rows": 24, "created": 21, "updated": 0, "unchanged": 0, "conflicts": 0, "rejected": 2, "skipped": 1}
    for asset in ("import_plan", "upserted_products"):
        shown = metadata(result, asset)
        assert {name: shown[name] for name in counts} == counts
        assert shown["seconds"] > 0
        assert shown["rows_per_second"] > 0
    shown = metadata(result, "upserted_products")
    assert shown["page"] == job_url(system.settings, job.id)
    assert (shown["imported_count"], shown["dagster/row_count"]) == (21, 21)
    issues = {(row["line"], row["level"]) for row in table_rows(shown["issues"])}
    assert issues >= {("2", "info"), ("24", "error"), ("25", "error")}


def test_the_confirmed_mapping_shows_what_was_confirmed(system: System) -> None:
    job = system.read_file(LAMPS, "shown")
    shown = metadata(system.launch("import_job", job.id, ACCEPT), "confirmed_mapping")
    assert [row["target"] for row in table_rows(shown["mapping"])] == ["sku", "name", "price", "stock"]
    assert [field["type"] for field in shown["fields"]] == ["price", "number"]
    assert (shown["policy"], shown["validation"], shown["attempt"]) == ("overwrite", "lenient", 1)


def test_transformations_are_done_and_shown_with_the_mapping(system: System) -> None:
    job = system.read_file(LAMPS, "changed")
    steps = {"name": ["upper", 'prefix "The "'], "stock": ["unit dozen to piece"]}
    sentence, told = failure_of(
        system.launch("import_job", job.id, confirmed_with(accept_suggestion=True, transformations=steps))
    )
    assert (told["code"], "column stock" in sentence) == ("bad_mapping", True)
    steps["stock"] = ['map "0"="none" else "some"', 'replace "none" with "0"', 'replace "some" with "1"']
    result = system.launch("import_job", job.id, confirmed_with(accept_suggestion=True, transformations=steps))
    rows = table_rows(metadata(result, "confirmed_mapping")["mapping"])
    assert [(row["column"], row["transformations"]) for row in rows][:2] == [
        ("sku", ""),
        ("name", 'upper → prefix "The "'),
    ]
    assert system.products("changed")["L-2"][0] == "The FLOOR LAMP"
    assert [data["stock"] for _, data in system.products("changed").values()] == [1, 0, 1]


def test_a_mapping_of_ones_own_decides(system: System) -> None:
    job = system.read_file(LAMPS, "own")
    fields = [{"key": "on_hand", "type": "text", "label": "On hand"}]
    mapping = {"sku": "sku", "name": "name", "price": "", "stock": "on_hand"}
    assert system.launch("import_job", job.id, confirmed_with(mapping=mapping, fields=fields)).success
    assert system.products("own")["L-3"] == ("Lantern", {"on_hand": "17"})


def test_a_mapping_corrects_the_suggestion_that_it_goes_with(system: System) -> None:
    job = system.read_file(LAMPS, "corrected")
    config = confirmed_with(accept_suggestion=True, mapping={"stock": ""})
    assert system.launch("import_job", job.id, config).success
    assert list(system.products("corrected")["L-2"][1]) == ["price"]


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"name": "name"}, "no_key"),
        ({"sku": "sku", "name": "sku"}, "duplicate_target"),
        ({"sku": "sku", "colour": "name"}, "unknown_column"),
        ({"sku": "sku", "name": "no_such_field"}, "unknown_column"),
    ],
)
def test_a_wrong_mapping_fails_the_run_and_the_job_waits_on(system: System, mapping: dict[str, str], code: str) -> None:
    job = system.read_file(LAMPS, "wrong")
    _, told = failure_of(system.launch("import_job", job.id, confirmed_with(mapping=mapping)))
    assert told["code"] == code
    job = system.job(job.id)
    assert (job.status, job.reason, job.mapping, job.error) == ("mapping", "needs mapping", None, None)


def test_a_field_of_a_type_that_does_not_exist_is_refused(system: System) -> None:
    job = system.read_file(LAMPS, "typeless")
    config = confirmed_with(mapping={"sku": "sku", "stock": "n"}, fields=[{"key": "n", "type": "integer"}])
    _, told = failure_of(system.launch("import_job", job.id, config))
    assert told["code"] == "unknown_type"
    assert system.job(job.id).status == "mapping"


@pytest.mark.parametrize("given", [{"policy": "guess"}, {"validation": "some"}])
def test_a_rule_that_does_not_exist_is_refused(system: System, given: dict[str, str]) -> None:
    job = system.read_file(LAMPS, "ruleless")
    _, told = failure_of(system.launch("import_job", job.id, confirmed_with(accept_suggestion=True, **given)))
    assert told["code"] == "wrong_usage"
    assert system.job(job.id).status == "mapping"


def test_a_plan_that_was_never_made_cannot_be_confirmed(system: System) -> None:
    job = system.read_file(LAMPS, "unplanned")
    _, told = failure_of(system.launch("import_job", job.id, confirmed_with(accept_suggestion=True, plan="0" * 24)))
    assert told["code"] == "stale_plan"


def test_an_import_without_a_confirmation_says_what_is_missing(system: System) -> None:
    job = system.read_file(LAMPS, "unconfirmed")
    sentence, told = failure_of(system.launch("import_job", job.id))
    assert told["code"] == "wrong_state"
    assert "segops confirm" in sentence
    assert system.job(job.id).status == "mapping"


def test_strict_validation_fails_the_job_and_changes_nothing(system: System) -> None:
    job = system.read_file(MIXED, "strict", validation="strict")
    _, told = failure_of(system.launch("import_job", job.id, ACCEPT))
    assert told["code"] == "rows_rejected"
    assert system.products("strict") == {}
    job = system.job(job.id)
    assert (job.status, job.counts["rejected"], job.imported_count) == ("failed", 2, 0)


def test_an_import_leaves_no_staging_and_no_rows_behind(system: System) -> None:
    job = system.read_file(LAMPS, "tidy")
    assert system.launch("import_job", job.id, ACCEPT).success
    for table in ("rows", "issues", "plan_rows"):
        assert system.ask("tidy", f"SELECT FROM staging.{table}") == []
    assert job.rows_uri is not None
    assert not system.stores.files.exists(job.rows_uri)
    done = system.job(job.id)
    assert (done.upload_uri, done.rows_uri, done.original_uri) == (None, None, job.upload_uri)
