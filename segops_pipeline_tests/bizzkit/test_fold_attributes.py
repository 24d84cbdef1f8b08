"""Files of attributes (seed 002, "Attributes"): each of the seed's examples, and each of its rules."""

from typing import Any

import pytest

from segops_pipeline.catalogue.pim.model import Record
from segops_pipeline_tests.bizzkit.files import Done, attribute, do, global_list, segments, state

CONFIGURATIONS = {
    "Plain": [("Value", "PTranslatedStringD")],
    "RectangularArea": [("Width", "PDecimal2"), ("Height", "PDecimal2")],
    "CuboidVolume": [("Width", "PDecimal2"), ("Height", "PDecimal2"), ("Length", "PDecimal2")],
    "Range": [("From", "PDecimal2"), ("To", "PDecimal2")],
    "Quantified": [("Item", "PTranslatedStringD"), ("Quantity", "PDecimal2")],
    "Calculated": [("Formula", "PString")],
    "Unconstrained": [(f"Field{number}", "PTranslatedStringD") for number in (1, 2, 3, 4)],
}


def of_attributes(text: str, *records: Record, **options: Any) -> Done:
    return do(text, state(*records), entity="attribute", **options)


def fields(done: Done, code: str) -> list[tuple[str, str | None]]:
    return [
        (one["system_name"], one["pim_type"] or one["global_list"]) for one in done.data("attribute", code)["fields"]
    ]


def test_the_example_of_configurations_makes_its_three_attributes() -> None:
    done = of_attributes(
        """
        UniqueName;Name;Type;Configuration
        WEIGHT;Weight;SingleValued;Range
        NAME;Name;SingleValued;Plain
        TAGS;Tags;MultiValued;Plain
        """
    )
    assert done.outcomes == ["created", "created", "created"]
    assert fields(done, "WEIGHT") == [("From", "PDecimal2"), ("To", "PDecimal2")]
    assert fields(done, "NAME") == fields(done, "TAGS") == [("Value", "PTranslatedStringD")]
    types = [done.data("attribute", code)["value_type"] for code in ("WEIGHT", "NAME", "TAGS")]
    assert types == ["SingleValued", "SingleValued", "MultiValued"]


def test_the_example_of_names_gives_names_a_description_and_the_name_of_a_field_and_a_plain_configuration() -> None:
    done = of_attributes(
        """
        UniqueName;Name;Name:TEn-US;Description;Field1/Name;
        WEIGHT;Vægt;Weight;Vægt af varen i kg;Vægt
        """,
        *segments(culture="en-US"),
    )
    made = done.data("attribute", "WEIGHT")
    assert made["names"] == {"default": "Vægt", "T:en-US": "Weight"}
    assert made["descriptions"] == {"default": "Vægt af varen i kg"}
    assert made["fields"] == [
        {"system_name": "Value", "pim_type": "PTranslatedStringD", "global_list": None, "names": {"default": "Vægt"}}
    ]
    assert (made["configuration"], made["value_type"]) == ("Plain", "SingleValued")
    assert [one.code for one in done.header] == ["header_slip"]  # the semicolon at the end of the header


ADVANCED = """
    UniqueName;Name;Type;Configuration;Field1/Name;Field1/PimType;Field1/GlobalListSystemName
    WEIGHT;Vægt;SingleValued;Plain;{none}PDecimal2;NULL
    EXERCISES;Øvelser;MultiValued;Plain;{none}NULL;GLOBALLIST_EXERCISETYPES
"""


@pytest.mark.parametrize("none", ["", "NULL;"], ids=["as the seed writes it, a cell short", "with the cell"])
def test_the_example_of_advanced_configuration_gives_a_type_and_a_list(none: str) -> None:
    done = of_attributes(ADVANCED.format(none=none), global_list("GLOBALLIST_EXERCISETYPES", "DeadLift"))
    assert done.outcomes == ["created", "created"]
    assert fields(done, "WEIGHT") == [("Value", "PDecimal2")]
    assert fields(done, "EXERCISES") == [("Value", "GLOBALLIST_EXERCISETYPES")]
    assert done.data("attribute", "EXERCISES")["fields"][0]["pim_type"] is None
    assert done.data("attribute", "EXERCISES")["value_type"] == "MultiValued"
    assert [one.code for one in done.issues] == (["missing_cell", "missing_cell"] if not none else [])


