"""Bizzkit files on the command line: imported, planned, confirmed, corrected, taken back, and as a source's."""

import zipfile

import pytest

from segops_pipeline.cli.bizzkit import NO_FORMAT, FormatOptions, mode_of_rules
from segops_pipeline.errors import WrongUsage
from segops_pipeline_tests.cli.conftest import Segops, segops
from segops_pipeline_tests.pim.test_bizzkit_zip import ATTRIBUTES

__all__ = ["segops"]

OPEN = "UniqueName;Name\nX;Y\n"


def test_an_archive_is_imported_file_by_file(segops: Segops) -> None:
    with zipfile.ZipFile(segops.folder / "catalogue.zip", "w") as file:
        file.writestr("products.csv", "UniqueName;DEPTH\nA-1;12\nA-2;deep\n")
        file.writestr("attributes.csv", ATTRIBUTES)
    done = segops("import", "catalogue.zip", "--format", "bizzkit", "-w", "pim", "--yes", "--no-embeddings", "--json")
    assert done.code == 0, done.err
    assert [(one["status"], one["counts"]["created"], one["counts"]["rejected"]) for one in done.json] == [
        ("done", 1, 0), ("done", 1, 1),
    ]  # fmt: skip
    assert "products.csv: product, mode merge, order file" in segops("job", done.json[-1]["job_id"]).out


def test_what_is_open_is_asked_for_and_said_when_it_is_confirmed(segops: Segops) -> None:
    segops.write("open.csv", OPEN)
    waits = segops("import", "open.csv", "-w", "asked", "--format", "bizzkit", "--yes", "--json")
    assert waits.code == 4
    assert waits.json["issues"][0]["code"] == "entity_not_certain"
    assert "--entity brand or product_hierarchy or attribute" in waits.json["issues"][0]["suggestion"]
    job_id = waits.json["job_id"]
    planned = segops("plan", job_id, "--entity", "brand", "--json").json
    assert planned["counts"]["created"] == 1
    applied = segops("import", "--plan", planned["token"], "--no-embeddings", "--json").json
    assert (applied["status"], applied["counts"]["created"]) == ("done", 1)


def test_a_sources_files_are_imported_with_its_options_when_they_are_fetched(segops: Segops) -> None:
    file = segops.write("nightly.csv", ATTRIBUTES)
    made = segops(
        "sources", "set", "pim", "-w", "nightly", "--location", str(segops.folder / file), "--format", "bizzkit",
        "--order", "any", "--automatic", "--json",
    )  # fmt: skip
    assert (made.json["format"], made.json["format_options"]) == ("bizzkit", {"order": "any"})
    more = segops("sources", "set", "pim", "-w", "nightly", "--entity", "attribute", "--json").json
    assert more["format_options"] == {"order": "any", "entity": "attribute"}
    fetched = segops("sources", "fetch", "pim", "-w", "nightly", "--no-embeddings", "--json")
    assert fetched.code == 0, fetched.out
    assert (fetched.json["status"], fetched.json["counts"]["created"]) == ("done", 1)


@pytest.mark.parametrize(
    ("given", "is_of_table", "options"),
    [
        ((None, None, None, None, None), False, NO_FORMAT),
        ((None, None, None, None, None), True, FormatOptions("table")),
        ((None, None, "update", None, None), False, NO_FORMAT),
        ((None, None, "overwrite", None, None), False, FormatOptions("bizzkit", mode="overwrite")),
        (("bizzkit", "brand", None, "any", True), False, FormatOptions("bizzkit", "brand", None, "any", True)),
    ],
)
def test_options_of_a_format_imply_it(given: tuple[None, ...], is_of_table: bool, options: FormatOptions) -> None:
    assert FormatOptions.of(*given, is_of_table=is_of_table) == options


@pytest.mark.parametrize(
    ("given", "is_of_table", "message"),
    [
        (("csv", None, None, None, None), False, "There is no format 'csv'"),
        (("table", "brand", None, None, None), False, "A table has no 'entity'"),
        ((None, "brands", None, None, None), False, "There is no entity 'brands'"),
        ((None, None, None, "sorted", None), False, "There is no order 'sorted'"),
        ((None, "brand", None, None, None), True, "takes no mapping, template, policy or rules"),
    ],
)
def test_options_that_do_not_fit_are_refused(given: tuple[None, ...], is_of_table: bool, message: str) -> None:
    with pytest.raises(WrongUsage, match=message):
        FormatOptions.of(*given, is_of_table=is_of_table)


def test_the_mode_of_a_table_and_that_of_a_bizzkit_file_are_told_apart() -> None:
    assert [mode_of_rules(mode) for mode in ("merge", "overwrite", "update", None)] == [None, None, "update", None]
