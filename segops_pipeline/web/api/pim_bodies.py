"""What requests of the API of the PIM bring, and what they wish by that.

What belongs here: the shapes of bodies. What doesn't: answers (`pim_answers`), the routes.
"""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from segops_pipeline.catalogue.pim.configuring import AttributeWish, FieldWish
from segops_pipeline.formats.bizzkit.segments import DEFAULT
from segops_pipeline.web.api.pim_answers import Configuration, Dimension, ValueType
from segops_pipeline.web.api.words import MOST_NAME, NO_NUL, Name

Text = Annotated[str, StringConstraints(max_length=5_000, pattern=NO_NUL)]
SegmentKey = Annotated[str, StringConstraints(min_length=1, max_length=MOST_NAME, pattern=NO_NUL)]
Names = Annotated[
    dict[SegmentKey, Text | None],
    Field(max_length=200, description="By segment: `default`, `T:da`; empty or null takes one away.",
          examples=[{"default": "Weight", "T:da": "Vægt"}]),
]  # fmt: skip
MOST_INDEX = 10_000_000


class AttributeFieldBody(BaseModel):
    """A field of an attribute: of a PIM type or of a global list, which is set once."""

    names: Names = Field(default_factory=dict[str, str | None])
    pim_type: Name | None = Field(None, examples=["PDecimal2"])
    global_list: Name | None = None


class AttributeBody(BaseModel):
    """What is said of an attribute; what is left out stays. Type and configuration are set once."""

    name: Text | None = Field(None, description="The same as the default one of `names`.")
    names: Names = Field(default_factory=dict[str, str | None])
    description: Text | None = None
    descriptions: Names = Field(default_factory=dict[str, str | None])
    value_type: ValueType | None = None
    configuration: Configuration | None = None
    pim_type: Name | None = Field(None, description="Of the first field, for short.", examples=["PString"])
    global_list: Name | None = Field(None, description="Of the first field, for short.")
    fields: list[AttributeFieldBody] = Field(default_factory=list[AttributeFieldBody], max_length=4)
    is_confidential: bool | None = None
    group: Text | None = Field(None, description="Empty or null takes it out of its group.")

    def wish(self) -> AttributeWish:
        """What is wished by that."""
        fields = {
            number: FieldWish(_texts(one.names), one.pim_type, one.global_list)
            for number, one in enumerate(self.fields, start=1)
        }
        if self.pim_type is not None or self.global_list is not None:
            first = fields.get(1, FieldWish())
            fields[1] = FieldWish(first.names, self.pim_type or first.pim_type, self.global_list or first.global_list)
        said = self.model_fields_set
        names, descriptions = _texts(self.names), _texts(self.descriptions)
        if "name" in said:
            names[DEFAULT] = self.name or ""
        if "description" in said:
            descriptions[DEFAULT] = self.description or ""
        group = (self.group or "") if "group" in said else None
        return AttributeWish(
            names, descriptions, self.value_type, self.configuration, fields, self.is_confidential, group
        )


class NewAttributeBody(AttributeBody):
    """A new attribute, which needs a name."""

    code: Name = Field(examples=["WEIGHT"])


class RenameBody(BaseModel):
    """Another system name: of the attribute, or of one of its fields."""

    code: Name = Field(examples=["NET_WEIGHT"])
    field: Name | None = Field(None, description="The field that is renamed; null: the attribute.")


class NewListBody(BaseModel):
    """A new list; its type is set once."""

    key: Name = Field(examples=["COLOURS"])
    pim_type: Name = Field("PString", examples=["PTranslatedStringD"])
    is_unique: bool = Field(True, description="No two of its items have the same value.")


class ListBody(BaseModel):
    """What changes of a list."""

    is_unique: bool


class ItemBody(BaseModel):
    """What is said of an item; what is left out stays."""

    value: Text | None = Field(None, description="Its value, as a file has it; where it is segmented the default one.")
    values: Annotated[dict[SegmentKey, Text], Field(max_length=200, examples=[{"default": "Red", "T:da": "Rød"}])] = (
        Field(default_factory=dict[str, str])
    )
    system_name: Name | None = None
    place: int | None = Field(None, ge=0, le=MOST_INDEX, description="From 0.")

    @property
    def texts(self) -> dict[str, str]:
        """Its values by segment."""
        return {**({} if self.value is None else {DEFAULT: self.value}), **self.values}


class NewSegmentBody(BaseModel):
    """A culture, channel, device or market to register; one that is there gets the label."""

    dimension: Dimension
    code: Name = Field(examples=["da-DK"])
    label: Text | None = None


class SegmentBody(BaseModel):
    """What people read."""

    label: Name


def _texts(names: Names) -> dict[str, str]:
    return {key: said or "" for key, said in names.items()}
