"""What others have written: markup, scripts and formulas in every place that takes words run nowhere, page or file.

What belongs here: hostile content, and what is of another workspace. What doesn't: what stands before every route
(`test_security`), who may do what in their own workspace (`test_permissions`).
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from segops_pipeline.access.sessions import open_session
from segops_pipeline.access.users import create_user
from segops_pipeline.imports.draft import save_draft
from segops_pipeline.imports.jobs import Job
from segops_pipeline_tests.importing import Importer, confirmation
from segops_pipeline_tests.web.conftest import People, context_of, signed_in
from segops_pipeline_tests.web.test_permissions import ask, verdicts

API = "/api/pim"
SCRIPT = """<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>"""
TEMPLATE = "{{constructor.constructor('window.pwned=1')()}}"  # a template of Vue, were it compiled
EVIL = f"{SCRIPT}{TEMPLATE}`${{window.pwned=1}}</textarea></title>'\"><svg onload=window.pwned=1>"
SHORT = f"<svg onload=pwned=1>{TEMPLATE}"
FORMULA = '=HYPERLINK("http://evil.example","x")'
LINK = "javascript:window.pwned=1"
PAGES = [
    "/pim", "/pim/sources", "/pim/memory", "/pim/schema", "/pim/members", "/pim/keys", "/pim/settings", "/pim/import",
    f"/pim/products/by-sku/{FORMULA}", f"/pim/products/by-sku/{SHORT}", f"/pim/imports?file={SCRIPT}",
]  # fmt: skip
HEADERS = ["sku", "name", EVIL, "=1+1|cmd", "link", "price"]
MAPPING = {EVIL: "evil", "=1+1|cmd": "formula"}
TYPES = {"link": "url", "price": "price"}
STARTS = ("=", "+", "-", "@", "\t", "\r")  # with which spreadsheets begin a formula


@dataclass
class Hostile:
    """A workspace where everything that takes words has been given hostile ones."""

    people: People
    done: Job
    waiting: Job
    product: int
    asked: list[str] = field(default_factory=list[str])  # elsewhere, by a page


def hostile_rows() -> str:
    """A file whose every cell and header tries something; the second row is rejected."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADERS)
    writer.writerow([FORMULA, EVIL, EVIL, "+1+cmd|' /C calc'!A0", f"https://example.com/?{SHORT}", "1.50 EUR"])
    writer.writerow(["@SUM(1)", EVIL, SCRIPT, "-2+3", LINK, FORMULA + EVIL])
    return file.getvalue()


def write_everywhere(people: People, job: Job) -> None:
    """Give everything that takes words hostile ones, except where it is refused."""
    admin = people.admin
    draft: dict[str, Any] = {"name": EVIL[:100], "job_id": job.id, "description": EVIL, "public": True}
    taken = [
        admin.post(f"{API}/keys/", json={"name": EVIL[:100], "scopes": ["read"]}),
        admin.post(f"{API}/webhooks/", json={"url": f"http://127.0.0.1:9/{EVIL}", "events": ["import.completed"]}),
        admin.post(f"{API}/members/", json={"email": f"{job.id}@example.com", "name": EVIL[:100], "role": "viewer"}),
        admin.patch(f"{API}/me/", json={"full_name": EVIL[:100]}),
        admin.put(f"{API}/learned-mappings/", json={"header": EVIL, "target": None, "source": "other"}),
        admin.post(f"{API}/mapping-templates/", json=draft),
    ]
    assert [answer.text for answer in taken if answer.status_code not in (200, 201)] == []
    refused = [
        admin.post(f"{API}/sources/", json={"name": SHORT}),
        admin.post(f"{API}/sources/", json={"name": "good", "location": LINK}),
        admin.post(f"{API}/members/", json={"email": f"{SHORT}@example.com", "role": "viewer"}),
        admin.post(f"{API}/webhooks/", json={"url": LINK, "events": ["import.completed"]}),
    ]
    assert [answer.status_code for answer in refused] == [400, 422, 400, 400]


