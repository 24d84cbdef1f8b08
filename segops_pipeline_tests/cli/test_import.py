"""`segops import` and what follows it, from a script's point of view: exit codes and one line of JSON."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from segops_pipeline.imports.mapping_file import write_suggestion
from segops_pipeline_tests.cli.conftest import Answer, Segops
from segops_pipeline_tests.importing import Importer

LAMPS = "sku,name,price,stock\nL-1,Desk lamp,12.50 EUR,4\nL-2,Floor lamp,80.00 EUR,0\nL-3,Lantern,9.95 EUR,17\n"
OUTCOME = {"job_id", "status", "reason", "counts", "imported_count", "issues", "seconds"}
COUNTS = ["rows", "created", "updated", "unchanged", "conflicts", "rejected", "skipped"]


@pytest.fixture(scope="module")
def imported(segops: Segops) -> Answer:
    """A file imported at once into the workspace acme."""
    words = ["--workspace", "acme", "--source", "nordic", "--yes", "--no-embeddings", "--json"]
    return segops("import", segops.write("lamps.csv", LAMPS), *words)


@pytest.fixture(scope="module")
def waiting(segops: Segops) -> Answer:
    """The same file, of which the mapping is not confirmed, in the workspace waiting."""
    return segops("import", segops.write("waiting.csv", LAMPS), "--workspace", "waiting", "--json")


def test_an_import_with_yes_is_done(imported: Answer) -> None:
    assert imported.code == 0, imported.err
    told = imported.json
    assert set(told) == OUTCOME
    assert (told["status"], told["reason"], told["imported_count"], told["issues"]) == ("done", None, 3, [])
    assert list(told["counts"]) == COUNTS
    assert told["counts"]["created"] == 3


def test_the_answer_is_the_only_thing_on_standard_output(imported: Answer) -> None:
    assert len(imported.out.splitlines()) == 1
    assert "Warning" not in imported.err


def test_every_stage_tells_its_seconds(imported: Answer) -> None:
    stages = ["parsed_upload", "inferred_schema", "import_plan", "upserted_products", "clickhouse_products"]
    stages += ["staging"]  # which is part of the plan
    assert sorted(imported.json["seconds"]) == sorted(stages)
    assert all(seconds > 0 for seconds in imported.json["seconds"].values())


@pytest.mark.usefixtures("imported")
def test_the_same_file_again_changes_nothing(segops: Segops) -> None:
    words = ["--workspace", "acme", "--source", "nordic", "--yes", "--no-embeddings"]
    again = segops("import", "lamps.csv", *words)
    assert again.code == 0
    assert "done" in again.out
    assert "unchanged" in again.out


def test_without_yes_it_stops_and_says_how_to_go_on(segops: Segops, waiting: Answer) -> None:
    assert waiting.code == 4
    told = waiting.json
    assert (told["status"], told["reason"], told["imported_count"]) == ("mapping", "needs mapping", 0)
    assert exported(segops, "waiting") == [["sku", "name"]]


def test_the_suggested_mapping_is_a_file_to_edit(segops: Segops, waiting: Answer) -> None:
    content = json.loads(mapping_file(segops, waiting.json["job_id"]).read_text())
    assert content["mapping"] == {"sku": "sku", "name": "name", "price": "price", "stock": "stock"}
    assert [field["type"] for field in content["schema"]["fields"]] == ["price", "number"]


def test_without_json_the_mapping_of_each_file_is_shown_to_the_person(segops: Segops) -> None:
    files = [segops.write(f"part{n}.csv", f"sku,name,width {n}\nP-{n},Part {n},2\n") for n in (1, 2)]
    shown = segops("import", *files, "--workspace", "shown")
    assert shown.code == 4
    assert re.search(r"(?m)^width 1 +number +width_1 ", shown.out)
    assert re.search(r"(?m)^width 2 +number +width_2 ", shown.out)
    assert shown.out.count("Nothing is written yet") == 2
    assert len(set(re.findall(r"(?m)^  segops confirm (\S+) --mapping", shown.out))) == 2


def test_an_edited_mapping_decides_what_is_imported(segops: Segops, imports: Importer) -> None:
    job = imports.read(LAMPS, workspace="edited")
    file = write_suggestion(imports.stores, job)
    assert file is not None
    content = json.loads(file.read_text())
    content["mapping"] |= {"price": None, "stock": "on_hand"}
    content["schema"]["fields"] = [{"key": "on_hand", "type": "text"}]
    file.write_text(json.dumps(content))
    done = segops("confirm", job.id, "--mapping", str(file), "--no-embeddings", "--json")
    assert done.code == 0, done.err
    assert set(done.json) == OUTCOME
    assert exported(segops, "edited")[:2] == [["sku", "name", "on_hand"], ["L-1", "Desk lamp", "4"]]


def test_a_mapping_given_at_once_is_the_one_that_is_imported(segops: Segops) -> None:
    mapping = {"mapping": {"sku": "sku", "name": "name", "price": None, "stock": None}}
    file = segops.write("given.json", json.dumps(mapping))
    words = ["-w", "given", "--mapping", file, "--yes", "--no-embeddings", "--json"]
    assert segops("import", segops.write("given.csv", LAMPS), *words).code == 0
    assert exported(segops, "given")[0] == ["sku", "name"]


@pytest.mark.parametrize(
    ("content", "code"),
    [("{", "bad_mapping"), ('{"mapping": {"sku": 1}}', "bad_mapping"), ('{"columns": {}}', "bad_mapping")],
)
def test_a_mapping_file_that_is_none_is_refused(nowhere: Segops, content: str, code: str) -> None:
    words = ["--mapping", nowhere.write("m.json", content), "--yes", "--json"]
    refused = nowhere("import", nowhere.write("lamps.csv", LAMPS), *words)
    assert refused.code == 1
    assert refused.json["error"]["code"] == code
    assert "m.json" in refused.err


def test_a_mapping_without_a_key_keeps_the_job_waiting(segops: Segops) -> None:
    keyless = segops.write("keyless.csv", "colour,weight\nred,1\nred,1\nblue,2\n")
    told = segops("import", keyless, "-w", "keyless", "--yes", "--json")
    assert told.code == 4
    assert told.json["status"] == "mapping"
    assert told.json["issues"][0]["code"] == "no_key"


def test_a_bad_file_fails_with_its_reason(segops: Segops) -> None:
    failed = segops("import", segops.write("empty.csv", ""), "-w", "bad", "--yes", "--json")
    assert failed.code == 1
    assert (failed.json["status"], failed.json["reason"]) == ("failed", "empty file")
    assert failed.json["issues"][0]["code"] == "empty_file"
    assert failed.json["issues"][0]["message"]


def test_one_bad_row_fails_a_strict_import_and_nothing_goes_in(segops: Segops) -> None:
    rows = "".join(f"R-{n},Row {n},{n}.00 EUR\n" for n in range(20))
    file = segops.write("rows.csv", f"sku,name,price\n{rows}R-x,Row x,cheap\n")
    strict = segops("import", file, "-w", "strict", "--validation", "strict", "--yes", "--json")
    assert strict.code == 1
    assert (strict.json["status"], strict.json["reason"]) == ("failed", "rows rejected")
    assert strict.json["counts"]["rejected"] == 1
    issues = [issue for issue in strict.json["issues"] if issue["level"] == "error" and "line" in issue]
    assert [(issue["line"], issue["column"], issue["value"]) for issue in issues] == [(22, "price", "cheap")]
    assert exported(segops, "strict") == [["sku", "name", "price"]]


def test_a_mapping_that_does_not_fit_is_to_be_corrected(segops: Segops, imports: Importer) -> None:
    wrong = segops.write("wrong.json", '{"mapping": {"sku": "sku", "colour": "name"}}')
    shown = segops("confirm", imports.read(LAMPS, workspace="wrong").id, "--mapping", wrong)
    assert shown.code == 4
    assert "The file has no column 'colour'" in shown.out
    assert "Correct wrong.json and confirm again" in shown.out
    assert '"price"' not in shown.out  # the suggestion is not what was given


def mapping_file(segops: Segops, job_id: str) -> Path:
    return segops.home / "mappings" / f"{job_id}.json"


def exported(segops: Segops, workspace: str) -> list[list[str]]:
    told: Any = segops("export", "-w", workspace, "-o", f"{workspace}.out.csv", "--json")
    assert told.code == 0, told.err
    with (segops.folder / f"{workspace}.out.csv").open(newline="") as file:
        return list(csv.reader(file))
