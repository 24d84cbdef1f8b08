"""Products are made, changed and deleted by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.edit import Changes, Editor, create_product, delete_product, edit_product, sku_of
from segops_pipeline.errors import AlreadyThere, ChangedMeanwhile, NotFound, WrongUsage
from segops_pipeline_tests.importing import Importer

FILE = "sku,name,weight,color\nA,Axe,5,red\nB,Bow,7,blue\n"


def by_hand(imports: Importer, act: Callable[..., Any], *given: Any) -> Any:
    workspace_id: int = imports.rows("SELECT id FROM workspaces WHERE name = 'acme'")[0]["id"]
    with imports.stores.database.workspace_session(workspace_id) as connection:
        assert isinstance(connection, Connection)
        return act(connection, workspace_id, *given)


def edit(imports: Importer, sku: str, **changes: Any) -> Any:
    return by_hand(imports, edit_product, sku, Changes(**changes), "ann")


def test_an_edit_casts_its_values_and_says_who_made_it(imports: Importer) -> None:
    imports.load(FILE, {"weight": "number"})
    version = edit(imports, "A", values={"weight": "6,5", "name": "Big axe"}, cleared=["color"])
    assert imports.products()["A"] == ("Big axe", {"weight": 6.5})
    [revision] = imports.rows("SELECT * FROM revisions WHERE cause = 'edit'")
    assert (revision["actor"], revision["job_id"], revision["version_after"]) == ("ann", None, version)
    assert revision["before"]["data"] == {"weight": 5, "color": "red"}
    assert imports.rows("SELECT operation FROM outbox WHERE version = :version", version=version) == [
        {"operation": "upsert"}
    ]


def test_an_edit_that_changes_nothing_writes_nothing(imports: Importer) -> None:
    imports.load(FILE, {"weight": "number"})
    assert edit(imports, "A", values={"weight": "5"}) is None
    assert imports.rows("SELECT * FROM revisions WHERE cause = 'edit'") == []


def test_a_text_that_is_no_value_of_its_field_is_refused(imports: Importer) -> None:
    imports.load(FILE, {"weight": "number"})
    with pytest.raises(WrongUsage, match="number"):
        edit(imports, "A", values={"weight": "heavy"})
    with pytest.raises(WrongUsage, match="no field 'size'"):
        edit(imports, "A", values={"size": "5"})


def test_rules_of_the_schema_bind_an_edit(imports: Importer) -> None:
    imports.load(FILE, {"weight": "number"}, required=["weight"])
    imports.execute("""UPDATE product_schema_fields SET rules = '["unique"]' WHERE key = 'color'""")
    with pytest.raises(WrongUsage, match="required"):
        edit(imports, "A", cleared=["weight"])
    with pytest.raises(WrongUsage, match="B has it too"):
        edit(imports, "A", values={"color": "blue"})


def test_products_are_made_and_deleted(imports: Importer) -> None:
    imports.load(FILE)
    by_hand(imports, create_product, "C", Changes({"name": "Cup", "color": "white"}), "ann")
    version = by_hand(imports, delete_product, "A", "ann")
    assert {sku: name for sku, (name, _) in imports.products().items()} == {"B": "Bow", "C": "Cup"}
    assert imports.rows("SELECT operation FROM outbox WHERE version = :version", version=version) == [
        {"operation": "delete"}
    ]
    with pytest.raises(AlreadyThere):
        by_hand(imports, create_product, "C", Changes(), "ann")


@pytest.mark.parametrize("pim", ['{"master": "A"}', '{"bundle": [{"item": "A", "amount": 1}]}'])
def test_a_product_that_others_stand_on_is_not_deleted(imports: Importer, pim: str) -> None:
    imports.load("sku,name\nA,Chair\nB,Set\n")
    imports.execute("UPDATE products SET pim = CAST(:pim AS jsonb) WHERE sku = 'B'", pim=pim)
    with pytest.raises(WrongUsage, match="A is the master of B, or in its bundle"):
        by_hand(imports, delete_product, "A", "ann")
    by_hand(imports, delete_product, "B", "ann")
    by_hand(imports, delete_product, "A", "ann")


def test_an_undo_keeps_what_was_edited(imports: Importer) -> None:
    from segops_pipeline.imports.undo import open_undo

    job = imports.load(FILE)
    edit(imports, "A", values={"color": "green"})
    done = imports.run(open_undo(imports.stores, job.id, created_by="bob"))
    assert list(imports.products()) == ["A"]
    assert "edited by ann" in imports.issues(done, "kept_changed_since")[0].message


def test_json_of_a_fields_own_type_is_taken_as_it_is(imports: Importer) -> None:
    types = {"weight": "number", "price": "price", "tags": "list", "sold": "boolean"}
    imports.load("sku,name,weight,price,tags,sold,note\nA,Axe,5,7 EUR,x,yes,n\n", types)
    given = {"weight": 1.234, "price": {"amount": 8.5, "currency": "USD"}, "tags": ["a;b", "c"], "sold": False}
    edit(imports, "A", values={**given, "note": None, "name": " Big axe "})
    assert imports.products()["A"] == ("Big axe", {**given, "price": {"amount": "8.50", "currency": "USD"}})


def test_an_edit_of_a_version_that_is_not_there_any_more_is_refused(imports: Importer) -> None:
    imports.load(FILE)
    version = edit(imports, "A", values={"color": "green"})
    by_hand(imports, edit_product, "A", Changes({"color": "grey"}), Editor("ann", "api"), version)
    for act in (
        lambda: by_hand(imports, edit_product, "A", Changes({"color": "pink"}), "ann", version),
        lambda: by_hand(imports, delete_product, "A", "ann", version),
    ):
        with pytest.raises(ChangedMeanwhile, match="has changed since"):
            act()
    assert imports.rows("SELECT source, data ->> 'color' AS color FROM products WHERE sku = 'A'") == [
        {"source": "api", "color": "grey"}
    ]


def test_a_product_is_known_by_its_id(imports: Importer) -> None:
    imports.load(FILE)
    [product] = imports.rows("SELECT id FROM products WHERE sku = 'B'")
    assert by_hand(imports, sku_of, product["id"]) == "B"
    with pytest.raises(NotFound):
        by_hand(imports, sku_of, product["id"] + 1_000_000)
