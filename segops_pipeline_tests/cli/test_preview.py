"""`segops preview`, and steps and offers on the command line."""

import json

import pytest

from segops_pipeline.imports.mapping_file import write_suggestion
from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.importing import Importer

LAMPS = "sku,name,weight\nL-1,Desk lamp,500\nL-2,Floor lamp,2 kg\nL-3,Wall lamp,light\n"


@pytest.fixture(scope="module")
def job_id(imports: Importer) -> str:
    """A job that waits for its mapping."""
    return imports.read(LAMPS).id


def test_steps_are_tried_and_shown_for_people(segops: Segops, job_id: str) -> None:
    shown = segops("preview", job_id, "--column", "weight", "--step", "unit g to kg", "--step", 'suffix " kg"')
    assert shown.code == 0
    assert 'unit g to kg → suffix " kg"' in shown.out
    assert "0.5 kg" in shown.out
    assert "refused: “light” is no number with a unit." in shown.out


def test_steps_are_tried_and_told_to_scripts(segops: Segops, job_id: str) -> None:
    (told,) = segops("preview", job_id, "--column", "weight", "--step", "unit g to kg", "--json").json
    assert told["steps"] == ["unit g to kg"]
    assert {"before": "500", "after": "0.5", "value": "0.5"} in told["cells"]
    assert [cell["refused"]["message"] for cell in told["cells"] if "refused" in cell]


def test_an_edited_mapping_is_tried_and_then_confirmed(segops: Segops, imports: Importer) -> None:
    job = imports.read(LAMPS)
    file = write_suggestion(imports.stores, job)
    assert file is not None
    content = json.loads(file.read_text(encoding="utf-8"))
    assert "unit g to kg" in content["transformations_help"]
    content["transformations"] = {"name": ["upper"]}
    edited = segops.write("edited.json", json.dumps(content))
    (told,) = segops("preview", job.id, "--mapping", edited, "--json").json
    assert told["cells"][0] == {"before": "Desk lamp", "after": "DESK LAMP", "value": "DESK LAMP"}
    assert segops("confirm", job.id, "--mapping", edited, "--queue").code == 0
    assert imports.job(job).transformations == {"name": ["upper"]}


def test_a_step_that_there_is_not_is_refused_with_all_that_there_are(segops: Segops, job_id: str) -> None:
    refused = segops("preview", job_id, "--column", "weight", "--step", "halve", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (1, "bad_mapping")
    assert "unit remove" in refused.err
    missing = segops("confirm", job_id, "--combine", "cost", "--json")
    assert (missing.code, missing.json["error"]["code"]) == (2, "wrong_usage")


def test_columns_that_are_offered_as_one_field_can_be_combined(segops: Segops, imports: Importer) -> None:
    job = imports.read("sku,name,price_eur,price_usd\nL-1,Desk lamp,10,11\nL-2,Floor lamp,20,21\n")
    assert "--combine price" in segops("job", job.id).out
    confirmed = segops("confirm", job.id, "--combine", "price", "--queue", "--json")
    assert confirmed.code == 0, confirmed.err
    assert "combine" not in confirmed.out
    assert imports.job(job).mapping == {
        "sku": "sku",
        "name": "name",
        "price_eur": "price",
        "price_usd": "price",
    }
