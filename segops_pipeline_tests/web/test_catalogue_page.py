"""The catalogue and a product in a browser: found, narrowed down, ordered, edited; all of a file is text."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.web.conftest import People
from segops_pipeline_tests.web.looking import assert_sound, looking

TYPES = {"price": "price", "weight": "number", "tags": "list"}
MANY = "sku,name,colour,price,weight,tags,limit\n" + "".join(
    f"A-{n:03},Chair {n},{('red', 'blue', 'green')[n % 3]},{(n * 7) % 60 + 1}.50 EUR,{n}.25,oak|x{n % 2},l{n % 2}\n"
    for n in range(60)
)
SCRIPT = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
LINK = "javascript:window.hacked=1"
SKUS = ("a/b?c#d%e f&g", "..", "'\"><b>x", SCRIPT)
ALL_TYPES = {
    "text": "text", "number": "number", "flag": "boolean", "list": "list", "link": "url", "price": "price",
    "prices": "multi_price", "since": "datetime",
}  # fmt: skip
ONE = (
    "sku,name,text,number,flag,list,link,price,prices,since\n"
    "P-1,Chair,a text,1.5,yes,a|b,https://a.example/x,9.99 EUR,9.99 EUR; 11 USD,2026-03-01\n"
)
EDITS = {
    "text": ("another", "another"),
    "number": ("1234.567", 1234.567),
    "list": ("x; y\nz", ["x; y", "z"]),
    "link": ("https://b.example/?a=1", "https://b.example/?a=1"),
    "price": ("12.500 eur", {"amount": "12.50", "currency": "EUR"}),
    "prices": ("5 EUR\n6.10 USD", [{"amount": "5.00", "currency": "EUR"}, {"amount": "6.10", "currency": "USD"}]),
    "since": ("2026-04-05", "2026-04-05"),
}


@pytest.fixture
def imports(people: People, tmp_path: Path) -> Importer:
    return Importer(people.serving.web.stores, tmp_path, people.workspace.name)


def skus(page: Page) -> Locator:
    return page.locator("tbody tr td:first-child")


def field(page: Page, name: str) -> Locator:
    return page.locator(f"tr[data-field='{name}']")


def test_products_are_found_narrowed_down_ordered_and_exported(
    chromium: Browser, people: People, imports: Importer
) -> None:
    with looking(chromium, people) as page:
        page.goto("/pim")
        expect(page.get_by_text("The catalogue is empty.")).to_be_visible()
        job = imports.queue(MANY, TYPES)
        page.goto(f"/pim?imported={job.id}")  # as the wizard leads here
        expect(page.get_by_test_id("imported")).to_contain_text("The import runs")
        imports.run(job)
        expect(page.get_by_test_id("imported")).to_contain_text("Imported: 60 new, 0 changed, 0 rejected.")
        count = page.get_by_test_id("count")
        expect(count).to_have_text("60 products")
        page.get_by_role("button", name="Close").click()
        page.reload()
        expect(page.get_by_test_id("imported")).to_have_count(0)
        page.get_by_role("button", name="Price").click()
        page.get_by_role("button", name="Price").click()
        expect(page.get_by_role("columnheader", name="Price")).to_have_attribute("aria-sort", "descending")
        expect(page.locator("tbody tr").first).to_contain_text("60.50 EUR")
        page.get_by_role("button", name="Next").click()
        expect(skus(page)).to_have_count(10)
        page.get_by_role("checkbox", name="red").check()
        expect(count).to_have_text("20 products")
        page.get_by_role("checkbox", name="l1").check()  # a field of a name that the API has a meaning of its own for
        expect(count).to_have_text("10 products")
        page.get_by_label("By field").select_option(label="Weight")
        page.get_by_label("How to compare").select_option("gte")
        page.get_by_label("Value").fill("30")
        page.get_by_role("button", name="Add").click()
        expect(count).to_have_text("5 products")
        page.get_by_role("button", name="Colour: red").click()
        expect(count).to_have_text("15 products")
        page.reload()  # it is all in the address
        expect(count).to_have_text("15 products")
        assert_sound(page)
        page.get_by_role("searchbox").fill("chair 5")  # what is only typed is none of what is shown
        page.get_by_text("Export", exact=True).click()
        for name, start in (("CSV", b"sku,name"), ("XLSX", b"PK"), ("JSONL", b'{"sku"')):
            path = page.get_by_role("link", name=name, exact=True).get_attribute("href") or ""
            exported = people.editor.get(path).content.removeprefix(b"\xef\xbb\xbf")
            assert exported.startswith(start)
        assert len(exported.splitlines()) == 15
        page.get_by_role("button", name="Search").click()
        expect(count).to_have_text("7 products")
        page.get_by_role("radio", name="Meaning").check()
        expect(count).to_contain_text("Only words are searched")
        expect(page.locator("tr[data-sku='A-005']")).to_contain_text("36.50 EUR")
        page.goto("/pim?data.gone=1")
        expect(page.get_by_role("alert")).to_contain_text("no field 'gone'")


def test_whatever_stands_in_a_file_is_shown_as_text(chromium: Browser, people: People, imports: Importer) -> None:
    quoted = [sku.replace('"', '""') for sku in SKUS]
    content = f"sku,name,{SCRIPT},link\n" + "".join(f'"{sku}","{SCRIPT}","{SCRIPT}",{LINK}\n' for sku in quoted)
    job = imports.read(content, file_name=f"{SCRIPT}.csv")
    job = imports.run(imports.confirm(job, mapping={SCRIPT: "evil"}))
    assert job.counts["created"] == len(SKUS)
    imports.execute("UPDATE product_schema_fields SET label = :label WHERE key = 'evil'", label=SCRIPT)
    with looking(chromium, people) as page:
        page.goto("/pim")
        expect(skus(page)).to_have_text(sorted(SKUS), use_inner_text=True)
        assert page.locator("a[href^='javascript']").count() == 0
        for sku in SKUS:
            page.goto(f"/pim/imports/{job.id}")
            page.locator("#results").get_by_role("link", name=sku, exact=True).click()
            page.wait_for_url("**/pim/products/*")
            expect(page.locator("code")).to_have_text(sku)
            expect(field(page, "link")).to_contain_text(LINK)
        assert page.locator("a[href^='javascript'], main script, .content img").count() == 0
        page.locator("summary").filter(has_text="The row as it stood").click()
        assert_sound(page)


def test_a_product_is_made_edited_and_deleted_and_nobody_overwrites_another(
    chromium: Browser, people: People, imports: Importer
) -> None:
    imports.load(ONE, ALL_TYPES)
    with looking(chromium, people) as page:
        page.goto("/pim")
        page.get_by_role("link", name="P-1").click()
        expect(field(page, "text")).to_contain_text("file-0.csv:2")
        for name, (words, value) in EDITS.items():
            field(page, name).get_by_role("button").click()
            box = field(page, name).get_by_role("textbox")
            box.fill(words)
            field(page, name).get_by_role("button", name="Save").click()
            expect(field(page, name).get_by_role("textbox")).to_have_count(0)
            assert imports.data("P-1")[name] == value
        field(page, "flag").get_by_role("button").click()
        field(page, "flag").get_by_role("combobox").select_option("false")
        field(page, "flag").get_by_role("button", name="Save").click()
        expect(field(page, "flag")).to_contain_text("by hand: editor-")
        field(page, "number").get_by_role("button").click()
        box = field(page, "number").get_by_role("textbox")
        box.fill("many")
        box.press("Enter")
        expect(field(page, "number").get_by_role("alert")).to_contain_text("many")
        field(page, "text").get_by_role("button").click()  # what is written elsewhere is not lost
        expect(box).to_be_focused()
        assert_sound(page)
        box.press("Escape")
        expect(field(page, "number").get_by_role("button")).to_be_focused()
        field(page, "name").get_by_role("button").click()
        product = people.editor.get("/api/pim/products/").json()["results"][0]
        people.admin.patch(f"/api/pim/products/{product['id']}/", json={"name": "Their chair"})
        field(page, "name").get_by_role("textbox").fill("My chair")
        field(page, "name").get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("Somebody else has changed this product")
        expect(page.get_by_role("heading", name="Their chair")).to_be_visible()
        field(page, "name").get_by_role("button", name="Save").click()  # having seen it
        expect(page.get_by_role("heading", name="My chair")).to_be_visible()
        expect(page.locator(".timeline li").first).to_contain_text("Their chair My chair")
        page.get_by_role("button", name="Set inactive").click()
        expect(page.get_by_text("It is inactive now")).to_be_visible()
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        page.wait_for_url("**/pim")
        imports.execute("UPDATE product_schema_fields SET required = true WHERE key = 'price'")
        page.reload()
        page.get_by_role("button", name="New product").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("SKU").fill("N-1")
        dialog.get_by_label("Price").fill("cheap")
        dialog.get_by_role("button", name="Make it").click()
        expect(dialog.get_by_role("alert")).to_contain_text("cheap")
        dialog.get_by_label("Price").fill("4 EUR")
        dialog.get_by_role("button", name="Make it").click()
        expect(page.locator("code")).to_have_text("N-1")
    assert imports.data("N-1") == {"price": {"amount": "4.00", "currency": "EUR"}}
    with looking(chromium, people, "viewer") as page:
        page.goto("/pim/products/by-sku?sku=N-1")
        expect(page.locator("code")).to_have_text("N-1")
        expect(page.locator(".product").get_by_role("button")).to_have_count(0)
        page.goto("/pim/products/by-sku?sku=P-1")
        expect(page.get_by_text("There is no such product")).to_be_visible()
