"""What requests of the API of imports bring.

What belongs here: the shapes of bodies, and of what answers have in common with them. What doesn't: answers
(`import_answers`), the routes.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from segops_pipeline.catalogue.pim.fold import FileEntity
from segops_pipeline.web.api.wire import WireType
from segops_pipeline.web.api.words import NO_NUL, Header, Name, Words

FormatName = Literal["table", "bizzkit"]
ModeOfFile = Literal["merge", "overwrite"]
OrderOfFile = Literal["file", "any"]
Step = Annotated[str, StringConstraints(max_length=2_000, pattern=NO_NUL)]


class FieldOnWire(BaseModel):
    """A field of the product schema."""

    name: Name = Field(description="Its key in a product's data.", examples=["price_eur"])
    type: WireType = Field(examples=["price"])
    required: bool = False
    label: Words | None = Field(default=None, description="What people read; the key where there is none.")
    description: Words | None = None


class SchemaOnWire(BaseModel):
    """The fields that a mapping uses."""

    fields: list[FieldOnWire] = Field(default_factory=list[FieldOnWire], max_length=2_000)


class OptionsOnWire(BaseModel):
    """How a Bizzkit file is imported; a table has none of these."""

    entity: FileEntity | None = Field(
        default=None, description="What the file is of; unset: as its name and columns say.", examples=["product"]
    )
    mode: ModeOfFile | None = Field(default=None, description="What NULL and an empty cell mean; unset: merge.")
    order: OrderOfFile | None = Field(
        default=None, description="Rows come after those that they refer to (file), or in any order; unset: file."
    )
    null_removes: bool | None = Field(
        default=None, description="In overwrite mode NULL under an attribute's bare name removes the attribute."
    )

    @property
    def options(self) -> dict[str, Any]:
        """Those that are given."""
        given = {name: getattr(self, name) for name in OptionsOnWire.model_fields}
        return {name: value for name, value in given.items() if value is not None}


class MappingBody(OptionsOnWire):
    """A mapping as a person works on it; what is left out is as the job has it."""

    model_config = ConfigDict(populate_by_name=True)

    mapping: dict[Header, Name | None] | None = Field(
        default=None,
        description="Column → field, `sku`, `name`, or null to skip it.",
        examples=[{"Art.-Nr.": "sku", "Bezeichnung": "name", "Preis": "price", "Notiz": None}],
    )
    schema_: SchemaOnWire | None = Field(default=None, alias="schema")
    transformations: dict[Header, list[Step]] | None = Field(
        default=None,
        description="Column → steps done to its text before it is read.",
        examples=[{"Weight": ["unit g to kg"]}],
    )
    rules: dict[str, Any] | None = Field(default=None, description="What rows may do: match, mode, empty, conflict …")
    policy: Words | None = Field(default=None, description="overwrite, replace, merge or fill.")
    validation: Words | None = Field(default=None, description="lenient, strict or none.")


class DialectBody(BaseModel):
    """How the file is laid out, as a person says; what is left out is detected."""

    encoding: Words | None = Field(default=None, examples=["cp1252"])
    delimiter: Words | None = Field(default=None, examples=[";"], description="Also tab, pipe, space, comma …")
    quote: Words | None = Field(default=None, description="Also double, single, none.")
    header_row: int | None = Field(default=None, ge=1, le=1_000_000, description="From 1, blank rows included.")
    no_header: bool = False
    sheet: Words | None = Field(default=None, description="Sheet of a workbook, file in an archive, records in JSON.")


class DraftBody(MappingBody):
    """What changes of a draft. `dialect` and `format` read the file again, `template` suggests the mapping by a
    template.
    """

    model_config = ConfigDict(populate_by_name=True)

    step: Words | None = Field(default=None, description="Where a page is; it is kept and has no meaning here.")
    dialect: DialectBody | None = None
    template: Name | None = None
    format: FormatName | None = Field(default=None, description="What kind of import the file is.")


class ConfirmBody(MappingBody):
    """What is confirmed. With `plan` it is exactly that plan; without a mapping it is the draft."""

    model_config = ConfigDict(populate_by_name=True)

    plan: Name | None = Field(default=None, description="The token of the plan that was seen.")
    accept_guards: bool = Field(default=False, description="Let the import go on beyond a guard.")


class UploadFields(OptionsOnWire):
    """What may be said with a file."""

    format: FormatName | None = Field(
        default=None, description="What kind of import it is; unset: a Bizzkit file is recognised, others are tables."
    )
    source: Name = Field(default="manual", description="Where the file is from; mappings are learned per source.")
    policy: Words | None = Field(default=None, description="overwrite, replace, merge or fill; unset: the source's.")
    validation: Words = Field(default="lenient", description="lenient, strict or none.")
    template: Name | None = Field(default=None, description="Suggest the mapping by this template.")
    encoding: Words | None = None
    delimiter: Words | None = None
    quote: Words | None = None
    header_row: int | None = Field(default=None, ge=1, le=1_000_000)
    no_header: bool = False
    sheet: Words | None = None


class UploadBody(UploadFields):
    """An upload without a file: of a URL, or of a pasted table."""

    url: Words | None = Field(default=None, examples=["https://example.com/price-list.csv"])
    text: str | None = Field(default=None, description="A table as it is copied.", examples=["sku\tname\n1\tChair"])
    name: Name | None = Field(default=None, description="What the pasted table is called.")


class CorrectedRowBody(BaseModel):
    """A rejected row, by its line in the original file, with the cells that are corrected."""

    line: int = Field(ge=1, le=2**53)
    cells: dict[Header, Words] = Field(default_factory=dict[str, str])


class CorrectionBody(BaseModel):
    """Corrected rows; those that are left out stay rejected."""

    rows: list[CorrectedRowBody] = Field(max_length=10_000)
    accept_guards: bool = False


class PreviewBody(MappingBody):
    """A mapping to try on samples; with `steps`, those of `column`."""

    model_config = ConfigDict(populate_by_name=True)

    column: Header | None = None
    steps: list[Step] | None = None
