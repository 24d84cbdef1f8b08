"""Several columns of prices as one field."""

import json
from dataclasses import replace

import pytest

from segops_pipeline.errors import DuplicateTarget, WrongUsage
from segops_pipeline.imports.confirm import Confirmation, confirm, suggested_confirmation
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.mapping_file import mapping_path, write_suggestion
from segops_pipeline.imports.offers import take_offer
from segops_pipeline.imports.templates import draft_of_job, save_draft
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.templates import TemplateDraft
from segops_pipeline_tests.importing import Importer, counts

FILE = "sku,name,price_eur,price_usd\nA,Chair,10.50,11\nB,Table,20,\nC,Stool,,\n"
ONE_FIELD = {"price_eur": "prices", "price_usd": "prices"}
PRICES = {"prices": "multi_price"}


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def test_each_column_adds_its_price_with_the_currency_of_its_header(imports: Importer) -> None:
    job = imports.load(FILE, PRICES, mapping=ONE_FIELD)
    assert counts(job) == {"rows": 3, "created": 3}
    assert {sku: data for sku, (_, data) in imports.products().items()} == {
        "A": {"prices": [eur("10.50"), usd("11.00")]},
        "B": {"prices": [eur("20.00")]},
        "C": {},
    }


def test_the_currency_may_be_in_the_cells(imports: Importer) -> None:
    file = 'sku,list,sale\nA,"1.234,50 €",$12\n'
    imports.load(file, PRICES, mapping={"list": "prices", "sale": "prices"})
    assert imports.data("A")["prices"] == [eur("1234.50"), usd("12.00")]


def test_a_header_with_a_locale_gives_it_to_its_prices(imports: Importer) -> None:
    file = "sku,price_de-DE (EUR),price_en_US (USD)\nA,10,EUR 11\n"
    imports.load(file, PRICES, mapping={"price_de-DE (EUR)": "prices", "price_en_US (USD)": "prices"})
    assert imports.data("A")["prices"] == [
        {**eur("10.00"), "locale": "de-DE"},
        {**eur("11.00"), "locale": "en-US"},
    ]


def test_each_column_has_its_own_steps(imports: Importer) -> None:
    file = "sku,price_eur,price_usd\nA,from 10,1.234\n"
    steps = {"price_eur": ['replace "from " with ""'], "price_usd": ["number 1,234.56"]}
    imports.load(file, PRICES, mapping=ONE_FIELD, transformations=steps)
    assert imports.data("A")["prices"] == [eur("10.00"), usd("1.234")]


def test_several_prices_in_a_cell_stand_beside_those_of_other_columns(imports: Importer) -> None:
    imports.load("sku,prices,gbp\nA,EUR 10; USD 11,9 GBP\n", PRICES, mapping={"prices": "prices", "gbp": "prices"})
    gbp = {"amount": "9.00", "currency": "GBP"}
    assert imports.data("A")["prices"] == [eur("10.00"), usd("11.00"), gbp]


@pytest.mark.parametrize(
    ("cells", "code", "column", "value"),
    [
        ("x,11", "not_a_price", "price_eur", "x"),
        ("10,USD 11 or so", "not_a_price", "price_usd", "USD 11 or so"),
        ("USD 10,11", "repeated_currency", "price_usd", "11"),
    ],
)
def test_a_cell_that_does_not_fit_is_refused_with_its_own_column(
    cells: str, code: str, column: str, value: str, imports: Importer
) -> None:
    job = imports.load(f"sku,price_eur,price_usd\nA,{cells}\nB,EUR 1,2\n", PRICES, mapping=ONE_FIELD)
    assert counts(job) == {"rows": 2, "created": 1, "rejected": 1}
    (issue,) = imports.issues(job, code)
    assert (issue.line, issue.column, issue.value) == (2, column, value)


def test_a_price_without_a_currency_cannot_stand_beside_another(imports: Importer) -> None:
    file = "sku,price,price_usd\nA,10,11\nB,10,\n"
    job = imports.load(file, PRICES, mapping={"price": "prices", "price_usd": "prices"})
    assert imports.codes(job) == [("price_without_currency", 2)]
    assert imports.data("B")["prices"] == [{"amount": "10.00"}]


def test_without_validation_the_good_prices_of_the_row_go_in(imports: Importer) -> None:
    job = imports.load("sku,price_eur,price_usd\nA,x,11\n", PRICES, mapping=ONE_FIELD, validation="none")
    assert counts(job) == {"rows": 1, "created": 1}
    assert imports.data("A")["prices"] == [usd("11.00")]


def test_a_required_price_may_come_from_any_of_its_columns(imports: Importer) -> None:
    job = imports.load(FILE, PRICES, mapping=ONE_FIELD, required={"prices"})
    assert imports.codes(job) == [("required_value_missing", 4)]
    (issue,) = imports.issues(job, "required_value_missing")
    assert issue.column == "price_eur, price_usd"


