"""What the grid of rejected rows has done in a child: judging corrected cells.

What belongs here: that act, as in `apart`. What doesn't: pages, which a child does not load.
"""

from collections.abc import Mapping
from typing import Any

from segops_pipeline.config import Settings
from segops_pipeline.imports.row_check import check_rows
from segops_pipeline.stores.opening import open_stores


def judge_corrections(
    settings: Settings, workspace_id: int, job_id: str, corrections: Mapping[int, Mapping[str, str]]
) -> dict[int, list[dict[str, Any]]]:
    """What would still be wrong with rows if cells were corrected, by line.

    Raises:
        JobNotFound, WrongState, UnknownColumn, WrongUsage: as `check_rows`.
    """
    with open_stores(settings, start=False) as stores:
        found = check_rows(stores, workspace_id, job_id, corrections)
    return {line: [issue.as_dict() for issue in issues] for line, issues in found.items()}
