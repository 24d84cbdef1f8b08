"""Learned memory in people's hands: listed, corrected, forgotten."""

import pytest

from segops_pipeline.errors import UnknownColumn, WrongUsage
from segops_pipeline.imports.intake import suggestion_of
from segops_pipeline.imports.memory import correct_memory, forget_memory, list_memory
from segops_pipeline_tests.importing import Importer

FILE = "Nr,Farbe\nA,red\n"


@pytest.fixture
def learned(imports: Importer, workspace_id: int) -> int:
    """The workspace after an import of the source nordic."""
    imports.queue(FILE, mapping={"Nr": "sku", "Farbe": "shade"}, source="nordic")
    imports.queue("id,color\nA,red\n", mapping={"id": "sku"}, source="other")
    return workspace_id


def known(imports: Importer, workspace_id: int, source: str | None = None) -> list[tuple[str, str | None, str | None]]:
    with imports.stores.database.workspace_session(workspace_id) as connection:
        return [(row.header, row.target, row.source) for row in list_memory(connection, workspace_id, source)]


def test_what_a_source_knows_is_listed(imports: Importer, learned: int) -> None:
    assert known(imports, learned, "nordic") == [("farbe", "shade", "nordic"), ("nr", "sku", "nordic")]
    assert len(known(imports, learned)) == 8


def test_a_correction_is_what_the_next_file_is_suggested(imports: Importer, learned: int) -> None:
    with imports.stores.database.workspace_session(learned) as connection:
        rows = correct_memory(connection, learned, "Farbe", "color", "nordic")
    assert [(row.target, row.source, row.used_count) for row in rows] == [("shade", None, 1), ("color", "nordic", 1)]
    suggestion = suggestion_of(imports.read(FILE, source="nordic"))
    assert [(column.target, column.source) for column in suggestion.columns] == [
        ("sku", "learned"),
        ("color", "learned"),
    ]


def test_a_correction_of_the_workspace_tells_which_sources_know_better(imports: Importer, learned: int) -> None:
    with imports.stores.database.workspace_session(learned) as connection:
        rows = correct_memory(connection, learned, "FARBE", "color")
    assert [(row.target, row.source) for row in rows] == [("color", None), ("shade", "nordic")]


def test_a_target_that_is_no_field_is_refused_with_those_that_are(imports: Importer, learned: int) -> None:
    with (
        imports.stores.database.workspace_session(learned) as connection,
        pytest.raises(UnknownColumn, match="no field") as told,
    ):
        correct_memory(connection, learned, "Farbe", "colour")
    assert told.value.remedy == "Choose one of: sku, name, shade, color."


def test_a_skip_needs_its_source(imports: Importer, learned: int) -> None:
    with imports.stores.database.workspace_session(learned) as connection:
        with pytest.raises(WrongUsage, match="--source"):
            correct_memory(connection, learned, "Farbe", None)
        correct_memory(connection, learned, "Farbe", None, "nordic")
    assert known(imports, learned, "nordic")[0] == ("farbe", None, "nordic")


def test_a_blank_header_and_a_source_that_does_not_exist_are_refused(imports: Importer, learned: int) -> None:
    with imports.stores.database.workspace_session(learned) as connection:
        with pytest.raises(WrongUsage, match="blank"):
            correct_memory(connection, learned, " ", "sku")
        with pytest.raises(WrongUsage, match="no source"):
            list_memory(connection, learned, "nobody")


def test_a_header_is_forgotten_everywhere_or_for_one_source(imports: Importer, learned: int) -> None:
    with imports.stores.database.workspace_session(learned) as connection:
        assert forget_memory(connection, learned, "FARBE", "nordic") == 1
        assert forget_memory(connection, learned, "Farbe") == 1
        assert forget_memory(connection, learned, "nr") == 2
        assert forget_memory(connection, learned, None) == 4
    assert known(imports, learned) == []


def test_forgetting_what_is_not_known_is_said(imports: Importer, learned: int) -> None:
    with imports.stores.database.workspace_session(learned) as connection:
        with pytest.raises(WrongUsage, match="source nordic knows nothing about 'color'"):
            forget_memory(connection, learned, "color", "nordic")
        with pytest.raises(WrongUsage, match="workspace knows nothing"):
            forget_memory(connection, learned, "never seen")
