"""The pages of the PIM as journeys: attributes, lists, segments, the tree of categories, brands, all of a product."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.pim.catalogue import fill
from segops_pipeline_tests.web.conftest import People, write
from segops_pipeline_tests.web.looking import assert_sound, looking


@pytest.fixture
def filled(people: People) -> People:
    fill(people.serving.web.database, people.workspace.id)
    return people


def row(place: Page | Locator, words: str) -> Locator:
    return place.get_by_role("row").filter(has_text=words)


def press(place: Page | Locator, name: str) -> None:
    place.get_by_role("button", name=name).first.click()


def test_an_empty_pim_says_what_to_do_and_its_pages_stand_under_one_heading(chromium: Browser, people: People) -> None:
    says = {
        "attributes": "No attribute yet", "lists": "No list yet", "segments": "Nothing is registered yet",
        "categories": "No category yet", "brands": "No brand yet",
    }  # fmt: skip
    with looking(chromium, people) as page:
        for path, words in says.items():
            page.goto(f"/pim/{path}")
            expect(page.locator(".empty")).to_contain_text(words)
        page.set_viewport_size({"width": 400, "height": 900})
        press(page, "Menu")
        page.get_by_role("navigation").get_by_text("PIM").click()
        page.get_by_role("link", name="Global lists").click()
        expect(page.get_by_role("heading", name="Global lists")).to_be_visible()
        page.set_viewport_size({"width": 1300, "height": 900})
        page.goto("/pim/segments")
        press(page, "New entry")
        page.get_by_role("dialog").get_by_label("System name *").fill("da-DK")
        press(page.get_by_role("dialog"), "Save")
        expect(row(page, "da-DK")).to_contain_text("Language")


def test_an_attribute_is_made_named_in_a_language_renamed_and_deleted_with_its_values(
    chromium: Browser, filled: People
) -> None:
    with looking(chromium, filled) as page:
        page.goto("/pim/attributes")
        press(page, "New attribute")
        form = page.get_by_role("dialog")
        form.get_by_label("System name *").fill("DEPTH")
        form.get_by_label("Name *", exact=True).fill("Depth")
        form.get_by_label("Name in da").fill("Dybde")
        form.get_by_label("Type of the first field").select_option("PDecimal1")
        press(form, "Save")
        expect(row(page, "DEPTH")).to_contain_text("PDecimal1")
        press(row(page, "DEPTH"), "Names")
        expect(row(page.get_by_role("dialog"), "T:da")).to_contain_text("Dybde")
        press(page.get_by_role("dialog"), "Close")

        press(row(page, "EXERCISES"), "Rename")
        page.get_by_role("dialog").get_by_label("System name").fill("WORKOUT")
        press(page.get_by_role("dialog"), "Rename")
        expect(row(page, "WORKOUT")).to_be_visible()
        press(row(page, "WORKOUT"), "Delete")
        press(page.get_by_role("dialog"), "Delete")
        expect(page.get_by_role("dialog")).to_contain_text("would lose them")
        press(page.get_by_role("dialog"), "Delete with its values")
        expect(row(page, "WORKOUT")).to_have_count(0)
        page.get_by_role("combobox", name="Group").select_option("Measures")
        expect(page.get_by_text("2 entries")).to_be_visible()
        assert_sound(page)


def test_the_items_of_a_list_are_seen_added_and_changed_in_their_languages(chromium: Browser, filled: People) -> None:
    with looking(chromium, filled) as page:
        page.goto("/pim/lists")
        press(row(page, "COLOURS"), "Items")
        items = page.get_by_role("dialog")
        expect(row(items, "RED")).to_contain_text("Red · da: Rød")
        press(items, "New item")
        form = page.get_by_role("dialog").last
        form.get_by_label("Value", exact=True).fill("Green")
        form.get_by_label("Value in da").fill("Grøn")
        press(form, "Save")
        expect(row(items, "Grøn")).to_be_visible()
        press(row(items, "RED"), "Delete")
        press(page.get_by_role("dialog").last, "Delete")
        expect(items.get_by_role("alert")).to_contain_text("is referred to")
        assert_sound(page)
    with looking(chromium, filled, "viewer") as page:
        page.goto("/pim/lists")
        press(row(page, "COLOURS"), "Items")
        expect(row(page.get_by_role("dialog"), "Green")).to_be_visible()
        expect(page.get_by_role("button", name="New")).to_have_count(0)


def test_the_tree_leads_to_a_category_and_its_products_and_brands_to_sub_brands(
    chromium: Browser, filled: People
) -> None:
    with looking(chromium, filled) as page:
        page.goto("/pim/categories")
        press(page, "Open Offers")
        tree = page.get_by_role("navigation", name="Categories")
        tree.get_by_role("button", name="Weights").click()
        node = page.locator("section.node")
        expect(node.get_by_role("heading", name="Weights")).to_be_visible()
        expect(tree.get_by_role("button", name="Weights")).to_have_count(2)  # where it stands is open, too
        expect(node).to_contain_text("Vægte")
        assert_sound(page)
        page.reload()
        node.get_by_role("link", name="DB-5").click()
        page.wait_for_url("**/pim/products/*")
        page.goto("/pim/brands?key=STEELCO-KIDS")
        expect(page.locator("section.node")).to_contain_text("Steel & Co")
        page.get_by_role("searchbox").fill("stålhuset")
        expect(page.get_by_role("status").filter(has_text="1 entry")).to_be_visible()
        assert_sound(page)


def test_a_product_shows_groups_owners_segments_placements_and_variants(chromium: Browser, filled: People) -> None:
    with looking(chromium, filled) as page:
        page.goto("/pim/products/by-sku?sku=DB-5")
        field = page.locator("tr[data-field='NAME']")
        expect(field).to_contain_text("Tung dansk vægt")
        expect(field).to_contain_text("ERP dumbbell")
        page.get_by_label("Language").select_option("da")
        expect(field).not_to_contain_text("Heavy weight")
        page.get_by_label("Market").select_option("DENMARK")
        expect(field.locator("td").first).to_have_text("Tung dansk vægt", use_inner_text=True)
        page.get_by_label("Market").select_option("")
        page.get_by_label("Language").select_option("en")
        expect(field.locator("td").first).to_contain_text("default Heavy weight")
        expect(page.locator("tr.group")).to_have_text(["Measures", "Texts"])
        expect(page.locator("tr[data-field='SIZE'] td").first).to_contain_text("Width: 25.5")
        expect(page.locator(".placements")).to_contain_text("Sport / Weights primary")
        expect(page.locator(".variants a")).to_have_text(["DB-5-B", "DB-5-A"])
        page.locator("tr[data-field='WEIGHT']").get_by_role("button").click()
        page.locator("tr[data-field='WEIGHT']").get_by_role("textbox").fill("5100")
        page.locator("tr[data-field='WEIGHT']").get_by_role("button", name="Save").click()
        expect(page.locator("tr[data-field='WEIGHT']")).to_contain_text("by hand")
        assert_sound(page)
        page.get_by_role("link", name="DB-5-B").click()
        page.get_by_role("link", name="DB-5", exact=True).click()
        page.wait_for_load_state()
        page.goto("/pim/products/by-sku?sku=SET")
        expect(page.locator(".bundle")).to_contain_text("2 × DB-5 Dumbbell 5 kg")
        assert_sound(page)


def test_the_catalogue_shows_and_filters_structured_values(chromium: Browser, filled: People) -> None:
    with looking(chromium, filled) as page:
        page.goto("/pim")
        expect(page.locator("tr[data-sku='DB-5']")).to_contain_text("Steel & Co")
        page.get_by_role("group", name="Colour (da)").get_by_role("checkbox", name="Rød").check()
        expect(page.get_by_test_id("count")).to_have_text("2 products")
        page.get_by_role("searchbox").fill("tung vægt")
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_test_id("count")).to_have_text("1 product")


PRODUCTS = """UniqueName;PrimaryPlacementCategory;ExternalIntId;NAME:Default;NAME:Tda;$COLOUR;Ext_WEIGHT
DB-5;WEIGHTS;NULL;Heavy;Tung;BLUE;4980
DB-9;SPORT;9;New one;Ny;RED;1
DB-10;SPORT;10;x;y;RED;many
"""


def test_a_bizzkit_file_skips_the_mapping_and_shows_what_was_recognised(
    chromium: Browser, filled: People, tmp_path: Path
) -> None:
    importer = Importer(filled.serving.web.stores, tmp_path, filled.workspace.name)
    job = importer.read(write(tmp_path, "products.csv", PRODUCTS))
    with looking(chromium, filled) as page:
        page.goto(f"/pim/import?job={job.id}")
        expect(page.get_by_role("listitem").filter(has_text="What was recognised")).to_be_visible()
        expect(page.get_by_label("The file is of")).to_have_value("product")
        expect(row(page, "NAME:Tda").first).to_contain_text("Attribute NAME")
        expect(row(page, "$COLOUR").first).to_contain_text("by system name")
        page.get_by_label("Mode").select_option("overwrite")
        expect(page.get_by_text("One column has an error.")).to_be_visible()
        expect(row(page, "ExternalIntId").first).to_contain_text("cannot be imported in overwrite mode")
        expect(page.get_by_role("button", name="Next")).to_have_attribute("aria-disabled", "true")
        assert_sound(page)
        page.get_by_label("Mode").select_option("merge")
        press(page, "Next")
        expect(page.locator("#plan-sentence")).to_contain_text("1 creates a new product and 1 updates a product")
        expect(page.locator(".plan .first")).to_contain_text("New one · da: Ny")
        expect(page.locator(".diff article").filter(has_text="DB-5")).to_contain_text("Blue")
        expect(page.locator("#rejected")).to_contain_text("many")
        assert_sound(page)
        press(page, "Import 2 rows")
        page.wait_for_url("**/pim?imported=*")


def test_a_file_that_fits_several_asks_what_it_is_and_its_plan_is_of_records(
    chromium: Browser, filled: People, tmp_path: Path
) -> None:
    importer = Importer(filled.serving.web.stores, tmp_path, filled.workspace.name)
    job = importer.read(write(tmp_path, "data.csv", "UniqueName;Name\nB-1;One\nB-2;Two\n"))
    with looking(chromium, filled) as page:
        page.goto(f"/pim/import?job={job.id}")
        press(page, "Import it as a Bizzkit file")
        expect(page.get_by_text("leave open what the file is of")).to_be_visible()
        page.get_by_label("The file is of").select_option("brand")
        expect(page.get_by_text("All 2 columns are recognised.")).to_be_visible()
        page.reload()  # it is kept
        press(page, "Next")
        expect(page.locator("#plan-sentence")).to_contain_text("2 create new records")
        expect(page.locator(".plan .first")).to_contain_text("brand B-1")
        page.get_by_role("button", name="What was recognised").click()
        expect(page.get_by_label("The file is of")).to_have_value("brand")
