"""Workspaces: made by the first who names one."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from segops_pipeline.errors import WrongUsage
from segops_pipeline.imports.workspaces import ensure_workspace, find_workspace, list_workspaces, set_default_currency
from segops_pipeline.stores.database import Database


def test_a_workspace_is_made_once(database: Database) -> None:
    first, again = ensure_workspace(database, "acme"), ensure_workspace(database, "acme")
    assert first == again == find_workspace(database, "acme")
    assert (first.name, first.default_currency, first.default_locale) == ("acme", None, None)


def test_a_workspace_that_many_make_at_once_is_one(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda _: ensure_workspace(database, "acme"), range(8)))
    assert len(made) == 1


def test_workspaces_are_listed_by_name(database: Database) -> None:
    for name in ("b", "a-2", "c_3"):
        ensure_workspace(database, name)
    assert [workspace.name for workspace in list_workspaces(database)] == ["a-2", "b", "c_3"]


@pytest.mark.parametrize("name", ["", "Acme", "a b", "-a", "a/b", "..", "a" * 64, "a\n", "ä"])
def test_what_cannot_be_a_name_is_refused(name: str, database: Database) -> None:
    with pytest.raises(WrongUsage, match="no name for a workspace"):
        ensure_workspace(database, name)
    assert list_workspaces(database) == []


def test_the_currency_of_amounts_without_one_is_set_and_unset(database: Database) -> None:
    ensure_workspace(database, "acme")
    assert set_default_currency(database, "acme", " dkk ").default_currency == "DKK"
    assert find_workspace(database, "acme").default_currency == "DKK"
    with pytest.raises(WrongUsage, match="no currency"):
        set_default_currency(database, "acme", "krone")
    assert set_default_currency(database, "acme", None) == find_workspace(database, "acme")


def test_a_workspace_that_nobody_made_is_not_found(database: Database) -> None:
    with pytest.raises(WrongUsage, match="no workspace 'acme'"):
        find_workspace(database, "acme")
