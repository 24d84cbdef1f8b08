"""Files of predefined values (seed 002, "Predefined values"): the seed's example, and each of its rules."""

from typing import Any

import pytest

from segops_pipeline.catalogue.pim.model import Record
from segops_pipeline_tests.bizzkit.files import Done, attribute, do, global_list, segments, state


def of_values(text: str, *records: Record, **options: Any) -> Done:
    return do(text, state(*records), entity="predefined_value", **options)


def offering(code: str, *values: dict[str, Any], types: tuple[str, ...] = ("PString",), **data: Any) -> Record:
    """An attribute that offers these values."""
    predefined = [{"id": str(n), "values": one, "attributes": {}, "external": {}} for n, one in enumerate(values, 1)]
    return attribute(code, *types, predefined=predefined, next_item=len(values) + 1, **data)


def offered(done: Done, code: str) -> list[dict[str, Any]]:
    return [one["values"] for one in done.data("attribute", code)["predefined"]]


def units() -> Record:
    return offering("HEIGHTUNIT", {"Value": "cm"}, {"Value": "inch"}, {"Value": "ft"})


def test_the_example_removes_a_value_adds_another_in_its_place_and_updates_the_next() -> None:
    done = of_values(
        """
        UniqueName;ItemIndex;ItemOperation;Predefined_Value_Field_1
        HEIGHTUNIT;1;Remove;
        HEIGHTUNIT;1;Add;mm
        HEIGHTUNIT;2;Update;in
        """,
        units(),
    )
    assert done.outcomes == ["removed", "created", "updated"]
    assert offered(done, "HEIGHTUNIT") == [{"Value": "cm"}, {"Value": "mm"}, {"Value": "in"}]
    assert [one.identity for one in done.results] == ["HEIGHTUNIT/2", "HEIGHTUNIT/4", "HEIGHTUNIT/3"]


@pytest.mark.parametrize(
    "text",
    [
        "UniqueName;Predefined_Value_Field_1\nHEIGHTUNIT;mm\n",
        "UniqueName;ItemOperation;Predefined_Value_Field_1\nHEIGHTUNIT;NULL;mm\n",
    ],
)
def test_add_is_what_a_row_does_that_says_nothing_else(text: str) -> None:
    done = of_values(text, units())
    assert (done.outcomes, offered(done, "HEIGHTUNIT")[-1]) == (["created"], {"Value": "mm"})


def test_the_attribute_must_be_there() -> None:
    done = of_values("UniqueName;Predefined_Value_Field_1\nHEIGHTUNIT;mm\n")
    assert (done.codes, done.records.get("attribute", "HEIGHTUNIT")) == (["unknown_attribute"], None)


def test_the_attribute_must_be_configured() -> None:
    bare = Record("attribute", "HEIGHTUNIT", {"names": {"default": "Unit"}})
    assert of_values("UniqueName;Predefined_Value_Field_1\nHEIGHTUNIT;mm\n", bare).codes == ["unconfigured_attribute"]


@pytest.mark.parametrize(
    ("operation", "index", "codes"),
    [
        ("Add", "3", []),
        ("Add", "4", ["index_out_of_range"]),
        ("Update", "3", ["index_out_of_range"]),
        ("Remove", "3", ["index_out_of_range"]),
        ("Remove", "-1", ["wrong_index"]),
        ("Remove", "NULL", ["index_missing"]),
        ("Replace", "1", ["unknown_operation"]),
    ],
)
def test_places_and_operations_are_as_those_of_list_items(operation: str, index: str, codes: list[str]) -> None:
    text = f"UniqueName;ItemIndex;ItemOperation;Predefined_Value_Field_1\nHEIGHTUNIT;{index};{operation};mm\n"
    assert of_values(text, units()).codes == codes


def test_each_of_four_fields_has_its_column() -> None:
    done = of_values(
        """
        UniqueName;Predefined_Value_Field_1;Predefined_Value_Field_2;Predefined_Value_Field_3;Predefined_Value_Field_4
        A;a;b;c;NULL
        """,
        attribute("A", "PString", "PString", "PString", "PString", configuration="Unconstrained"),
    )
    assert offered(done, "A") == [{"Field1": "a", "Field2": "b", "Field3": "c"}]


def test_an_update_leaves_the_fields_that_it_does_not_give() -> None:
    known = offering("A", {"From": 1, "To": 2}, types=("PDecimal2", "PDecimal2"), configuration="Range")
    done = of_values(
        "UniqueName;ItemIndex;ItemOperation;Predefined_Value_Field_1;Predefined_Value_Field_2\nA;0;Update;NULL;3.5\n",
        known,
    )
    assert offered(done, "A") == [{"From": 1, "To": 3.5}]


