"""Which rows of a batch are rejected, and which go in with a warning.

What belongs here: the judgement of typed rows under a job's validation. What doesn't: casts (`formats.table`), the
schema's rules (`validation`), staging what is good (`staging`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc

from segops_pipeline.errors import Issue
from segops_pipeline.formats.key_issues import key_issues
from segops_pipeline.formats.table import MappedColumn, TableMapping, TypedBatch

IssuesByRow = dict[int, list[Issue]]


def judge(
    typed: TypedBatch, mapping: TableMapping, validation: str, failures: Iterable[tuple[int, Issue]]
) -> tuple[IssuesByRow, IssuesByRow]:
    """The rows that are rejected and the rows that go in with a warning, each with its issues, by row of the batch.

    `failures` are what the schema says against rows. With the validation `none` only a row without a usable key is
    rejected; what else is wrong is left out of its row.
    """
    refused: IssuesByRow = {}
    warned: IssuesByRow = {}
    for row, issue in key_issues(typed, mapping):
        refused.setdefault(row, []).append(issue)
    for row, issue in [*_refusals(typed), *failures]:
        if validation == "none":
            warned.setdefault(row, []).append(_as_warning(issue))
        else:
            refused.setdefault(row, []).append(issue)
    for row, issue in _empty_names(typed, mapping.name):
        warned.setdefault(row, []).append(issue)
    return refused, {row: issues for row, issues in warned.items() if row not in refused}


def _refusals(typed: TypedBatch) -> Iterator[tuple[int, Issue]]:
    columns = [typed.refused_names, *(column.refused for column in typed.columns)]
    for refused in columns:
        for cell in refused:
            yield cell.row, cell.issue(typed.line(cell.row))


def _empty_names(typed: TypedBatch, name: MappedColumn | None) -> Iterator[tuple[int, Issue]]:
    if name is None or typed.names is None:
        return
    for row in np.flatnonzero(pc.equal(typed.names, "").to_numpy(zero_copy_only=False)).tolist():
        yield (
            row,
            Issue(
                "empty_name",
                "The row gives the product no name.",
                "warning",
                line=typed.line(row),
                column=name.header,
                suggestion="Fill the cell and import the file again.",
            ),
        )


def _as_warning(issue: Issue) -> Issue:
    return replace(issue, level="warning", message=f"{issue.message} The value was left out.")
