"""Requests under an idempotency key: done once, answered as before, told apart from others."""

import threading
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from segops_pipeline.stores.idempotency import begin
from segops_pipeline_tests.web.conftest import People

API = "/api/pim"
REPLAYED = "Idempotent-Replayed"


def save(client: httpx.Client, key: str, name: str = "nordic", **more: Any) -> httpx.Response:
    return client.post(f"{API}/sources/", json={"name": name, **more}, headers={"Idempotency-Key": key})


def upload(client: httpx.Client, key: str, content: bytes, boundary: str) -> httpx.Response:
    headers = {"Idempotency-Key": key, "Content-Type": f"multipart/form-data; boundary={boundary}"}
    return client.post(f"{API}/import/csv/", files={"file": ("a.csv", content)}, data={"source": "a"}, headers=headers)


def number_of_jobs(people: People) -> int:
    with people.serving.web.database.workspace_session(people.workspace.id) as connection:
        return connection.execute(text("SELECT count(*) FROM import_jobs")).scalar_one()


def test_the_same_request_is_done_once_and_answered_as_before(people: People) -> None:
    first, again = save(people.editor, "one"), save(people.editor, "one")
    assert (first.status_code, REPLAYED in first.headers) == (201, False)
    assert (again.status_code, again.headers[REPLAYED], again.json()) == (201, "true", first.json())
    acts = people.admin.get(f"{API}/audit/").json()["results"]
    assert len(acts) == 1


def test_another_request_under_the_key_is_refused(people: People) -> None:
    save(people.editor, "one")
    other = save(people.editor, "one", "other")
    assert (other.status_code, other.json()["error"]["code"]) == (409, "key_reused")


def test_a_key_is_of_one_person_in_one_workspace(people: People) -> None:
    save(people.editor, "one")
    for client in (people.admin, people.outsider):
        assert REPLAYED not in save(client, "one", "other").headers


def test_an_upload_is_the_same_by_its_bytes_whatever_its_boundary(people: People) -> None:
    content = b"sku,name\n" + b"".join(b"%d,a product --x\n" % number for number in range(20_000))
    first = upload(people.editor, "up", content, "x")
    again = upload(people.editor, "up", content, "another-boundary-1234567890")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["job_id"] == first.json()["job_id"]
    assert upload(people.editor, "up", content + b"1,b\n", "x").status_code == 409
    assert number_of_jobs(people) == 1


def test_one_that_is_still_being_answered_is_not_done_again(people: People) -> None:
    actor = people.admin.get(f"{API}/audit/")
    assert actor.status_code == 200
    name = f"editor-{people.workspace.name.removeprefix('acme-')}@example.com"
    assert begin(people.serving.web.database, people.workspace.id, name, "slow") is None
    answer = save(people.editor, "slow")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "key_reused")


def test_of_many_at_once_one_is_done(people: People) -> None:
    answers: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(save(people.editor, "many"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.status_code for one in answers if REPLAYED not in one.headers].count(201) == 1
    assert {one.status_code for one in answers} <= {201, 409}


@pytest.mark.parametrize("policy", ["nonsense"])
def test_a_mistake_is_answered_the_same_way_again(people: People, policy: str) -> None:
    first, again = (save(people.editor, "wrong", policy=policy) for _ in range(2))
    assert (first.status_code, again.status_code, again.headers[REPLAYED]) == (400, 400, "true")


def test_what_cannot_be_done_now_may_be_tried_again_under_the_same_key(people: People) -> None:
    refused = save(people.viewer, "later")
    assert (refused.status_code, REPLAYED in save(people.viewer, "later").headers) == (403, False)


def test_a_key_that_is_none_is_refused(people: People) -> None:
    for key in ("", "a b", "x" * 201):
        assert save(people.editor, key).status_code == 400


def test_keys_are_forgotten_after_a_day(people: People) -> None:
    save(people.editor, "old")
    with people.serving.web.database.workspace_session(people.workspace.id) as connection:
        connection.execute(text("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'"))
    assert REPLAYED not in save(people.editor, "old").headers
