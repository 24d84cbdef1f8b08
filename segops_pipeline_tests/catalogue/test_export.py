"""An export is a file that, imported again, changes nothing."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from segops_pipeline.catalogue.export import cell
from segops_pipeline.catalogue.export_files import export_products
from segops_pipeline.catalogue.filters import ListingFilter
from segops_pipeline.inference.fields import FIELD_TYPES
from segops_pipeline.inference.values import Refusal, cast, decide_context
from segops_pipeline_tests.importing import Importer, counts
from segops_pipeline_tests.written_products import write_fields, write_products

EVERY_TYPE = {f"a_{name}": name for name in FIELD_TYPES}

VALUES: dict[str, list[Any]] = {
    "text": ["red", "007", "N/A", '"quoted", with\nlines;|\ttabs', "=1+1", "[1]", "1,5", "true", "null", "ä 你"],
    "number": [0, -1, 1.5, 1.234, 1234567.125, 1e-07, -2.5e-09, 9007199254740991, "0.10000000000000000001", "1" * 40],
    "boolean": [True, False],
    "list": [["oak"], ["oak", "pine"], ["a,b", "c;d", "e|f"], ['say "hi"', "line\nbreak"], ["[x]"], ["1"], ["null"]],
    "url": ["https://example.com/a%20b.jpg?c=d,e&f=g;h#i", "http://例え.jp/道"],
    "price": [
        {"amount": "12.50", "currency": "EUR"},
        {"amount": "1.234", "currency": "EUR"},
        {"amount": "1234567.89", "currency": "USD"},
        {"amount": "-0.005", "currency": "EUR"},
        {"amount": "1500", "currency": "JPY"},
        {"amount": "1.500", "currency": "KWD"},
        {"amount": "7.00"},
        {"amount": "7.123"},
    ],
    "multi_price": [
        [{"amount": "12.50", "currency": "EUR"}],
        [{"amount": "12.50", "currency": "EUR"}, {"amount": "1.234", "currency": "USD"}],
        [{"amount": "9.00", "currency": "EUR", "locale": "de-DE"}, {"amount": "8.00", "currency": "GBP"}],
        [{"amount": "7.00"}],
        [{"amount": "7.00"}, {"amount": "8.00", "locale": "fr-FR"}],
    ],
    "datetime": ["2024-05-31", "2024-05-31T12:30:00", "2024-05-31T12:30:00+02:00", "2024-01-02T03:04:05.000006"],
}  # fmt: skip


def exported(imports: Importer, workspace_id: int) -> Path:
    path = imports.folder / "export.csv"
    with imports.stores.database.workspace_session(workspace_id) as connection:
        export_products(connection, workspace_id, path, ListingFilter())
    return path


def test_an_export_has_sku_name_and_the_fields_in_the_order_of_the_schema(imports: Importer) -> None:
    job = imports.load("sku,size,name,colour\nB,2,Table,red\nA,1,Chair,\nä,3,Lamp,blue\n", {"size": "number"})
    with exported(imports, job.workspace_id).open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["sku", "name", "size", "colour"],
            ["A", "Chair", "1", ""],
            ["B", "Table", "2", "red"],
            ["ä", "Lamp", "3", "blue"],
        ]


def test_an_export_tells_how_many_products_it_has_and_leaves_no_other_file(imports: Importer) -> None:
    job = imports.load("sku,name\nA,Chair\nB,Table\n")
    folder = imports.folder / "exports"
    folder.mkdir()
    with imports.stores.database.workspace_session(job.workspace_id) as connection:
        assert export_products(connection, job.workspace_id, folder / "all.csv", ListingFilter()) == 2
    assert [path.name for path in folder.iterdir()] == ["all.csv"]


def test_an_export_of_an_empty_catalogue_is_a_header(imports: Importer, workspace_id: int) -> None:
    assert exported(imports, workspace_id).read_bytes() == b"sku,name\r\n"


def test_an_export_holds_the_products_of_its_workspace_alone(imports: Importer, other_workspace_id: int) -> None:
    imports.load("sku,name\nA,Chair\n")
    assert exported(imports, other_workspace_id).read_text().splitlines() == ["sku,name"]


def test_an_export_that_fails_leaves_nothing_behind(imports: Importer) -> None:
    job = imports.load("sku,name\nA,Chair\n")
    folder = imports.folder / "exports"
    (folder / "export.csv").mkdir(parents=True)
    with (
        pytest.raises(IsADirectoryError),
        imports.stores.database.workspace_session(job.workspace_id) as connection,
    ):
        export_products(connection, job.workspace_id, folder / "export.csv", ListingFilter())
    assert [path.name for path in folder.iterdir()] == ["export.csv"]


def test_a_catalogue_of_every_type_exported_and_imported_again_is_unchanged(imports: Importer) -> None:
    columns = {
        "sku": ["A", "B", "C"],
        "name": ["Chair", "Table", ""],
        "a_text": ["red", 'a "b", c\nd', "007"],
        "a_number": ["1.234,50", "0,001", ""],
        "a_boolean": ["ja", "nein", ""],
        "a_list": ["oak; pine", "a,b; c", ""],
        "a_url": ["https://example.com/a b.jpg", "https://example.com/?q=1,2", ""],
        "a_price": ["12,50 €", "1.234,00 €", ""],
        "a_multi_price": ["EUR 10; USD 11", "de-DE: 9 EUR; en-GB: 8 GBP", ""],
        "a_datetime": ["31.05.2024", "01.02.2024 12:30", ""],
    }
    source = imports.folder / "source.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    first = imports.load(source, EVERY_TYPE)
    assert counts(first) == {"rows": 3, "created": 3}
    assert all(len(imports.data(sku)) == len(FIELD_TYPES) for sku in ("A", "B"))
    before = imports.products()
    again = imports.run(imports.confirm_suggestion(imports.read(exported(imports, first.workspace_id))))
    assert (again.status, counts(again)) == ("done", {"rows": 3, "unchanged": 3})
    assert imports.products() == before


@pytest.mark.parametrize("field_type", FIELD_TYPES)
def test_every_value_of_a_type_is_read_again_as_itself(field_type: str, imports: Importer, workspace_id: int) -> None:
    products = {f"P{number}": value for number, value in enumerate(VALUES[field_type])}
    write_fields(imports.stores.database, workspace_id, field=field_type)
    write_products(
        imports.stores.database, workspace_id, [(sku, sku, {"field": value}) for sku, value in products.items()]
    )
    again = imports.run(imports.confirm_suggestion(imports.read(exported(imports, workspace_id))))
    assert {sku: data["field"] for sku, (_, data) in imports.products().items()} == products
    assert counts(again) == {"rows": len(products), "unchanged": len(products)}


def test_products_that_are_not_active_are_exported_only_when_asked_for(
    imports: Importer, workspace_id: int, tmp_path: Path
) -> None:
    imports.load("sku,name\nA,Chair\nB,Table\n")
    imports.execute("UPDATE products SET is_active = false WHERE sku = 'B'")
    with imports.stores.database.workspace_session(workspace_id) as connection:
        assert export_products(connection, workspace_id, tmp_path / "out.csv", ListingFilter()) == 1
        assert export_products(connection, workspace_id, tmp_path / "out.csv", ListingFilter(is_active=None)) == 2


@pytest.mark.parametrize(
    ("field_type", "value"), [(name, value) for name, values in VALUES.items() for value in values]
)
def test_every_value_alone_in_its_column_is_read_again_as_itself(field_type: str, value: Any) -> None:
    text = cell(value)
    assert cast(text, field_type, decide_context([text], field_type, None)) == value


amounts = st.from_regex(
    r"((de-DE|en_GB): )?-?[0-9]{1,4}([.,][0-9]{1,4}){0,2} ?(EUR|€|\$|KWD|JPY|)(; 5 USD)?\Z", fullmatch=True
)
texts = amounts | st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs", "Cc"]),
        st.sampled_from("0123456789.,;|/-+ \"'[]{}()€$%:TZ\n"),
    ),
    max_size=14,
)


@settings(deadline=None)
@given(st.sampled_from(FIELD_TYPES), st.lists(texts, min_size=1, max_size=6))
@example("number", ["1E-7", "3"])
@example("price", ["1.234 EUR", "EUR 1,234.50"])
@example("multi_price", ["de-DE: 1,5 EUR"])
@example("list", ["[]", "a;b", '"a;b"'])
@example("url", ["HTTP://EXAMPLE.com"])
def test_whatever_a_cell_is_taken_for_is_read_again_as_itself(field_type: str, given_texts: list[str]) -> None:
    context = decide_context([text for text in given_texts if text.strip()], field_type, None)
    cast_values = [cast(text, field_type, context) for text in given_texts]
    values = [value for value in cast_values if not isinstance(value, Refusal)]
    has_currencies = '"currency"' in json.dumps(values)
    cells = [cell(value, has_currencies=has_currencies) for value in values]
    again = decide_context(cells, field_type, None)
    assert json.dumps([cast(text, field_type, again) for text in cells]) == json.dumps(values)
