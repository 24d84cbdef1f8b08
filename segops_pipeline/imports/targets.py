"""Where columns may go: the rules of a mapping's targets, which confirmations and templates share.

What belongs here: whether a mapping fits a file, and the fields that it uses. What doesn't: storing it (`confirm`,
`templates`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from segops_pipeline.catalogue.rules import DEFAULT_RULES, SKU, ImportRules
from segops_pipeline.errors import BadMapping, DuplicateTarget, NoKey, UnknownColumn, UnknownType
from segops_pipeline.formats.combined import locale_in
from segops_pipeline.inference.fields import FIELD_TYPES, MAX_KEY_LENGTH, RESERVED_TARGETS, SchemaField
from segops_pipeline.inference.headers import currency_in

MATCHABLE = ("text", "number", "url", "datetime", "boolean")  # the types of one plain value
COMBINED_TYPE = "multi_price"  # the type of a field that may have several columns
MOST_LISTED = 40


def check_columns(headers: Sequence[str], columns: Iterable[str]) -> None:
    """Check that a file has columns.

    Raises:
        UnknownColumn: it lacks one.
    """
    for column in columns:
        if column not in headers:
            message = f"The file has no column '{column}'."
            raise UnknownColumn(message, f"Its columns are: {listed(headers)}.", column=column)


def check_mapping(
    headers: Sequence[str], mapping: Mapping[str, str | None], rules: ImportRules = DEFAULT_RULES
) -> None:
    """Check that a mapping fits a file: the file has its columns, and what identifies a product is mapped.

    Raises:
        UnknownColumn, NoKey: it does not.
    """
    check_columns(headers, mapping)
    if rules.dated_by is not None:
        check_columns(headers, [rules.dated_by])
    for name in rules.match:
        if name in mapping.values():
            continue
        if rules.match == (SKU,):
            raise NoKey("No column is mapped to sku.", "Map the column that identifies each product to sku.")
        raise NoKey(
            f"Products are matched by {' and '.join(rules.match)}, and no column is mapped to {name}.",
            f"Map a column to {name}, or match by what the file has.",
        )


def check_match(fields: Iterable[SchemaField], rules: ImportRules) -> None:
    """Check that the fields by which products are matched have one plain value.

    Raises:
        BadMapping: one is a list or a price.
    """
    for field in fields:
        if field.key in rules.match and field.type not in MATCHABLE:
            raise BadMapping(
                f"Products are matched by '{field.key}', which is of the type {field.type}.",
                f"A field that identifies products is one of: {', '.join(MATCHABLE)}.",
            )


def used_fields(
    mapping: Mapping[str, str | None],
    given: Iterable[SchemaField],
    schema: Sequence[SchemaField],
    rules: ImportRules = DEFAULT_RULES,
) -> list[SchemaField]:
    """The fields that a mapping uses, each once and in its order: as given, else as the schema has them.

    A field that is given without rules of its values has those of the schema. `rules` say by what products are matched.

    Raises:
        UnknownColumn: a target that is no field.
        DuplicateTarget: two columns go to one target, which is no multi_price, or would give it the same price twice.
        UnknownType, BadMapping: a field that cannot be one, or a rule of a field that there is not.
    """
    known = {field.key: field for field in schema}
    for field in given:
        there = known.get(field.key)
        known[field.key] = replace(field, rules=there.rules) if there is not None and not field.rules else field
    columns: defaultdict[str, list[str]] = defaultdict(list)
    for column, target in mapping.items():
        if target is not None:
            columns[target].append(column)
    combined = {key for key, field in known.items() if field.type == COMBINED_TYPE and key not in RESERVED_TARGETS}
    _check_several(columns, combined)
    fields: list[SchemaField] = []
    for target, theirs in columns.items():
        if target in RESERVED_TARGETS:
            continue
        fields.append(field_of(target, theirs[0], known))
        _check_field(fields[-1], theirs[0])
    check_match(fields, rules)
    for name in rules.fields:
        if name != "name" and name not in known:
            raise BadMapping(
                f"There is a rule of '{name}', which is no field.",
                f"Its fields are: {listed(['name', *known])}.",
            )
    return fields


def field_of(target: str, column: str, known: Mapping[str, SchemaField]) -> SchemaField:
    """The field that a column goes to.

    Raises:
        UnknownColumn: the target is no field.
    """
    if target in known:
        return known[target]
    raise UnknownColumn(
        f"Column '{column}' is mapped to '{target}', which is no field.",
        "Add the field to the schema part of the mapping, or choose one that exists: "
        f"{listed([*RESERVED_TARGETS, *known])}.",
        column=column,
    )


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, not more of them than a person reads."""
    more = len(names) - MOST_LISTED
    return ", ".join(names[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _check_several(columns: Mapping[str, Sequence[str]], combined: Collection[str]) -> None:
    """Check the targets of several columns."""
    for target, theirs in columns.items():
        if target in combined:
            _check_currencies(target, theirs)
        elif len(theirs) > 1:
            raise DuplicateTarget(
                f"'{target}' is the target of {len(theirs)} columns: {', '.join(theirs)}.",
                "Keep one of them, and skip the others or give them another field. "
                f"Only a field of the type {COMBINED_TYPE} takes several columns.",
                column=theirs[1],
            )


def _check_currencies(target: str, columns: Sequence[str]) -> None:
    """Check that no two columns of one field have the same currency and locale in their headers."""
    seen: dict[tuple[str, str | None], str] = {}
    for column in columns:
        currency = currency_in(column)
        if currency is None:
            continue
        other = seen.setdefault((currency, locale_in(column)), column)
        if other != column:
            raise DuplicateTarget(
                f"'{other}' and '{column}' would both give '{target}' a price in {currency}.",
                "Give one of them another field.",
                column=column,
            )


def _check_field(field: SchemaField, column: str) -> None:
    if field.type not in FIELD_TYPES:
        raise UnknownType(
            f"Field '{field.key}' has the type '{field.type}'.",
            f"Choose one of: {', '.join(FIELD_TYPES)}.",
            column=column,
        )
    if not field.key or len(field.key) > MAX_KEY_LENGTH or not field.key.isprintable():
        raise BadMapping(
            f"Column '{column}' is mapped to {field.key!a}, which cannot be the key of a field.",
            f"Use a word of at most {MAX_KEY_LENGTH} characters, such as 'weight_kg'.",
            column=column,
        )
    if "\0" in f"{field.label}{field.description}":
        raise BadMapping(f"The label or description of field '{field.key}' has a NUL character.", "Remove it.")