def test_a_row_that_ends_early_but_means_what_it_says_is_not_moved() -> None:
    done = of_attributes(
        """
        UniqueName;Name;Field1/Name;Field1/PimType;Field1/GlobalListSystemName
        WEIGHT;Vægt;Kilo;PDecimal2
        """
    )
    assert (fields(done, "WEIGHT"), done.issues) == ([("Value", "PDecimal2")], [])
    assert done.data("attribute", "WEIGHT")["fields"][0]["names"] == {"default": "Kilo"}


def test_the_same_file_again_changes_nothing() -> None:
    records = [global_list("GLOBALLIST_EXERCISETYPES")]
    first = of_attributes(ADVANCED.format(none="NULL;"), *records)
    again = do(ADVANCED.format(none="NULL;"), first.records, entity="attribute")
    assert again.outcomes == ["unchanged", "unchanged"]


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_each_configuration_has_its_fields_with_their_default_names_and_types(configuration: str) -> None:
    done = of_attributes(f"UniqueName;Name;Configuration\nA;A;{configuration}\n")
    assert fields(done, "A") == CONFIGURATIONS[configuration]
    assert done.data("attribute", "A")["value_type"] == "SingleValued"


def test_an_attribute_of_name_and_description_alone_is_unconfigured() -> None:
    done = of_attributes("UniqueName;Name;Description\nA;Size;How big\n")
    made = done.data("attribute", "A")
    assert (made["configuration"], made["value_type"], made["fields"]) == (None, None, [])


def test_an_unconfigured_attribute_is_configured_by_a_later_file() -> None:
    first = of_attributes("UniqueName;Name\nA;Size\nB;Colour\n")
    later = do("UniqueName;Configuration;Field1/Name\nA;Range;NULL\nB;NULL;Tint\n", first.records, entity="attribute")
    assert later.outcomes == ["updated", "updated"]
    assert [later.data("attribute", code)["configuration"] for code in "AB"] == ["Range", "Plain"]


def test_a_type_without_a_configuration_is_kept_for_the_configuration_that_comes() -> None:
    done = of_attributes("UniqueName;Name;Type;Configuration\nA;Size;MultiValued;NULL\nA;NULL;NULL;Range\n")
    assert done.outcomes == ["created", "updated"]
    made = done.data("attribute", "A")
    assert (made["value_type"], made["configuration"]) == ("MultiValued", "Range")
    again = do("UniqueName;Type\nA;SingleValued\n", done.records, entity="attribute")
    assert again.codes == ["configuration_locked"]


def test_types_of_fields_given_with_the_configuration_replace_the_default_ones() -> None:
    done = of_attributes(
        """
        UniqueName;Name;Configuration;Field1/PimType;Field2/PimType
        A;A;Quantified;PString;NULL
        """
    )
    assert fields(done, "A") == [("Item", "PString"), ("Quantity", "PDecimal2")]


@pytest.mark.parametrize("header", ["Name", "Name:Default", "Name:Tda-DK"])
def test_a_new_attribute_takes_its_name_from_any_column_of_names(header: str) -> None:
    done = of_attributes(f"UniqueName;{header}\nA;Vægt\n", *segments(culture="da-DK"))
    assert done.outcomes == ["created"]


@pytest.mark.parametrize("text", ["UniqueName;Type\nA;SingleValued\n", "UniqueName;Name\nA;NULL\n"])
def test_a_new_attribute_must_have_a_name(text: str) -> None:
    done = of_attributes(text)
    assert (done.codes, done.outcomes, done.records.get("attribute", "A")) == (["name_required"], ["rejected"], None)


def test_the_name_is_not_needed_of_an_attribute_that_is_there() -> None:
    done = of_attributes("UniqueName;Description\nA;How big\n", attribute("A"))
    assert done.outcomes == ["updated"]
    assert done.data("attribute", "A")["names"] == {"default": "A"}


