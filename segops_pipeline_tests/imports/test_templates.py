"""Mapping templates on real imports: saved of a job or a file, recognised, chosen, shared between workspaces."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from segops_pipeline.errors import BadMapping, DuplicateTarget, UnknownColumn, WrongState, WrongUsage
from segops_pipeline.imports.confirm import confirm_if_known
from segops_pipeline.imports.intake import suggestion_of
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.sources import save_source
from segops_pipeline.imports.suggest import template_rules, template_transformations
from segops_pipeline.imports.template_file import read_template, template_as_dict, template_from
from segops_pipeline.imports.templates import (
    draft_of_job,
    find_template,
    own_template,
    rename_own,
    save_draft,
    use_template,
    visible_templates,
)
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.templates import MappingTemplate, TemplateDraft, list_templates
from segops_pipeline_tests.importing import Importer, counts

FILE = "Artikelnr;Bezeichnung;Ton;Rest\nA-1;Stuhl;rot;x\nA-2;Tisch;blau;y\n"
DRAFT = TemplateDraft(
    name="Möbel",
    mappings={"Artikelnr": "sku", "Bezeichnung": "name", "Ton": "shade", "Rest": None},
    fields=[SchemaField("shade", "Farbton", "text")],
    transformations={"Ton": ["upper"]},
    validation_rules={"Ton": ["one of: rot | grün"], "Artikelnr": ["required"]},
)
# the body of POST /api/v1/import/mapping-templates in seed 001_c1dc1bdbebbf3ced.txt
SEED = {
    "name": "QuickBooks Customer Export",
    "mappings": {
        "Customer": "company_name",
        "Primary Contact": "first_name",
        "Email": "email",
        "Phone": "phone",
        "Billing Address": "property.address",
    },
    "transformations": {"Phone": "normalize_phone_number", "Billing Address": "parse_address"},
    "validation_rules": {"Email": "email_validator", "Phone": "phone_validator"},
}


def save(imports: Importer, draft: TemplateDraft = DRAFT, workspace: str = "acme") -> MappingTemplate:
    imports.read("sku,name\nA,Chair\n", workspace=workspace)  # makes the workspace
    with imports.stores.database.workspace_session(_id(imports, workspace)) as connection:
        return save_draft(connection, _id(imports, workspace), draft)


def _id(imports: Importer, workspace: str) -> int:
    return imports.rows("SELECT id FROM workspaces WHERE name = :name", name=workspace)[0]["id"]


def suggested(job: Job) -> dict[str, tuple[str | None, str]]:
    """Target and source of the suggestion for each column."""
    return {column.column: (column.target, column.source) for column in suggestion_of(job).columns}


def test_a_recognised_template_s_mapping_is_suggested_with_its_name(imports: Importer) -> None:
    save(imports)
    job = imports.read(FILE, source="nordic")
    assert job.template == "Möbel"
    assert suggested(job) == {
        "Artikelnr": ("sku", "template"),
        "Bezeichnung": ("name", "template"),
        "Ton": ("shade", "template"),
        "Rest": (None, "template"),
    }
    suggestion = suggestion_of(job)
    assert all("template 'Möbel'" in column.reason for column in suggestion.columns)
    assert suggestion.fields == [SchemaField("shade", "Farbton", "text")]
    assert [issue.message for issue in imports.issues(job, "template_recognised")] == [
        "The file has the columns of the template 'Möbel'."
    ]


def test_its_steps_and_rules_come_with_the_suggestion(imports: Importer) -> None:
    save(imports)
    job = imports.read("TON;bezeichnung;Artikelnr;Rest\nrot;Stuhl;A-1;x\n", source="nordic")
    assert template_transformations(job) == {"TON": ["upper"]}
    assert template_rules(job) == {"TON": ["one of: rot | grün"], "Artikelnr": ["required"]}


def test_rows_that_break_its_rules_are_told_before_anything_is_written(imports: Importer) -> None:
    save(imports)
    job = imports.read(FILE + ";Bank;grün;z\n")
    told = [(issue.column, issue.line, issue.level) for issue in imports.issues(job, "template_rule_broken")]
    assert told == [("Ton", 3, "warning"), ("Artikelnr", 4, "warning")]
    assert imports.products() == {}


def test_a_file_with_further_columns_is_offered_the_template_for_those_it_knows(imports: Importer) -> None:
    save(imports)
    job = imports.read("EAN;Artikelnr;Bezeichnung;Ton;Rest\n4006381333931;A-1;Stuhl;rot;x\n")
    assert suggested(job)["Ton"] == ("shade", "template")
    assert suggested(job)["EAN"][1] != "template"
    assert "and 1 more" in imports.issues(job, "template_recognised")[0].message


def test_the_source_s_own_memory_comes_before_a_template_and_the_workspace_s_after(imports: Importer) -> None:
    imports.load("Artikelnr;Ton\nA-1;rot\n", mapping={"Artikelnr": "sku", "Ton": "colour"}, source="nordic")
    save(imports)
    assert suggested(imports.read(FILE, source="nordic"))["Ton"] == ("colour", "learned")
    assert suggested(imports.read(FILE, source="other"))["Ton"] == ("shade", "template")


def test_a_template_alone_lets_no_automatic_source_go_on_by_itself(imports: Importer) -> None:
    save(imports)
    with imports.stores.database.workspace_session(_id(imports, "acme")) as connection:
        save_source(connection, _id(imports, "acme"), "nordic", automatic=True)
    job = imports.read(FILE, source="nordic")
    assert not confirm_if_known(imports.stores, job.id)
    imports.run(imports.confirm_suggestion(job))
    assert confirm_if_known(imports.stores, imports.read(FILE + "A-3;Bank;rot;z\n", source="nordic").id)


def test_a_confirmed_template_is_counted_once_for_each_job(imports: Importer) -> None:
    save(imports)
    job = imports.read(FILE)
    imports.confirm_suggestion(job)
    assert counts(imports.run(imports.confirm_suggestion(job))) == {"rows": 2, "created": 1, "rejected": 1}
    changed = imports.read(FILE)
    imports.confirm(changed, mapping={"Artikelnr": "sku", "Bezeichnung": None, "Ton": None, "Rest": None})
    assert imports.rows("SELECT used_count FROM mapping_templates") == [{"used_count": 1}]


def test_a_job_s_mapping_can_be_saved_suggested_or_confirmed(imports: Importer) -> None:
    job = imports.read(FILE)
    draft = draft_of_job(job, "as suggested", "ann")
    assert draft.mappings == {column: target for column, (target, _) in suggested(job).items()}
    assert list(draft.mappings) == ["Artikelnr", "Bezeichnung", "Ton", "Rest"]
    job = imports.confirm(job, mapping={"Artikelnr": "sku", "Bezeichnung": "name", "Ton": "tone", "Rest": None})
    draft = draft_of_job(job, "as confirmed", "ann")
    assert list(draft.mappings.items()) == [
        ("Artikelnr", "sku"), ("Bezeichnung", "name"), ("Ton", "tone"), ("Rest", None),
    ]  # fmt: skip
    assert [field.key for field in draft.fields] == ["tone"]


def test_a_job_that_has_not_been_read_has_nothing_to_save(imports: Importer) -> None:
    with pytest.raises(WrongState):
        draft_of_job(imports.open(FILE), "nothing", "ann")


def test_a_template_that_a_person_chooses_comes_before_all_memory(imports: Importer) -> None:
    imports.load("Artikelnr;Ton\nA-1;rot\n", mapping={"Artikelnr": "sku", "Ton": "colour"}, source="nordic")
    save(imports)
    job = imports.read(FILE, source="nordic")
    assert suggested(job)["Ton"] == ("colour", "learned")
    job = use_template(imports.stores, job.id, "Möbel")
    assert (job.template, suggested(job)["Ton"]) == ("Möbel", ("shade", "template"))
    again = imports.intake(job)
    assert suggested(again)["Ton"] == ("shade", "template")


def test_columns_that_a_chosen_template_misses_are_told(imports: Importer) -> None:
    save(imports)
    job = imports.read("Artikelnr;Bezeichnung\nA-1;Stuhl\n")
    assert job.template is None
    job = use_template(imports.stores, job.id, "Möbel")
    assert [issue.column for issue in imports.issues(job, "template_column_missing")] == ["Ton"]


def test_a_template_for_quite_another_file_is_refused(imports: Importer) -> None:
    save(imports)
    job = imports.read("code,size\nA,1\n")
    with pytest.raises(BadMapping, match="none of the columns") as told:
        use_template(imports.stores, job.id, "Möbel")
    assert "Artikelnr" in told.value.remedy
    assert imports.job(job).template is None


def test_a_confirmed_job_takes_no_template(imports: Importer) -> None:
    save(imports)
    job = imports.queue("sku,name\nA,Chair\n")
    with pytest.raises(WrongState, match="takes no template"):
        use_template(imports.stores, job.id, "Möbel")


def test_a_public_template_is_seen_elsewhere_and_copied_when_used(imports: Importer) -> None:
    save(imports, replace(DRAFT, is_public=True, is_default=True), workspace="shared")
    job = imports.read(FILE)
    assert job.template is None
    acme = _id(imports, "acme")
    assert [(one.name, one.workspace) for one in visible_templates(imports.stores.database, acme)] == [
        ("Möbel", "shared")
    ]
    job = use_template(imports.stores, job.id, "Möbel")
    assert suggested(job)["Ton"] == ("shade", "template")
    copy = find_template(imports.stores.database, acme, "Möbel")
    assert (copy.workspace, copy.is_public, copy.is_default, copy.mappings) == ("acme", False, False, DRAFT.mappings)
    assert counts(imports.run(imports.confirm_suggestion(job))) == {"rows": 2, "created": 1, "rejected": 1}


def test_a_private_template_is_not_seen_elsewhere(imports: Importer, workspace_id: int) -> None:
    save(imports, workspace="shared")
    assert visible_templates(imports.stores.database, workspace_id) == []
    with pytest.raises(WrongUsage, match="no template 'Möbel'"):
        own_template(imports.stores, workspace_id, "Möbel")


def test_public_templates_of_one_name_are_told_apart_by_their_workspace(imports: Importer, workspace_id: int) -> None:
    for workspace in ("north", "south"):
        save(imports, replace(DRAFT, is_public=True, description=workspace), workspace=workspace)
    with pytest.raises(WrongUsage, match="north, south") as told:
        own_template(imports.stores, workspace_id, "Möbel")
    assert "--of north" in told.value.remedy
    assert own_template(imports.stores, workspace_id, "Möbel", "south").description == "south"
    with pytest.raises(WrongUsage, match="of its own"):
        own_template(imports.stores, workspace_id, "Möbel", "north")


def test_a_template_s_file_is_read_as_it_was_written(imports: Importer, tmp_path: Path) -> None:
    saved = save(imports, replace(DRAFT, description="Montags", is_default=True, is_public=True))
    path = tmp_path / "template.json"
    path.write_text(json.dumps(template_as_dict(saved)), encoding="utf-8")
    read = read_template(path, "Möbel", saved.created_by)
    assert template_as_dict(read) == template_as_dict(saved)


def test_the_seed_s_body_is_a_template(imports: Importer) -> None:
    types = dict.fromkeys(("company_name", "first_name", "email", "phone", "property.address"), "text")
    imports.queue("id," + ",".join(types) + "\n1,a,b,c,d,e\n", types, mapping={"id": "sku"})
    saved = save(imports, template_from(SEED, SEED["name"], "ann"))  # type: ignore[arg-type]
    assert saved.mappings == SEED["mappings"]
    assert saved.transformations == {"Phone": ["phone"], "Billing Address": ["address"]}
    assert saved.validation_rules == {"Email": ["email"], "Phone": ["phone"]}
    assert [field.key for field in saved.fields] == list(types)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": " "}, WrongUsage),
        ({"name": "x" * 101}, WrongUsage),
        ({"name": "two\nlines"}, WrongUsage),
        ({"mappings": {}}, BadMapping),
        ({"mappings": {"": "sku"}}, BadMapping),
        ({"mappings": {"a": "sku", "b": "sku"}, "transformations": {}, "validation_rules": {}}, DuplicateTarget),
        ({"mappings": {"Artikelnr": "nothing", "Ton": "name"}}, UnknownColumn),
        ({"transformations": {"Ton": ["paint it"]}}, BadMapping),
        ({"transformations": {"Nothing": ["trim"]}}, UnknownColumn),
        ({"validation_rules": {"Ton": ["be nice"]}}, BadMapping),
        ({"validation_rules": {"Nothing": ["required"]}}, UnknownColumn),
        ({"description": "a\0b"}, BadMapping),
    ],
    ids=str,
)
def test_a_template_that_makes_no_sense_is_not_saved(
    imports: Importer, change: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        save(imports, replace(DRAFT, **change))
    assert imports.number_of("mapping_templates") == 0


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {"mappings": []},
        {"mapping": {"a": "sku"}, "transformations": ["trim"]},
        {"mapping": {"a": "sku"}, "transformations": {"a": {"trim": True}}},
        {"mapping": {"a": "sku"}, "validation_rules": {"a": [1]}},
        {"mapping": {"a": "sku"}, "description": 1},
        {"mapping": {"a": "sku"}, "default": "yes"},
    ],
    ids=json.dumps,
)
def test_what_has_not_the_shape_of_a_template_is_refused(content: Any) -> None:
    with pytest.raises(BadMapping) as told:
        template_from(content, "x", "ann")
    assert told.value.remedy


def test_a_template_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"mapping": 1}')
    with pytest.raises(BadMapping) as told:
        read_template(tmp_path / "bad.json", "x", "ann")
    assert told.value.file == str(tmp_path / "bad.json")
    with pytest.raises(WrongUsage, match="cannot be read"):
        read_template(tmp_path / "none.json", "x", "ann")


def test_the_target_of_a_template_that_does_not_exist_is_told_with_those_that_do(imports: Importer) -> None:
    imports.queue("sku,weight\nA,1\n", {"weight": "number"})
    with pytest.raises(UnknownColumn) as told:
        save(imports, TemplateDraft(name="x", mappings={"a": "sku", "b": "nothing"}))
    assert "sku, name, weight" in told.value.remedy


def test_a_name_that_cannot_be_one_is_no_new_name(imports: Importer) -> None:
    save(imports)
    with imports.stores.database.workspace_session(_id(imports, "acme")) as connection:
        with pytest.raises(WrongUsage, match="no name for a template"):
            rename_own(connection, _id(imports, "acme"), "Möbel", " ")
        rename_own(connection, _id(imports, "acme"), "Möbel", " Chairs ")
        assert [one.name for one in list_templates(connection, _id(imports, "acme"))] == ["Chairs"]


def test_steps_that_join_columns_name_them_as_the_file_does(imports: Importer) -> None:
    save(imports, replace(DRAFT, transformations={"Bezeichnung": ['join "Ton" with " "', "trim"]}))
    job = imports.read("ARTIKELNR;bezeichnung;ton;rest\nA-1;Stuhl;rot;x\n")
    assert template_transformations(job) == {"bezeichnung": ['join "ton" with " "', "trim"]}
    imports.run(imports.confirm_suggestion(job))
    assert imports.products()["A-1"] == ("Stuhl rot", {"shade": "rot"})


def test_steps_that_join_a_column_that_the_file_lacks_are_left_out_and_told(imports: Importer) -> None:
    save(imports, replace(DRAFT, transformations={"Bezeichnung": ['join "Ton" with " "'], "Artikelnr": ["upper"]}))
    job = use_template(imports.stores, imports.read("Artikelnr;Bezeichnung\na-1;Stuhl\n").id, "Möbel")
    assert template_transformations(job) == {"Artikelnr": ["upper"]}
    assert [issue.column for issue in imports.issues(job, "template_column_missing")] == ["Ton", "Ton"]
    imports.run(imports.confirm_suggestion(job))
    assert imports.products() == {"A-1": ("Stuhl", {})}


def test_a_template_changes_no_column_that_the_source_knows_itself(imports: Importer) -> None:
    with imports.stores.database.workspace_session(_id_of_acme(imports)) as connection:
        save_source(connection, _id_of_acme(imports), "nordic", automatic=True)
    mapping = {"Artikelnr": "sku", "Bezeichnung": "name", "Ton": "shade", "Rest": None}
    imports.load(FILE, mapping=mapping, source="nordic")
    save(imports)
    job = imports.read(FILE + "A-3;Bank;rot;z\n", source="nordic")
    assert (job.template, template_transformations(job)) == ("Möbel", {})
    assert confirm_if_known(imports.stores, job.id)


def test_steps_that_nobody_confirmed_for_the_source_wait_for_a_person(imports: Importer) -> None:
    mapping = {"Artikelnr": "sku", "Bezeichnung": "name", "Ton": "shade"}
    imports.load("Artikelnr;Bezeichnung;Ton\nA-1;Stuhl;rot\n", mapping=mapping, source="nordic")
    save(imports, replace(DRAFT, mappings=mapping, validation_rules={}))
    with imports.stores.database.workspace_session(_id_of_acme(imports)) as connection:
        save_source(connection, _id_of_acme(imports), "other", automatic=True)
    job = imports.read("Artikelnr;Bezeichnung;Ton\nA-2;Tisch;rot\n", source="other")
    assert not confirm_if_known(imports.stores, job.id)
    imports.run(imports.confirm_suggestion(job))
    assert imports.data("A-2") == {"shade": "ROT"}


def _id_of_acme(imports: Importer) -> int:
    imports.open("sku\nA\n")
    return _id(imports, "acme")
