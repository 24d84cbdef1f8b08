"""`segops templates`, and templates of `import` and `confirm`."""

import json
from typing import Any

import pytest

from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.importing import Importer

LAMPS = "Nr;Titel;Ton\nL-1;Desk lamp;red\nL-2;Floor lamp;blue\n"
TEMPLATE = {
    "description": "Lamps, every Monday",
    "mapping": {"Nr": "sku", "Titel": "name", "Ton": "shade"},
    "schema": {"fields": [{"key": "shade", "type": "text", "label": "Shade"}]},
    "validation_rules": {"Ton": ["one of: red | green"]},
}
COMMON = ["-w", "acme", "--json"]


@pytest.fixture(scope="module", autouse=True)
def saved(segops: Segops) -> None:
    """The template lamps of the workspace acme."""
    segops.write("template.json", json.dumps(TEMPLATE))
    made = segops("templates", "save", "lamps", "--from", "template.json", *COMMON)
    assert made.code == 0, made.err
    assert made.json["columns"] == ["Nr", "Titel", "Ton"]


def targets(told: Any) -> list[tuple[str | None, str]]:
    return [(column["target"], column["source"]) for column in told["suggestion"]]


def test_templates_are_listed_with_what_they_are_for(segops: Segops) -> None:
    (told,) = [one for one in segops("templates", "list", *COMMON).json if one["name"] == "lamps"]
    assert (told["description"], told["workspace"], told["default"]) == ("Lamps, every Monday", "acme", False)
    assert "Lamps, every Monday" in segops("templates", "list", "-w", "acme").out


def test_a_template_is_shown_as_the_file_that_saves_it(segops: Segops) -> None:
    shown = segops("templates", "show", "lamps", "-w", "acme", "-o", "shown.json")
    assert shown.code == 0, shown.err
    content = json.loads((segops.folder / "shown.json").read_text(encoding="utf-8"))
    assert content["mapping"] == TEMPLATE["mapping"]
    assert json.loads(segops("templates", "show", "lamps", "-w", "acme").out) == content
    again = segops("templates", "save", "copy", "--from", "shown.json", *COMMON)
    assert (again.code, again.json["description"]) == (0, "Lamps, every Monday")
    segops("templates", "delete", "copy", "-w", "acme")


def test_a_file_of_its_columns_is_suggested_its_mapping(segops: Segops, imports: Importer) -> None:
    told = segops("job", imports.read(LAMPS).id, "--json").json
    assert targets(told) == [("sku", "template"), ("name", "template"), ("shade", "template")]
    codes = {issue["code"] for issue in told["issues"]}
    assert {"template_recognised", "template_rule_broken"} <= codes


def test_a_job_s_mapping_is_saved_and_chosen_for_another_file(segops: Segops, imports: Importer) -> None:
    first = imports.read(LAMPS, workspace="chosen").id
    made = segops("templates", "save", "mine", "--job", first, "-w", "chosen", "--default", "--json")
    assert (made.code, made.json["default"]) == (0, True)
    other = imports.read("Nr;Titel;more\nX-1;Thing;1\n", workspace="chosen", source="other").id
    for job_id in (first, other):
        confirmed = segops("confirm", job_id, "--template", "mine", "--queue", "--json")
        assert (confirmed.code, confirmed.json["status"]) == (0, "pending"), confirmed.err
    assert "template_column_missing" in {issue["code"] for issue in confirmed.json["issues"]}
    (told,) = segops("templates", "list", "-w", "chosen", "--json").json
    assert told["used_count"] == 2
    kept = segops("templates", "save", "mine", "--job", first, "-w", "chosen", "--json").json
    assert (kept["default"], kept["used_count"]) == (True, 2)


def test_a_file_that_the_template_does_not_fit_waits_and_the_others_are_imported(segops: Segops) -> None:
    files = [segops.write("foreign.csv", "id,stock\n1,2\n2,3\n"), segops.write("lamps.csv", LAMPS)]
    words = ["-w", "acme", "--source", "several", "--template", "lamps", "--yes", "--no-embeddings", "--json"]
    told = segops("import", *files, *words)
    assert (told.code, len(told.out.splitlines())) == (4, 1)
    unfit, done = told.json
    assert unfit["status"] == "mapping"
    assert "none of the columns of the template" in unfit["reason"]
    assert (unfit["issues"][0]["code"], "Nr, Titel, Ton" in unfit["issues"][0]["suggestion"]) == ("bad_mapping", True)
    assert (segops.home / "mappings" / f"{unfit['job_id']}.json").exists()
    # one row breaks a rule of the template
    assert (done["status"], done["counts"]["created"], done["counts"]["rejected"]) == ("done", 1, 1)


def test_a_public_template_is_copied_into_another_workspace(segops: Segops, imports: Importer) -> None:
    public = segops("templates", "save", "shared", "--from", "template.json", "--public", "-w", "library", "--json")
    assert (public.code, public.json["public"]) == (0, True)
    job_id = imports.read(LAMPS, workspace="borrower").id
    assert [one["workspace"] for one in segops("templates", "list", "-w", "borrower", "--json").json] == ["library"]
    used = segops("templates", "use", "shared", "-w", "borrower", "--job", job_id)
    assert used.code == 0, used.err
    assert f"segops confirm {job_id}" in used.out
    assert [source for _, source in targets(segops("job", job_id, "--json").json)] == ["template"] * 3
    listed = segops("templates", "list", "-w", "borrower", "--json").json
    assert [(one["workspace"], one["public"]) for one in listed] == [("borrower", False), ("library", True)]
    copied = segops("templates", "use", "shared", "-w", "third", "--of", "library", "--json")
    assert (copied.code, copied.json["workspace"]) == (0, "third")


def test_a_template_is_renamed_made_the_default_and_deleted(segops: Segops) -> None:
    words = ["-w", "changed", "--json"]
    segops("templates", "save", "one", "--from", "template.json", *words)
    assert segops("templates", "rename", "one", "two", *words).json == {"name": "two", "was": "one"}
    assert segops("templates", "default", "two", *words).json == {"default": "two"}
    assert segops("templates", "list", *words).json[0]["default"] is True
    assert segops("templates", "default", "--none", *words).json == {"default": None}
    assert segops("templates", "delete", "two", *words).json == {"deleted": "two"}
    assert "two" not in {one["name"] for one in segops("templates", "list", *words).json}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["templates", "show", "lamps", "-o", "no-folder/x.json"], "wrong_usage"),
        (["templates", "save", "x"], "wrong_usage"),
        (["templates", "save", "x", "--from", __file__], "bad_mapping"),
        (["templates", "use", "lamps", "--job", "none"], "job_not_found"),
        (["templates", "default"], "wrong_usage"),
        (["import", __file__, "--template", "none"], "wrong_usage"),
        (["import", __file__, "--template", "lamps", "--mapping", "template.json"], "wrong_usage"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value[:2]),
)
def test_what_cannot_be_done_is_said(segops: Segops, words: list[str], code: str) -> None:
    refused = segops(*words, *COMMON)
    assert (refused.code, refused.json["error"]["code"]) == (2 if code == "wrong_usage" else 1, code)
    assert refused.json["error"]["remedy"]
