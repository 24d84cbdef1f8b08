"""What is told of a Bizzkit file when it has been read: nothing is mapped, for its columns say what they are.

What belongs here: that, as a job's suggestion. What doesn't: reading the file (`parse`), what it is
(`bizzkit`).
"""

from segops_pipeline.errors import Issue
from segops_pipeline.imports.bizzkit import problems, shown_as
from segops_pipeline.imports.jobs import Job
from segops_pipeline.imports.suggest import Suggested
from segops_pipeline.inference.suggestion import MappingSuggestion


def recognised(job: Job) -> Suggested:
    """What a job's file is, as its suggestion; what is wrong with its columns are the issues."""
    return Suggested(nothing_mapped(problems(job, None)), [], None, shown_as(job))


def nothing_mapped(issues: list[Issue]) -> MappingSuggestion:
    """A suggestion that has no column: there is nothing to map."""
    return MappingSuggestion([], None, None, [], issues, None, all_learned=False)
