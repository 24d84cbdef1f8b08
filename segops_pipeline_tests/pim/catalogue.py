"""A small PIM in a database: records and products as an import leaves them, for tests that only look at them."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from segops_pipeline.stores.database import Database

Json = dict[str, Any]
RECORD = """
INSERT INTO records (workspace_id, entity, key, data, version)
VALUES (:workspace_id, :entity, :key, CAST(:data AS jsonb), nextval('version_sequence'))
"""
PRODUCT = """
INSERT INTO products (workspace_id, sku, name, data, pim, source, is_active, version)
VALUES (:workspace_id, :sku, :name, CAST(:data AS jsonb), CAST(:pim AS jsonb), 'csv', true, nextval('version_sequence'))
"""
OUTBOX = """
INSERT INTO outbox (workspace_id, entity, key, version, operation)
SELECT workspace_id, 'product', sku, version, 'upsert' FROM products WHERE sku = :sku
"""
FIELD = """
INSERT INTO product_schema_fields (workspace_id, key, label, type, required, rules, position)
VALUES (:workspace_id, :key, :key, :type, false, '[]', 1)
"""


def attribute(*fields: tuple[str, str | None, str | None], multi: bool = False, **others: Any) -> Json:
    """The data of an attribute whose fields are (name, type, list)."""
    parts = [{"system_name": name, "pim_type": type_, "global_list": found} for name, type_, found in fields]
    value_type = "MultiValued" if multi else "SingleValued"
    return {"value_type": value_type, "configuration": "Plain", "fields": parts, **others}


RECORDS: Mapping[str, Mapping[str, Json]] = {
    "segment": {
        "culture:da": {"dimension": "culture", "code": "da", "label": "Dansk"},
        "culture:en": {"dimension": "culture", "code": "en", "label": "English"},
        "market:DENMARK": {"dimension": "market", "code": "DENMARK", "label": "Denmark"},
    },
    "global_list": {
        "COLOURS": {
            "is_unique": True, "pim_type": "PTranslatedStringD", "next_item": 3,
            "items": [
                {"id": "1", "system_name": "RED", "value": {"default": "Red", "T:da": "Rød"}},
                {"id": "2", "system_name": "BLUE", "value": {"default": "Blue"}},
            ],
        },
    },
    "brand": {
        "STEELCO": {"names": {"default": "Steel & Co", "T:da": "Stålhuset"}, "parent": None},
        "STEELCO-KIDS": {"names": {"default": "Steel Kids"}, "parent": "STEELCO"},
    },
    "category": {
        "SPORT": {"names": {"default": "Sport", "T:da": "Idræt"}, "parent": None, "links": []},
        "WEIGHTS": {"names": {"default": "Weights", "T:da": "Vægte"}, "parent": "SPORT", "links": ["OFFERS"]},
        "OFFERS": {"names": {"default": "Offers"}, "parent": None, "links": []},
    },
    "attribute": {
        "NAME": attribute(("Value", "PTranslatedStringD", None), names={"default": "Name"}, group="Texts"),
        "COLOUR": attribute(("Value", None, "COLOURS"), names={"default": "Colour", "T:da": "Farve"}),
        "SHADES": attribute(("Value", None, "COLOURS"), multi=True, names={"default": "Shades"}),
        "BRAND": attribute(("Value", "PBrand", None), names={"default": "Brand"}),
        "SIZE": attribute(
            ("Width", "PDecimal2", None), ("Height", "PDecimal2", None), names={"default": "Size"}, group="Measures"
        ),
        "EXERCISES": attribute(
            ("Item", "PTranslatedString", None), ("Quantity", "PInt32", None), multi=True,
            names={"default": "Exercises"},
        ),
        "WEIGHT": attribute(("Value", "PDecimal2", None), names={"default": "Weight"}, group="Measures"),
    },
}  # fmt: skip
RED, BLUE = ({"list": "COLOURS", "item": one} for one in "12")
PRODUCTS: Mapping[str, tuple[str, Json, Json]] = {
    "DB-5": (
        "Dumbbell 5 kg",
        {
            "NAME": {"default": "Heavy weight", "T:da": "Tung vægt", "T:da|M:DENMARK": "Tung dansk vægt"},
            "COLOUR": RED, "SHADES": [RED, BLUE], "BRAND": "STEELCO", "SIZE": {"Width": 25.5, "Height": 10},
            "EXERCISES": [
                {"Item": {"T:en": "Curls"}, "Quantity": 3}, {"Item": {"T:en": "Deadlift", "T:da": "Dødløft"}},
            ],
            "WEIGHT": 5000,
        },
        {
            "primary": "WEIGHTS", "additional": ["OFFERS"], "external_int": 119, "external_string": "DMB5000_0119",
            "variants": ["DB-5-B", "DB-5-A"],
            "external": {"WEIGHT": 4990, "NAME": {"default": "ERP dumbbell"}},
        },
    ),
    "DB-5-A": ("Variant A", {"COLOUR": BLUE}, {"master": "DB-5"}),
    "DB-5-B": ("Variant B", {"COLOUR": RED, "NAME": {"default": "Second"}}, {"master": "DB-5"}),
    "SET": (
        "Starter set",
        {},
        {"bundle": [{"item": "DB-5", "note": "both hands", "amount": 2, "attributes": {"NAME": {"default": "Pair"}}}]},
    ),
    "PLAIN": ("Plain", {"WEIGHT": 1.5, "tags": ["a", "b"]}, {}),
}  # fmt: skip


def fill(database: Database, workspace_id: int) -> None:
    """Lay all of it into a workspace; its products wait to be published."""
    with database.workspace_session(workspace_id) as connection:
        for entity, found in RECORDS.items():
            for key, data in found.items():
                bound = {"workspace_id": workspace_id, "entity": entity, "key": key, "data": json.dumps(data)}
                connection.execute(text(RECORD), bound)
        for key, type_ in (("WEIGHT", "number"), ("tags", "list")):
            connection.execute(text(FIELD), {"workspace_id": workspace_id, "key": key, "type": type_})
        for sku, (name, data, pim) in PRODUCTS.items():
            bound = {"sku": sku, "name": name, "data": json.dumps(data), "pim": json.dumps(pim)}
            connection.execute(text(PRODUCT), {"workspace_id": workspace_id, **bound})
            connection.execute(text(OUTBOX), {"sku": sku})
