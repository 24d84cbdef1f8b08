"""Values that refer to something. Source of the examples: seed 002, "Global list reference values"."""

from collections.abc import Iterable
from typing import Any

import pytest

from segops_pipeline.catalogue.pim.assign import Assignments
from segops_pipeline.catalogue.pim.fold import FoldOptions, Row
from segops_pipeline.catalogue.pim.model import Entity, Record
from segops_pipeline.formats.bizzkit.headers import parse_header
from segops_pipeline_tests.bizzkit.assigning import HANDLING, Catalogue, attribute, codes, global_list
from segops_pipeline_tests.bizzkit.memory import MemoryRecords

WEIGHT = attribute("WEIGHT", {"Value": "=WEIGHTS"})


def refers(item: str, key: str = "WEIGHTS") -> dict[str, str]:
    return {"list": key, "item": item}


def test_an_item_is_found_by_its_value() -> None:
    catalogue = Catalogue(WEIGHT, global_list("WEIGHTS", "PInt32", 41, 42))

    assert catalogue.do("Name;WEIGHT\nDumbbell 5kg;42") == []
    assert catalogue.values("Dumbbell 5kg") == {"WEIGHT": refers("2")}
    assert catalogue.list_values("WEIGHTS") == [41, 42]
    assert not catalogue.added


def test_a_value_that_the_list_lacks_is_added_first_and_counted() -> None:
    catalogue = Catalogue(WEIGHT, global_list("WEIGHTS", "PInt32", 41))

    assert catalogue.do("Name;WEIGHT\nA;42\nB;42\nC;43\nD;41") == []
    assert [catalogue.values(key)["WEIGHT"]["item"] for key in "ABCD"] == ["2", "2", "3", "1"]
    assert catalogue.list_values("WEIGHTS") == [41, 42, 43]
    assert catalogue.added == {("global_list", "WEIGHTS"): 2}


def test_values_are_compared_as_their_type_has_them() -> None:
    catalogue = Catalogue(WEIGHT, global_list("WEIGHTS", "PDecimal2", 42))

    assert catalogue.do("Name;WEIGHT\nA;42.00\nB;+42") == []
    assert catalogue.values("A") == catalogue.values("B") == {"WEIGHT": refers("1")}


def test_a_value_that_is_none_of_the_lists_type_is_refused() -> None:
    catalogue = Catalogue(WEIGHT, global_list("WEIGHTS", "PInt32"))

    assert codes(catalogue.do("Name;WEIGHT\nA;heavy")) == ["not_an_integer"]
    assert catalogue.list_values("WEIGHTS") == []


def test_an_added_item_gets_a_system_name_that_is_free() -> None:
    weights = global_list("WEIGHTS", "PString", "a")
    weights.data["items"][0]["system_name"] = "WEIGHTS_2"
    catalogue = Catalogue(WEIGHT, weights)

    catalogue.do("Name;WEIGHT\nA;b")
    catalogue.do("Name;$WEIGHT\nB;WEIGHTS_2_2")

    assert catalogue.values("A") == catalogue.values("B")


def test_an_item_is_found_by_its_system_name() -> None:
    catalogue = Catalogue(WEIGHT, global_list("WEIGHTS", "PString", *"abcde"))

    assert catalogue.do("Name;$WEIGHT\nDumbbell 5kg;WEIGHTS_5") == []
    assert catalogue.values("Dumbbell 5kg") == {"WEIGHT": refers("5")}


def test_an_unknown_system_name_fails_and_is_named() -> None:
    catalogue = Catalogue(WEIGHT, global_list("WEIGHTS", "PString", "WEIGHTS_5"))

    issues = catalogue.do("Name;$WEIGHT\nDumbbell 5kg;WEIGHTS_5")

    assert codes(issues, "error") == ["unknown_list_item"]
    assert "“WEIGHTS_5”" in issues[0].message
    assert catalogue.values("Dumbbell 5kg") == {}
    assert catalogue.list_values("WEIGHTS") == ["WEIGHTS_5"]


def test_a_row_that_fails_adds_nothing_to_lists() -> None:
    catalogue = Catalogue(WEIGHT, attribute("PIECES", {"Value": "PInt16"}), global_list("WEIGHTS", "PString"))

    assert codes(catalogue.do("Name;WEIGHT;PIECES\nA;heavy;many\nB;light;1")) == ["not_an_integer"]
    assert catalogue.list_values("WEIGHTS") == ["light"]
    assert catalogue.values("B")["WEIGHT"] == refers("1")
    assert catalogue.added == {("global_list", "WEIGHTS"): 1}


