"""Simple attributes are fields of the product schema, and items that products refer to stay: in the real store."""

from typing import Any

import pytest
from sqlalchemy import text

from segops_pipeline.catalogue.pim.edit_records import RecordEdit, write_records
from segops_pipeline.catalogue.pim.fold import FoldOptions, Row
from segops_pipeline.catalogue.pim.folds import make_fold
from segops_pipeline.catalogue.pim.schema_sync import sync_schema
from segops_pipeline.catalogue.pim.store import StoredRecords
from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.formats.bizzkit.files import recognise
from segops_pipeline.stores.database import Database
from segops_pipeline_tests.bizzkit.files import attribute
from segops_pipeline_tests.pim.catalogue import fill


def synced(database: Database, workspace_id: int, code: str, data: dict[str, Any] | None) -> dict[str, str]:
    """The types of the schema's fields after an attribute has been written or removed."""
    with database.workspace_session(workspace_id) as connection:
        write_records(connection, workspace_id, [RecordEdit("attribute", code, data)], "ann")
        sync_schema(connection, workspace_id, [code])
        return {one.key: one.type for one in load_fields(connection)}


@pytest.mark.parametrize(
    ("made", "type_"),
    [
        (attribute("A", "PString"), "text"),
        (attribute("A", "PInt16"), "number"),
        (attribute("A", "PDecimal9"), "number"),
        (attribute("A", "PBoolean"), "boolean"),
        (attribute("A", "PDateTime"), "datetime"),
        (attribute("A", configuration="Calculated"), "text"),
        (attribute("A", "PString", value_type="MultiValued"), "list"),
        (attribute("A", "PDecimal2", value_type="MultiValued"), None),
        (attribute("A", "PTranslatedStringD"), None),
        (attribute("A", "PBrand"), None),
        (attribute("A", "list:L"), None),
        (attribute("A", configuration="Range"), None),
    ],
)
def test_an_attribute_of_one_plain_field_is_a_field_of_the_schema(
    database: Database, workspace_id: int, made: Any, type_: str | None
) -> None:
    assert synced(database, workspace_id, "A", made.data) == ({} if type_ is None else {"A": type_})


def test_an_attribute_called_as_a_product_s_own_column_is_no_field(database: Database, workspace_id: int) -> None:
    assert synced(database, workspace_id, "name", attribute("name", "PString").data) == {}


def test_a_field_of_addresses_stays_one(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        connection.execute(
            text("INSERT INTO product_schema_fields (workspace_id, key, label, type) VALUES (:id, 'link', 'L', 'url')"),
            {"id": workspace_id},
        )
    assert synced(database, workspace_id, "link", attribute("link", "PString").data) == {"link": "url"}


def test_a_field_goes_with_its_attribute_unless_products_have_values_of_it(
    database: Database, workspace_id: int
) -> None:
    fill(database, workspace_id)
    assert synced(database, workspace_id, "DEPTH", attribute("DEPTH", "PInt32").data)["DEPTH"] == "number"
    assert "DEPTH" not in synced(database, workspace_id, "DEPTH", None)
    assert synced(database, workspace_id, "WEIGHT", None)["WEIGHT"] == "number"


def test_a_file_does_not_remove_an_item_that_a_product_in_the_store_refers_to(
    database: Database, workspace_id: int
) -> None:
    fill(database, workspace_id)
    headers = ["UniqueName", "ItemIndex", "ItemOperation"]
    fold = make_fold("global_list_item", recognise(None, headers, "global_list_item"), FoldOptions())
    with database.workspace_session(workspace_id) as connection:
        records = StoredRecords(connection, workspace_id)
        result = fold.row(records, Row(2, ("COLOURS", "0", "Remove")))
    assert (result.did, [one.code for one in result.issues]) == ("rejected", ["item_in_use"])
    assert "product DB-5" in result.issues[0].message


def test_a_field_of_prices_takes_nothing_from_a_file_of_attributes(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        connection.execute(
            text(
                "INSERT INTO product_schema_fields (workspace_id, key, label, type) VALUES (:id, 'cost', 'C', 'price')"
            ),
            {"id": workspace_id},
        )
        for entity, headers in (("attribute", ["UniqueName", "Name"]),
                                ("predefined_value", ["UniqueName", "Predefined_Value_Field_1"])):  # fmt: skip
            fold = make_fold(entity, recognise(None, headers, entity), FoldOptions())  # pyright: ignore[reportArgumentType]
            result = fold.row(StoredRecords(connection, workspace_id), Row(2, ("cost", "x")))
            assert (result.did, [one.code for one in result.issues]) == ("rejected", ["no_pim_type"])
