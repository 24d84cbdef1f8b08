"""Imports over the API, from the upload to the undo, with real stores and the real child processes."""

import io
import tempfile
import threading
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from segops_pipeline.imports.jobs import Job, get_job
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.web.conftest import People

API = "/api/pim"
PRICES = "sku,name,price,stock\nA-1,Chair,12.50,3\nA-2,Table,80.00,1\nA-3,Lamp,20.00,7\n"


def upload(client: httpx.Client, text: str = PRICES, name: str = "prices.csv", **fields: str) -> httpx.Response:
    return client.post(f"{API}/import/csv/", files={"file": (name, text.encode())}, data=fields)


def uploaded(client: httpx.Client, text: str = PRICES, **fields: str) -> dict[str, Any]:
    answer = upload(client, text, **fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def read(people: People, text: str = PRICES, source: str = "manual") -> str:
    """A job that has been read, which is quicker than an upload."""
    with tempfile.TemporaryDirectory() as folder:
        return importer(people, Path(folder)).read(text, source=source).id


def importer(people: People, folder: Path) -> Importer:
    return Importer(people.serving.web.stores, folder, people.workspace.name)


def confirmed(people: People, text: str = PRICES, **fields: Any) -> str:
    """A file that is confirmed and imported, as the running system would."""
    job_id = read(people, text)
    answer = people.editor.post(f"{API}/import/{job_id}/confirm/", json=fields)
    assert answer.status_code == 200, answer.text
    run_job(people, job_id)
    return job_id


def run_job(people: People, job_id: str) -> Job:
    """Import a confirmed job, as the running system would."""
    return importer(people, Path()).run(get_job(people.serving.web.database, job_id))


def error_of(answer: httpx.Response) -> dict[str, Any]:
    return answer.json()["error"]


def test_an_upload_is_answered_with_its_suggestion(people: People) -> None:
    answer = upload(people.editor)
    told = answer.json()
    assert answer.status_code == 201
    assert told["headers"] == ["sku", "name", "price", "stock"]
    assert told["sample_rows"][0] == ["A-1", "Chair", "12.50", "3"]
    assert told["suggested_mapping"] == {"sku": "sku", "name": "name", "price": "price", "stock": "stock"}
    assert [field["name"] for field in told["suggested_schema"]["fields"]] == ["price", "stock"]
    assert told["total_rows"] == 3
    assert told["dialect"]["delimiter"] == ","
    assert told["dialect"]["header_row"] == 1
    (noted,) = people.admin.get(f"{API}/audit/").json()["results"]
    assert (noted["act"], noted["target"]) == ("import.upload", told["job_id"])
    job = get_job(people.serving.web.database, told["job_id"])
    assert (job.status, job.workspace, job.created_by) == (
        "mapping",
        people.workspace.name,
        people_name(people, "editor"),
    )


def people_name(people: People, role: str) -> str:
    return f"{role}-{people.workspace.name.removeprefix('acme-')}@example.com"


def test_what_is_said_of_the_layout_counts(people: People) -> None:
    told = uploaded(people.editor, "x;y\nsku;name\n1;a\n2;b\n", delimiter=";", header_row="2", source="nordic")
    assert told["headers"] == ["sku", "name"]
    assert told["dialect"]["header_row"] == 2


def test_a_pasted_table_is_read(people: People) -> None:
    body = {"text": "sku\tname\n1\tChair\n2\tTable\n", "name": "../../my table"}
    answer = people.editor.post(f"{API}/import/csv/", json=body)
    assert answer.status_code == 201
    assert answer.json()["total_rows"] == 2
    assert get_job(people.serving.web.database, answer.json()["job_id"]).file_name == "my table"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "/etc/passwd", "s3://bucket/key.csv"])
def test_a_url_that_is_none_of_the_web_is_not_fetched(people: People, url: str) -> None:
    answer = people.editor.post(f"{API}/import/csv/", json={"url": url})
    assert (answer.status_code, error_of(answer)["code"]) == (422, "address_refused")
    assert people.editor.get(f"{API}/imports/").json()["count"] == 0


