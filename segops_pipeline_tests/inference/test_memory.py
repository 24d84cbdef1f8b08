"""Learned memory: what is confirmed once is known the next time, per source first."""

import pytest
from sqlalchemy import text

from segops_pipeline.inference.memory import (
    WHOLE_WORKSPACE,
    Learned,
    correct,
    forget,
    learn,
    list_learned,
    normalise_header,
    recall,
    take_back,
)
from segops_pipeline.stores.database import Database


@pytest.fixture
def source_id(database: Database, workspace_id: int) -> int:
    return _source(database, workspace_id, "acme-list")


@pytest.fixture
def other_source_id(database: Database, workspace_id: int) -> int:
    return _source(database, workspace_id, "other-list")


def _source(database: Database, workspace_id: int, name: str) -> int:
    statement = text("INSERT INTO sources (workspace_id, name) VALUES (:workspace_id, :name) RETURNING id")
    with database.system_session() as connection:
        return connection.execute(statement, {"workspace_id": workspace_id, "name": name}).scalar_one()


@pytest.mark.parametrize("header", ["Variant SKU", "variant_sku", "VARIANT-SKU ", "variantSku"])
def test_headers_that_differ_in_case_and_joints_are_one(header: str) -> None:
    assert normalise_header(header) == "variant sku"


def test_long_headers_that_begin_alike_are_learned_and_forgotten_one_by_one(
    database: Database, workspace_id: int
) -> None:
    first, second = ("wide " * 5000 + end for end in ("left", "right"))
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, WHOLE_WORKSPACE, {first: "a", second: "b"}, None)
        known = recall(connection, WHOLE_WORKSPACE, [first, second])
        assert [known[header].target for header in (first, second)] == ["a", "b"]
        listed = [row.header for row in list_learned(connection) if row.target == "a"]
        assert forget(connection, listed[0])
        assert list(recall(connection, WHOLE_WORKSPACE, [first, second])) == [second]


@pytest.mark.parametrize(("one", "other"), [("Discount", "Discount %"), ("Ref", "Ref #"), ("Price €", "Price $")])
def test_signs_tell_headers_apart(one: str, other: str) -> None:
    assert normalise_header(one) != normalise_header(other)


def test_a_header_of_no_words_stays_itself() -> None:
    assert normalise_header(" — ") == "—"


def test_nothing_is_known_at_first(database: Database, workspace_id: int, source_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        assert recall(connection, source_id, ["SKU", "Title"]) == {}


def test_confirmed_pairs_are_known_to_the_source_that_they_came_from(
    database: Database, workspace_id: int, source_id: int
) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {"Art.-Nr.": "sku", "Farbe": "color"}, "job-1")
        known = recall(connection, source_id, ["ART NR", "Farbe", "Größe"])
    assert known == {"ART NR": Learned("sku", 1, "source"), "Farbe": Learned("color", 1, "source")}


def test_confirmed_pairs_are_known_to_other_sources_of_the_workspace(
    database: Database, workspace_id: int, source_id: int, other_source_id: int
) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {"Farbe": "color"}, "job-1")
        assert recall(connection, other_source_id, ["Farbe"]) == {"Farbe": Learned("color", 1, "workspace")}


def test_a_skip_is_known_to_its_source_only(
    database: Database, workspace_id: int, source_id: int, other_source_id: int
) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {"Internal": None}, "job-1")
        assert recall(connection, source_id, ["Internal"]) == {"Internal": Learned(None, 1, "source")}
        assert recall(connection, other_source_id, ["Internal"]) == {}


def test_a_source_that_skips_leaves_what_the_workspace_knows(
    database: Database, workspace_id: int, source_id: int, other_source_id: int
) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {"Farbe": "color"}, "job-1")
        learn(connection, workspace_id, other_source_id, {"Farbe": None}, "job-2")
        assert recall(connection, source_id, ["Farbe"])["Farbe"].target == "color"
        assert recall(connection, other_source_id, ["Farbe"])["Farbe"].target is None


def test_the_same_mapping_confirmed_again_counts_up(database: Database, workspace_id: int, source_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {"Farbe": "color"}, "job-1")
        learn(connection, workspace_id, source_id, {"Farbe": "color"}, "job-2")
        assert recall(connection, source_id, ["Farbe"])["Farbe"].used_count == 2


def test_one_job_counts_once_however_often_it_is_retried(database: Database, workspace_id: int, source_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        for _ in range(3):
            learn(connection, workspace_id, source_id, {"Farbe": "color"}, "job-1")
        assert recall(connection, source_id, ["Farbe"])["Farbe"].used_count == 1


def test_a_new_target_replaces_the_old_one_and_starts_its_count_anew(
    database: Database, workspace_id: int, source_id: int
) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {"Farbe": "color"}, "job-1")
        learn(connection, workspace_id, source_id, {"Farbe": "color"}, "job-2")
        learn(connection, workspace_id, source_id, {"Farbe": "shade"}, "job-3")
        assert recall(connection, source_id, ["Farbe"]) == {"Farbe": Learned("shade", 1, "source")}


def test_two_columns_that_read_the_same_are_remembered_apart(
    database: Database, workspace_id: int, source_id: int
) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {"FARBE": "color", "farbe ": "accent", "Name": None}, "job-1")
        known = recall(connection, source_id, ["farbe ", "FARBE"])
        assert {header: found.target for header, found in known.items()} == {"FARBE": "color", "farbe ": "accent"}
        assert recall(connection, source_id, ["Farbe"]) == {}