def test_one_row_adds_a_value_once_for_several_columns() -> None:
    catalogue = Catalogue(attribute("WEIGHT", {"Value": "=WEIGHTS"}, multi=True), global_list("WEIGHTS", "PString"))

    assert catalogue.do("Name;WEIGHT[0];WEIGHT[1];WEIGHT[2]\nA;x;y;x") == []
    assert catalogue.values("A") == {"WEIGHT": [refers("1"), refers("2"), refers("1")]}
    assert catalogue.list_values("WEIGHTS") == ["x", "y"]


def test_a_list_without_unique_values_is_told_and_its_first_match_counts() -> None:
    catalogue = Catalogue(WEIGHT, global_list("WEIGHTS", "PString", "a", "b", "b", is_unique=False))

    issues = catalogue.do("Name;WEIGHT\nA;b\nB;b")

    assert [(one.code, one.level) for one in issues] == [("list_not_unique", "warning")]
    assert "segops pim lists set WEIGHTS --unique" in (issues[0].suggestion or "")
    assert catalogue.values("A") == {"WEIGHT": refers("2")}


def test_a_list_of_segmented_values_is_refused_by_value_and_taken_by_reference() -> None:
    items = global_list("WEIGHTS", "PTranslatedStringD", {"default": "light"})
    catalogue = Catalogue(WEIGHT, items)

    assert codes(catalogue.do("Name;WEIGHT\nA;light")) == ["segmented_list"]
    assert catalogue.do("Name;$WEIGHT\nA;WEIGHTS_1") == []
    assert catalogue.values("A") == {"WEIGHT": refers("1")}


def test_an_empty_cell_is_no_new_item() -> None:
    catalogue = Catalogue(WEIGHT, global_list("WEIGHTS", "PString", "a"))

    assert codes(catalogue.do("Name;WEIGHT\nA;")) == ["empty_list_item"]
    assert catalogue.list_values("WEIGHTS") == ["a"]


def test_a_field_of_several_can_refer_to_a_list() -> None:
    quantity = attribute("QUANTITY", {"Item": "=UNITS", "Quantity": "PDecimal2"})
    catalogue = Catalogue(quantity, global_list("UNITS", "PString", "kg"))

    assert catalogue.do("Name;QUANTITY/Item;QUANTITY/Quantity\nA;kg;5\nB;g;1") == []
    assert catalogue.do("Name;$QUANTITY/Item;QUANTITY/Quantity\nC;UNITS_2;5") == []
    assert catalogue.values("A") == {"QUANTITY": {"Item": refers("1", "UNITS"), "Quantity": 5}}
    assert catalogue.values("C") == {"QUANTITY": {"Item": refers("2", "UNITS"), "Quantity": 5}}
    assert codes(catalogue.do("Name;$QUANTITY/Quantity\nA;x")) == ["reference_without_list"]


def test_value_and_reference_columns_of_one_attribute_write_one_value() -> None:
    catalogue = Catalogue(WEIGHT, global_list("WEIGHTS", "PString", "a", "b"))

    assert codes(catalogue.do("Name;WEIGHT;$WEIGHT\nA;a;WEIGHTS_2")) == ["several_columns_one_value"]
    assert catalogue.values("A") == {"WEIGHT": refers("2")}


def test_overwrite_takes_references_under_the_full_header() -> None:
    catalogue = Catalogue(WEIGHT, global_list("WEIGHTS", "PString", "a", "b"))

    assert catalogue.do("UniqueName;$WEIGHT/Value\nA;WEIGHTS_2", "overwrite") == []
    assert catalogue.do("UniqueName;Ext_WEIGHT/Value\nA;c", "overwrite") == []
    issues = catalogue.do("UniqueName;$WEIGHT\nA;WEIGHTS_1", "overwrite")
    assert codes(issues) == ["needs_full_header"]
    assert "$WEIGHT/Value" in (issues[0].suggestion or "")
    assert catalogue.values("A") == {"WEIGHT": refers("2")}
    assert catalogue.external("A") == {"WEIGHT": refers("3")}


def test_what_a_row_with_a_deletion_adds_is_kept() -> None:
    catalogue = Catalogue(WEIGHT, attribute("SIZE"), global_list("WEIGHTS", "PString"))
    catalogue.product("A", {"SIZE": {}})

    assert catalogue.do(f"UniqueName;{HANDLING};SIZE;WEIGHT/Value\nA;Advanced;DELETE;heavy", "overwrite") == []
    assert catalogue.values("A") == {"WEIGHT": refers("1")}