def test_a_field_that_the_attribute_does_not_have_is_an_error_unless_its_cell_is_empty() -> None:
    header = "UniqueName;Predefined_Value_Field_1;Predefined_Value_Field_2\n"
    assert of_values(header + "HEIGHTUNIT;mm;x\n", units()).codes == ["no_such_field"]
    assert of_values(header + "HEIGHTUNIT;mm;\nHEIGHTUNIT;m;NULL\n", units()).outcomes == ["created", "created"]


@pytest.mark.parametrize(
    "header", ["Predefined_Value_Field_5", "Predefined_Value_Field_0", "Predefined_Value_Field_1[0]"]
)
def test_there_are_four_fields_and_no_several_values_of_one(header: str) -> None:
    assert of_values(f"UniqueName;ItemIndex;{header}\nHEIGHTUNIT;0;mm\n", units()).codes == ["bad_column_header"]


def test_a_field_may_differ_by_segment() -> None:
    known = offering("A", {"Value": {"default": "red"}}, types=("PTranslatedStringD",))
    done = of_values(
        """
        UniqueName;ItemIndex;ItemOperation;Predefined_Value_Field_1;Predefined_Value_Field_1:Tda-DK
        A;0;Update;NULL;rød
        A;1;Add;blue;blå
        """,
        known,
        *segments(culture="da-DK"),
    )
    assert offered(done, "A") == [
        {"Value": {"default": "red", "T:da-DK": "rød"}}, {"Value": {"default": "blue", "T:da-DK": "blå"}}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "header", "code"),
    [
        ("PString", "Predefined_Value_Field_1:Tda-DK", "segment_on_plain_field"),
        ("PTranslatedString", "Predefined_Value_Field_1", "no_default_segment"),
        ("PTranslatedStringD", "Predefined_Value_Field_1:Txx", "unknown_segment"),
    ],
)
def test_segments_are_those_of_the_field_s_type(type_: str, header: str, code: str) -> None:
    done = of_values(f"UniqueName;{header}\nA;red\n", attribute("A", type_), *segments(culture="da-DK"))
    assert done.codes == [code]


def test_a_field_and_its_default_are_ambiguous() -> None:
    done = of_values("UniqueName;Predefined_Value_Field_1;Predefined_Value_Field_1:Default\nHEIGHTUNIT;a;b\n", units())
    assert done.codes == ["ambiguous_columns"]


def test_a_value_is_of_the_field_s_type() -> None:
    done = of_values("UniqueName;Predefined_Value_Field_1\nA;tall\n", attribute("A", "PInt32"))
    assert (done.codes, offered(done, "A")) == (["not_an_integer"], [])


def test_a_field_of_a_list_takes_an_item_by_its_value_and_adds_a_missing_one() -> None:
    done = of_values(
        "UniqueName;Predefined_Value_Field_1\nA;12\nA;24\n", attribute("A", "list:L"), global_list("L", "12")
    )
    assert offered(done, "A") == [{"Value": {"list": "L", "item": "1"}}, {"Value": {"list": "L", "item": "2"}}]
    assert [one["value"] for one in done.data("global_list", "L")["items"]] == ["12", "24"]


def test_a_row_that_fails_adds_no_item_to_a_list() -> None:
    known = global_list("L", "12")
    done = of_values(
        "UniqueName;Predefined_Value_Field_1;SIZE\nA;24;big\n",
        attribute("A", "list:L"),
        attribute("SIZE", "PInt32"),
        known,
    )
    assert (done.codes, done.data("global_list", "L")) == (["not_an_integer"], known.data)
    assert offered(done, "A") == []


def test_a_list_of_segmented_values_cannot_be_matched_by_value() -> None:
    known = global_list("L", pim_type="PTranslatedStringD")
    done = of_values("UniqueName;Predefined_Value_Field_1\nA;24\n", attribute("A", "list:L"), known)
    assert done.codes == ["segmented_list"]


def test_a_predefined_value_can_be_given_values_of_attributes() -> None:
    done = of_values(
        "UniqueName;Predefined_Value_Field_1;UNIT\nA;12;mm\n", attribute("A", "PString"), attribute("UNIT", "PString")
    )
    assert done.data("attribute", "A")["predefined"][0]["attributes"] == {"UNIT": "mm"}


def test_an_update_to_what_is_there_changes_nothing() -> None:
    text = "UniqueName;ItemIndex;ItemOperation;Predefined_Value_Field_1\nHEIGHTUNIT;0;Update;cm\n"
    assert of_values(text, units()).outcomes == ["unchanged"]


def test_a_file_of_predefined_values_is_merged_only() -> None:
    done = of_values("UniqueName;Predefined_Value_Field_1\nHEIGHTUNIT;mm\n", units(), mode="overwrite")
    assert done.codes == ["not_in_mode"]
