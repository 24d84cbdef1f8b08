"""What the web process knows for a moment: who was found for a session, and answers that many ask for."""

import gzip

import pytest

from segops_pipeline.access.sessions import end_session
from segops_pipeline.imports.jobs import update_job
from segops_pipeline.web.api import imports as routes
from segops_pipeline.web.security import who
from segops_pipeline_tests.web.conftest import People
from segops_pipeline_tests.web.test_api_imports import API, confirmed, read


def test_whoever_is_taken_out_of_a_workspace_is_out_at_once(people: People) -> None:
    assert people.viewer.get(f"{API}/imports/").status_code == 200
    members = people.admin.get(f"{API}/members/").json()["results"]
    (viewer,) = [one for one in members if one["role"] == "viewer"]
    assert people.admin.delete(f"{API}/members/{viewer['user_id']}/").is_success
    assert people.viewer.get(f"{API}/imports/").status_code == 403


def test_a_session_that_another_program_ends_counts_only_while_it_is_known(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert people.viewer.get(f"{API}/me/").status_code == 200
    end_session(people.serving.web.database, people.sessions["viewer"])
    assert people.viewer.get(f"{API}/me/").status_code == 200
    monkeypatch.setattr(who, "KNOWN_SECONDS", 0.0)
    assert people.viewer.get(f"{API}/me/").status_code == 401


def test_a_session_is_looked_up_again_before_it_is_known_no_more(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert people.viewer.get(f"{API}/me/").status_code == 200
    end_session(people.serving.web.database, people.sessions["viewer"])
    monkeypatch.setattr(who, "SURE_SECONDS", 0.0)
    answers = [people.viewer.get(f"{API}/me/").status_code for _ in range(20)]
    assert answers[0] == 200
    assert answers[-1] == 401


def test_a_job_is_told_anew_after_each_act_and_to_who_wants_it_new(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "_jobs", routes.Polled(kept_seconds=600.0))
    path = f"{API}/import/{read(people)}/"
    assert people.viewer.get(path).json()["draft_version"] == 0
    assert people.editor.patch(path, json={"step": "plan"}).status_code == 200
    assert people.viewer.get(path).json()["draft_version"] == 1
    job_id = people.viewer.get(path).json()["job_id"]
    with people.serving.web.database.system_session() as connection:  # not through this process
        update_job(connection, job_id, reason="told elsewhere")
    assert people.viewer.get(path).json()["reason"] != "told elsewhere"
    assert people.viewer.get(path, headers={"Cache-Control": "no-cache"}).json()["reason"] == "told elsewhere"
    assert people.outsider.get(path).status_code == 404


def test_an_answer_is_compressed_for_who_takes_that(people: People) -> None:
    path = f"{API}/import/{confirmed(people)}/"
    with people.viewer.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    plain = people.viewer.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content
