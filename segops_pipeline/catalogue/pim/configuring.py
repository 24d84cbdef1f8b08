"""What is said of an attribute, laid over what it is: new things are set, what can be set only once is kept to.

Source: seed 002, "Attributes". What belongs here: the rules, whoever says it: a row of a file (`fold_attributes`) or a
person (`acts`). What doesn't: reading cells, storing records.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from segops_pipeline.catalogue.pim.model import (
    FIELDS_OF_CONFIGURATION,
    MULTI,
    SINGLE,
    AttributeDefinition,
    FieldDefinition,
)
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.headers import EXTERNAL, REFERENCE
from segops_pipeline.formats.bizzkit.segments import DEFAULT
from segops_pipeline.formats.bizzkit.values import is_type

VALUE_TYPES = (SINGLE, MULTI)
CONFIGURATIONS = tuple(FIELDS_OF_CONFIGURATION)
MARKS = "[]/:;"
STARTS = (REFERENCE, EXTERNAL)
FIELD_NUMBERS = (1, 2, 3, 4)
LOCKED = (
    "The configuration is locked: write the same again or NULL. To have another, delete the attribute, or give it"
    " another system name and make it anew."
)


@dataclass(frozen=True, slots=True)
class FieldWish:
    """What is said of one field; None: nothing. A name that is empty is taken away."""

    names: Mapping[str, str] = field(default_factory=dict[str, str])  # by segment key
    pim_type: str | None = None
    global_list: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return not self.names and self.pim_type is None and self.global_list is None

    @property
    def names_nothing(self) -> bool:
        """Whether nothing is said but that there is no name."""
        return (
            not any(text.strip() for text in self.names.values()) and self.pim_type is None and self.global_list is None
        )


@dataclass(frozen=True, slots=True)
class AttributeWish:
    """What is said of an attribute; None: nothing. A name or description that is empty is taken away."""

    names: Mapping[str, str] = field(default_factory=dict[str, str])  # by segment key
    descriptions: Mapping[str, str] = field(default_factory=dict[str, str])
    value_type: str | None = None
    configuration: str | None = None
    fields: Mapping[int, FieldWish] = field(default_factory=dict[int, FieldWish])  # by number from 1
    is_confidential: bool | None = None
    group: str | None = None  # "" takes it out of its group


def configured(
    code: str, known: AttributeDefinition | None, wish: AttributeWish
) -> tuple[AttributeDefinition, list[Issue]]:
    """The attribute as it becomes, or what is wrong: issues without a line, each with the column that it is about.

    Args:
        code: its system name.
        known: the attribute as it is; None: it is new.
        wish: what is said of it.
    """
    definition = known or AttributeDefinition(code)
    names, issues = _named(definition, wish)
    fields, configuration, value_type = definition.fields, definition.configuration, definition.value_type
    if wish.value_type is not None:
        issues += _locked("Type", value_type, wish.value_type)
        value_type = value_type or wish.value_type
    wanted = wish.configuration
    if wanted is not None:
        issues += _locked("Configuration", configuration, wanted)
    if configuration is None:
        wanted = wanted or _assumed(wish)
        if wanted is not None:
            configuration, value_type = wanted, value_type or SINGLE
            fields = tuple(FieldDefinition(*one) for one in FIELDS_OF_CONFIGURATION[wanted])
    is_new = configuration != definition.configuration
    fields, of_fields = _fields(fields, wish, configuration, is_new)
    made = replace(
        definition, names=names, descriptions=_laid(definition.descriptions, wish.descriptions), value_type=value_type,
        configuration=configuration, fields=fields,
        is_confidential=definition.is_confidential if wish.is_confidential is None else wish.is_confidential,
        group=definition.group if wish.group is None else wish.group or None,
    )  # fmt: skip
    return made, issues + of_fields


def lists_of(definition: AttributeDefinition) -> list[tuple[str, int, str]]:
    """The global lists that its fields refer to: the column that says so, the field's number, the list."""
    numbered = enumerate(definition.fields, start=1)
    return [
        (f"Field{number}/GlobalListSystemName", number, one.global_list) for number, one in numbered if one.global_list
    ]


def takes_no_pim_values(definition: AttributeDefinition) -> bool:
    """Whether it is a field of the product schema of a type that the PIM does not have: prices."""
    return any(one.pim_type is not None and not is_type(one.pim_type) for one in definition.fields)


