"""Mapping templates: stored, and recognised by the headers of a file."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from segops_pipeline.errors import WrongUsage
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.memory import Learned
from segops_pipeline.inference.templates import (
    Recognised,
    TemplateDraft,
    count_use,
    delete_template,
    fingerprint,
    list_public_templates,
    list_templates,
    load_template,
    match_headers,
    recognise,
    rename_template,
    save_template,
    set_default,
)
from segops_pipeline.stores.database import Database

COLOR = SchemaField("color", "Farbe", "text")
NORDIC = TemplateDraft(
    name="Nordic price list",
    mappings={"Art.-Nr.": "sku", "Bezeichnung": "name", "Farbe": "color", "Intern": None},
    fields=[COLOR],
    transformations={"Bezeichnung": ["trim"]},
    validation_rules={"Art.-Nr.": ["required"]},
    description="Every Monday",
)


def draft(name: str, *headers: str, is_default: bool = False) -> TemplateDraft:
    """A template that maps its first header to sku and each other to a field of its name."""
    first, *rest = headers
    return TemplateDraft(name=name, mappings={first: "sku", **{h: h.lower() for h in rest}}, is_default=is_default)


def found(database: Database, workspace_id: int, headers: Sequence[str]) -> tuple[str, str] | None:
    with database.workspace_session(workspace_id) as connection:
        recognised = recognise(connection, workspace_id, headers)
    return recognised and (recognised.template.name, recognised.extent)


def save(database: Database, workspace_id: int, *drafts: TemplateDraft) -> None:
    with database.workspace_session(workspace_id) as connection:
        for one in drafts:
            save_template(connection, workspace_id, one)


def test_the_fingerprint_knows_no_order_case_accents_or_joints() -> None:
    assert fingerprint(["Art.-Nr.", "Größe"]) == fingerprint(["GROßE", "ART NR"])
    assert fingerprint(["Art.-Nr.", "Größe"]) != fingerprint(["Art.-Nr.", "Größe", "Farbe"])
    assert fingerprint(["Discount"]) != fingerprint(["Discount %"])


def test_headers_are_matched_as_written_before_as_they_read() -> None:
    assert match_headers(["Name", "Price EUR"], ["name", "price_eur", "Name"]) == {
        "Name": "Name",
        "price_eur": "Price EUR",
    }


def test_a_template_is_stored_and_loaded_whole(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        saved = save_template(connection, workspace_id, NORDIC)
        loaded = load_template(connection, workspace_id, "Nordic price list")
    assert loaded == saved
    assert list(saved.mappings.items()) == list(NORDIC.mappings.items())
    assert (saved.fields, saved.transformations, saved.validation_rules) == (
        [COLOR],
        NORDIC.transformations,
        NORDIC.validation_rules,
    )
    assert (saved.workspace, saved.used_count, saved.created_by, saved.last_used_at) == ("acme", 0, "system", None)
    assert saved.created_at <= datetime.now(UTC)


def test_saving_again_replaces_all_but_who_made_it_and_its_use(database: Database, workspace_id: int) -> None:
    with database.workspace_session(workspace_id) as connection:
        first = save_template(connection, workspace_id, NORDIC)
        count_use(connection, workspace_id, first.name, {"Art.-Nr.": "sku"})
        again = save_template(connection, workspace_id, draft("Nordic price list", "Code", "Size"))
    assert (again.id, again.used_count, again.created_at) == (first.id, 1, first.created_at)
    assert again.mappings == {"Code": "sku", "Size": "size"}
    assert found(database, workspace_id, ["Code", "Size"]) == ("Nordic price list", "whole")


def test_a_file_with_a_template_s_headers_in_any_order_has_it(database: Database, workspace_id: int) -> None:
    save(database, workspace_id, NORDIC)
    headers = ["INTERN", "farbe", "bezeichnung", "Art Nr"]
    with database.workspace_session(workspace_id) as connection:
        recognised = recognise(connection, workspace_id, headers)
    assert recognised is not None
    assert recognised.extent == "whole"
    assert recognised.columns == {
        "INTERN": "Intern", "farbe": "Farbe", "bezeichnung": "Bezeichnung", "Art Nr": "Art.-Nr.",
    }  # fmt: skip


def test_a_file_with_more_than_a_template_s_headers_is_offered_it(database: Database, workspace_id: int) -> None:
    save(database, workspace_id, NORDIC)
    assert found(database, workspace_id, ["EAN", *NORDIC.mappings]) == ("Nordic price list", "part")


def test_a_file_that_lacks_one_of_a_template_s_headers_has_it_not(database: Database, workspace_id: int) -> None:
    save(database, workspace_id, NORDIC)
    assert found(database, workspace_id, list(NORDIC.mappings)[:-1]) is None


def test_of_two_templates_the_one_with_all_headers_wins_then_the_larger(database: Database, workspace_id: int) -> None:
    save(database, workspace_id, draft("two", "a", "b"), draft("three", "a", "b", "c"), draft("four", *"abcd"))
    assert found(database, workspace_id, ["a", "b", "c"]) == ("three", "whole")
    assert found(database, workspace_id, ["a", "b", "c", "x"]) == ("three", "part")
    assert found(database, workspace_id, ["a", "b", "x"]) == ("two", "part")


def test_the_default_is_taken_where_the_file_has_every_column_that_it_maps(
    database: Database, workspace_id: int
) -> None:
    save(database, workspace_id, NORDIC, draft("other", "a", "b"))
    mapped = ["Art.-Nr.", "Bezeichnung", "Farbe", "more"]
    assert found(database, workspace_id, mapped) is None
    with database.workspace_session(workspace_id) as connection:
        set_default(connection, workspace_id, "Nordic price list")
    assert found(database, workspace_id, mapped) == ("Nordic price list", "default")
    assert found(database, workspace_id, [*mapped, "a", "b"]) == ("other", "part")
    assert found(database, workspace_id, mapped[1:]) is None


def test_a_workspace_has_one_default(database: Database, workspace_id: int) -> None:
    save(database, workspace_id, draft("one", "a", is_default=True), draft("two", "b", is_default=True))
    with database.workspace_session(workspace_id) as connection:
        defaults = [one.name for one in list_templates(connection, workspace_id) if one.is_default]
        assert defaults == ["two"]
        set_default(connection, workspace_id, None)
        assert not any(one.is_default for one in list_templates(connection, workspace_id))


def test_columns_that_have_no_name_show_no_template(database: Database, workspace_id: int) -> None:
    save(database, workspace_id, draft("headless", "column_1", "column_2"))
    assert found(database, workspace_id, ["column_1", "column_2"]) is None


def test_headers_that_read_the_same_are_told_apart(database: Database, workspace_id: int) -> None:
    save(database, workspace_id, draft("twins", "Name", "NAME"))
    assert found(database, workspace_id, ["NAME", "Name"]) == ("twins", "whole")
    assert found(database, workspace_id, ["name", "Name"]) is None


def test_a_template_of_another_workspace_is_not_recognised(
    database: Database, workspace_id: int, other_workspace_id: int
) -> None:
    save(database, other_workspace_id, NORDIC)
    assert found(database, workspace_id, list(NORDIC.mappings)) is None


def test_public_templates_of_other_workspaces_are_listed(
    database: Database, workspace_id: int, other_workspace_id: int
) -> None:
    save(database, workspace_id, TemplateDraft(name="mine", mappings={"a": "sku"}, is_public=True))
    save(database, other_workspace_id, TemplateDraft(name="open", mappings={"a": "sku"}, is_public=True), NORDIC)
    with database.system_session() as connection:
        listed = list_public_templates(connection, workspace_id)
    assert [(one.name, one.workspace) for one in listed] == [("open", "other")]


def test_a_template_is_renamed_and_deleted(database: Database, workspace_id: int) -> None:
    save(database, workspace_id, draft("one", "a"), draft("two", "b"))
    with database.workspace_session(workspace_id) as connection:
        rename_template(connection, workspace_id, "one", "eins")
        delete_template(connection, workspace_id, "two")
        assert [one.name for one in list_templates(connection, workspace_id)] == ["eins"]
        with pytest.raises(WrongUsage, match="There are: eins"):
            delete_template(connection, workspace_id, "two")


def test_a_name_that_is_taken_is_refused(database: Database, workspace_id: int) -> None:
    save(database, workspace_id, draft("one", "a"), draft("two", "b"))
    with (
        database.workspace_session(workspace_id) as connection,
        pytest.raises(WrongUsage, match="'two' already"),
    ):
        rename_template(connection, workspace_id, "one", "two")


def test_a_use_is_counted_only_where_all_is_as_the_template_says(database: Database, workspace_id: int) -> None:
    save(database, workspace_id, NORDIC)
    with database.workspace_session(workspace_id) as connection:
        count_use(connection, workspace_id, NORDIC.name, {**NORDIC.mappings, "more": "size"})
        count_use(connection, workspace_id, NORDIC.name, {**NORDIC.mappings, "Farbe": None})
        count_use(connection, workspace_id, "gone", NORDIC.mappings)
        template = load_template(connection, workspace_id, NORDIC.name)
    assert template is not None
    assert (template.used_count, template.last_used_at is None) == (1, False)


def test_a_template_stands_between_the_source_s_memory_and_the_workspace_s(
    database: Database, workspace_id: int
) -> None:
    save(database, workspace_id, NORDIC)
    memory = {
        "Art.-Nr.": Learned("ean", 3, "source"),
        "Farbe": Learned("shade", 2, "workspace"),
        "Bezeichnung": Learned("name", 5, "workspace"),
        "more": Learned("size", 1, "workspace"),
    }
    with database.workspace_session(workspace_id) as connection:
        recognised = recognise(connection, workspace_id, [*NORDIC.mappings, "more"])
    assert recognised is not None
    assert recognised.known(memory) == {
        "Art.-Nr.": Learned("ean", 3, "source"),
        "Farbe": Learned("color", 0, "template", NORDIC.name),
        "Bezeichnung": Learned("name", 5, "template", NORDIC.name),
        "Intern": Learned(None, 0, "template", NORDIC.name),
        "more": Learned("size", 1, "workspace"),
    }
    chosen = Recognised(recognised.template, "named", recognised.columns)
    assert chosen.known(memory)["Art.-Nr."] == Learned("sku", 0, "named", NORDIC.name)
