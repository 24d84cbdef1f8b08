"""`segops memory`: list, set, forget."""

import pytest

from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.importing import Importer

LAMPS = "Nr,Name,Farbe\nL-1,Desk lamp,red\nL-2,Floor lamp,blue\n"


@pytest.fixture(scope="module", autouse=True)
def learned(imports: Importer) -> None:
    """The workspace acme after an import of the source nordic, and forgetful after one by hand."""
    imports.confirm_suggestion(imports.read(LAMPS, source="nordic"))
    imports.confirm_suggestion(imports.read(LAMPS, workspace="forgetful"))


def test_what_is_known_is_listed_with_its_count_and_last_use(segops: Segops) -> None:
    rows = segops("memory", "list", "-w", "acme", "--source", "nordic", "--json").json
    assert {row["header"] for row in rows} == {"nr", "name", "farbe"}
    assert all(row["used_count"] == 1 and row["last_used_at"] and row["source"] == "nordic" for row in rows)
    shown = segops("memory", "list", "-w", "acme")
    assert (shown.code, "the whole workspace" in shown.out, "nordic" in shown.out) == (0, True, True)


def test_a_correction_is_shown_with_all_that_is_known_of_the_header(segops: Segops) -> None:
    corrected = segops("memory", "set", "NAME", "sku", "-w", "acme", "--source", "nordic")
    assert corrected.code == 0, corrected.err
    assert "sku" in corrected.out
    skipped = segops("memory", "set", "Name", "--skip", "-w", "acme", "--source", "nordic", "--json").json
    assert [(row["target"], row["source"]) for row in skipped] == [("name", None), (None, "nordic")]


def test_a_target_that_does_not_exist_is_refused_with_those_that_do(segops: Segops) -> None:
    refused = segops("memory", "set", "Farbe", "colourful", "-w", "acme", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (1, "unknown_column")
    assert "sku, name" in refused.json["error"]["remedy"]


def test_what_is_forgotten_is_counted(segops: Segops) -> None:
    assert segops("memory", "forget", "farbe", "-w", "forgetful", "--json").json == {"forgotten": 2}
    assert "4 entries are forgotten" in segops("memory", "forget", "--all", "-w", "forgetful").out
    assert "Nothing is known yet" in segops("memory", "list", "-w", "forgetful").out


@pytest.mark.parametrize(
    "words",
    [
        ["set", "Farbe", "-w", "acme"],
        ["set", "Farbe", "--skip", "-w", "acme"],
        ["list", "-w", "acme", "--source", "nobody"],
        ["forget", "Farbe", "--all", "-w", "acme"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said(segops: Segops, words: list[str]) -> None:
    refused = segops("memory", *words, "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "wrong_usage")
    assert refused.json["error"]["remedy"]
