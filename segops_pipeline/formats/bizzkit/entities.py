"""The columns that each entity has of its own, beside those of attribute values.

What belongs here: constant tables, each rule with the section of seed 002 that it is from. What doesn't: reading a
file's header by them (`files`), what a column does (`catalogue.pim`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FileEntity = Literal[
    "product", "brand", "bundle_item", "global_list_item", "predefined_value", "product_hierarchy", "attribute"
]
SpecialName = Literal[
    "UniqueName", "PrimaryPlacementCategory", "AdditionalCategoryPlacement", "ExternalIntId", "ExternalStringId",
    "VariantOfMaster", "PlaceVariantOfMasterBefore", "AttributeAssignmentHandling", "Name", "SubbrandOf",
    "ItemUniqueName", "ItemOperation", "Note", "Amount", "ItemIndex", "Value", "Predefined_Value_Field",
    "LinkedCategory", "Description", "Type", "Configuration", "Field/Name", "Field/PimType",
    "Field/GlobalListSystemName", "IsConfidential",
]  # fmt: skip
Takes = Literal["nothing", "cultures", "segments"]

UNIQUE_NAME: SpecialName = "UniqueName"
NUMBER = "{n}"


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """A column of an entity: its header (`{n}`: with a number), what segments it takes, and where the seed says so.

    Numbers are 1 to `most`; without `most` any, without a hole. `in_overwrite`: overwrite mode takes the column too.
    """

    name: SpecialName
    section: str
    header: str = ""
    takes: Takes = "nothing"
    most: int | None = None
    is_required: bool = False
    in_overwrite: bool = False

    @property
    def template(self) -> str:
        """Its header, with `{n}` where a number stands."""
        return self.header or self.name

    @property
    def is_numbered(self) -> bool:
        """Whether there can be several, told apart by a number."""
        return NUMBER in self.template

    @property
    def shown(self) -> str:
        """Its header for a message."""
        return self.template.replace(NUMBER, f"[1-{self.most}]" if self.most else "n")

    @property
    def pattern(self) -> re.Pattern[str]:
        """The header, and behind it what is no part of a word (a segment, or what cannot stand there)."""
        return _pattern(self.template)


_PATTERNS: dict[str, re.Pattern[str]] = {}


def _pattern(template: str) -> re.Pattern[str]:
    if template not in _PATTERNS:
        base = re.escape(template).replace(re.escape(NUMBER), "(?P<number>[0-9]{1,6})")
        _PATTERNS[template] = re.compile(rf"(?P<base>{base})(?P<rest>\s*[:\[/].*)?\Z", re.DOTALL)
    return _PATTERNS[template]


def _unique_name(section: str, *, in_overwrite: bool = False) -> ColumnRule:
    return ColumnRule("UniqueName", section, is_required=True, in_overwrite=in_overwrite)


_FIELD = "Attributes: Attribute and field names"
_ADVANCED = "Attributes: Advanced configuration"

COLUMNS: Mapping[FileEntity, tuple[ColumnRule, ...]] = {
    "product": (
        _unique_name("Products", in_overwrite=True),
        ColumnRule("PrimaryPlacementCategory", "Products: Product placement", in_overwrite=True),
        ColumnRule(
            "AdditionalCategoryPlacement", "Products: Product placement", "AdditionalCategoryPlacement_{n}",
            in_overwrite=True,
        ),
        ColumnRule("ExternalIntId", "Products: External IDs"),
        ColumnRule("ExternalStringId", "Products: External IDs"),
        ColumnRule("VariantOfMaster", "Products: Master/variants"),
        ColumnRule("PlaceVariantOfMasterBefore", "Products: Variant ordering"),
        ColumnRule("AttributeAssignmentHandling", "Advanced overwrite scenarios", in_overwrite=True),
    ),
    "brand": (
        _unique_name("Brands"),
        ColumnRule("Name", "Brands: Brand name", takes="cultures"),
        ColumnRule("SubbrandOf", "Brands: Sub-brands"),
    ),
    "bundle_item": (
        _unique_name("Bundle items"),
        ColumnRule("ItemUniqueName", "Bundle items: Item name", is_required=True),
        ColumnRule("ItemOperation", "Bundle items: Operation"),
        ColumnRule("Note", "Bundle items: Operation", is_required=True),
        ColumnRule("Amount", "Bundle items: Amount"),
    ),
    "global_list_item": (
        _unique_name("Global list items"),
        ColumnRule("ItemIndex", "Global list items: Item index"),
        ColumnRule("ItemOperation", "Global list items: Operation"),
        ColumnRule("Value", "Global list items: Value", takes="segments"),
    ),
    "predefined_value": (
        _unique_name("Predefined values"),
        ColumnRule("ItemIndex", "Predefined values: Item index"),
        ColumnRule("ItemOperation", "Predefined values: Operation"),
        ColumnRule(
            "Predefined_Value_Field", "Predefined values: Value", "Predefined_Value_Field_{n}", takes="segments", most=4
        ),
    ),
    "product_hierarchy": (
        _unique_name("Product hierarchies"),
        ColumnRule("Name", "Product hierarchies: Hierarchy name", takes="cultures"),
        ColumnRule("PrimaryPlacementCategory", "Product hierarchies: Placement"),
        ColumnRule("LinkedCategory", "Product hierarchies: Placement", "LinkedCategory_{n}"),
    ),
    "attribute": (
        _unique_name("Attributes"),
        ColumnRule("Name", _FIELD, takes="cultures"),
        ColumnRule("Description", _FIELD, takes="cultures"),
        ColumnRule("Type", "Attributes: Attribute configuration"),
        ColumnRule("Configuration", "Attributes: Attribute configuration"),
        ColumnRule("Field/Name", _FIELD, "Field{n}/Name", takes="cultures", most=4),
        ColumnRule("Field/PimType", _ADVANCED, "Field{n}/PimType", most=4),
        ColumnRule("Field/GlobalListSystemName", _ADVANCED, "Field{n}/GlobalListSystemName", most=4),
        ColumnRule("IsConfidential", "Attributes: Confidential attributes"),
    ),
}  # fmt: skip
FILE_ENTITIES: tuple[FileEntity, ...] = tuple(COLUMNS)
TAKES_ATTRIBUTES: frozenset[FileEntity] = frozenset(FILE_ENTITIES) - {"attribute"}
OVERWRITABLE: frozenset[FileEntity] = frozenset({"product"})  # "Overwrite mode support"
SHOWN: Mapping[FileEntity, str] = {
    "product": "products", "brand": "brands", "bundle_item": "bundle items", "global_list_item": "global list items",
    "predefined_value": "predefined values", "product_hierarchy": "product hierarchies", "attribute": "attributes",
}  # fmt: skip


def rule_of(entity: FileEntity, header: str) -> tuple[ColumnRule, re.Match[str]] | None:
    """The rule of an entity's own column with this header, with or without a segment, and how it matches."""
    for rule in COLUMNS[entity]:
        if (match := rule.pattern.match(header)) is not None:
            return rule, match
    return None