@pytest.fixture
def hostile(people: People, tmp_path: Path) -> Hostile:
    """Everybody's workspace, with hostile words in it."""
    importer = Importer(people.serving.web.stores, tmp_path, people.workspace.name)
    file = importer.file(hostile_rows()).rename(tmp_path / f"{SHORT[:40]}.csv")
    done = importer.run(importer.queue(file, TYPES, mapping=MAPPING))
    assert (done.status, done.created, done.rejected) == ("done", 1, 1), done.error
    waiting = importer.read(file, source="other")
    write_everywhere(people, waiting)
    return Hostile(people, done, waiting, people.editor.get(f"{API}/products/").json()["results"][0]["id"])


@pytest.fixture
def window(chromium: Browser, hostile: Hostile) -> Iterator[BrowserContext]:
    """A window of the admin, who may see everything; what its pages ask for elsewhere is noted."""
    context = context_of(chromium, hostile.people, "admin", viewport={"width": 1300, "height": 900})
    ours = hostile.people.serving.url.removeprefix("http://")
    context.on("dialog", lambda dialog: hostile.asked.append(f"dialog {dialog.message}"))
    context.on("request", lambda request: hostile.asked.append(request.url) if ours not in request.url else None)
    yield context
    context.close()


def check_harmless(window: BrowserContext, hostile: Hostile, shown: dict[str, str]) -> None:
    """Open pages beside each other: nothing ran or was drawn as markup, no link runs anything, nothing was fetched."""
    pages = [(path, window.new_page()) for path in shown]
    for path, page in pages:
        page.goto(path, wait_until="commit")
    for path, page in pages:
        expect(page.locator(shown[path]).first).to_be_visible(timeout=20_000)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.pwned === undefined"), path
        drawn = "img[onerror], [onload], a[href^='javascript' i], a[href^='data' i], iframe"
        assert page.locator(drawn).evaluate_all("all => all.map((one) => one.outerHTML.slice(0, 300))") == [], path
    assert [url for url in hostile.asked if not url.startswith(("data:", "blob:"))] == []


def test_what_others_have_written_runs_in_no_page(window: BrowserContext, hostile: Hostile) -> None:
    shown = dict.fromkeys([*PAGES, f"/pim/import?job={SCRIPT}", f"/pim/products/{hostile.product}"], "#content h1")
    shown |= {f"/pim/imports/{job.id}": ".history.one .card" for job in (hostile.done, hostile.waiting)}
    check_harmless(window, hostile, shown)


def test_what_a_file_says_runs_in_no_step_of_the_wizard(window: BrowserContext, hostile: Hostile) -> None:
    job, path = hostile.waiting, f"/pim/import?job={hostile.waiting.id}"
    check_harmless(window, hostile, {path: ".map-column"})
    given = confirmation(HEADERS, TYPES, mapping=MAPPING)
    draft = {
        "mapping": dict(given.mapping), "schema": {"fields": [one.as_dict() for one in given.fields]},
        "transformations": {}, "rules": {}, "step": "plan",
    }  # fmt: skip
    save_draft(hostile.people.serving.web.stores, job.workspace_id, job.id, draft, EVIL)
    check_harmless(window, hostile, {path: ".confirm-bar button"})
    expect(window.pages[-1].get_by_text("window.pwned").first).to_be_visible()  # it is shown as the words that it is


def cells_of(content: bytes) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]


