"""Seed 002, "Product hierarchies"."""

import pytest

from segops_pipeline_tests.bizzkit.files import attribute, category, do, segments, state


def test_a_tree_is_made_from_its_top() -> None:
    done = do(
        """
        UniqueName;Name;PrimaryPlacementCategory
        FITNESS;Fitness;
        WEIGHTS;Weights;FITNESS
        DUMBBELLS;Dumbbells;WEIGHTS
        """
    )

    assert done.outcomes == ["created"] * 3
    assert done.data("category", "FITNESS") == {"names": {"default": "Fitness"}}
    assert done.data("category", "WEIGHTS") == {"names": {"default": "Weights"}, "parent": "FITNESS"}
    assert done.data("category", "DUMBBELLS") == {"names": {"default": "Dumbbells"}, "parent": "WEIGHTS"}


@pytest.mark.parametrize("cell", ["", "NULL"])
def test_a_new_node_without_a_placement_is_the_top_of_a_tree(cell: str) -> None:
    done = do(f"UniqueName;Name;PrimaryPlacementCategory\nFITNESS;Fitness;{cell}")

    assert "parent" not in done.data("category", "FITNESS")


@pytest.mark.parametrize("column", ["PrimaryPlacementCategory", "LinkedCategory_1"])
def test_a_node_that_is_referred_to_is_not_created(column: str) -> None:
    done = do(f"UniqueName;Name;{column}\nWEIGHTS;Weights;FITNESS\nFITNESS;Fitness;NULL")

    assert done.outcomes == ["rejected", "created"]
    assert [(one.code, one.line, one.column, one.value) for one in done.errors] == [
        ("unknown_category", 2, column, "FITNESS")
    ]
    assert done.records.get("category", "WEIGHTS") is None


def test_in_any_order_a_node_may_come_after_those_placed_in_it() -> None:
    done = do(
        """
        UniqueName;Name;PrimaryPlacementCategory;LinkedCategory_1
        DUMBBELLS;Dumbbells;WEIGHTS;OFFERS
        WEIGHTS;Weights;FITNESS;NULL
        FITNESS;Fitness;;NULL
        OFFERS;Offers;;NULL
        """,
        order="any",
    )

    assert done.outcomes == ["created"] * 4
    assert done.data("category", "DUMBBELLS")["links"] == ["OFFERS"]


def test_in_any_order_a_circle_of_nodes_is_named() -> None:
    done = do("UniqueName;Name;PrimaryPlacementCategory\nA;A;B\nB;B;A", order="any")

    assert done.codes == ["circular_references"] * 2
    assert "A → B → A" in done.errors[0].message


def test_the_placement_of_a_node_that_exists_cannot_be_changed() -> None:
    before = state(category("A"), category("B"), category("N", parent="A"))

    done = do("UniqueName;Name;PrimaryPlacementCategory\nN;New name;B", before)

    (error,) = done.errors
    assert (error.code, error.line, error.column, error.value) == (
        "placement_fixed",
        2,
        "PrimaryPlacementCategory",
        "B",
    )
    assert done.records.records == before.records


@pytest.mark.parametrize("cell", ["A", "NULL"])
def test_the_placement_of_a_node_that_exists_may_be_told_again_or_be_null(cell: str) -> None:
    before = state(category("A"), category("N", parent="A"))

    done = do(f"UniqueName;Name;PrimaryPlacementCategory\nN;New name;{cell}", before)

    assert done.data("category", "N") == {"names": {"default": "New name"}, "parent": "A"}
    assert done.outcomes == ["updated"]


def test_an_empty_placement_would_move_a_node_to_the_top() -> None:
    before = state(category("A"), category("N", parent="A"))

    done = do("UniqueName;Name;PrimaryPlacementCategory\nN;N;\nA;A;", before)

    assert done.outcomes == ["rejected", "updated"]
    assert done.codes == ["placement_fixed"]


def test_a_second_row_of_a_new_node_cannot_place_it_elsewhere() -> None:
    done = do("UniqueName;Name;PrimaryPlacementCategory\nA;A;\nB;B;\nN;N;A\nN;N;B", order="file")

    assert done.outcomes == ["created", "created", "created", "rejected"]


