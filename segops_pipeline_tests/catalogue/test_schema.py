"""The product schema: fields in the order in which they came, and never sku or name."""

import pytest
from sqlalchemy.exc import IntegrityError

from segops_pipeline.catalogue.schema import load_fields, save_fields, set_rules
from segops_pipeline.errors import BadMapping, WrongUsage
from segops_pipeline.inference.fields import FIELD_TYPES, SchemaField
from segops_pipeline.stores.database import Database

COLOUR = SchemaField("colour", "Colour", "text")
WEIGHT = SchemaField("weight", "Weight", "number", required=True, description="in kg")


def saved(database: Database, workspace_id: int, *fields: SchemaField) -> list[SchemaField]:
    with database.workspace_session(workspace_id) as connection:
        save_fields(connection, workspace_id, fields)
        return load_fields(connection)


def test_fields_are_kept_whole_and_in_their_order(database: Database, workspace_id: int) -> None:
    assert saved(database, workspace_id, WEIGHT, COLOUR) == [WEIGHT, COLOUR]


def test_further_fields_come_after_those_that_were_there(database: Database, workspace_id: int) -> None:
    saved(database, workspace_id, WEIGHT)
    assert saved(database, workspace_id, COLOUR, SchemaField("area", "Area", "number"))[:2] == [WEIGHT, COLOUR]


def test_a_field_that_exists_is_updated_and_stays_where_it_is(database: Database, workspace_id: int) -> None:
    saved(database, workspace_id, WEIGHT, COLOUR)
    changed = SchemaField("weight", "Mass", "text", description="in pounds")
    assert saved(database, workspace_id, changed) == [changed, COLOUR]


def test_a_description_stays_where_none_is_given(database: Database, workspace_id: int) -> None:
    saved(database, workspace_id, WEIGHT)
    (field,) = saved(database, workspace_id, SchemaField("weight", "Mass", "number"))
    assert (field.label, field.description) == ("Mass", "in kg")


def test_no_fields_change_nothing(database: Database, workspace_id: int) -> None:
    saved(database, workspace_id, WEIGHT)
    assert saved(database, workspace_id) == [WEIGHT]


def test_the_schema_is_that_of_the_workspace_alone(
    database: Database, workspace_id: int, other_workspace_id: int
) -> None:
    saved(database, workspace_id, WEIGHT)
    assert saved(database, other_workspace_id, COLOUR) == [COLOUR]
    assert saved(database, workspace_id) == [WEIGHT]


def test_every_type_can_be_stored(database: Database, workspace_id: int) -> None:
    fields = [SchemaField(name, name, name) for name in FIELD_TYPES]
    assert saved(database, workspace_id, *fields) == fields


@pytest.mark.parametrize("key", ["sku", "name", ""])
def test_the_database_refuses_a_field_that_lives_on_the_product(
    key: str, database: Database, workspace_id: int
) -> None:
    with pytest.raises(IntegrityError, match="product_schema_fields_key_check"):
        saved(database, workspace_id, SchemaField(key, "Label", "text"))


def test_rules_of_a_field_are_kept_in_their_canonical_form_when_it_is_saved_again(
    database: Database, workspace_id: int
) -> None:
    saved(database, workspace_id, WEIGHT)
    with database.workspace_session(workspace_id) as connection:
        assert set_rules(connection, "weight", ["Number 0 .. 99", "unique", "UNIQUE"]) == ("number 0..99", "unique")
    (field,) = saved(database, workspace_id, WEIGHT)
    assert field.rules == ("number 0..99", "unique")
    with database.workspace_session(workspace_id) as connection:
        assert set_rules(connection, "weight", []) == ()


def test_rules_are_of_a_field_that_is_there_and_can_be_read(database: Database, workspace_id: int) -> None:
    saved(database, workspace_id, WEIGHT)
    with database.workspace_session(workspace_id) as connection:
        with pytest.raises(WrongUsage, match="no field 'size'"):
            set_rules(connection, "size", ["unique"])
        with pytest.raises(BadMapping, match="no rule 'heavy'"):
            set_rules(connection, "weight", ["heavy"])
