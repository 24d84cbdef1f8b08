"""The list of imports and the page of one in a browser: what they show, how they follow, what can be done there."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Response, expect

from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.lock import hold_job
from segops_pipeline.imports.run import apply_job, begin_import, plan_job
from segops_pipeline_tests.catalogue.ruled import edit
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.web.conftest import People, write
from segops_pipeline_tests.web.looking import assert_sound, looking

TYPES = {"price": "price"}
GOOD = "sku,name,price\nA-1,Chair,12.00 EUR\nA-2,Table,99.00 EUR\nA-3,Lamp,30.00 EUR\n"
BAD = "sku,name,price\nB-1,Bed,12.00 EUR\nB-2,Desk,<b>much</b>\n,Nameless,3.00 EUR\n"
POLL = 3_000
MOVE = """
UPDATE import_jobs SET stage = 'upserted_products', stage_done = :done, stage_total = 4000,
    updated_at = created_at + :done * interval '1 millisecond' WHERE id = :id
"""


@pytest.fixture
def imports(people: People, tmp_path: Path) -> Importer:
    """Imports into the workspace of the people."""
    return Importer(people.serving.web.stores, tmp_path, people.workspace.name)


def card(page: Page, job: Job | str) -> Locator:
    return page.locator(f"[data-job='{job if isinstance(job, str) else job.id}']")


def polled_until(page: Page, place: Locator, words: str) -> None:
    """Let the page's clock run until a poll has brought the words; answers are kept for a second by the server."""
    for _ in range(100):
        page.clock.fast_forward(POLL)
        page.wait_for_timeout(100)
        if words in " ".join(place.all_inner_texts()):
            return
    raise AssertionError(f"{words} is not in {place.all_inner_texts()}")


def test_the_list_asks_again_while_an_import_runs_and_no_longer(
    chromium: Browser, people: People, imports: Importer
) -> None:
    job = imports.queue(GOOD, TYPES)
    asked: list[Response] = []
    with looking(chromium, people) as page, hold_job(imports.stores.database, job.id):
        page.clock.install()
        page.on("response", lambda one: asked.append(one) if "/api/pim/imports/" in one.url else None)
        page.goto("/pim/imports")
        expect(card(page, job)).to_contain_text("queued")
        begin_import(imports.stores, job.id)
        imports.execute(MOVE, done=1000, id=job.id)
        polled_until(page, card(page, job), "Writing: 1,000 of 4,000")
        imports.execute(MOVE, done=3000, id=job.id)
        polled_until(page, card(page, job), "3,000 of 4,000 · 1,000 a second · 1 s left")
        assert page.locator("progress").get_attribute("value") == "0.75"
        before = len(asked)
        page.clock.fast_forward(POLL)
        page.wait_for_timeout(200)
        page.clock.fast_forward(POLL)
        page.wait_for_timeout(200)
        assert [one.status for one in asked[before:]][-1] == 304
        plan_job(imports.stores, job.id, imports.progress(job))
        apply_job(imports.stores, job.id, imports.progress(job))
        polled_until(page, card(page, job), "done")
        expect(card(page, job).locator(".counts")).to_have_text("3 rows3 new")
        before = len(asked)
        page.clock.fast_forward(100 * POLL)
        page.wait_for_timeout(200)
        assert len(asked) == before


def test_imports_are_found_cancelled_tried_again_and_taken_back_from_the_list(
    chromium: Browser, people: People, imports: Importer
) -> None:
    for _ in range(18):
        imports.open("sku\nA\n", source="inbox")
    waiting = imports.read(GOOD.replace("A-", "W-"), source="waiting")
    strict = imports.load(BAD, TYPES, validation="strict")
    done = imports.load(GOOD, TYPES)
    with looking(chromium, people) as page:
        page.goto("/pim/imports")
        expect(page.locator(".job")).to_have_count(20)
        page.get_by_role("button", name="Older").click()
        expect(page.get_by_text("Page 2 of 2")).to_be_visible()
        expect(page.locator(".job")).to_have_count(1)
        page.get_by_label("Source").select_option("waiting")
        expect(page.locator(".job")).to_have_count(1)
        resume = card(page, waiting).get_by_role("link", name="Resume mapping")
        assert resume.get_attribute("href") == f"/pim/import?job={waiting.id}"
        page.reload()  # filters are in the address
        card(page, waiting).get_by_role("button", name="Cancel").click()
        expect(card(page, waiting)).to_contain_text("cancelled")
        page.goto("/pim/imports?status=failed&file=.csv")
        expect(page.locator(".job")).to_have_count(2)
        expect(card(page, strict)).to_contain_text("rejected")
        assert_sound(page)
        for one in page.locator(".menu a").all():
            assert people.editor.get(one.get_attribute("href") or "").status_code == 200
        card(page, strict).get_by_role("button", name="Try again").click()
        expect(page.get_by_text("starts again")).to_be_visible()
        assert imports.job(strict).status == "pending"
        page.goto("/pim/imports?status=done")
        card(page, done).locator("summary").click()
        for one in card(page, done).locator(".menu a").all():
            assert people.editor.get(one.get_attribute("href") or "").status_code == 200
        card(page, done).get_by_role("button", name="Undo").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("3 products")
        dialog.get_by_role("button", name="Take it back").click()
        expect(page.get_by_text("is being taken back")).to_be_visible()
        undo = imports.rows("SELECT id FROM import_jobs WHERE undoes = :id", id=done.id)[0]["id"]
        page.get_by_label("State").select_option("")
        expect(card(page, undo)).to_contain_text(f"Taking back of {done.file_name}")
        acts = imports.rows("SELECT act FROM audit_log WHERE workspace_id = :id ORDER BY id", id=done.workspace_id)
        assert [row["act"] for row in acts] == ["import.cancel", "import.retry", "import.undo"]
    with looking(chromium, people, "viewer", locale="de-DE") as page:
        page.goto("/pim/imports?status=done")
        expect(page.get_by_role("heading", name="Verlauf")).to_be_visible()
        expect(card(page, done)).to_contain_text("fertig")
        expect(page.get_by_role("button", name="Rückgängig")).to_have_count(0)