@pytest.mark.parametrize("column", ["PrimaryPlacementCategory", "LinkedCategory_1"])
def test_a_node_cannot_be_placed_in_itself(column: str) -> None:
    done = do(f"UniqueName;Name;{column}\nN;N;N")

    assert done.codes == ["placed_in_itself"]


def test_links_are_added_to_those_that_there_are() -> None:
    before = state(category("A"), category("B"), category("N", parent="A", links=["A"]))

    done = do("UniqueName;LinkedCategory_1;LinkedCategory_2\nN;B;NULL", before)

    assert done.data("category", "N") == {"names": {}, "parent": "A", "links": ["A", "B"]}


def test_an_empty_link_removes_the_one_in_its_place_and_null_leaves_it() -> None:
    before = state(category("A"), category("B"), category("C"), category("N", links=["A", "B", "C"]))

    done = do("UniqueName;LinkedCategory_1;LinkedCategory_2\nN;NULL;", before)

    assert done.data("category", "N")["links"] == ["A", "C"]


def test_an_empty_link_that_is_not_there_removes_nothing() -> None:
    before = state(category("A"), category("N", links=["A"]))

    done = do("UniqueName;Name;LinkedCategory_1;LinkedCategory_2\nN;NULL;NULL;\nnew;New;;", before)

    assert done.outcomes == ["unchanged", "created"]
    assert done.data("category", "N")["links"] == ["A"]


def test_the_last_link_goes_with_the_list() -> None:
    done = do("UniqueName;LinkedCategory_1\nN;", state(category("A"), category("N", links=["A"])))

    assert done.data("category", "N") == {"names": {}}


def test_a_link_that_the_row_names_stays_though_its_place_is_emptied() -> None:
    before = state(category("A"), category("B"), category("N", links=["A", "B"]))

    done = do("UniqueName;LinkedCategory_1;LinkedCategory_2\nN;;A", before)

    assert done.data("category", "N")["links"] == ["A", "B"]


def test_links_and_placements_are_not_compared_with_each_other() -> None:
    before = state(category("A"), category("N", parent="A"))

    done = do("UniqueName;LinkedCategory_1\nN;A\nA;N", before)

    assert done.outcomes == ["updated", "updated"]
    assert done.data("category", "N") == {"names": {}, "parent": "A", "links": ["A"]}
    assert done.data("category", "A")["links"] == ["N"]


@pytest.mark.parametrize("header", ["LinkedCategory_2", "LinkedCategory_1;LinkedCategory_3"])
def test_numbers_of_links_must_be_consecutive_from_1(header: str) -> None:
    done = do(f"UniqueName;Name;{header}\nN;N;NULL", entity="product_hierarchy")

    assert done.codes == ["column_gap"]


def test_names_are_given_by_culture() -> None:
    done = do("UniqueName;Name;Name:Tda-DK;LinkedCategory_1\nN;Weights;Vægte;NULL", state(*segments(culture="da-DK")))

    assert done.data("category", "N")["names"] == {"default": "Weights", "T:da-DK": "Vægte"}


def test_name_beside_name_default_fails() -> None:
    done = do("UniqueName;Name;Name:Default;LinkedCategory_1\nN;N;N;NULL", entity="product_hierarchy")

    assert done.codes == ["ambiguous_columns"]


def test_a_culture_that_is_not_registered_fails_before_any_row() -> None:
    done = do("UniqueName;Name:Tfr-FR;LinkedCategory_1\nN;Poids;NULL", entity="product_hierarchy")

    assert done.codes == ["unknown_segment"]
    assert not done.results


def test_a_node_needs_no_name() -> None:
    done = do("UniqueName;Name;LinkedCategory_1\nN;NULL;NULL")

    assert done.data("category", "N") == {"names": {}}


def test_a_node_takes_attributes() -> None:
    done = do("UniqueName;Name;LinkedCategory_1;RANK\nN;Node;NULL;3", state(attribute("RANK", "PInt16")))

    assert done.data("category", "N")["attributes"] == {"RANK": 3}


def test_overwrite_does_not_take_product_hierarchies() -> None:
    done = do("UniqueName;Name;LinkedCategory_1\nN;Node;NULL", state(), "overwrite")

    assert done.codes == ["not_in_mode"]
