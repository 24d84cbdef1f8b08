"""What is told of a Bizzkit file when it has been read: nothing is mapped, for its columns say what they are.

What belongs here: that, as a job's suggestion. What doesn't: reading the file (`parse`), what it is
(`bizzkit`).
"""

from sqlalchemy.engine import Connection

from segops_pipeline.errors import Issue
from segops_pipeline.imports.bizzkit import BIZZKIT, header_issues, problems, shown_as
from segops_pipeline.imports.bizzkit_archive import is_its_turn, left_out
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.sources import get_source_by_id
from segops_pipeline.imports.suggest import Suggested
from segops_pipeline.inference.suggestion import MappingSuggestion


def recognised(connection: Connection, job: Job) -> Suggested:
    """What a job's file is, as its suggestion; what is wrong with its columns are the issues.

    Before the turn of a file of an archive nobody knows which attributes there will be: its header alone is looked at.
    """
    issues = problems(connection, job, None) if is_its_turn(connection, job) else header_issues(job)
    issues = [*issues, *left_out(job), *_waits(connection, job)]
    return Suggested(MappingSuggestion([], None, None, [], issues, None, all_learned=False), [], None, shown_as(job))


def _waits(connection: Connection, job: Job) -> list[Issue]:
    """That an automatic source of tables leaves such a file to a person."""
    if not job.automatic or get_source_by_id(connection, job.source_id).format == BIZZKIT:
        return []
    return [
        Issue(
            "recognised_in_source_of_tables",
            f"The source {job.source} is automatic for tables; this is a Bizzkit file, and waits for a person.",
            "info",
            suggestion=f"To have such files imported at once: segops sources set {job.source} --format bizzkit",
        )
    ]
