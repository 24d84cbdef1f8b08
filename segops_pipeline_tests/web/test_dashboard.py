"""The dashboard on page and API: the figures of the workspace's imports, for screen readers too; health for admins."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from segops_pipeline.analytics.sync import sync_workspace
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.web.conftest import People, context_of

MARKUP = "<img src=x onerror=document.title='broken'>"
FILE = f"sku,name,price,{MARKUP}\nA,Chair,1,x\nB,Table,2,\nB,Desk,3,\nC,Lamp,much,\n"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def imported(people: People, tmp_path: Path) -> People:
    """A workspace with an import of a source: two rows go in, one is repeated, one is rejected."""
    importer = Importer(people.serving.web.stores, tmp_path, people.workspace.name)
    job = importer.load(FILE, {"price": "number"}, source="nordic", mapping={MARKUP: "note"})
    sync_workspace(importer.stores, job.workspace_id)
    return people


@pytest.fixture
def board(chromium: Browser, imported: People) -> Iterator[Page]:
    """The dashboard of an admin, with its figures."""
    context = context_of(chromium, imported, "admin", viewport={"width": 1300, "height": 900}, locale="en-US")
    opened = context.new_page()
    opened.goto("/pim/dashboard")
    expect(opened.locator(".tiles")).to_be_visible(timeout=60_000)
    yield opened
    context.close()


def test_the_api_tells_the_figures_and_the_health(imported: People) -> None:
    answer = imported.viewer.get("/api/pim/dashboard/", params={"days": 7})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["total"]["rows"], told["total"]["success_rate"], told["problem"]) == (4, 0.75, None)
    assert [cause["column"] for cause in told["causes"]] == ["price"]
    assert [source["source"] for source in told["sources"]] == ["nordic"]
    assert [period["rows"] for period in told["periods"]] == [0, 0, 0, 0, 0, 0, 4]
    assert imported.viewer.get("/api/pim/dashboard?days=7").json() == told
    assert imported.outsider.get("/api/pim/dashboard/?days=7").json()["total"]["imports"] == 0
    assert imported.viewer.get("/api/pim/dashboard/", params={"days": 0}).status_code == 400
    measures = imported.admin.get("/api/pim/health/").json()["measures"]
    assert {"memory", "connections", "disk", "outbox", "queue"} <= {measure["name"] for measure in measures}
    assert imported.editor.get("/api/pim/health/").status_code == 403
    assert imported.nobody.get("/api/pim/dashboard/").status_code == 401


def test_the_page_shows_figures_with_targets_and_each_chart_as_a_table_too(board: Page) -> None:
    success = board.locator(".tile", has_text="Rows that succeeded")
    expect(success).to_contain_text("75%")
    expect(success).to_contain_text("Below target")
    expect(board.locator(".charts svg").first).to_be_visible()
    expect(board.locator(".charts [role=img]")).to_have_count(8)
    causes = board.locator("section", has=board.get_by_role("heading", name="Rejected rows by cause"))
    causes.get_by_text("Show as a table").click()
    expect(causes.get_by_role("row").nth(1)).to_contain_text("price")
    expect(board.locator(".health")).to_contain_text("Database connections")
    expect(board).to_have_title("Dashboard · Segops")  # no value of a file has run
    board.get_by_role("button", name="Refresh").click()
    expect(board.get_by_text("As of")).to_be_visible()
    assert Axe().run(board, options={"runOnly": RULES}).violations_count == 0


def test_the_page_is_usable_at_400_pixels_in_german_and_in_the_dark(chromium: Browser, imported: People) -> None:
    context = context_of(
        chromium, imported, "viewer", viewport={"width": 400, "height": 800}, locale="de-DE", color_scheme="dark"
    )
    page = context.new_page()
    page.goto("/pim/dashboard?days=365")
    expect(page.locator(".tiles")).to_contain_text("Erfolgreiche Zeilen", timeout=60_000)
    expect(page.locator(".health")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert Axe().run(page, options={"runOnly": RULES}).violations_count == 0
    context.close()


def test_an_empty_workspace_is_told_what_to_do(page: Page) -> None:
    page.goto("/pim/dashboard?days=nonsense")
    expect(page.locator(".empty")).to_contain_text("Nothing has been imported yet", timeout=60_000)
    expect(page.locator(".empty").get_by_role("link")).to_have_attribute("href", "/pim/import")