def test_names_and_descriptions_can_be_changed_at_any_time() -> None:
    done = of_attributes(
        """
        UniqueName;Name;Name:Tda-DK;Description;Field1/Name;Field1/Name:Tda-DK
        A;Size;Størrelse;How big;Value;Værdi
        """,
        attribute("A", names={"default": "A", "T:en-US": "Siz"}),
        *segments(culture="da-DK"),
    )
    made = done.data("attribute", "A")
    assert made["names"] == {"default": "Size", "T:en-US": "Siz", "T:da-DK": "Størrelse"}
    assert made["descriptions"] == {"default": "How big"}
    assert made["fields"][0]["names"] == {"default": "Value", "T:da-DK": "Værdi"}


def test_null_leaves_everything_as_it_is() -> None:
    header = "UniqueName;Name;Description;Type;Configuration;Field1/Name;Field1/PimType;IsConfidential\n"
    known = attribute("A", "PDecimal2", is_confidential=True, descriptions={"default": "Why"})
    assert of_attributes(header + "A;NULL;NULL;NULL;NULL;NULL;NULL;NULL\n", known).outcomes == ["unchanged"]


def test_an_empty_cell_takes_a_translation_or_description_away_but_never_the_name() -> None:
    known = attribute("A", names={"default": "A", "T:da-DK": "Å"}, descriptions={"default": "Why"})
    done = of_attributes("UniqueName;Name:Tda-DK;Description\nA;;\n", known, *segments(culture="da-DK"))
    assert (done.data("attribute", "A")["names"], done.data("attribute", "A")["descriptions"]) == ({"default": "A"}, {})
    assert of_attributes("UniqueName;Name\nA;\n", known).codes == ["empty_name"]


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Configuration", "Range"),
        ("Type", "MultiValued"),
        ("Field1/PimType", "PDecimal3"),
        ("Field1/GlobalListSystemName", "LIST"),
    ],
)
def test_what_can_be_set_once_is_locked(header: str, cell: str) -> None:
    done = of_attributes(f"UniqueName;{header}\nA;{cell}\n", attribute("A", "PDecimal2"), global_list("LIST"))
    assert (done.codes, done.outcomes) == (["configuration_locked"], ["rejected"])
    assert done.errors[0].column == header
    assert "locked" in (done.errors[0].suggestion or "")


def test_a_type_cannot_take_the_place_of_a_list() -> None:
    known = attribute("A", "list:LIST")
    done = of_attributes("UniqueName;Field1/PimType\nA;PString\n", known, global_list("LIST"))
    assert done.codes == ["configuration_locked"]
    other = of_attributes("UniqueName;Field1/GlobalListSystemName\nA;OTHER\n", known, global_list("OTHER"))
    assert other.codes == ["configuration_locked"]


@pytest.mark.parametrize(
    ("header", "cell"),
    [("Configuration", "Plain"), ("Type", "SingleValued"), ("Field1/PimType", "PDecimal2")],
)
def test_the_same_again_is_no_change(header: str, cell: str) -> None:
    assert of_attributes(f"UniqueName;{header}\nA;{cell}\n", attribute("A", "PDecimal2")).outcomes == ["unchanged"]


def test_the_same_list_again_is_no_change() -> None:
    text = "UniqueName;Field1/GlobalListSystemName\nA;LIST\n"
    assert of_attributes(text, attribute("A", "list:LIST"), global_list("LIST")).outcomes == ["unchanged"]


def test_a_field_with_both_a_type_and_a_list_is_found_before_any_row_is_done() -> None:
    done = of_attributes(
        "UniqueName;Name;Field1/PimType;Field1/GlobalListSystemName\nA;A;PString;LIST\n", global_list("LIST")
    )
    assert (done.codes, done.outcomes) == (["type_and_list"], ["rejected"])


@pytest.mark.parametrize(
    ("header", "cell", "code"),
    [
        ("Field1/PimType", "PMoney", "unknown_pim_type"),
        ("Field1/GlobalListSystemName", "NOWHERE", "unknown_list"),
        ("Type", "ManyValued", "unknown_value_type"),
        ("Configuration", "Sphere", "unknown_configuration"),
        ("IsConfidential", "secret", "not_a_boolean"),
        ("Field2/Name", "To", "no_such_field"),
    ],
)
def test_a_word_that_means_nothing_is_an_error_at_its_cell(header: str, cell: str, code: str) -> None:
    done = of_attributes(f"UniqueName;Name;{header}\nA;A;{cell}\n")
    assert (done.codes, done.outcomes) == ([code], ["rejected"])
    assert (done.errors[0].line, done.errors[0].column) == (2, header)
    assert done.records.get("attribute", "A") is None


