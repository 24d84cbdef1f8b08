"""What a person has worked on of a mapping is kept with its job, and what stands in its way is told where it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from segops_pipeline.catalogue.rules import ImportRules
from segops_pipeline.catalogue.schema import save_fields
from segops_pipeline.errors import (
    BadMapping,
    ChangedMeanwhile,
    Issue,
    JobNotFound,
    SegopsError,
    UnknownColumn,
    UnknownType,
    WrongState,
    WrongUsage,
)
from segops_pipeline.imports.confirm import Confirmation, confirm, present_confirmation
from segops_pipeline.imports.draft import MAX_DRAFT_BYTES, draft_of, drafted_confirmation, problems_of, save_draft
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.planning import plan_draft
from segops_pipeline.imports.reread import reread
from segops_pipeline.imports.templates import draft_of_job, use_template
from segops_pipeline.imports.templates import save_draft as save_template
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.reading.choice import DialectChoice
from segops_pipeline.stores.opening import open_stores
from segops_pipeline_tests.conftest import installation
from segops_pipeline_tests.importing import Importer, confirmation

FILE = "id;title;weight;colour\nA;Chair;2.5;red\nB;Desk;heavy;blue\nC;Lamp;1;red\n"
MAPPING = {"id": "sku", "title": "name", "weight": "weight", "colour": None}
DRAFT: dict[str, Any] = {
    "mapping": MAPPING,
    "schema": {"fields": [{"key": "weight", "label": "Weight", "type": "number"}]},
    "transformations": {"weight": ["trim"]},
    "rules": {"mode": "create"},
    "policy": "merge",
    "validation": "strict",
    "step": 2,
}


@pytest.fixture(scope="module")
def imports(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Importer]:
    """Imports into one database for all tests of this file: each has jobs of its own."""
    folder: Path = tmp_path_factory.mktemp("draft")
    with installation(cluster, folder / "home") as settings, open_stores(settings) as stores:
        yield Importer(stores, folder)


@pytest.fixture
def job(imports: Importer) -> Job:
    """A job that waits for its mapping."""
    return imports.read(FILE)


def save(imports: Importer, job: Job, draft: dict[str, Any] = DRAFT, version: int | None = None) -> int:
    return save_draft(imports.stores, job.workspace_id, job.id, draft, "ann@example.com", version)


def problems(imports: Importer, job: Job, draft: dict[str, Any]) -> list[Issue]:
    return problems_of(imports.stores, job, drafted_confirmation(job, {**DRAFT, **draft}))


def codes(found: list[Issue]) -> list[tuple[str, str | None]]:
    return [(issue.code, issue.column) for issue in found]


def test_a_draft_is_loaded_as_it_was_saved_columns_in_the_order_of_the_file(imports: Importer, job: Job) -> None:
    backwards = dict(reversed(MAPPING.items()))
    assert save(imports, job, {**DRAFT, "mapping": backwards}) == 1
    loaded = draft_of(imports.stores, imports.job(job))
    assert list(loaded["mapping"].items()) == list(MAPPING.items())
    assert loaded["schema"]["fields"][0] == SchemaField("weight", "Weight", "number").as_dict()
    rest = ("transformations", "rules", "policy", "validation", "step")
    assert {name: loaded[name] for name in rest} == {name: DRAFT[name] for name in rest}
    assert imports.job(job).drafted_by == "ann@example.com"


def test_a_job_without_a_draft_gives_its_suggestion_in_the_same_shape(imports: Importer, job: Job) -> None:
    loaded = draft_of(imports.stores, job)
    assert list(loaded["mapping"]) == job.headers
    assert (loaded["policy"], loaded["validation"], loaded["rules"]) == ("overwrite", "lenient", {})
    assert save(imports, job, loaded) == 1
    assert draft_of(imports.stores, imports.job(job)) == loaded


def test_a_draft_may_be_incomplete(imports: Importer, job: Job) -> None:
    save(imports, job, {"mapping": {"id": None}})
    assert draft_of(imports.stores, imports.job(job))["mapping"] == dict.fromkeys(MAPPING)


def test_whoever_changes_an_old_version_is_told_who_has_changed_it(imports: Importer, job: Job) -> None:
    assert save(imports, job, version=0) == 1
    assert save(imports, job, version=1) == 2
    with pytest.raises(ChangedMeanwhile, match=r"ann@example\.com has changed the mapping meanwhile, at 20"):
        save(imports, job, version=1)
    assert save(imports, job, version=None) == 3


def test_the_draft_of_another_workspace_is_not_there(imports: Importer, job: Job) -> None:
    other = Importer(imports.stores, imports.folder, "other").read(FILE).workspace_id
    with pytest.raises(JobNotFound):
        save_draft(imports.stores, other, job.id, DRAFT, "eve@example.com")
    assert imports.job(job).draft is None


@pytest.mark.parametrize("act", ["confirm", "reread"])
def test_a_draft_ends_with_its_mapping(imports: Importer, job: Job, act: str) -> None:
    save(imports, job)
    if act == "confirm":
        confirm(imports.stores, job.id, present_confirmation(imports.stores, imports.job(job)))
    else:
        reread(imports.stores, job.id, DialectChoice())
    assert (imports.job(job).draft, imports.job(job).draft_version) == (None, 2)
    with pytest.raises(WrongState):  # queued, or not read yet
        save(imports, job)
    if act == "reread":
        imports.intake(job)
        with pytest.raises(ChangedMeanwhile, match="not there any more"):
            save(imports, job, version=1)


def test_a_template_that_a_person_names_takes_the_place_of_the_draft(imports: Importer) -> None:
    here = Importer(imports.stores, imports.folder, "templated")
    job = here.read(FILE)
    with here.stores.database.workspace_session(job.workspace_id) as connection:
        save_template(connection, job.workspace_id, draft_of_job(job, "Chairs", "ann"))
    save(here, job, {"mapping": {}})
    assert use_template(here.stores, job.id, "Chairs").draft is None
    assert draft_of(here.stores, here.job(job))["mapping"]["id"] == "sku"


def test_confirming_begins_with_the_draft(imports: Importer, job: Job) -> None:
    save(imports, job)
    confirmed = confirm(imports.stores, job.id, present_confirmation(imports.stores, imports.job(job)))
    assert (confirmed.mapping, confirmed.policy, confirmed.validation) == (MAPPING, "merge", "strict")
    assert (confirmed.transformations, confirmed.rules) == ({"weight": ["trim"]}, {"mode": "create"})


def test_of_draft_and_plan_the_younger_one_counts(imports: Importer, job: Job) -> None:
    save(imports, job)
    other = confirmation([], mapping={"id": "sku", "title": "name"})
    plan_draft(imports.stores, job.id, other, imports.progress(job))
    assert present_confirmation(imports.stores, imports.job(job)).mapping == {**MAPPING, "weight": None}
    save(imports, job)
    assert present_confirmation(imports.stores, imports.job(job)).mapping == MAPPING


def test_a_draft_that_was_planned_keeps_its_fields_without_a_column(imports: Importer, job: Job) -> None:
    spare = {"key": "spare", "label": "Spare", "type": "text"}
    save(imports, job, {**DRAFT, "schema": {"fields": [*DRAFT["schema"]["fields"], spare]}})
    plan_draft(imports.stores, job.id, present_confirmation(imports.stores, imports.job(job)), imports.progress(job))
    assert [field["key"] for field in draft_of(imports.stores, imports.job(job))["schema"]["fields"]][1] == "spare"


def deep() -> list[Any]:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    return nested


@pytest.mark.parametrize(
    ("draft", "error"),
    [
        ({"mapping": []}, BadMapping),
        ({"mapping": {"id": 1}}, BadMapping),
        ({"mapping": {"nowhere": "sku"}}, UnknownColumn),
        ({"mapping": {}, "transformations": {"nowhere": ["trim"]}}, UnknownColumn),
        ({"mapping": {}, "schema": {"fields": [{"key": "a", "type": "colour"}]}}, UnknownType),
        ({"mapping": {}, "rules": {"match": 5}}, BadMapping),
        ({"mapping": {}, "rules": {"dated_by": {}}}, BadMapping),
        ({"mapping": {}, "policy": "guess"}, WrongUsage),
        ({"mapping": {}, "policy": ["merge"]}, BadMapping),
        ({"mapping": {}, "step": "a\0b"}, BadMapping),
        ({"mapping": {}, "step": "\ud800"}, BadMapping),
        ({"mapping": {}, "step": float("nan")}, BadMapping),
        ({"mapping": {}, "step": deep()}, BadMapping),
        ({"mapping": {}, "step": "x" * MAX_DRAFT_BYTES}, BadMapping),
    ],
)
def test_what_is_no_draft_is_refused(
    imports: Importer, job: Job, draft: dict[str, Any], error: type[SegopsError]
) -> None:
    with pytest.raises(error):
        save(imports, job, draft)
    assert imports.job(job).draft is None


def test_a_draft_that_can_be_confirmed_has_no_problem(imports: Importer, job: Job) -> None:
    assert problems(imports, job, {}) == []


def test_every_problem_is_told_with_its_column(imports: Importer, job: Job) -> None:
    found = problems(
        imports,
        job,
        {
            "mapping": {"id": "weight", "title": "weight", "weight": "weight", "colour": "nowhere"},
            "transformations": {"weight": ["fly"], "colour": ["trim", 'join "gone"']},
            "rules": {"dated_by": "gone", "fields": {"ghost": {"empty": "keep"}}},
        },
    )
    assert codes([issue for issue in found if issue.level == "error"]) == [
        ("unknown_column", "gone"),
        ("no_key", None),
        ("duplicate_target", "title"),
        ("duplicate_target", "weight"),
        ("unknown_column", "colour"),
        ("bad_mapping", None),
        ("bad_mapping", "weight"),
        ("bad_mapping", "colour"),
    ]


def test_values_that_a_type_does_not_take_are_a_doubt(imports: Importer, job: Job) -> None:
    found = problems(imports, job, {"transformations": {}})
    assert codes(found) == [("values_of_another_type", "weight")]
    assert found[0].message.startswith("About 1 of 3 filled cells of 'weight' are no number")


def test_a_name_that_is_missing_is_told_and_stands_in_nobodys_way(imports: Importer, job: Job) -> None:
    found = problems(imports, job, {"mapping": {**MAPPING, "title": None}})
    assert [(issue.code, issue.level) for issue in found] == [("no_name", "info")]


def test_required_fields_and_changed_types_of_the_schema_are_doubts(imports: Importer) -> None:
    here = Importer(imports.stores, imports.folder, "strict")
    job = here.read(FILE)
    fields = [SchemaField("weight", "Weight", "text"), SchemaField("brand", "Brand", "text", required=True)]
    with here.stores.database.workspace_session(job.workspace_id) as connection:
        save_fields(connection, job.workspace_id, fields)
    assert codes(problems(here, job, {})) == [("type_of_field_changes", None), ("required_field_not_mapped", None)]


def test_a_key_other_than_sku_can_be_missing_too(imports: Importer, job: Job) -> None:
    found = problems_of(imports.stores, job, Confirmation({"title": "name"}, rules=ImportRules(match=("gtin",))))
    assert found[0].message == "Products are matched by gtin, and no column is mapped to gtin."
