"""Step 3 of the wizard in a browser: the plan, its guards and rules, rejected rows, and confirming what was seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from segops_pipeline.imports.draft import save_draft
from segops_pipeline.imports.jobs import Job
from segops_pipeline_tests.catalogue.ruled import edit
from segops_pipeline_tests.importing import Importer, confirmation
from segops_pipeline_tests.web.conftest import People, context_of

TYPES = {"price": "price", "stock": "number", "colours": "list", "since": "datetime"}
HEAD = "sku,name,price,stock,colours,since\n"
EARLIER = HEAD + "".join(f"A-{n},Chair {n},{n}.50 EUR,{n},red|blue,2026-03-0{n}\n" for n in range(1, 7))
# updated, cleared, unchanged, in conflict, rejected three times, created, and again
NEXT = HEAD + (
    "A-1,Chair 1,2.75 EUR,1,red|blue,2026-03-01\n"
    "A-2,Chair 2,2.50 EUR,2,,2026-03-02\n"
    "A-3,Chair 3,3.50 EUR,3,red|blue,2026-03-03\n"
    "A-4,Chair 4,44.00 EUR,4,red|blue,2026-03-04\n"
    "A-5,Chair 5,much,5,red|blue,2026-03-05\n"
    "A-6,Chair 6,6.50 EUR,some,red|blue,2026-03-06\n"
    ",Nameless,1.00 EUR,1,red,2026-03-07\n"
    "B-1,<b>Desk</b>,120.00 EUR,7,oak|ash,2026-04-01\n"
    "B-1,Desk,125.00 EUR,7,oak|ash,2026-04-01\n"
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass(frozen=True, slots=True)
class Shop:
    """A workspace with earlier products, and its page."""

    people: People
    imports: Importer
    page: Page

    def plan(self, content: str) -> Job:
        """Open step 3 of a file, its mapping done."""
        job = self.imports.read(content)
        given = confirmation(job.headers or [], TYPES)
        draft = {
            "mapping": dict(given.mapping), "schema": {"fields": [field.as_dict() for field in given.fields]},
            "transformations": {}, "rules": {}, "step": "plan",
        }  # fmt: skip
        save_draft(self.imports.stores, job.workspace_id, job.id, draft, "editor@example.com")
        self.page.goto(f"/pim/import?job={job.id}")
        return job

    def confirm(self, job: Job) -> Job:
        """Press the button, and let the import run."""
        self.page.locator(".confirm-bar button").click()
        self.page.wait_for_url(f"**/pim?imported={job.id}")
        assert self.imports.job(job).status == "pending"
        return self.imports.run(job)


@pytest.fixture
def shop(chromium: Browser, people: People, tmp_path: Path) -> Iterator[Shop]:
    """A workspace with six products of an earlier import, and a page that has said nothing bad."""
    imports = Importer(people.serving.web.stores, tmp_path, people.workspace.name)
    imports.load(EARLIER, TYPES)
    context = context_of(chromium, people, "editor", viewport={"width": 1300, "height": 900}, locale="en-GB")
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    yield Shop(people, imports, page)
    context.close()
    assert said == []


def tiles(page: Page) -> list[str]:
    """The counts that the page shows: created, updated, unchanged, conflicts, rejected, skipped."""
    return page.locator(".tile dd").all_inner_texts()


def test_a_plan_shows_every_outcome_and_exactly_that_is_imported(shop: Shop) -> None:
    page = shop.page
    edit(shop.imports, "A-4", price={"amount": "40.00", "currency": "EUR"})
    job = shop.plan(NEXT)
    expect(page.locator(".confirm-bar button")).to_have_text("task_altImport 4 rows")
    assert tiles(page) == ["1", "2", "1", "1", "3", "1"]
    expect(page.locator(".sum")).to_have_text(
        "1 created + 2 updated + 1 unchanged + 1 in conflict + 3 rejected + 1 skipped = 9 rows"
    )
    expect(page.locator(".cleared-list")).to_contain_text("Colours: 1 value – A-2")
    first = page.locator("table.first tbody tr")
    expect(first.filter(has_text="B-1")).to_contain_text("125.00 EUR")
    expect(first.filter(has_text="B-1").locator(".chip")).to_have_text(["oak", "ash"])
    changed = page.locator(".diff article").filter(has_text="A-1")
    expect(changed.locator("del")).to_contain_text("1.50 EUR")
    expect(changed.locator("ins")).to_contain_text("2.75 EUR")
    expect(page.locator("table.changes tbody tr").filter(has_text="Price")).to_contain_text("1")
    assert Axe().run(page, options={"runOnly": RULES}).response["violations"] == []
    diff = shop.people.editor.get(page.locator("a[download]", has_text="CSV").get_attribute("href") or "")
    assert "A-1,2,updated,price,1.50 EUR,2.75 EUR" in diff.text
    done = shop.confirm(job)
    assert done.counts == {
        "rows": 9, "created": 1, "updated": 2, "unchanged": 1, "conflicts": 1, "rejected": 3, "skipped": 1,
    }  # fmt: skip
    acts = shop.imports.rows("SELECT act FROM audit_log WHERE target = :id", id=job.id)
    assert {"act": "import.confirm"} in acts


def test_rejected_rows_are_corrected_in_place_or_dropped_and_that_can_be_taken_back(shop: Shop) -> None:
    page = shop.page
    job = shop.plan(NEXT)
    page.get_by_role("button", name="stock “some”").click()
    expect(page.locator(".grid tbody tr:not(.reasons-row)")).to_have_count(1)
    page.get_by_label("stock, line 7").fill("6 and more")
    page.get_by_label("stock, line 7").press("Escape")
    expect(page.get_by_label("stock, line 7")).to_have_value("some")
    page.get_by_label("stock, line 7").fill("60")
    page.get_by_label("stock, line 7").press("Enter")
    expect(page.get_by_text("This row will be taken.")).to_be_visible()
    page.get_by_role("button", name="All (3)").click()
    page.get_by_label("price, line 6").fill("as much")
    page.get_by_label("price, line 6").press("Enter")
    expect(page.get_by_text("“as much”")).to_be_visible()
    page.get_by_role("button", name="Drop, line 8").click()
    page.reload()  # what is not applied yet is kept in the browser
    expect(page.get_by_label("stock, line 7")).to_have_value("60")
    page.get_by_role("button", name="Apply (2 corrected, 1 dropped) and plan again").click()
    expect(page.get_by_text("3 rows corrected or dropped so far")).to_be_visible()
    assert tiles(page) == ["1", "4", "1", "0", "1", "2"]
    page.get_by_text("3 rows corrected or dropped so far").click()
    page.get_by_role("button", name="Take back, line 8").click()
    expect(page.get_by_text("2 rows corrected or dropped so far")).to_be_visible()
    assert tiles(page) == ["1", "4", "1", "0", "2", "1"]
    page.get_by_role("button", name="Drop all 2 rejected rows").click()
    page.get_by_role("button", name="Drop all 2 rejected rows").click()
    expect(page.locator(".tile.rejected dd")).to_have_text("0")
    assert shop.confirm(job).counts["skipped"] == 3
    assert shop.imports.data("A-6")["stock"] == 60
    assert "A-5" in shop.imports.products()


def test_a_guard_holds_the_button_until_it_is_seen(shop: Shop) -> None:
    page = shop.page
    many = HEAD + "".join(f"C-{n},Lamp,1.00 EUR,1,red,2026-03-01\n" for n in range(12))
    bad = "".join(f"D-{n},Lamp,none at all,1,red,2026-03-01\n" for n in range(12))
    job = shop.plan(many + bad)
    button = page.locator(".confirm-bar button")
    expect(button).to_be_disabled(timeout=40_000)
    expect(page.locator(".guards")).to_contain_text("50 % (12 of 24) of the rows are rejected")
    page.get_by_role("checkbox").check()
    expect(button).to_be_enabled()
    done = shop.confirm(job)
    assert (done.status, done.accept_guards, done.counts["created"]) == ("done", True, 12)


def test_a_changed_rule_is_planned_again_and_a_stale_plan_says_what_has_changed(shop: Shop) -> None:
    page = shop.page
    job = shop.plan(NEXT)
    expect(page.locator(".amber-card")).to_be_visible(timeout=40_000)
    page.get_by_label("Empty cells").select_option(label="Keep what is there")
    expect(page.locator(".amber-card")).to_have_count(0)
    assert tiles(page) == ["1", "2", "2", "0", "3", "1"]
    edit(shop.imports, "A-1", price={"amount": "9.99", "currency": "EUR"})
    page.locator(".confirm-bar button").click()
    expect(page.get_by_role("alert")).to_contain_text("Something has changed since this plan was made.")
    expect(page.locator(".confirm-bar button")).to_be_disabled()
    page.get_by_role("button", name="Plan again").click()
    expect(page.locator(".confirm-bar button")).to_be_enabled()
    expect(page.locator(".tile.conflicts dd")).to_have_text("1")
    assert shop.confirm(job).rules == {"empty": "keep"}


def test_strict_validation_says_what_is_to_be_done(shop: Shop) -> None:
    page = shop.page
    shop.plan(NEXT)
    page.get_by_label("Bad rows").select_option(label="All or nothing", timeout=40_000)
    expect(page.locator(".confirm-bar")).to_contain_text("Correct or drop the rejected rows first")
    expect(page.locator(".confirm-bar button")).to_be_disabled()


def test_100_000_rows_are_planned_while_the_page_answers_until_somebody_cancels(shop: Shop) -> None:
    page = shop.page
    rows = "".join(f"E-{n},Lamp {n},{n}.10 EUR,{n},red|{n % 50},2026-03-01\n" for n in range(100_000))
    job = shop.plan(HEAD + rows)
    expect(page.locator(".planning")).to_contain_text("of 100,000 rows")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Planning was cancelled.")).to_be_visible(timeout=40_000)
    assert shop.imports.rows("SELECT count(*) AS n FROM products WHERE sku LIKE 'E-%'") == [{"n": 0}]
    assert shop.imports.job(job).mapping is None


def test_steps_are_tried_on_samples_and_kept_with_the_draft(shop: Shop) -> None:
    page = shop.page
    job = shop.imports.read(NEXT)
    page.goto(f"/pim/import?job={job.id}")
    page.get_by_role("button", name="colours").filter(has_text="auto_fix_high").click()
    form = page.locator("form.steps-form")
    form.get_by_label("Add a step").select_option(label="Replace text")
    form.get_by_label("Find").fill("red")
    form.get_by_label("Put instead").fill("crimson")
    expect(form.locator("td.changed").first).to_have_text("crimson|blue")
    form.get_by_label("Add a step").select_option(label="Extract with a pattern")
    form.get_by_role("textbox", name="Pattern", exact=True).fill("(")
    expect(form.get_by_role("alert")).to_contain_text("regular expression is not valid")
    expect(form.get_by_role("button", name="Save steps")).to_be_disabled()
    assert Axe().run(page, options={"runOnly": RULES}).response["violations"] == []
    form.get_by_role("button", name="Up, Extract with a pattern").press("Enter")
    expect(form.get_by_role("button", name="Down, Extract with a pattern")).to_be_focused()
    form.get_by_role("button", name="Remove, Extract with a pattern").click()
    expect(form.get_by_role("button", name="Remove, Replace text")).to_be_focused()
    form.get_by_role("button", name="Save steps").click()
    expect(form).to_have_count(0)
    draft = shop.imports.job(job).draft or {}
    assert draft["transformations"] == {"colours": ['replace "red" with "crimson"']}


def test_a_mapping_is_saved_as_a_template_and_recognised_again(shop: Shop) -> None:
    page = shop.page
    other = NEXT.replace("sku,", "Code,").replace("stock", "Count on hand")
    job = shop.imports.read(other)
    page.goto(f"/pim/import?job={job.id}")
    page.get_by_role("button", name="Save as template").click()
    page.get_by_label("Name", exact=True).fill("Spring list")
    page.get_by_role("button", name="Save template").click()
    expect(page.get_by_text("“Spring list” is saved.")).to_be_visible()
    again = shop.imports.read(other, source="elsewhere")
    page.goto(f"/pim/import?job={again.id}")
    expect(page.locator(".templates .recognised")).to_contain_text("Spring list recognised: the file has exactly")
    filled = shop.people.editor.get(page.locator("a[download]", has_text="CSV").get_attribute("href") or "")
    assert "sku,name,price" in filled.text
    third = shop.imports.read(NEXT, source="elsewhere")
    page.goto(f"/pim/import?job={third.id}")
    page.get_by_label("Choose a template").select_option(value="Spring list")
    page.get_by_role("button", name="Use", exact=True).click()
    expect(page.get_by_text("The mapping is now as the template “Spring list” says.")).to_be_visible()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("The mapping is now as")).to_have_count(0)
    with shop.imports.stores.database.system_session() as connection:
        names = connection.execute(
            text("SELECT name FROM mapping_templates WHERE workspace_id = :id"), {"id": job.workspace_id}
        )
        assert names.scalars().all() == ["Spring list"]