def test_no_file_that_is_downloaded_has_a_formula(hostile: Hostile) -> None:
    editor, job = hostile.people.editor, hostile.done.id
    for path in (f"import/{job}/errors.csv", "export/?format=csv&safe=true", "fill-in/?format=csv"):
        cells = cells_of(editor.get(f"{API}/{path}").content)
        assert [cell for cell in cells if cell.startswith(STARTS)] == [], path
    for path in (f"import/{job}/errors.xlsx", "export/?format=xlsx", "fill-in/?format=xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(editor.get(f"{API}/{path}").content))
        assert [cell.value for sheet in book for row in sheet for cell in row if cell.data_type == "f"] == [], path


def test_a_name_of_a_file_makes_no_header_of_an_answer(hostile: Hostile) -> None:
    name = 'a";filename="b.exe\r\nSet-Cookie: x=1; .csv'
    sent = hostile.people.editor.post(f"{API}/import/csv/", json={"text": "sku,name\n1,Chair\n", "name": name}).json()
    answer = hostile.people.editor.get(f"{API}/import/{sent['job_id']}/original/")
    assert "set-cookie" not in answer.headers
    assert re.fullmatch(r"attachment; filename(\*=utf-8'')?[^;\"\r\n]+", answer.headers["content-disposition"])
    assert answer.headers["content-type"] == "application/octet-stream"


def ids_of(hostile: Hostile) -> dict[str, str]:
    """What the paths of the application name, each really there, in a workspace that is somebody else's."""
    admin = hostile.people.admin
    first = {
        kind: admin.get(f"{API}/{kind}/").json()["results"][0]
        for kind in ("keys", "webhooks", "mapping-templates", "members")
    }
    return {
        "import/{job_id}": hostile.waiting.id, "products/{product_id}": str(hostile.product),
        "keys/{key_id}": str(first["keys"]["id"]), "webhooks/{webhook_id}": str(first["webhooks"]["id"]),
        "members/{user_id}": str(first["members"]["user_id"]), "sources/{name}": "other",
        "mapping-templates/{name}": "of-acme",
    }  # fmt: skip


def test_nothing_of_another_workspace_is_reached_by_its_id(hostile: Hostile) -> None:
    admin, outsider = hostile.people.admin, hostile.people.outsider
    admin.post(f"{API}/mapping-templates/", json={"name": "of-acme", "job_id": hostile.waiting.id})
    ids = ids_of(hostile)
    before = {kind: admin.get(f"{API}/{kind}/").text for kind in ("products", "keys", "webhooks", "sources", "members")}
    reached: dict[str, int] = {}
    for one in verdicts():
        kind = next((kind for kind in ids if f"/{kind}/" in one.path), None)
        if kind is not None and (status := ask(outsider, one, ids[kind]).status_code) not in (400, 404):
            reached[f"{one.method} {one.path}"] = status
    assert reached == {}
    assert before == {kind: admin.get(f"{API}/{kind}/").text for kind in before}


def test_an_id_in_a_body_reaches_no_other_workspace(hostile: Hostile) -> None:
    outsider, job = hostile.people.outsider, hostile.waiting.id
    template = outsider.post(f"{API}/mapping-templates/", json={"name": "stolen", "job_id": job})
    conflicts = outsider.post(f"{API}/conflicts/resolve/", json={"answer": "accept", "job_id": job})
    there = outsider.get(f"{API}/imports/", headers={"X-Segops-Workspace": hostile.people.workspace.name})
    assert (template.status_code, conflicts.status_code // 100, there.status_code) == (404, 4, 403)


def test_no_page_shows_what_is_of_another_workspace(hostile: Hostile) -> None:
    for path in (f"imports/{hostile.waiting.id}", f"import?job={hostile.waiting.id}", f"products/{hostile.product}"):
        answer = hostile.people.outsider.get(f"/pim/{path}")
        assert ("window.pwned" in answer.text, "HYPERLINK" in answer.text) == (False, False), path


def test_who_is_in_no_workspace_is_told_so(people: People) -> None:
    database = people.serving.web.database
    user = create_user(database, f"nowhere-{people.workspace.id}@example.com")
    with signed_in(people.serving, open_session(database, user.id, people.serving.settings)) as client:
        assert "a member of no workspace yet" in client.get("/pim").text
