from collections.abc import Iterable, Sequence

import pytest

from segops_pipeline.catalogue.pim import row_order
from segops_pipeline.catalogue.pim.fold import Fold, FoldOptions, Row
from segops_pipeline.catalogue.pim.folds import make_fold
from segops_pipeline.catalogue.pim.row_order import in_any_order
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.files import recognise


def variants() -> Fold:
    return make_fold("product", recognise("f.csv", ["UniqueName", "VariantOfMaster"], "product"), FoldOptions())


def ordered(*rows: str, at_once: int = 2) -> tuple[list[str], list[Issue]]:
    """The rows `KEY;MASTER` in the order in which they are done, and the issues of those that cannot be."""
    made = [Row(line, tuple(row.split(";"))) for line, row in enumerate(rows, 2)]

    def batches() -> Iterable[Sequence[Row]]:
        return (made[at : at + at_once] for at in range(0, len(made), at_once))

    rejected: list[Issue] = []
    done = [
        row
        for batch in in_any_order(variants().references, batches, lambda _, issue: rejected.append(issue))
        for row in batch
    ]
    assert all(row in made for row in done)
    return [";".join(cell or "" for cell in row.cells) for row in done], rejected


def test_rows_of_a_sorted_file_stay_as_they_are() -> None:
    assert ordered("M;", "a;M", "b;M") == (["M;", "a;M", "b;M"], [])


def test_a_row_that_earlier_rows_need_comes_before_the_first_of_them() -> None:
    done, _ = ordered("X;", "a;M", "b;M", "M;", "c;M")

    assert done == ["X;", "M;", "a;M", "b;M", "c;M"]


def test_a_long_chain_in_reverse_is_done_from_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_order, "AT_ONCE", 7)
    rows = [f"{number};{number + 1}" for number in range(50)]

    assert ordered(*rows, at_once=3) == (rows[::-1], [])


def test_rows_in_a_circle_are_told_and_what_they_need_is_done() -> None:
    done, rejected = ordered("A;B", "X;Y", "B;A", "Y;", "Z;A")

    assert done == ["Y;", "X;Y", "Z;A"]
    assert [(one.code, one.line) for one in rejected] == [("circular_references", 2), ("circular_references", 4)]


def test_a_later_row_of_a_record_in_a_circle_is_done() -> None:
    done, rejected = ordered("B;A", "A;B", "A;C", "D;", "C;")

    assert done == ["C;", "A;C", "D;"]
    assert len(rejected) == 2