def test_a_value_that_the_predefined_ones_lack_is_added_to_them() -> None:
    catalogue = Catalogue(attribute("UNIT", {"Value": "PString"}, predefined=["mm", "cm"]))

    assert catalogue.do("Name;UNIT\nA;cm\nB;m\nC;m") == []
    assert [catalogue.values(key)["UNIT"] for key in "ABC"] == ["cm", "m", "m"]
    assert catalogue.predefined("UNIT") == [{"Value": "mm"}, {"Value": "cm"}, {"Value": "m"}]
    assert catalogue.added == {("attribute", "UNIT"): 1}


def test_an_attribute_without_predefined_values_gets_none() -> None:
    catalogue = Catalogue(attribute("UNIT", {"Value": "PString"}))

    catalogue.do("Name;UNIT\nA;cm")

    assert catalogue.predefined("UNIT") == []


@pytest.mark.parametrize(
    ("fields", "predefined", "header"),
    [
        ({"Value": "PTranslatedStringD"}, [{"Value": {"default": "mm"}}], "UNIT"),
        ({"From": "PInt32", "To": "PInt32"}, [{"From": 1, "To": 2}], "UNIT/From"),
    ],
)
def test_predefined_values_of_several_or_segmented_fields_are_told_and_left(
    fields: dict[str, str], predefined: list[dict[str, Any]], header: str
) -> None:
    catalogue = Catalogue(attribute("UNIT", fields, predefined=predefined))

    issues = catalogue.do(f"Name;{header}\nA;7")

    assert [(one.code, one.level) for one in issues] == [("predefined_not_matched", "warning")]
    assert catalogue.values("A")["UNIT"] in ({"default": "7"}, {"From": 7})
    assert catalogue.predefined("UNIT") == predefined


def test_a_brand_must_be_there() -> None:
    catalogue = Catalogue(attribute("MAKER", {"Value": "PBrand"}), Record("brand", "ColourMakers", {"names": {}}))

    issues = catalogue.do("Name;MAKER\nA;ColourMakers\nB;Others")

    assert [(one.code, one.line, one.value) for one in issues] == [("unknown_brand", 3, "Others")]
    assert catalogue.values("A") == {"MAKER": "ColourMakers"}
    assert catalogue.values("B") == {}


def test_media_and_articles_are_referred_to_by_their_ids() -> None:
    guid, crop = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    catalogue = Catalogue(attribute("IMAGE", {"Value": "PMedia"}), attribute("STORY", {"Value": "PArticle"}))

    assert catalogue.do(f"Name;IMAGE;STORY\nA;{{{guid}}}|{crop};{{{guid}}}|web\nB;{{{guid}}};NULL") == []
    assert catalogue.values("A") == {
        "IMAGE": {"media": guid, "crop": crop}, "STORY": {"article": guid, "segment": "web"}
    }  # fmt: skip
    assert catalogue.values("B") == {"IMAGE": {"media": guid}}


def test_items_that_something_else_has_changed_between_rows_are_seen() -> None:
    records = MemoryRecords([WEIGHT, global_list("WEIGHTS", "PString", "a")])
    assignments = Assignments([parse_header("WEIGHT", 0)], FoldOptions())
    assert assignments.check(records) == []
    first, second = Record("product", "A"), Record("product", "B")

    assert assignments.apply(records, first, Row(2, ["b"])) == []
    records.put(global_list("WEIGHTS", "PString", "x", "y", "b"))
    assert assignments.apply(records, second, Row(3, ["b"])) == []

    assert [first.data["WEIGHT"], second.data["WEIGHT"]] == [refers("2"), refers("3")]


class NotingRecords(MemoryRecords):
    """Records that note what is loaded at once."""

    def __init__(self, *records: Record) -> None:
        super().__init__(records)
        self.fetched: dict[str, set[str]] = {}

    def fetch(self, entity: Entity, keys: Iterable[str]) -> None:
        self.fetched.setdefault(entity, set()).update(keys)


def test_lists_and_brands_that_rows_refer_to_are_loaded_at_once() -> None:
    records = NotingRecords(WEIGHT, attribute("MAKER", {"Value": "PBrand"}), global_list("WEIGHTS", "PString"))
    assignments = Assignments([parse_header("WEIGHT", 1), parse_header("MAKER", 2)], FoldOptions())
    assert assignments.check(records) == []

    assignments.fetch(records, [Row(2, ["A", "5", "Makers"]), Row(3, ["B"])])

    assert records.fetched == {"global_list": {"WEIGHTS"}, "brand": {"Makers"}}
