import pytest

from segops_pipeline.analytics.clickhouse import open_clickhouse
from segops_pipeline.analytics.overview import count_by_field, field_fill, overview, price_statistics
from segops_pipeline.analytics.sync import sync_workspace
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.written_products import delete_products, write_products


def euro(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


@pytest.fixture
def filled(stores: Stores, workspace_id: int, other_workspace_id: int) -> Stores:
    """Four products of one workspace, one of them deleted, and one of another."""
    products = [
        (
            "a",
            "A",
            {"brand": "Bosch", "price": euro("12.50"), "tags": ["red", "new"], "active": True, "kg": 1.5},
        ),
        ("b", "B", {"brand": "Bosch", "price": euro("7.49"), "tags": ["red", "red"], "active": False}),
        ("c", "C", {"brand": 'A "B"', "price": {"amount": "99.00", "currency": "DKK"}}),
        ("d", "D", {"brand": "Gone", "price": euro("1000")}),
    ]
    write_products(stores.database, workspace_id, products)
    delete_products(stores.database, workspace_id, "d")
    write_products(stores.database, other_workspace_id, [("a", "Theirs", {"brand": "Theirs"})])
    sync_workspace(stores, workspace_id)
    sync_workspace(stores, other_workspace_id)
    return stores


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("brand", [("Bosch", 2), ('A "B"', 1)]),
        ("tags", [("red", 2), ("new", 1)]),
        ("active", [("false", 1), ("true", 1)]),
        ("kg", [("1.5", 1)]),
        ("unknown", []),
    ],
)
def test_products_are_counted_by_the_value_of_a_field(
    filled: Stores, workspace_id: int, field: str, expected: list[tuple[str, int]]
) -> None:
    with open_clickhouse(filled.settings) as clickhouse:
        rows = count_by_field(clickhouse, workspace_id, field)
    assert [(row["value"], row["products"]) for row in rows] == expected


def test_a_field_key_is_a_value_and_never_part_of_the_query(filled: Stores, workspace_id: int) -> None:
    with open_clickhouse(filled.settings) as clickhouse:
        assert count_by_field(clickhouse, workspace_id, "x') OR 1 = 1 -- ") == []


def test_prices_are_summed_up_by_field_and_currency(filled: Stores, workspace_id: int) -> None:
    with open_clickhouse(filled.settings) as clickhouse:
        rows = price_statistics(clickhouse, workspace_id)
    assert rows == [
        {
            "field": "price",
            "currency": "DKK",
            "prices": 1,
            "lowest": "99.00",
            "average": "99.00",
            "highest": "99.00",
        },
        {
            "field": "price",
            "currency": "EUR",
            "prices": 2,
            "lowest": "7.49",
            "average": "10.00",
            "highest": "12.50",
        },
    ]


def test_each_price_of_a_multi_price_counts(stores: Stores, workspace_id: int) -> None:
    prices = [euro("1.00"), euro("3.00"), {"amount": "20", "currency": "DKK"}]
    write_products(stores.database, workspace_id, [("a", "A", {"prices": prices})])
    sync_workspace(stores, workspace_id)
    with open_clickhouse(stores.settings) as clickhouse:
        rows = price_statistics(clickhouse, workspace_id)
    assert [(row["currency"], row["prices"], row["highest"]) for row in rows] == [
        ("DKK", 1, "20.00"),
        ("EUR", 2, "3.00"),
    ]


def test_the_share_of_products_that_have_a_field_is_told(filled: Stores, workspace_id: int) -> None:
    with open_clickhouse(filled.settings) as clickhouse:
        rows = field_fill(clickhouse, workspace_id)
    assert [(row["field"], row["filled"], row["share"]) for row in rows] == [
        ("brand", 3, 1.0), ("price", 3, 1.0), ("active", 2, 0.6667), ("tags", 2, 0.6667), ("kg", 1, 0.3333),
    ]  # fmt: skip


def test_an_empty_workspace_has_an_overview(stores: Stores, workspace_id: int) -> None:
    with open_clickhouse(stores.settings) as clickhouse:
        assert overview(clickhouse, workspace_id) == {"products": 0, "fields": [], "prices": []}
