"""Where columns may go: the rules of a mapping's targets, which confirmations and templates share.

What belongs here: whether a mapping fits a file, and the fields that it uses: each rule yields what breaks it, so that
a page can show all of it (`draft`), and a check raises the first. What doesn't: storing it (`confirm`, `templates`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from segops_pipeline.catalogue.rules import DEFAULT_RULES, SKU, ImportRules
from segops_pipeline.catalogue.schema import field_errors
from segops_pipeline.errors import BadMapping, DuplicateTarget, NoKey, UnknownColumn
from segops_pipeline.formats.combined import locale_in
from segops_pipeline.inference.fields import RESERVED_TARGETS, SchemaField
from segops_pipeline.inference.headers import currency_in

MATCHABLE = ("text", "number", "url", "datetime", "boolean")  # the types of one plain value
COMBINED_TYPE = "multi_price"  # the type of a field that may have several columns
MOST_LISTED = 40


def check_columns(headers: Sequence[str], columns: Iterable[str]) -> None:
    """Check that a file has columns.

    Raises:
        UnknownColumn: it lacks one.
    """
    for error in _unknown_columns(headers, columns):
        raise error


def check_mapping(
    headers: Sequence[str], mapping: Mapping[str, str | None], rules: ImportRules = DEFAULT_RULES
) -> None:
    """Check that a mapping fits a file: the file has its columns, and what identifies a product is mapped.

    Raises:
        UnknownColumn, NoKey: it does not.
    """
    for error in mapping_errors(headers, mapping, rules):
        raise error


def mapping_errors(
    headers: Sequence[str], mapping: Mapping[str, str | None], rules: ImportRules = DEFAULT_RULES
) -> Iterator[BadMapping]:
    """All that `check_mapping` would raise."""
    yield from _unknown_columns(headers, mapping)
    if rules.dated_by is not None:
        yield from _unknown_columns(headers, [rules.dated_by])
    targets = set(mapping.values())
    for name in rules.match:
        if name in targets:
            continue
        if rules.match == (SKU,):
            yield NoKey("No column is mapped to sku.", "Map the column that identifies each product to sku.")
            continue
        yield NoKey(
            f"Products are matched by {' and '.join(rules.match)}, and no column is mapped to {name}.",
            f"Map a column to {name}, or match by what the file has.",
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
    known = known_fields(given, schema)
    for error in target_errors(mapping, known, rules):
        raise error
    return [known[target] for target in _columns_of(mapping) if target not in RESERVED_TARGETS]


def known_fields(given: Iterable[SchemaField], schema: Sequence[SchemaField]) -> dict[str, SchemaField]:
    """The fields that columns can go to, by key: those of the schema, and those given, which win over them."""
    known = {field.key: field for field in schema}
    for field in given:
        there = known.get(field.key)
        known[field.key] = replace(field, rules=there.rules) if there is not None and not field.rules else field
    return known


def target_errors(
    mapping: Mapping[str, str | None], known: Mapping[str, SchemaField], rules: ImportRules = DEFAULT_RULES
) -> Iterator[BadMapping]:
    """All that `used_fields` would raise; `known` is of `known_fields`."""
    columns = _columns_of(mapping)
    combined = {key for key, field in known.items() if field.type == COMBINED_TYPE and key not in RESERVED_TARGETS}
    for target, theirs in columns.items():
        yield from _several_columns(target, theirs, combined)
    for target, theirs in columns.items():
        if target in RESERVED_TARGETS:
            continue
        if target not in known:
            for column in theirs:
                yield _no_field(target, column, known)
        else:
            yield from field_errors(known[target], theirs[0])
            yield from _match_errors(known[target], theirs[0], rules)
    for name in rules.fields:
        if name != "name" and name not in known:
            yield BadMapping(
                f"There is a rule of '{name}', which is no field.",
                f"Its fields are: {listed(['name', *known])}.",
            )


def field_of(target: str, column: str, known: Mapping[str, SchemaField]) -> SchemaField:
    """The field that a column goes to.

    Raises:
        UnknownColumn: the target is no field.
    """
    if target in known:
        return known[target]
    raise _no_field(target, column, known)


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, not more of them than a person reads."""
    more = len(names) - MOST_LISTED
    return ", ".join(names[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _columns_of(mapping: Mapping[str, str | None]) -> dict[str, list[str]]:
    """The columns that go to each target, in the order of the mapping."""
    columns: defaultdict[str, list[str]] = defaultdict(list)
    for column, target in mapping.items():
        if target is not None:
            columns[target].append(column)
    return columns


def _unknown_columns(headers: Sequence[str], columns: Iterable[str]) -> Iterator[UnknownColumn]:
    known = set(headers)
    for column in columns:
        if column not in known:
            message = f"The file has no column '{column}'."
            yield UnknownColumn(message, f"Its columns are: {listed(headers)}.", column=column)


def _no_field(target: str, column: str, known: Mapping[str, SchemaField]) -> UnknownColumn:
    return UnknownColumn(
        f"Column '{column}' is mapped to '{target}', which is no field.",
        "Add the field to the schema part of the mapping, or choose one that exists: "
        f"{listed([*RESERVED_TARGETS, *known])}.",
        column=column,
    )


def _several_columns(target: str, columns: Sequence[str], combined: Collection[str]) -> Iterator[DuplicateTarget]:
    """An error for each column but the first of a target that takes one only."""
    if target in combined:
        yield from _same_currencies(target, columns)
        return
    for column in columns[1:]:
        yield DuplicateTarget(
            f"'{target}' is the target of {len(columns)} columns: {listed(columns)}.",
            "Keep one of them, and skip the others or give them another field. "
            f"Only a field of the type {COMBINED_TYPE} takes several columns.",
            column=column,
        )


def _same_currencies(target: str, columns: Sequence[str]) -> Iterator[DuplicateTarget]:
    """An error for each column of one field with the currency and locale of another in its header."""
    seen: dict[tuple[str, str | None], str] = {}
    for column in columns:
        currency = currency_in(column)
        if currency is None:
            continue
        other = seen.setdefault((currency, locale_in(column)), column)
        if other != column:
            yield DuplicateTarget(
                f"'{other}' and '{column}' would both give '{target}' a price in {currency}.",
                "Give one of them another field.",
                column=column,
            )


def _match_errors(field: SchemaField, column: str, rules: ImportRules) -> Iterator[BadMapping]:
    """An error where products are matched by a field that has no one plain value."""
    if field.key in rules.match and field.type not in MATCHABLE:
        yield BadMapping(
            f"Products are matched by '{field.key}', which is of the type {field.type}.",
            f"A field that identifies products is one of: {', '.join(MATCHABLE)}.",
            column=column,
        )