def test_empty_cells_of_all_columns_clear_the_field(imports: Importer) -> None:
    imports.load("sku,price_eur,price_usd\nA,10,11\nB,10,11\n", PRICES, mapping=ONE_FIELD)
    imports.load("sku,price_eur,price_usd\nA,,\nB,,12\n", PRICES, mapping=ONE_FIELD)
    assert imports.data("A") == {}
    assert imports.data("B") == {"prices": [usd("12.00")]}


def test_only_prices_of_several_currencies_take_several_columns(imports: Importer) -> None:
    job = imports.read(FILE)
    with pytest.raises(DuplicateTarget, match="target of 2 columns") as told:
        imports.confirm(job, {"prices": "price"}, mapping=ONE_FIELD)
    assert "multi_price" in told.value.remedy
    with pytest.raises(DuplicateTarget):
        imports.confirm(job, mapping={"price_eur": "name"})


def test_two_columns_of_one_currency_are_no_field_of_prices(imports: Importer) -> None:
    job = imports.read("sku,price_eur,old_price_eur\nA,10,12\n")
    with pytest.raises(DuplicateTarget, match="price in EUR") as told:
        imports.confirm(job, PRICES, mapping={"price_eur": "prices", "old_price_eur": "prices"})
    assert told.value.column == "old_price_eur"


@pytest.fixture
def offered(imports: Importer) -> Job:
    """A job whose suggestion offers to combine two columns."""
    return imports.read(FILE)


def test_an_offer_is_in_the_mapping_file_for_a_person_to_see(imports: Importer, offered: Job) -> None:
    path = write_suggestion(imports.stores, offered)
    assert path == mapping_path(imports.stores.settings, offered.id)
    assert path is not None
    (offer,) = json.loads(path.read_text(encoding="utf-8"))["offers"]
    assert (offer["field"], offer["type"]) == ("price", "multi_price")
    assert offer["columns"] == ["price_eur", "price_usd"]
    assert offer["reason"]


def test_an_offer_that_is_taken_maps_its_columns_to_one_field(imports: Importer, offered: Job) -> None:
    taken = take_offer(offered, suggested_confirmation(offered), "price")
    assert taken.mapping == {"sku": "sku", "name": "name", "price_eur": "price", "price_usd": "price"}
    assert taken.fields == [SchemaField("price", "Price", "multi_price")]
    assert imports.issues(offered, "columns_can_be_combined")
    done = imports.run(confirm(imports.stores, offered.id, taken))
    assert imports.issues(done) == []
    assert imports.data("A") == {"price": [eur("10.50"), usd("11.00")]}


def test_an_offer_that_there_is_not_is_refused_with_those_that_there_are(imports: Importer, offered: Job) -> None:
    with pytest.raises(WrongUsage, match="no offer") as told:
        take_offer(offered, Confirmation({}), "cost")
    assert "price" in told.value.remedy
    with pytest.raises(WrongUsage, match="no offer"):
        take_offer(imports.read("sku,name\nA,Chair\n"), Confirmation({}), "price")


def test_combined_columns_are_known_at_the_next_file(imports: Importer, offered: Job) -> None:
    imports.run(confirm(imports.stores, offered.id, take_offer(offered, suggested_confirmation(offered), "price")))
    job = imports.read("sku,name,price_eur,price_usd\nA,Chair,1,2\n")
    assert imports.issues(job) == []
    imports.run(imports.confirm_suggestion(job))
    assert imports.data("A") == {"price": [eur("1.00"), usd("2.00")]}


def test_a_template_of_combined_columns_is_saved_and_used_for_the_next_file(imports: Importer, offered: Job) -> None:
    done = imports.run(
        confirm(imports.stores, offered.id, take_offer(offered, suggested_confirmation(offered), "price"))
    )
    with imports.stores.database.workspace_session(done.workspace_id) as connection:
        saved = save_draft(connection, done.workspace_id, draft_of_job(done, "two currencies", "ann"))
    assert saved.fields == [SchemaField("price", "Price", "multi_price")]
    job = imports.read("sku,name,Price (EUR),PRICE_USD\nB,Table,1,2\n", source="another")
    assert job.template == "two currencies"
    imports.run(imports.confirm_suggestion(job))
    assert imports.data("B") == {"price": [eur("1.00"), usd("2.00")]}


def test_a_template_may_not_combine_what_an_import_cannot(imports: Importer, offered: Job) -> None:
    draft = TemplateDraft(name="x", mappings={"price_eur": "prices", "price_usd": "prices"})
    with imports.stores.database.workspace_session(offered.workspace_id) as connection:
        for type_, mappings in (("price", {}), ("multi_price", {"old_price_eur": "prices"})):
            tried = replace(
                draft, mappings={**draft.mappings, **mappings}, fields=[SchemaField("prices", "Prices", type_)]
            )
            with pytest.raises(DuplicateTarget):
                save_draft(connection, offered.workspace_id, tried)