def test_a_field_that_the_configuration_does_not_have_is_an_error() -> None:
    done = of_attributes("UniqueName;Name;Configuration;Field3/Name\nA;A;Range;Depth\n")
    assert done.codes == ["no_such_field"]
    assert "2 fields" in done.errors[0].message


def test_an_empty_cell_of_a_field_that_there_is_not_says_nothing() -> None:
    done = of_attributes(
        """
        UniqueName;Name;Configuration;Field1/Name;Field2/Name;Field2/PimType;Field2/GlobalListSystemName
        A;A;Plain;Value;;;
        B;B;Range;From;To;;
        C;C;NULL;;;;
        """
    )
    assert (done.outcomes, done.codes) == (["created", "created", "created"], [])
    assert done.data("attribute", "C")["configuration"] is None  # an empty name of field 1 names none


@pytest.mark.parametrize(("cell", "after"), [("true", True), ("false", False), ("NULL", False), ("True", True)])
def test_a_new_attribute_is_confidential_when_that_is_said(cell: str, after: bool) -> None:
    done = of_attributes(f"UniqueName;Name;IsConfidential\nA;A;{cell}\n")
    assert done.data("attribute", "A")["is_confidential"] is after


@pytest.mark.parametrize(("cell", "after"), [("false", False), ("NULL", True)])
def test_a_confidential_attribute_stays_so_unless_false_is_said(cell: str, after: bool) -> None:
    done = of_attributes(f"UniqueName;IsConfidential\nA;{cell}\n", attribute("A", is_confidential=True))
    assert done.data("attribute", "A")["is_confidential"] is after


@pytest.mark.parametrize("code", ["A[0]", "A/B", "A:B", "$A", "Ext_A", " A", "A\x07"])
def test_a_system_name_that_no_header_could_say_is_refused(code: str) -> None:
    assert of_attributes(f"UniqueName;Name\n{code};A\n").codes == ["bad_system_name"]


def test_a_row_without_a_system_name_is_rejected_and_the_others_go_in() -> None:
    done = of_attributes("UniqueName;Name\n;A\nNULL;B\nC;C\n")
    assert (done.codes, done.outcomes) == (["empty_key", "empty_key"], ["rejected", "rejected", "created"])


def test_columns_of_attribute_values_are_none_of_such_a_file() -> None:
    done = of_attributes("UniqueName;Name;WEIGHT\nA;A;1\n", attribute("WEIGHT"))
    assert (done.codes, done.outcomes) == (["bad_column_header"], [])


def test_a_file_of_attributes_is_merged_only() -> None:
    assert of_attributes("UniqueName;Name;Type\nA;A;NULL\n", mode="overwrite").codes == ["not_in_mode"]


def test_a_name_and_a_default_name_are_ambiguous() -> None:
    assert of_attributes("UniqueName;Name;Name:Default\nA;A;B\n").codes == ["ambiguous_columns"]


def test_names_differ_by_registered_cultures_only() -> None:
    assert of_attributes("UniqueName;Name;Name:Txx\nA;A;B\n").codes == ["unknown_segment"]
    of_a_market = of_attributes("UniqueName;Name;Name:MDENMARK\nA;A;B\n", *segments(market="DENMARK"))
    assert of_a_market.codes == ["bad_column_header"]


def test_a_row_that_fails_changes_nothing() -> None:
    known = attribute("A", "PDecimal2")
    done = of_attributes("UniqueName;Name;Configuration\nA;New name;Range\n", known)
    assert done.data("attribute", "A") == known.data


def test_rows_of_one_attribute_build_on_each_other() -> None:
    done = of_attributes("UniqueName;Name;Configuration\nA;Size;NULL\nA;NULL;Range\nA;NULL;Plain\n")
    assert (done.outcomes, done.codes) == (["created", "updated", "rejected"], ["configuration_locked"])
