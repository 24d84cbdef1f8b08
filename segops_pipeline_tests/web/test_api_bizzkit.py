"""Bizzkit files over the API: recognised, their options chosen, planned, confirmed, imported."""

import io
import zipfile
from pathlib import Path
from typing import Any

import httpx

from segops_pipeline.imports.jobs import get_job
from segops_pipeline_tests.importing import Content
from segops_pipeline_tests.web.conftest import People
from segops_pipeline_tests.web.test_api_imports import API, error_of, importer, run_job, upload

OPEN = "UniqueName;Name\nX;Y\n"


def read(people: People, folder: Path, text: Content, **given: Any) -> str:
    """A job that has been read, which is quicker than an upload."""
    return importer(people, folder).read(text, **given).id


def job_of(client: httpx.Client, job_id: str) -> dict[str, Any]:
    return client.get(f"{API}/import/{job_id}/").json()


def test_an_upload_says_what_was_recognised_and_takes_options(people: People) -> None:
    answer = upload(
        people.editor, OPEN, "list.csv", format="bizzkit", mode="merge", entity="brand", null_removes="true"
    )
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["format"], told["suggested_mapping"]) == ("bizzkit", {})
    recognised = told["recognised"]
    assert {name: recognised[name] for name in ("entity", "mode", "order", "null_removes", "told_by")} == {
        "entity": "brand", "mode": "merge", "order": "file", "null_removes": True, "told_by": "given",
    }  # fmt: skip
    assert [column["name"] for column in recognised["special"]] == ["UniqueName", "Name"]
    wrong = upload(people.editor, OPEN, "list.csv", format="bizzkit", mode="replace")
    assert wrong.status_code == 400


def test_what_is_open_is_chosen_in_the_draft_planned_and_imported(people: People, tmp_path: Path) -> None:
    client = people.editor
    job_id = read(people, tmp_path, OPEN, format="bizzkit", file_name="list.csv")
    told = job_of(client, job_id)
    assert told["recognised"]["candidates"] == ["brand", "product_hierarchy", "attribute"]
    assert [problem["code"] for problem in told["problems"]] == ["entity_not_certain"]
    refused = client.post(f"{API}/import/{job_id}/plan/", json={})
    assert error_of(refused)["code"] == "entity_not_certain"
    chosen = client.patch(f"{API}/import/{job_id}/", json={"entity": "brand"})
    assert chosen.status_code == 200, chosen.text
    assert (chosen.json()["recognised"]["entity"], chosen.json()["problems"]) == ("brand", [])
    assert chosen.json()["draft"]["format_options"]["entity"] == "brand"
    mode = client.patch(f"{API}/import/{job_id}/", json={"mode": "overwrite"}).json()
    assert [problem["code"] for problem in mode["problems"]] == ["not_in_mode"]
    client.patch(f"{API}/import/{job_id}/", json={"mode": "merge"})
    planned = client.post(f"{API}/import/{job_id}/plan/", json={})
    assert planned.status_code == 200, planned.text
    assert planned.json()["counts"]["created"] == 1
    other = {"plan": planned.json()["token"], "entity": "attribute"}
    assert error_of(client.post(f"{API}/import/{job_id}/confirm/", json=other))["code"] == "stale_plan"
    confirmed = client.post(f"{API}/import/{job_id}/confirm/", json={"plan": planned.json()["token"]})
    assert confirmed.status_code == 200, confirmed.text
    assert run_job(people, job_id).status == "done"
    assert job_of(client, job_id)["recognised"]["entity"] == "brand"


def test_a_file_is_read_again_as_another_format(people: People, tmp_path: Path) -> None:
    client = people.editor
    job_id = read(people, tmp_path, OPEN, file_name="list.csv")
    assert job_of(client, job_id)["format"] == "table"
    refused = client.patch(f"{API}/import/{job_id}/", json={"entity": "brand"})
    assert error_of(refused)["code"] == "wrong_usage"
    again = client.patch(f"{API}/import/{job_id}/", json={"format": "bizzkit", "entity": "brand"})
    assert again.status_code == 200, again.text
    assert (again.json()["format"], again.json()["recognised"]["entity"]) == ("bizzkit", "brand")


def test_files_of_an_archive_name_their_jobs(people: People, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("categories.csv", OPEN)
        file.writestr("brands.csv", OPEN)
    (tmp_path / "all.zip").write_bytes(packed.getvalue())
    job_id = read(people, tmp_path, tmp_path / "all.zip", file_name="all.zip")
    archive = job_of(people.editor, job_id)["recognised"]["archive"]
    assert (archive["file"], archive["place"], archive["jobs"][0]) == ("all.zip", 0, job_id)
    assert get_job(people.serving.web.database, archive["jobs"][1]).file_name == "all.zip/categories.csv"
