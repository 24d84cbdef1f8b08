"""Products are found by words, values and ranges, page by page, and counted by what they have."""

from collections.abc import Iterator
from typing import Any

import pytest

from segops_pipeline.catalogue.facets import facets
from segops_pipeline.catalogue.filters import ListingFilter
from segops_pipeline.catalogue.listing import ids_of, list_products, load_product_by_id
from segops_pipeline.errors import NotFound, WrongUsage
from segops_pipeline.imports.workspaces import ensure_workspace
from segops_pipeline.stores.database import Database
from segops_pipeline.stores.opening import open_stores
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline_tests.conftest import installation
from segops_pipeline_tests.written_products import deactivate_products, write_fields, write_products

TYPES = {
    "color": "text",
    "tags": "list",
    "weight": "number",
    "active": "boolean",
    "price": "price",
    "prices": "multi_price",
    "released": "datetime",
    "note": "text",
}
PRODUCTS: list[tuple[str, str, dict[str, Any]]] = [
    ("A-1", "Red axe", {"color": "red", "tags": ["sharp", "a, b"], "weight": 5, "active": True,
        "price": {"amount": "12.50", "currency": "EUR"}, "released": "2024-05-31T12:30:00"}),
    ("A-2", "Blue axe", {"color": "blue", "tags": ["sharp"], "weight": 1.5, "active": False,
        "price": {"amount": "7.00", "currency": "USD"}, "released": "2024-06-01"}),
    ("B-1", "Bow 100%", {"color": "red", "weight": "0.10000000000000000001", "note": "for_ÄRGER",
        "prices": [{"amount": "9.00", "currency": "EUR"}, {"amount": "10.00", "currency": "USD"}]}),
    ("C-1", "", {"tags": ["soft"], "weight": 100}),
]  # fmt: skip


def written(database: Database) -> tuple[int, int]:
    """Two workspaces: one with four products of every type, and one of somebody else."""
    own, other = (ensure_workspace(database, name).id for name in ("acme", "other"))
    write_fields(database, own, **TYPES)
    write_products(database, own, PRODUCTS)
    write_products(database, other, [("A-1", "Theirs", {"color": "red"})])
    return own, other


@pytest.fixture(scope="module")
def looked_at(cluster: Reach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, int]]:
    """A catalogue that no test changes."""
    with (
        installation(cluster, tmp_path_factory.mktemp("listing") / "home") as settings,
        open_stores(settings) as stores,
    ):
        own, _ = written(stores.database)
        yield stores.database, own


@pytest.fixture
def catalogue(database: Database) -> Database:
    """A catalogue of the test's own."""
    written(database)
    return database


@pytest.fixture
def workspace_id(catalogue: Database) -> int:
    """The workspace with four products."""
    return ensure_workspace(catalogue, "acme").id


@pytest.fixture
def other_workspace_id(catalogue: Database) -> int:
    """That of somebody else."""
    return ensure_workspace(catalogue, "other").id


def found(database: Database, workspace_id: int, page: int = 1, page_size: int = 50, **wanted: Any) -> list[str]:
    with database.workspace_session(workspace_id) as connection:
        count, products = list_products(connection, workspace_id, ListingFilter(**wanted), page, page_size)
    assert count >= len(products)
    return [product.sku for product in products]


@pytest.mark.parametrize(
    ("wanted", "skus"),
    [
        ({}, ["A-1", "A-2", "B-1", "C-1"]),
        ({"q": "AXE"}, ["A-1", "A-2"]),
        ({"q": "axe blue"}, ["A-2"]),
        ({"q": "a-1"}, ["A-1"]),
        ({"q": "soft"}, ["C-1"]),
        ({"q": "100%"}, ["B-1"]),
        ({"q": "r_ä"}, ["B-1"]),
        ({"q": "%"}, ["B-1"]),
        ({"q": "\\"}, []),
        ({"fields": {"color": ["red"]}}, ["A-1", "B-1"]),
        ({"fields": {"color": ["red", "blue"], "active": ["no"]}}, ["A-2"]),
        ({"fields": {"color": [""]}}, ["C-1"]),
        ({"fields": {"tags": ["sharp"]}}, ["A-1", "A-2"]),
        ({"fields": {"tags": ["a, b"]}}, ["A-1"]),
        ({"fields": {"weight": ["5.0", "1,5"]}}, ["A-1", "A-2"]),
        ({"fields": {"weight": ["0.10000000000000000001"]}}, ["B-1"]),
        ({"fields": {"active": ["true"]}}, ["A-1"]),
        ({"fields": {"price": ["12.5 EUR"]}}, ["A-1"]),
        ({"fields": {"price": ["12.5 USD"]}}, []),
        ({"fields": {"price": ["7"]}}, ["A-2"]),
        ({"fields": {"prices": ["10 USD"]}}, ["B-1"]),
        ({"fields": {"sku": ["A-1", "C-1"]}}, ["A-1", "C-1"]),
        ({"fields": {"name": ["Bow 100%"]}}, ["B-1"]),
        ({"at_least": {"weight": "1.5"}, "at_most": {"weight": "10"}}, ["A-1", "A-2"]),
        ({"at_least": {"price": "8"}}, ["A-1"]),
        ({"at_most": {"prices": "9 EUR"}}, ["B-1"]),
        ({"at_most": {"released": "2024-05-31"}}, ["A-1"]),
        ({"at_least": {"created_at": "2999-01-01"}}, []),
        ({"at_least": {"updated_at": "2020-01-01T00:00:00+00:00"}, "fields": {"color": ["blue"]}}, ["A-2"]),
        ({"order": "-sku"}, ["C-1", "B-1", "A-2", "A-1"]),
        ({"order": "weight"}, ["B-1", "A-2", "A-1", "C-1"]),
        ({"order": "-price"}, ["A-1", "A-2", "B-1", "C-1"]),
        ({"order": "name"}, ["C-1", "A-2", "B-1", "A-1"]),
        ({"order": "color"}, ["A-2", "A-1", "B-1", "C-1"]),
        ({"sources": ["api"]}, []),
    ],
)
def test_products_are_found(wanted: dict[str, Any], skus: list[str], looked_at: tuple[Database, int]) -> None:
    assert found(*looked_at, **wanted) == skus


