"""Locked fields are left alone by imports."""

import pytest

from segops_pipeline.catalogue.locks import list_locks, lock, unlock
from segops_pipeline.errors import WrongUsage
from segops_pipeline_tests.catalogue.test_edit import by_hand
from segops_pipeline_tests.importing import Importer

FIRST = "sku,name,color\nA,Axe,red\nB,Bow,blue\n"
SECOND = "sku,name,color\nA,Axe,green\nB,Bow,green\n"


def test_an_import_leaves_a_locked_field_until_it_is_unlocked(imports: Importer) -> None:
    imports.load(FIRST)
    assert by_hand(imports, lock, "color", "ann", "A")
    imports.load(SECOND)
    assert (imports.data("A"), imports.data("B")) == ({"color": "red"}, {"color": "green"})
    assert by_hand(imports, unlock, "color", "A")
    imports.load("sku,color\nA,black\n", source="other")
    assert imports.data("A") == {"color": "black"}


def test_a_field_can_be_locked_for_all_products(imports: Importer) -> None:
    imports.load(FIRST)
    by_hand(imports, lock, "color", "ann")
    imports.load(SECOND)
    assert (imports.data("A"), imports.data("B")) == ({"color": "red"}, {"color": "blue"})
    assert [(one.sku, one.field) for one in by_hand(imports, list_locks, "A")] == [("", "color")]


def test_only_what_there_is_can_be_locked(imports: Importer) -> None:
    imports.load(FIRST)
    with pytest.raises(WrongUsage, match="no field"):
        by_hand(imports, lock, "size", "ann")
    with pytest.raises(WrongUsage, match="no product"):
        by_hand(imports, lock, "color", "ann", "Z")