def test_a_page_of_an_import_follows_it_and_everything_can_be_done_there(
    chromium: Browser, people: People, imports: Importer, tmp_path: Path
) -> None:
    imports.load(GOOD, TYPES)
    for sku, amount in (("A-1", "13.00"), ("A-2", "98.00")):
        edit(imports, sku, price={"amount": amount, "currency": "EUR"})
    job = imports.queue(GOOD.replace("12.00", "15.00").replace("99.00", "97.00") + BAD.partition("\n")[2], TYPES)
    with looking(chromium, people) as page:
        page.goto(f"/pim/imports/{job.id}")
        state = page.get_by_test_id("state")
        expect(state).to_have_text("queued")
        imports.run(job)
        expect(state).to_have_text("done")  # told by the server
        expect(page.locator(".tiles .rejected")).to_have_text("2 rejected")
        expect(page.locator("#issues")).to_contain_text("<b>much</b>")
        first, second = page.locator("[data-sku='A-1']"), page.locator("[data-sku='A-2']")
        expect(first.get_by_role("row", name="price")).to_have_text("price12.00 EUR13.00 EUR15.00 EUR")
        second.get_by_role("button", name="Write something else").click()
        second.get_by_label("price").fill("a lot")
        first.get_by_role("button", name="Take the file's").click()
        expect(first).to_have_count(0)
        expect(page.locator("#conflicts")).to_be_focused()
        second.get_by_role("button", name="Write it").click()
        expect(page.locator("#conflicts [role=alert]")).to_contain_text("a lot")
        second.get_by_label("price").fill("55.50 EUR")
        assert_sound(page)
        second.get_by_role("button", name="Write it").click()
        expect(page.get_by_text("Your values are written.")).to_be_visible()
        assert [imports.data(sku)["price"]["amount"] for sku in ("A-1", "A-2")] == ["15.00", "55.50"]
        page.get_by_label("Outcome").select_option("conflicts")
        expect(page.locator("#results tbody tr")).to_have_count(2)
        page.get_by_label("Outcome").select_option("rejected")
        expect(page.locator("#results tbody tr").first).to_contain_text("price: “<b>much</b>”")
        runs = page.get_by_role("link", name="Runs in Dagster").get_attribute("href")
        assert runs == f"http://127.0.0.1:3000/runs?q[]=tag%3Asegops/job%3D{job.id}"
        rejected = people.editor.get(f"/api/pim/import/{job.id}/errors.csv").text
        mended = write(tmp_path, "mended.csv", rejected.replace("<b>much</b>", "7.00 EUR"))
        page.get_by_label("Upload corrected rows").set_input_files(mended)
        expect(state).to_have_text("queued")
        imports.run(job)
        expect(state).to_have_text("done")
        expect(page.locator(".tiles .rejected")).to_have_text("1 rejected")
        moments = people.editor.get(f"/api/pim/import/{job.id}/timeline/").json()
        expect(page.locator(".timeline li")).to_have_count(len(moments))
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="Take it back").click()
        expect(page.get_by_role("heading", name="Taking back of")).to_be_visible()
        (undo,) = imports.rows("SELECT id FROM import_jobs WHERE undoes = :id", id=job.id)
        page.wait_for_url(f"**/{undo['id']}")
    with looking(chromium, people, "outsider") as page:
        page.goto(f"/pim/imports/{job.id}")
        expect(page.get_by_text("There is no such import")).to_be_visible()
        assert job.file_name not in page.content()
    assert people.outsider.get(f"/api/pim/import/{job.id}/events/").status_code == 404


def test_an_act_that_the_server_does_not_answer_is_refused_and_can_be_tried_again(
    chromium: Browser, people: People, imports: Importer
) -> None:
    job = imports.load(GOOD, TYPES)
    with looking(chromium, people) as page:
        page.goto(f"/pim/imports/{job.id}")
        page.route("**/undo/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="Take it back").click()
        expect(page.get_by_role("alert")).to_contain_text("The server does not answer.")
        page.unroute("**/undo/")
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="Take it back").click()
        expect(page.get_by_role("heading", name="Taking back of")).to_be_visible()
