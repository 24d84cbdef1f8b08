"""`segops preview`, and steps and offers on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from segops_pipeline_tests.cli.conftest import Segops

LAMPS = "sku,name,weight\nL-1,Desk lamp,500\nL-2,Floor lamp,2 kg\nL-3,Wall lamp,light\n"


@pytest.fixture(scope="module")
def job(segops: Segops) -> dict[str, Any]:
    """A job that waits for its mapping."""
    return segops("import", segops.write("lamps.csv", LAMPS), "-w", "preview", "--json").json


def test_steps_are_tried_and_shown_for_people(segops: Segops, job: dict[str, Any]) -> None:
    shown = segops("preview", job["job_id"], "--column", "weight", "--step", "unit g to kg", "--step", 'suffix " kg"')
    assert shown.code == 0
    assert 'unit g to kg → suffix " kg"' in shown.out
    assert "0.5 kg" in shown.out
    assert "refused: “light” is no number with a unit." in shown.out


def test_steps_are_tried_and_told_to_scripts(segops: Segops, job: dict[str, Any]) -> None:
    (told,) = segops("preview", job["job_id"], "--column", "weight", "--step", "unit g to kg", "--json").json
    assert told["steps"] == ["unit g to kg"]
    assert {"before": "500", "after": "0.5", "value": "0.5"} in told["cells"]
    assert [cell["refused"]["message"] for cell in told["cells"] if "refused" in cell]


def test_an_edited_mapping_is_tried_and_then_confirmed(segops: Segops, job: dict[str, Any]) -> None:
    file = Path(segops.home) / "mappings" / f"{job['job_id']}.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    assert "unit g to kg" in content["transformations_help"]
    content["transformations"] = {"name": ["upper"]}
    edited = segops.write("edited.json", json.dumps(content))
    (told,) = segops("preview", job["job_id"], "--mapping", edited, "--json").json
    assert told["cells"][0] == {"before": "Desk lamp", "after": "DESK LAMP", "value": "DESK LAMP"}
    assert segops("confirm", job["job_id"], "--mapping", edited, "--no-embeddings").code == 0


def test_a_step_that_there_is_not_is_refused_with_all_that_there_are(segops: Segops) -> None:
    job = segops("import", segops.write("more.csv", LAMPS), "-w", "refused", "--json").json
    refused = segops("preview", job["job_id"], "--column", "weight", "--step", "halve", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (1, "bad_mapping")
    assert "unit remove" in refused.err
    missing = segops("confirm", job["job_id"], "--combine", "cost", "--json")
    assert (missing.code, missing.json["error"]["code"]) == (2, "wrong_usage")


def test_columns_that_are_offered_as_one_field_can_be_combined(segops: Segops) -> None:
    file = segops.write("currencies.csv", "sku,name,price_eur,price_usd\nL-1,Desk lamp,10,11\nL-2,Floor lamp,20,21\n")
    job = segops("import", file, "-w", "combined", "--json").json
    assert "--combine price" in json.dumps(job["issues"])
    done = segops("confirm", job["job_id"], "--combine", "price", "--no-embeddings", "--json")
    assert done.code == 0, done.err
    assert segops("job", job["job_id"], "--json").json["mapping"] == {
        "sku": "sku",
        "name": "name",
        "price_eur": "price",
        "price_usd": "price",
    }