def test_a_bad_file_is_answered_with_its_error_and_stays_in_the_history(people: People) -> None:
    answer = upload(people.editor, "sku,name\n", "empty.csv")
    assert (answer.status_code, error_of(answer)["code"]) == (422, "header_only")
    listed = people.editor.get(f"{API}/imports/").json()["results"]
    assert [(one["file"], one["status"]) for one in listed] == [("empty.csv", "failed")]
    assert listed[0]["error"]["code"] == "header_only"
    assert answer.headers["Location"] == f"{API}/import/{listed[0]['job_id']}/"


def test_an_upload_without_a_file_says_what_is_missing(people: People) -> None:
    for sent in ({"json": {}}, {"data": {"a": "b"}, "files": {"other": b"x"}}, {"json": {"text": "a", "url": "b"}}):
        answer = people.editor.post(f"{API}/import/csv/", **sent)
        assert (answer.status_code, error_of(answer)["code"]) == (400, "wrong_usage")


def test_a_draft_is_kept_and_its_versions_are_watched(people: People) -> None:
    url = f"{API}/import/{read(people)}/"
    mapping = people.editor.get(url).json()["draft"]["mapping"]
    changes = {"mapping": {**mapping, "stock": None}, "step": "map"}
    changed = people.editor.patch(url, json=changes, headers={"If-Match": '"0"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"1"')
    seen = people.viewer.get(url)
    assert seen.headers["ETag"] == '"1"'
    assert (seen.json()["draft"]["mapping"]["stock"], seen.json()["draft"]["step"]) == (None, "map")
    stale = people.admin.patch(url, json={"policy": "merge"}, headers={"If-Match": '"0"'})
    assert (stale.status_code, error_of(stale)["code"]) == (412, "changed_meanwhile")
    assert (
        people.admin.patch(url, json={"policy": "merge"}, headers={"If-Match": '"1"'}).json()["draft"]["policy"]
        == "merge"
    )


def test_a_draft_without_a_key_is_kept_and_says_what_is_missing(people: People) -> None:
    url = f"{API}/import/{read(people)}/"
    answer = people.editor.patch(url, json={"mapping": {"name": "name"}})
    assert answer.status_code == 200
    assert "no_key" in {issue["code"] for issue in answer.json()["problems"]}


def test_a_file_is_read_again_as_a_person_says(people: People) -> None:
    job_id = read(people, "note\nsku,name\n1,a\n2,b\n")
    url = f"{API}/import/{job_id}/"
    answer = people.editor.patch(url, json={"dialect": {"header_row": 3}})
    assert answer.status_code == 200
    assert answer.json()["headers"] == ["1", "a"]
    assert error_of(people.editor.patch(url, json={"dialect": {}, "mapping": {}}))["code"] == "wrong_usage"


def test_a_plan_shows_what_would_happen_and_exactly_it_is_confirmed(people: People) -> None:
    job_id = read(people)
    plan = people.editor.post(f"{API}/import/{job_id}/plan/")
    assert plan.status_code == 200, plan.text
    told = plan.json()
    assert told["counts"]["created"] == 3
    assert told["first_products"][0]["name"] == "Chair"
    assert {cell["sku"] for cell in told["sample"]} == {"A-1", "A-2", "A-3"}
    diff = people.viewer.get(f"{API}/import/{job_id}/plan/diff/")
    assert "A-2" in diff.text
    assert "attachment" in diff.headers["Content-Disposition"]
    draft = people.viewer.get(f"{API}/import/{job_id}/").json()["draft"]
    retyped = [{**field, "type": "string" if field["type"] == "url" else "url"} for field in draft["schema"]["fields"]]
    for other in ({"mapping": {"sku": "sku"}}, {"schema": {"fields": retyped}}, {"policy": "fill"}):
        wrong = people.editor.post(f"{API}/import/{job_id}/confirm/", json={"plan": told["token"], **other})
        assert (wrong.status_code, error_of(wrong)["code"]) == (409, "stale_plan"), other
    same = {name: draft[name] for name in ("mapping", "schema", "transformations", "policy", "validation")}
    answer = people.editor.post(f"{API}/import/{job_id}/confirm/", json={"plan": told["token"], **same})
    assert (answer.status_code, answer.json()["status"]) == (200, "pending")
    done = run_job(people, job_id)
    assert (done.status, done.created) == ("done", 3)


def test_a_plan_of_another_job_is_not_found(people: People) -> None:
    first, second = read(people), read(people)
    token = people.editor.post(f"{API}/import/{first}/plan/").json()["token"]
    answer = people.editor.post(f"{API}/import/{second}/confirm/", json={"plan": token})
    assert (answer.status_code, error_of(answer)["code"]) == (404, "plan_not_found")


def test_a_mapping_is_confirmed_in_the_types_of_the_wire(people: People) -> None:
    job_id = read(people)
    body = {
        "mapping": {"sku": "sku", "name": "name", "price": "cost", "stock": "notes"},
        "schema": {"fields": [{"name": "cost", "type": "number"}, {"name": "notes", "type": "string"}]},
    }
    assert people.editor.post(f"{API}/import/{job_id}/confirm/", json=body).status_code == 200
    job = get_job(people.serving.web.database, job_id)
    assert [(field["key"], field["type"]) for field in job.schema_fields or []] == [
        ("cost", "number"),
        ("notes", "text"),
    ]


def test_a_mapping_that_cannot_be_confirmed_says_why(people: People) -> None:
    job_id = read(people)
    answer = people.editor.post(f"{API}/import/{job_id}/confirm/", json={"mapping": {"name": "name"}})
    assert (answer.status_code, error_of(answer)["code"]) == (422, "no_key")


def test_a_job_is_cancelled_and_started_again(people: People) -> None:
    job_id = read(people)
    assert people.editor.post(f"{API}/import/{job_id}/cancel/").json()["reason"] == "cancelled"
    again = people.editor.post(f"{API}/import/{job_id}/retry/")
    assert (again.status_code, again.json()["status"], again.json()["reason"]) == (200, "mapping", "needs mapping")
    assert people.editor.post(f"{API}/import/{job_id}/retry/").status_code == 409


def test_an_import_is_taken_back(people: People) -> None:
    job_id = confirmed(people)
    preview = people.viewer.get(f"{API}/import/{job_id}/undo/").json()
    assert preview["products"] or preview["counts"]["rows"] == 3
    answer = people.editor.post(f"{API}/import/{job_id}/undo/")
    assert (answer.status_code, answer.json()["undoes"]) == (201, job_id)
    run_job(people, answer.json()["job_id"])
    assert people.viewer.get(f"{API}/import/{job_id}/").json()["reason"] == "undone"
    assert error_of(people.editor.post(f"{API}/import/{job_id}/undo/"))["code"] == "nothing_to_undo"


BAD = "sku,name,price\nA-1,Chair,12.50\nA-2,Table,=cheap\n,Lamp,3.00\nA-4,Sofa,4.00\nA-5,Desk,5.00\n"


def test_rejected_rows_are_shown_downloaded_and_corrected(people: People) -> None:
    fields = {"schema": {"fields": [{"name": "price", "type": "number"}]}, "accept_guards": True}
    job_id = confirmed(people, BAD, **fields)
    url = f"{API}/import/{job_id}"
    rows = people.viewer.get(f"{url}/rejected/").json()["results"]
    assert [row["line"] for row in rows] == [3, 4]
    second = people.viewer.get(f"{url}/rejected/", params={"page": 2, "page_size": 1}).json()
    assert (second["count"], [row["line"] for row in second["results"]]) == (2, [4])
    causes = people.viewer.get(f"{url}/causes/", params={"level": "error"}).json()
    assert causes["count"] == 2
    issues = people.viewer.get(f"{url}/issues/", params={"level": "error"}).json()
    assert [issue["line"] for issue in issues["results"]] == [3, 4]
    csv = people.viewer.get(f"{url}/errors.csv")
    assert csv.status_code == 200
    assert "'=cheap" in csv.text
    book = openpyxl.load_workbook(io.BytesIO(people.viewer.get(f"{url}/errors.xlsx").content))
    assert book.active is not None
    assert book.active.max_row == 3
    results = people.viewer.get(f"{url}/results/", params={"outcome": "rejected"}).json()
    assert (results["count"], [row["line"] for row in results["results"]]) == (2, [3, 4])
    corrected = people.editor.post(f"{url}/correct/", json={"rows": [{"line": 3, "cells": {"price": "7.5"}}]})
    assert (corrected.status_code, corrected.json()["status"]) == (200, "pending"), corrected.text
    assert run_job(people, job_id).rejected == 1


def test_a_corrected_file_is_taken(people: People) -> None:
    fields = {"schema": {"fields": [{"name": "price", "type": "number"}]}, "accept_guards": True}
    job_id = confirmed(people, BAD, **fields)
    url = f"{API}/import/{job_id}"
    text = people.viewer.get(f"{url}/errors.csv").text.replace("'=cheap", "9")
    answer = people.editor.post(f"{url}/correct/", files={"file": ("corrected.csv", text.encode())})
    assert (answer.status_code, answer.json()["status"]) == (200, "pending"), answer.text


def test_the_original_comes_back_byte_for_byte(people: People) -> None:
    job_id = read(people)
    answer = people.viewer.get(f"{API}/import/{job_id}/original/")
    assert answer.content == PRICES.encode()
    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_a_file_to_fill_in_is_read_as_it_is(people: People) -> None:
    confirmed(people)
    file = people.viewer.get(f"{API}/fill-in/", params={"format": "xlsx"})
    answer = people.editor.post(f"{API}/import/csv/", files={"file": ("filled.xlsx", file.content)})
    assert answer.json()["headers"] == ["sku", "name", "price", "stock"]


def test_steps_are_tried_on_samples(people: People) -> None:
    job_id = read(people)
    body = {"column": "name", "steps": ["upper"]}
    (column,) = people.editor.post(f"{API}/import/{job_id}/preview/", json=body).json()
    assert column["cells"][0]["after"] == "CHAIR"
    assert people.editor.post(f"{API}/import/{job_id}/preview/", json={**body, "steps": ["dance"]}).status_code == 422


def test_the_history_is_paged_filtered_and_not_sent_again(people: People) -> None:
    jobs = [read(people, source=source) for source in ("a", "b", "b")]
    listed = people.viewer.get(f"{API}/imports/", params={"page_size": 2}).json()
    assert (listed["count"], [one["job_id"] for one in listed["results"]]) == (3, jobs[:0:-1])
    assert "page=2" in listed["next"]
    assert people.viewer.get(listed["next"]).json()["results"][0]["job_id"] == jobs[0]
    of_b = people.viewer.get(f"{API}/imports/", params={"source": "b"}).json()
    assert of_b["count"] == 2
    assert people.viewer.get(f"{API}/imports/", params={"status": "done"}).json()["count"] == 0
    first = people.viewer.get(f"{API}/imports/")
    same = people.viewer.get(f"{API}/imports/", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")


def test_the_timeline_tells_each_state(people: People) -> None:
    job_id = confirmed(people)
    told = people.viewer.get(f"{API}/import/{job_id}/timeline/").json()
    states = [moment["status"] for moment in told]
    assert (states[0], states[-1]) == ("mapping", "done")


def test_events_are_sent_until_the_job_has_ended(people: People) -> None:
    job_id = read(people)
    threading.Timer(0.3, lambda: people.editor.post(f"{API}/import/{job_id}/cancel/")).start()
    with people.viewer.stream("GET", f"{API}/import/{job_id}/events/") as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        text = "".join(answer.iter_text())
    events = [line.removeprefix("event: ") for line in text.splitlines() if line.startswith("event: ")]
    assert events == ["state", "state", "end"]
    ended = {"Last-Event-ID": next(line[4:] for line in text.splitlines() if line.startswith("id: "))}
    assert people.viewer.get(f"{API}/import/{job_id}/events/", headers=ended).status_code == 204


def test_every_act_is_in_the_audit_log(people: People) -> None:
    job_id = confirmed(people)
    people.editor.post(f"{API}/import/{job_id}/undo/")
    listed = people.admin.get(f"{API}/audit/").json()["results"]
    acts = [(one["act"], one["target"]) for one in listed]
    assert acts[:2] == [("import.undo", job_id), ("import.confirm", job_id)]


def test_a_job_of_another_workspace_is_not_found(people: People) -> None:
    job_id = read(people)
    for method, path in (("GET", ""), ("GET", "issues/"), ("POST", "cancel/"), ("POST", "plan/"), ("GET", "original/")):
        answer = people.outsider.request(method, f"{API}/import/{job_id}/{path}")
        assert (answer.status_code, error_of(answer)["code"]) == (404, "job_not_found")


def test_a_name_is_made_safe(people: People, tmp_path: Path) -> None:
    answer = upload(people.editor, name="../../etc/\x01pass<wd>.csv")
    job = get_job(people.serving.web.database, answer.json()["job_id"])
    assert "/" not in job.file_name
    assert job.file_name.endswith(".csv")
    assert not list(tmp_path.iterdir())
