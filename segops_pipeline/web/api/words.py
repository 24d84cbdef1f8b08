"""Kinds of words and numbers in paths, queries and bodies, checked before anything is asked of a store.

What belongs here: their types. What doesn't: whether what they name is there.
"""

from typing import Annotated

from fastapi import Path, Query
from pydantic import StringConstraints

NO_NUL = r"^[^\x00]*$"
MOST_NAME = 500
LARGEST = 2**63 - 1  # of a bigint

Words = Annotated[str, StringConstraints(max_length=100_000, pattern=NO_NUL)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=MOST_NAME, pattern=NO_NUL)]
Header = Annotated[str, StringConstraints(max_length=20_000, pattern=NO_NUL)]

JobId = Annotated[
    str,
    Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100, examples=["20260102-030405-9f86d081"],
         description="The job's id, as the upload answered it."),
]  # fmt: skip
NameInPath = Annotated[str, Path(min_length=1, max_length=MOST_NAME, pattern=r"^[^\x00/]+$")]
NumberInPath = Annotated[int, Path(ge=1, le=LARGEST)]


def filter_of(description: str) -> object:
    """A filter of a list, which may be left out."""
    return Query(max_length=MOST_NAME, pattern=NO_NUL, description=description)
