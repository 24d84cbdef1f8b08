"""What a file's header says: its entity, the columns of its own, those of attribute values, and what is wrong.

What belongs here: the answer. What doesn't: finding it (`columns` for a known entity, `files` for any).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.entities import FileEntity, SpecialName
from segops_pipeline.formats.bizzkit.headers import AttributeColumn
from segops_pipeline.formats.bizzkit.segments import Segment

ToldBy = Literal["given", "columns", "file name"]


@dataclass(frozen=True, slots=True)
class SpecialColumn:
    """A column of an entity's own.

    `number` is that of `AdditionalCategoryPlacement_2` or `Field2/Name`, `segment` that of `Name:Tda`, None where the
    header gives none; `header` is as the file has it and `place` its 0-based place.
    """

    place: int
    name: SpecialName
    number: int | None = None
    segment: Segment | None = None
    header: str = ""

    @property
    def segment_key(self) -> str:
        """The key of its segment in stored values; without one it is the default one's."""
        return (self.segment or Segment()).key


@dataclass(frozen=True, slots=True)
class Recognised:
    """A header, read.

    `entity` is None where it is open: then `candidates` are those that fit, the likeliest first, and no column is read.
    `special` has a tuple for each name that the file has, by number (then by place); `attributes` is in the file's
    order; `empty` are the places of columns without a header. `issues` have their column; one of level error means
    that the file cannot be imported as this entity.
    """

    headers: tuple[str, ...]
    entity: FileEntity | None = None
    candidates: tuple[FileEntity, ...] = ()
    told_by: ToldBy | None = None
    special: Mapping[SpecialName, tuple[SpecialColumn, ...]] = field(
        default_factory=dict[SpecialName, tuple[SpecialColumn, ...]]
    )
    attributes: tuple[AttributeColumn, ...] = ()
    empty: tuple[int, ...] = ()
    issues: tuple[Issue, ...] = ()

    @property
    def errors(self) -> tuple[Issue, ...]:
        """Its issues that stop the file."""
        return tuple(issue for issue in self.issues if issue.level == "error")

    @property
    def leaves_no_doubt(self) -> bool:
        """Whether it is such a file whoever looks: its first column is UniqueName, its entity is known, all fits."""
        starts = bool(self.headers) and self.headers[0].strip() == "UniqueName"
        return starts and self.entity is not None and not self.errors

    def columns(self, name: SpecialName) -> tuple[SpecialColumn, ...]:
        """All columns of a name, by number; none where the file has none."""
        return self.special.get(name, ())

    def column(self, name: SpecialName) -> SpecialColumn | None:
        """The column of a name, the first one where there are several."""
        found = self.special.get(name)
        return found[0] if found else None

    def has(self, name: SpecialName) -> bool:
        """Whether the file has the column."""
        return name in self.special

    def cell(self, cells: Sequence[str | None], name: SpecialName) -> str | None:
        """The cell of a row in the column of a name; None: no such column, or the row is too short."""
        found = self.special.get(name)
        return cells[found[0].place] if found and found[0].place < len(cells) else None

    def as_dict(self) -> dict[str, Any]:
        """What a person is shown of it, ready for JSON."""
        return {
            "entity": self.entity,
            "candidates": list(self.candidates),
            "told_by": self.told_by,
            "special": [
                {"header": one.header, "place": one.place, "name": one.name, "number": one.number,
                 "segment": None if one.segment is None else one.segment.key}
                for columns in self.special.values() for one in columns
            ],
            "attributes": [
                {"header": one.header, "place": one.place, "code": one.code, "external": one.is_external,
                 "by_reference": one.by_reference, "index": one.index, "field": one.field,
                 "segment": None if one.segment is None else one.segment.key}
                for one in self.attributes
            ],
            "empty": list(self.empty),
            "issues": [issue.as_dict() for issue in self.issues],
        }  # fmt: skip