@pytest.mark.parametrize(
    "wanted",
    [
        {"fields": {"size": ["1"]}},
        {"fields": {"weight": ["heavy"]}},
        {"fields": {"color": ["a\x00b"]}},
        {"q": "a\x00b"},
        {"at_least": {"color": "red"}},
        {"at_least": {"created_at": "yesterday"}},
        {"sources": ["fax"]},
        {"order": "size"},
    ],
)
def test_what_cannot_be_looked_for_is_refused(wanted: dict[str, Any], looked_at: tuple[Database, int]) -> None:
    with pytest.raises(WrongUsage):
        found(*looked_at, **wanted)


def test_pages_follow_each_other_and_every_one_has_the_count(looked_at: tuple[Database, int]) -> None:
    catalogue, workspace_id = looked_at
    pages = [found(catalogue, workspace_id, page, 3) for page in (1, 2, 3)]
    assert pages == [["A-1", "A-2", "B-1"], ["C-1"], []]
    with catalogue.workspace_session(workspace_id) as connection:
        counts = [
            list_products(connection, workspace_id, ListingFilter(q=q, order=order), 9, 3)[0]
            for q, order in (("", "sku"), ("axe", "sku"), ("", "name"))
        ]
    assert counts == [4, 2, 4]


def test_inactive_products_are_shown_when_they_are_asked_for(catalogue: Database, workspace_id: int) -> None:
    deactivate_products(catalogue, workspace_id, "A-1")
    assert found(catalogue, workspace_id, is_active=False) == ["A-1"]
    assert found(catalogue, workspace_id, is_active=None, q="axe") == ["A-1", "A-2"]


def test_a_value_of_a_type_that_its_field_no_longer_has_is_no_error(catalogue: Database, workspace_id: int) -> None:
    write_products(catalogue, workspace_id, [("D-1", "", {"weight": "heavy", "price": 5, "tags": "x"})])
    assert found(catalogue, workspace_id, at_least={"weight": "50"}) == ["C-1"]
    assert found(catalogue, workspace_id, fields={"price": ["5"]}) == []
    assert found(catalogue, workspace_id, order="-weight")[0] == "C-1"
    with catalogue.workspace_session(workspace_id) as connection:
        assert {facet.field for facet in facets(connection, workspace_id, ListingFilter())} >= {"tags"}


def test_a_product_is_found_by_its_id_in_its_workspace_alone(
    catalogue: Database, workspace_id: int, other_workspace_id: int
) -> None:
    with catalogue.workspace_session(workspace_id) as connection:
        [identifier] = ids_of(connection, workspace_id, ["A-1", "none"]).values()
        assert load_product_by_id(connection, workspace_id, identifier).name == "Red axe"
    with catalogue.workspace_session(other_workspace_id) as connection, pytest.raises(NotFound):
        load_product_by_id(connection, other_workspace_id, identifier)


def test_facets_count_values_the_most_frequent_first(looked_at: tuple[Database, int]) -> None:
    catalogue, workspace_id = looked_at
    with catalogue.workspace_session(workspace_id) as connection:
        told = {one.field: one for one in facets(connection, workspace_id, ListingFilter())}
        [few] = facets(connection, workspace_id, ListingFilter(), ["tags"], limit=1)
    assert [(one.value, one.count) for one in told["color"].values] == [("red", 2), ("blue", 1)]
    assert [(one.value, one.count) for one in told["tags"].values] == [("sharp", 2), ("a, b", 1), ("soft", 1)]
    assert (few.distinct, len(few.values)) == (3, 1)


def test_facets_are_of_what_is_filtered_and_offer_the_other_values_of_a_filtered_field(
    looked_at: tuple[Database, int],
) -> None:
    catalogue, workspace_id = looked_at
    wanted = ListingFilter(fields={"color": ["blue"]})
    with catalogue.workspace_session(workspace_id) as connection:
        told = {one.field: one for one in facets(connection, workspace_id, wanted)}
        with pytest.raises(WrongUsage, match="no field of text"):
            facets(connection, workspace_id, wanted, ["weight"])
    assert [(one.value, one.count) for one in told["color"].values] == [("red", 2), ("blue", 1)]
    assert [(one.value, one.count) for one in told["tags"].values] == [("sharp", 1)]


def test_what_each_product_has_for_itself_is_a_facet_only_when_asked_for(
    catalogue: Database, workspace_id: int
) -> None:
    write_products(catalogue, workspace_id, [(f"N-{n}", "", {"note": f"note {n}", "color": "red"}) for n in range(40)])
    with catalogue.workspace_session(workspace_id) as connection:
        assert "note" not in {one.field for one in facets(connection, workspace_id, ListingFilter())}
        [note] = facets(connection, workspace_id, ListingFilter(), ["note"])
    assert note.distinct == 41