def test_an_empty_mapping_teaches_nothing(database: Database, workspace_id: int, source_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {}, "job-1")
        assert list_learned(connection) == []


def test_another_workspace_knows_nothing_of_it(
    database: Database, workspace_id: int, other_workspace_id: int, source_id: int
) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {"Farbe": "color"}, "job-1")
    with database.workspace_session(other_workspace_id) as connection:
        assert recall(connection, WHOLE_WORKSPACE, ["Farbe"]) == {}
        assert list_learned(connection) == []


def test_the_list_names_the_source_of_each_row(database: Database, workspace_id: int, source_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {"Farbe": "color"}, "job-1")
        listed = list_learned(connection)
    assert [(row.header, row.target, row.source) for row in listed] == [
        ("farbe", "color", None),
        ("farbe", "color", "acme-list"),
    ]


def test_what_is_forgotten_for_a_source_stays_known_to_the_workspace(
    database: Database, workspace_id: int, source_id: int
) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {"Farbe": "color"}, "job-1")
        assert forget(connection, "FARBE", source_id)
        assert recall(connection, source_id, ["Farbe"])["Farbe"].scope == "workspace"


def test_forgetting_what_is_not_known_says_so(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        assert not forget(connection, "Farbe")


def test_a_correction_counts_as_one_confirmation(database: Database, workspace_id: int, source_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        for job in ("job-1", "job-2"):
            learn(connection, workspace_id, source_id, {"Farbe": "color"}, job)
        assert correct(connection, workspace_id, "FARBE", "shade", source_id) == "farbe"
        assert recall(connection, source_id, ["Farbe"]) == {"Farbe": Learned("shade", 1, "source")}
        assert recall(connection, WHOLE_WORKSPACE, ["Farbe"]) == {"Farbe": Learned("color", 2, "workspace")}


def test_a_correction_to_what_is_known_keeps_the_count(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        for job in ("job-1", "job-2"):
            learn(connection, workspace_id, WHOLE_WORKSPACE, {"Farbe": "color"}, job)
        correct(connection, workspace_id, "Farbe", "color")
        assert recall(connection, WHOLE_WORKSPACE, ["Farbe"])["Farbe"].used_count == 2


def test_a_header_that_nobody_has_confirmed_can_be_set(database: Database, workspace_id: int, source_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        correct(connection, workspace_id, "Intern", None, source_id)
        assert recall(connection, source_id, ["intern"]) == {"intern": Learned(None, 1, "source")}


def test_headers_that_read_the_same_are_corrected_and_forgotten_as_listed(
    database: Database, workspace_id: int, source_id: int
) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {"FARBE": "color", "farbe": "accent"}, "job-1")
        assert correct(connection, workspace_id, "=farbe", "shade", source_id) == "=farbe"
        known = recall(connection, source_id, ["FARBE", "farbe"])
        assert {header: found.target for header, found in known.items()} == {"FARBE": "color", "farbe": "shade"}
        assert forget(connection, "=FARBE", None) == 2
        assert list(recall(connection, source_id, ["FARBE", "farbe"])) == ["farbe"]


def test_the_list_can_be_of_one_source(
    database: Database, workspace_id: int, source_id: int, other_source_id: int
) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {"Farbe": "color"}, "job-1")
        learn(connection, workspace_id, other_source_id, {"Größe": "size"}, "job-2")
        assert [row.header for row in list_learned(connection, source_id)] == ["farbe"]


@pytest.mark.parametrize(("everywhere", "left"), [(True, 0), (False, 2)])
def test_all_headers_can_be_forgotten_everywhere_or_for_one_source(
    database: Database, workspace_id: int, source_id: int, *, everywhere: bool, left: int
) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {"Farbe": "color", "Größe": "size"}, "job-1")
        forget(connection, None, None if everywhere else source_id)
        assert len(list_learned(connection)) == left


def test_a_name_that_only_its_place_gave_a_column_is_known_to_its_source_alone(
    database: Database, workspace_id: int, source_id: int, other_source_id: int
) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {"column_1": "sku"}, "job-1")
        assert recall(connection, source_id, ["column_1"])["column_1"].target == "sku"
        assert recall(connection, other_source_id, ["column_1"]) == {}


def test_what_is_recalled_says_when_it_was_last_confirmed(
    database: Database, workspace_id: int, source_id: int
) -> None:
    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, source_id, {"Farbe": "color"}, "job-1")
        last = recall(connection, source_id, ["Farbe"])["Farbe"].last_used_at
    assert last is not None
    assert last.tzinfo is not None


def test_what_a_job_has_taught_is_taken_back_unless_it_was_confirmed_since(
    database: Database, workspace_id: int
) -> None:
    def known() -> dict[str, tuple[str | None, int]]:
        found = recall(connection, WHOLE_WORKSPACE, ["Code", "Hue", "Size"])
        return {header: (learned.target, learned.used_count) for header, learned in found.items()}

    with database.workspace_session(workspace_id) as connection:
        learn(connection, workspace_id, WHOLE_WORKSPACE, {"Code": "sku"}, "1")
        before = learn(connection, workspace_id, WHOLE_WORKSPACE, {"Code": "ean", "Hue": "color", "Size": "size"}, "2")
        assert learn(connection, workspace_id, WHOLE_WORKSPACE, {"Code": "ean"}, "2") == []
        learn(connection, workspace_id, WHOLE_WORKSPACE, {"Size": "size"}, "3")
        assert take_back(connection, workspace_id, "2", before) == 2
        assert known() == {"Code": ("sku", 1), "Size": ("size", 2)}
