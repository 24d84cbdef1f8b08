"""Who may ask for what: one table of verdicts, held against every route that the application has.

A route without a verdict fails, and so does a verdict without a route. `read`, `write` and `manage` are what a route
needs; `anybody` is one who is signed in, `person` one who is not a key, `owner` the owner of the installation (no
role or scope is enough), `open` everybody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from segops_pipeline.access.actor import PERMISSIONS_OF_ROLE, Actor
from segops_pipeline.access.api_keys import create_key
from segops_pipeline.web.app import build_app
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.web.conftest import People

VERDICTS = """
GET     /api/pim/imports/                                   read
POST    /api/pim/import/csv/                                write
GET     /api/pim/import/{job_id}/                           read
PATCH   /api/pim/import/{job_id}/                           write
POST    /api/pim/import/{job_id}/plan/                      write
GET     /api/pim/import/{job_id}/plan/diff/                 read
POST    /api/pim/import/{job_id}/confirm/                   write
POST    /api/pim/import/{job_id}/cancel/                    write
POST    /api/pim/import/{job_id}/retry/                     write
GET     /api/pim/import/{job_id}/undo/                      read
POST    /api/pim/import/{job_id}/undo/                      write
POST    /api/pim/import/{job_id}/correct/                   write
GET     /api/pim/import/{job_id}/edits/                     read
POST    /api/pim/import/{job_id}/edits/                     write
DELETE  /api/pim/import/{job_id}/edits/                     write
POST    /api/pim/import/{job_id}/preview/                   read
GET     /api/pim/import/{job_id}/issues/                    read
GET     /api/pim/import/{job_id}/causes/                    read
GET     /api/pim/import/{job_id}/rejected/                  read
GET     /api/pim/import/{job_id}/errors.csv                 read
GET     /api/pim/import/{job_id}/errors.xlsx                read
GET     /api/pim/import/{job_id}/results/                   read
GET     /api/pim/import/{job_id}/original/                  read
GET     /api/pim/import/{job_id}/timeline/                  read
GET     /api/pim/import/{job_id}/events/                    read
GET     /api/pim/fill-in/                                   read
GET     /api/pim/products/                                  read
POST    /api/pim/products/                                  write
POST    /api/pim/products/bulk/                             write
GET     /api/pim/products/{product_id}/                     read
PATCH   /api/pim/products/{product_id}/                     write
DELETE  /api/pim/products/{product_id}/                     write
GET     /api/pim/products/{product_id}/history/             read
GET     /api/pim/products/{product_id}/pim/                 read
GET     /api/pim/attributes/                                read
POST    /api/pim/attributes/                                write
GET     /api/pim/attributes/{key:path}/                     read
PATCH   /api/pim/attributes/{key:path}/                     write
DELETE  /api/pim/attributes/{key:path}/                     write
POST    /api/pim/attributes/{key:path}/rename/              write
GET     /api/pim/attributes/{key:path}/predefined/          read
GET     /api/pim/lists/                                     read
POST    /api/pim/lists/                                     write
GET     /api/pim/lists/{key:path}/                          read
PATCH   /api/pim/lists/{key:path}/                          write
DELETE  /api/pim/lists/{key:path}/                          write
GET     /api/pim/lists/{key:path}/items/                    read
POST    /api/pim/lists/{key:path}/items/                    write
PATCH   /api/pim/lists/{key:path}/items/{item:path}/        write
DELETE  /api/pim/lists/{key:path}/items/{item:path}/        write
GET     /api/pim/segments/                                  read
POST    /api/pim/segments/                                  write
GET     /api/pim/segments/{key}/                            read
PATCH   /api/pim/segments/{key}/                            write
DELETE  /api/pim/segments/{key}/                            write
GET     /api/pim/categories/                                read
GET     /api/pim/categories/{key:path}/                     read
GET     /api/pim/categories/{key:path}/products/            read
GET     /api/pim/brands/                                    read
GET     /api/pim/brands/{key:path}/                         read
GET     /api/pim/facets/                                    read
GET     /api/pim/schema/                                    read
PUT     /api/pim/schema/                                    write
GET     /api/pim/search/                                    read
GET     /api/pim/export/                                    read
GET     /api/pim/sources/                                   read
POST    /api/pim/sources/                                   write
GET     /api/pim/sources/{name}/                            read
PATCH   /api/pim/sources/{name}/                            write
DELETE  /api/pim/sources/{name}/                            write
POST    /api/pim/sources/{name}/fetch/                      write
GET     /api/pim/guards/                                    read
DELETE  /api/pim/guards/{guard}/                            manage
PUT     /api/pim/guards/{guard}/                            manage
GET     /api/pim/mapping-templates/                         read
POST    /api/pim/mapping-templates/                         write
GET     /api/pim/mapping-templates/{name}/                  read
PATCH   /api/pim/mapping-templates/{name}/                  write
DELETE  /api/pim/mapping-templates/{name}/                  write
GET     /api/pim/learned-mappings/                          read
PUT     /api/pim/learned-mappings/                          write
DELETE  /api/pim/learned-mappings/                          write
GET     /api/pim/conflicts/                                 read
GET     /api/pim/conflicts/{conflict_id}/                   read
POST    /api/pim/conflicts/resolve/                         write
GET     /api/pim/locks/                                     read
POST    /api/pim/locks/                                     write
DELETE  /api/pim/locks/                                     write
GET     /api/pim/me/                                        anybody
PATCH   /api/pim/me/                                        person
POST    /api/pim/workspaces/                                owner
POST    /api/pim/me/workspace/                              person
POST    /api/pim/me/password/                               person
POST    /api/pim/me/sign-out-elsewhere/                     person
GET     /api/pim/members/                                   manage
POST    /api/pim/members/                                   manage
GET     /api/pim/members/{user_id}/                         manage
PATCH   /api/pim/members/{user_id}/                         manage
DELETE  /api/pim/members/{user_id}/                         manage
POST    /api/pim/members/{user_id}/invitation/              manage
GET     /api/pim/keys/                                      manage
POST    /api/pim/keys/                                      manage
GET     /api/pim/keys/{key_id}/                             manage
DELETE  /api/pim/keys/{key_id}/                             manage
GET     /api/pim/audit/                                     manage
GET     /api/pim/webhooks/                                  manage
POST    /api/pim/webhooks/                                  manage
GET     /api/pim/webhooks/{webhook_id}/                     manage
PATCH   /api/pim/webhooks/{webhook_id}/                     manage
DELETE  /api/pim/webhooks/{webhook_id}/                     manage
POST    /api/pim/webhooks/{webhook_id}/rotate/              manage
POST    /api/pim/webhooks/{webhook_id}/test/                manage
GET     /api/pim/webhooks/{webhook_id}/deliveries/          manage
POST    /api/pim/webhooks/{webhook_id}/deliveries/{delivery_id}/send-again/ manage
GET     /api/pim/dashboard/                                 read
GET     /api/pim/health/                                    manage
GET     /api/docs/                                          open
GET     /                                                   open
GET     /healthz                                            open
GET     /login                                              open
POST    /login                                              open
GET     /login/link                                         open
POST    /logout                                             open
GET     /login/oidc                                         open
GET     /login/oidc/callback                                open
"""
NOT_ASKED_HERE = ("/login", "/logout", "/api/{path")  # tests of signing in ask for these
ROLES = ("viewer", "editor", "admin")


@dataclass(frozen=True)
class Verdict:
    """What a route needs."""

    method: str
    path: str
    needs: str


def verdicts() -> list[Verdict]:
    return [Verdict(*line.split()) for line in VERDICTS.strip().splitlines()]


def routes(people: People) -> Iterator[tuple[str, str]]:
    """Every route of the application; paths with and without their slash are one."""
    for found in iter_route_contexts(build_app(people.serving.web, pages=False).routes):
        route = found.original_route
        if isinstance(route, APIRoute) and found.path is not None and not found.path.startswith("/api/{path"):
            yield from ((method, found.path) for method in route.methods)


def test_every_route_has_a_verdict(people: People) -> None:
    known = {(one.method, one.path.rstrip("/")) for one in verdicts()}
    there = {(method, path.rstrip("/")) for method, path in routes(people)}
    assert sorted(there - known) == []
    assert sorted(known - there) == []


def asked(one: Verdict, ids: str = "999999999") -> tuple[str, str]:
    """The request for a route, for something that is not there."""
    return one.method, re.sub(r"\{[^}]+\}", ids, one.path)


def ask(client: httpx.Client, one: Verdict, ids: str = "999999999") -> httpx.Response:
    method, path = asked(one, ids)
    body = {} if method in ("POST", "PUT", "PATCH") else None
    return client.request(method, path, json=body, headers={"Accept": "application/json"}, timeout=60)


def askable() -> list[Verdict]:
    return [one for one in verdicts() if not one.path.startswith(NOT_ASKED_HERE)]


def wrongly_answered(client: httpx.Client, may: frozenset[str]) -> list[str]:
    """The routes that let somebody in who may not, keep out one who may, or fail."""
    wrong: list[str] = []
    for one in askable():
        status = ask(client, one).status_code
        right = status not in (401, 403) and status < 500 if one.needs in may | {"open"} else status == 403
        if not right:
            wrong.append(f"{one.method} {one.path} ({one.needs}): {status}")
    return wrong


def test_nobody_gets_in_anywhere(people: People) -> None:
    statuses = {f"{one.method} {one.path}": ask(people.nobody, one).status_code for one in askable()}
    needs = {f"{one.method} {one.path}": one.needs for one in askable()}
    assert {route: status for route, status in statuses.items() if (status == 401) == (needs[route] == "open")} == {}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_what_the_table_says(people: People, role: str) -> None:
    may = frozenset({*PERMISSIONS_OF_ROLE[role], "anybody", "person"})  # type: ignore[index]
    assert wrongly_answered(getattr(people, role), may) == []


@pytest.mark.parametrize("scope", ["read", "write", "manage"])
def test_each_scope_of_a_key_may_what_the_table_says(people: People, scope: str) -> None:
    database = people.serving.web.database
    admin = Actor("admin", people.workspace.id, people.workspace.name, PERMISSIONS_OF_ROLE["admin"], "api")
    with database.workspace_session(people.workspace.id) as connection:
        _, key = create_key(connection, admin, f"a {scope} key", [scope])
    with httpx.Client(base_url=people.serving.url, headers={"X-API-Key": key}, timeout=60) as client:
        assert wrongly_answered(client, frozenset({scope, "anybody"})) == []


def test_what_is_of_another_workspace_is_not_found(people: People, tmp_path_factory: pytest.TempPathFactory) -> None:
    importer = Importer(people.serving.web.stores, tmp_path_factory.mktemp("files"), people.workspace.name)
    job_id = importer.read("sku,name\n1,Chair\n2,Table\n").id
    found = {
        f"{one.method} {one.path}": (answer.status_code, answer.text)
        for one in askable()
        if "{job_id}" in one.path and (answer := ask(people.outsider, one, job_id)).status_code != 404
    }
    assert found == {}