def system_name_problem(code: str) -> tuple[str, str] | None:
    """Why a text cannot be the system name of an attribute, and what to do; None: it can be one.

    Else no header of a file could name it, for these marks have a meaning there (seed 002, "Attribute assignment
    columns").
    """
    if not code.strip() or not code.isprintable() or code != code.strip():
        return (
            "The system name is empty, has a blank at an end, or characters that cannot be seen.",
            "Write letters, digits and _.",
        )
    if marks := [mark for mark in MARKS if mark in code]:
        return f"The system name has {' '.join(marks)}, which has a meaning in headers.", "Write letters, digits and _."
    if code.startswith(STARTS):
        return f"A system name cannot begin with {' or '.join(STARTS)}.", "Leave that out."
    return None


def _named(definition: AttributeDefinition, wish: AttributeWish) -> tuple[Mapping[str, str], list[Issue]]:
    """Its names; "attributes must always have a human-readable name" (seed 002, "Obligatory fields")."""
    names = _laid(definition.names, wish.names)
    if not wish.names.get(DEFAULT, "a name").strip():
        remedy = "Write a name, or NULL to leave the one that there is."
        return definition.names, [Issue("empty_name", "The name is empty.", column="Name", suggestion=remedy)]
    if names:
        return names, []
    message = f"The attribute {definition.code} does not exist yet, and is given no name to create it with."
    remedy = "Add the column Name, or correct the unique name."
    return names, [Issue("name_required", message, column="Name", suggestion=remedy)]


def _laid(known: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in {**known, **said}.items() if text.strip()}


def _locked(column: str, known: str | None, said: str) -> list[Issue]:
    if known in (None, said):
        return []
    return [Issue("configuration_locked", f"It is {known} already.", column=column, value=said, suggestion=LOCKED)]


def _assumed(wish: AttributeWish) -> str | None:
    """The configuration of one that names none: Plain where something is said of field 1."""
    first = wish.fields.get(1)
    return None if first is None or first.names_nothing else "Plain"


def _fields(
    fields: tuple[FieldDefinition, ...], wish: AttributeWish, configuration: str | None, is_new: bool
) -> tuple[tuple[FieldDefinition, ...], list[Issue]]:
    made, issues = list(fields), list[Issue]()
    for number, said in sorted(wish.fields.items()):
        if said.is_empty:
            continue
        if said.pim_type is not None and said.global_list is not None:
            issues.append(both_given(number, said.global_list))
        elif number > len(fields):
            if said.names_nothing:  # a file with the columns of four fields leaves those empty that there are not
                continue
            issues.append(_no_such_field(number, configuration, len(fields)))
        else:
            made[number - 1], wrong = _field(number, fields[number - 1], said, is_new)
            issues += wrong
    return tuple(made), issues


def both_given(number: int, global_list: str) -> Issue:
    """A field is given a type and a list, which is a validation error (seed 002, "Advanced configuration")."""
    return Issue(
        "type_and_list", f"Field{number} has both a PIM type and a global list.",
        column=f"Field{number}/GlobalListSystemName", value=global_list, suggestion="Write NULL in one of the two.",
    )  # fmt: skip


def _no_such_field(number: int, configuration: str | None, count: int) -> Issue:
    if configuration is None:
        message, remedy = "The attribute has no configuration yet.", "Say it in the column Configuration."
    else:
        has = "1 field" if count == 1 else f"{count} fields"
        message, remedy = f"An attribute of configuration {configuration} has {has}.", "Write NULL here."
    return Issue("no_such_field", message, column=f"Field{number}/Name", suggestion=remedy)


def _field(number: int, known: FieldDefinition, said: FieldWish, is_new: bool) -> tuple[FieldDefinition, list[Issue]]:
    made = replace(known, names=_laid(known.names, said.names))
    if said.pim_type is None and said.global_list is None:
        return made, []
    column, text = (
        (f"Field{number}/GlobalListSystemName", said.global_list) if said.global_list else
        (f"Field{number}/PimType", said.pim_type)
    )  # fmt: skip
    if is_new:
        return replace(made, pim_type=said.pim_type, global_list=said.global_list), []
    if (said.pim_type, said.global_list) == (known.pim_type, known.global_list):
        return made, []
    is_now = f"refers to the global list {known.global_list}" if known.global_list else f"is {known.pim_type}"
    message = f"Field{number} {is_now} already."
    return made, [Issue("configuration_locked", message, column=column, value=text, suggestion=LOCKED)]
