"""What the API of imports says of a file whose columns say themselves what they are.

What belongs here: that answer, and how it is filled. What doesn't: recognising such a file (`imports.bizzkit`).
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from segops_pipeline.catalogue.pim.fold import FileEntity
from segops_pipeline.imports.bizzkit import BIZZKIT, shown_as
from segops_pipeline.imports.jobs import Job
from segops_pipeline.web.errors import ToldIssue


class OwnColumnAnswer(BaseModel):
    """A column of a Bizzkit file that belongs to what the file is of, such as `AdditionalCategoryPlacement_2`."""

    header: str
    place: int = Field(description="From 0.")
    name: str
    number: int | None = None
    segment: str | None = Field(default=None, description="Such as `T:da-DK`; `default` is the default one.")


class AttributeColumnAnswer(BaseModel):
    """A column of a Bizzkit file with values of an attribute."""

    header: str
    place: int = Field(description="From 0.")
    code: str
    external: bool = Field(description="Values that another system owns (`Ext_`).")
    by_reference: bool = Field(description="Cells are system names of list items (`$`).")
    index: int | None = None
    field: str | None = None
    segment: str | None = None


class ArchiveAnswer(BaseModel):
    """The files of one archive, each a job of its own, in the order in which they are imported."""

    file: str
    jobs: list[str]
    place: int = Field(description="Of this job among them, from 0.")
    left_out: list[str] = Field(description="Files of the archive that are no Bizzkit files.")


class RecognisedAnswer(BaseModel):
    """What a Bizzkit file is; its columns say so, and nothing is mapped."""

    file: str = Field(description="The name of the file, within an archive that of the file in it.")
    entity: FileEntity | None = Field(description="What it is of; null: open, choose one of the candidates.")
    candidates: list[FileEntity]
    told_by: str | None = Field(description="given, columns or file name.")
    mode: str
    order: str
    null_removes: bool
    special: list[OwnColumnAnswer]
    attributes: list[AttributeColumnAnswer]
    empty: list[int] = Field(description="Places of columns without a header.")
    issues: list[ToldIssue] = Field(description="What is wrong with the header, or was read although it is misspelt.")
    archive: ArchiveAnswer | None = None


def recognised_answer(job: Job, options: Mapping[str, Any] | None = None) -> RecognisedAnswer | None:
    """What a Bizzkit file was recognised as, with options in the place of the job's own; None for any other."""
    if job.format != BIZZKIT or job.headers is None:
        return None
    return RecognisedAnswer.model_validate(shown_as(job, options))
