"""`segops conflicts`, and its accept, reject and edit."""

from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.imports.test_conflicts import conflicted, ids


def test_conflicts_are_shown_with_how_to_answer_them_and_answered(segops: Segops, imports: Importer) -> None:
    conflicted(imports)
    first, _ = ids(imports)
    shown = segops("conflicts", "-w", "acme")
    assert shown.code == 0
    assert "product now" in shown.out
    assert "segops conflicts accept ID" in shown.out
    edited = segops("conflicts", "edit", str(first), "--set", "weight=6", "--json")
    assert edited.json == {"answered": 1, "changed": 1}
    assert imports.data("A") == {"weight": 6}
    assert len(ids(imports)) == 1


def test_which_conflicts_are_meant_must_be_said(nowhere: Segops) -> None:
    refused = nowhere("conflicts", "accept")
    assert refused.code == 2
    assert "--job JOB --all" in refused.err
