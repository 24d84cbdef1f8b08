"""Seed 002, "Brands"."""

import pytest

from segops_pipeline_tests.bizzkit.files import attribute, brand, do, segments, state

CULTURES = segments(culture="En-UK En-US Da-DK")


def test_sub_brands_are_made_as_in_the_example() -> None:
    done = do(
        """
        UniqueName;Name;SubbrandOf
        Brand1;Brand 1;
        Brand2;Brand 2;Brand1
        Brand3;Brand 3;Brand2
        """
    )

    assert done.outcomes == ["created"] * 3
    assert done.data("brand", "Brand1") == {"names": {"default": "Brand 1"}}
    assert done.data("brand", "Brand2") == {"names": {"default": "Brand 2"}, "parent": "Brand1"}
    assert done.data("brand", "Brand3") == {"names": {"default": "Brand 3"}, "parent": "Brand2"}


def test_the_example_again_changes_nothing() -> None:
    text = """
        UniqueName;Name;SubbrandOf
        Brand1;Brand 1;
        Brand2;Brand 2;Brand1
        """
    first = do(text)

    second = do(text, first.records)

    assert second.outcomes == ["unchanged"] * 2


def test_names_are_given_by_culture_as_in_the_example() -> None:
    done = do(
        """
        UniqueName;Name;Name:TEn-UK;Name:En-US;Name:Da-DK
        ColourMakers;ColourMakers;ColourMakers;ColorMakers;Farve fabrikken
        """,
        state(*CULTURES),
        file_name="brands.csv",
    )

    assert not done.errors
    assert done.data("brand", "ColourMakers")["names"] == {
        "default": "ColourMakers", "T:En-UK": "ColourMakers", "T:En-US": "ColorMakers", "T:Da-DK": "Farve fabrikken"
    }  # fmt: skip


def test_name_default_is_the_name_without_a_culture() -> None:
    done = do("UniqueName;Name:Default\nB;Brand", entity="brand")

    assert done.data("brand", "B")["names"] == {"default": "Brand"}


def test_name_beside_name_default_fails() -> None:
    done = do("UniqueName;Name;Name:Default\nB;Brand;Brand", entity="brand")

    assert done.codes == ["ambiguous_columns"]
    assert not done.results


def test_a_culture_that_is_not_registered_fails_before_any_row() -> None:
    done = do("UniqueName;Name;Name:Tfr-FR\nB;Brand;Marque", state(*CULTURES), entity="brand")

    assert [(one.code, one.column) for one in done.errors] == [("unknown_segment", "Name:Tfr-FR")]
    assert not done.results


@pytest.mark.parametrize("header", ["Name:MDENMARK", "Name:Tda-DK:MDENMARK"])
def test_a_name_differs_by_culture_only(header: str) -> None:
    done = do(f"UniqueName;{header}\nB;Brand", state(*segments(culture="da-DK", market="DENMARK")), entity="brand")

    assert done.errors
    assert not done.results


def test_a_new_brand_without_a_name_column_fails_only_when_its_row_is_done() -> None:
    done = do("UniqueName;SubbrandOf\nBrand1;\nBrand2;Brand1", state(brand("Brand1")))

    assert done.outcomes == ["unchanged", "rejected"]
    assert [(one.code, one.line) for one in done.errors] == [("name_required", 3)]
    assert done.records.get("brand", "Brand2") is None


def test_a_new_brand_whose_name_is_null_has_none() -> None:
    done = do("UniqueName;Name;SubbrandOf\nBrand1;NULL;NULL")

    assert done.codes == ["name_required"]


def test_a_brand_that_exists_needs_no_name() -> None:
    done = do("UniqueName;SubbrandOf\nB;A", state(brand("A"), brand("B")))

    assert done.outcomes == ["updated"]
    assert done.data("brand", "B") == {"names": {"default": "B"}, "parent": "A"}


def test_null_leaves_a_name_and_an_empty_translation_is_taken_away() -> None:
    names = {"default": "Brand", "T:En-US": "American", "T:Da-DK": "Dansk"}

    done = do(
        "UniqueName;Name;Name:TEn-US;Name:TDa-DK\nB;NULL;NULL;", state(*CULTURES, brand("B", names=names)),
        entity="brand",
    )  # fmt: skip

    assert done.data("brand", "B")["names"] == {"default": "Brand", "T:En-US": "American"}


def test_an_empty_name_is_an_error() -> None:
    done = do("UniqueName;Name;SubbrandOf\nB;;NULL", state(brand("B")))

    assert [(one.code, one.column) for one in done.errors] == [("empty_name", "Name")]
    assert done.data("brand", "B")["names"] == {"default": "B"}


def test_a_main_brand_that_does_not_exist_yet_is_an_error() -> None:
    text = """
        UniqueName;Name;SubbrandOf
        Brand2;Brand 2;Brand1
        Brand1;Brand 1;
        """

    done = do(text)

    assert done.outcomes == ["rejected", "created"]
    assert [(one.code, one.line, one.column, one.value) for one in done.errors] == [
        ("unknown_brand", 2, "SubbrandOf", "Brand1")
    ]
    assert done.records.get("brand", "Brand2") is None


def test_in_any_order_the_main_brand_may_come_later() -> None:
    done = do("UniqueName;Name;SubbrandOf\nBrand2;Brand 2;Brand1\nBrand1;Brand 1;", order="any")

    assert done.outcomes == ["created", "created"]
    assert done.data("brand", "Brand2")["parent"] == "Brand1"


def test_an_empty_main_brand_makes_it_no_sub_brand_and_null_leaves_it() -> None:
    before = state(brand("A"), brand("B", parent="A"), brand("C", parent="A"))

    done = do("UniqueName;SubbrandOf\nB;\nC;NULL", before)

    assert done.data("brand", "B") == {"names": {"default": "B"}}
    assert done.data("brand", "C")["parent"] == "A"
    assert done.outcomes == ["updated", "unchanged"]


@pytest.mark.parametrize("main", ["A", "C"])
def test_a_circle_of_brands_is_an_error_that_names_its_members(main: str) -> None:
    before = state(brand("A"), brand("B", parent="A"), brand("C", parent="B"))

    done = do(f"UniqueName;SubbrandOf\nA;{main}", before)

    (error,) = done.errors
    assert error.code == "circular_brands"
    assert ("A → A" if main == "A" else "A → C → B → A") in error.message
    assert done.records.records == before.records


def test_a_brand_takes_attributes() -> None:
    done = do(
        "UniqueName;Name;SubbrandOf;FOUNDED\nB;Brand;NULL;1987", state(attribute("FOUNDED", "PInt16"))
    )  # fmt: skip

    assert done.data("brand", "B") == {"names": {"default": "Brand"}, "attributes": {"FOUNDED": 1987}}


def test_overwrite_does_not_take_brands() -> None:
    done = do("UniqueName;Name;SubbrandOf\nB;Brand;", state(), "overwrite")

    assert done.codes == ["not_in_mode"]
    assert not done.results
