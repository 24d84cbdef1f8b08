"""Rejected rows over the API: corrected and dropped before the import, and taken back."""

from segops_pipeline_tests.web.conftest import People
from segops_pipeline_tests.web.test_api_imports import API, error_of, read, run_job

BAD = "sku,name,price\nA-1,Chair,12.50\nA-2,Table,much\nA-3,Lamp,more\n"


def planned(people: People) -> tuple[str, dict[str, int]]:
    job_id = read(people, BAD)
    schema = {"fields": [{"name": "price", "type": "price", "required": False, "description": None}]}
    body = {"mapping": {"sku": "sku", "name": "name", "price": "price"}, "schema": schema}
    assert people.editor.patch(f"{API}/import/{job_id}/", json=body).status_code == 200
    return job_id, plan(people, job_id)["counts"]


def plan(people: People, job_id: str) -> dict[str, dict[str, int]]:
    answer = people.editor.post(f"{API}/import/{job_id}/plan/")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_rejected_rows_are_corrected_dropped_and_imported_as_planned(people: People) -> None:
    job_id, counts = planned(people)
    assert (counts["created"], counts["rejected"]) == (1, 2)
    body = {"rows": [{"line": 3, "cells": {"price": "80.00 EUR"}}], "drop": [4]}
    answer = people.editor.post(f"{API}/import/{job_id}/edits/", json=body)
    assert [(one["line"], one["cells"], one["dropped"]) for one in answer.json()] == [
        (3, {"price": "80.00 EUR"}, False),
        (4, None, True),
    ]
    told = plan(people, job_id)
    assert (told["counts"]["created"], told["counts"]["rejected"], told["counts"]["skipped"]) == (2, 0, 1)
    assert people.editor.post(f"{API}/import/{job_id}/confirm/", json={"plan": told["token"]}).status_code == 200
    assert run_job(people, job_id).counts["created"] == 2
    acts = [row["act"] for row in people.admin.get(f"{API}/audit/").json()["results"]]
    assert "import.correct_rows" in acts


def test_edits_are_taken_back_by_line_or_all(people: People) -> None:
    job_id, _ = planned(people)
    edits = f"{API}/import/{job_id}/edits/"
    assert len(people.editor.post(edits, json={"drop_all": True}).json()) == 2
    assert [one["line"] for one in people.editor.delete(edits, params={"line": 3}).json()] == [4]
    assert people.editor.delete(edits).json() == people.viewer.get(edits).json() == []
    assert plan(people, job_id)["counts"]["rejected"] == 2


def test_only_rows_that_the_plan_rejects_can_be_edited(people: People) -> None:
    job_id, _ = planned(people)
    answer = people.editor.post(f"{API}/import/{job_id}/edits/", json={"drop": [2]})
    assert answer.status_code == 400, answer.text
    assert error_of(answer)["code"] == "wrong_usage"
    unknown = {"rows": [{"line": 3, "cells": {"weight": "1"}}]}
    assert people.editor.post(f"{API}/import/{job_id}/edits/", json=unknown).status_code == 422
    assert people.outsider.get(f"{API}/import/{job_id}/edits/").status_code == 404
