"""The shape of what people make, as an export has it (`made`): checked before any of it is written.

What belongs here: what each part must have, for somebody may have edited it. What doesn't: records (`made`).
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from segops_pipeline.catalogue.pim.configuring import system_name_problem
from segops_pipeline.formats.bizzkit.values import is_type
from segops_pipeline.formats.key_issues import MAX_KEY_CHARACTERS

NO_NUL = r"^[^\x00]*$"


def _system_name(name: str) -> str:
    problem = system_name_problem(name)
    if problem is not None:
        raise ValueError(problem[0])
    return name


def _known_type(name: str) -> str:
    if not is_type(name):
        raise ValueError("there is no such PIM type")
    return name


Text = Annotated[str, StringConstraints(pattern=NO_NUL)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=MAX_KEY_CHARACTERS, pattern=NO_NUL)]
SystemName = Annotated[Key, AfterValidator(_system_name)]
TypeName = Annotated[str, AfterValidator(_known_type)]
Names = dict[Key, Text]  # by segment
Next = Annotated[int, Field(ge=1, le=2**53)]


class Segment(BaseModel):
    """A culture, channel, device or market."""

    dimension: Literal["culture", "channel", "device", "market"]
    code: Key
    label: Text

    def key(self) -> str:
        """The key of its record."""
        return f"{self.dimension}:{self.code}"


class Item(BaseModel):
    """An item of a list, without its value."""

    id: Key
    system_name: Key


class GlobalList(BaseModel):
    """A global list."""

    is_unique: bool
    pim_type: TypeName
    next_item: Next
    items: list[Item] = Field(default_factory=list[Item])


class AttributeField(BaseModel):
    """A field of an attribute."""

    system_name: Key
    pim_type: TypeName | None = None
    global_list: Key | None = None
    names: Names = Field(default_factory=dict[str, str])


class Predefined(BaseModel):
    """A predefined value, without what it says."""

    id: Key


class Attribute(BaseModel):
    """An attribute."""

    names: Names
    descriptions: Names = Field(default_factory=dict[str, str])
    value_type: Literal["SingleValued", "MultiValued"] | None = None
    configuration: str | None = None
    fields: list[AttributeField] = Field(default_factory=list[AttributeField], max_length=4)
    is_confidential: bool = False
    group: Text | None = None
    predefined: list[Predefined] = Field(default_factory=list[Predefined])
    next_item: Next = 1


class Brand(BaseModel):
    """A brand."""

    names: Names


class MadeByPeople(BaseModel):
    """All of it, by key."""

    version: int
    segments: dict[Key, Segment] = Field(default_factory=dict[str, Segment])
    global_lists: dict[Key, GlobalList] = Field(default_factory=dict[str, GlobalList])
    attributes: dict[SystemName, Attribute] = Field(default_factory=dict[str, Attribute])
    brands: dict[Key, Brand] = Field(default_factory=dict[str, Brand])
    product_names: dict[Key, Text] = Field(default_factory=dict[str, str])
