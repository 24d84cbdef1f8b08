"""Columns of one attribute beside each other: the same value twice, holes, and what a file leaves out.

Source: seed 002, "Merge mode" and "Overwrite mode" of "Attribute assignment columns", "Multi valued attributes", "Known
limitations". What belongs here: all columns of an attribute in a file. What doesn't: each for itself (`assign_check`).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from segops_pipeline.catalogue.pim.assign_check import Target, column_issue
from segops_pipeline.catalogue.pim.fold import Mode
from segops_pipeline.catalogue.pim.model import AttributeDefinition
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.headers import EXTERNAL


def issues_of_group(targets: Sequence[Target], records: Records, mode: Mode) -> Iterator[Issue]:
    """The issues of the columns of one attribute and ownership."""
    yield from _same_part(targets)
    yield from _holes(targets, mode)
    yield from _of_lists(targets, records)
    yield from _of_predefined(targets[0], [one for one in targets if one.is_full])
    if mode == "overwrite":
        yield from _left_out(targets)


def _same_part(targets: Sequence[Target]) -> Iterator[Issue]:
    parts: dict[object, list[str]] = defaultdict(list)
    for target in targets:
        if target.is_full:
            parts[target.part].append(target.column.header)
    for headers in parts.values():
        if len(headers) > 1:
            told = ", ".join(headers)
            yield column_issue(
                "several_columns_one_value", headers[-1], f"These columns write the same value: {told}.",
                f"Keep one of them. Where a row gives several, the last column counts: {headers[-1]}.", "warning",
            )  # fmt: skip


def _holes(targets: Sequence[Target], mode: Mode) -> Iterator[Issue]:
    """Values must be numbered from 0 on; in overwrite a header that takes no value may name any item (`SIZE[1]`)."""
    there = {one.column.index for one in targets}
    given = [one.column for one in targets if one.column.index is not None]
    if mode == "overwrite":
        given = [column for column in given if column.field is not None]
    last = max((column.index or 0 for column in given), default=0)
    missing = next((index for index in range(last) if index not in there), None)
    if missing is not None:
        header = next(column.header for column in given if (column.index or 0) > missing)
        name = f"{EXTERNAL if given[0].is_external else ''}{given[0].code}"
        yield column_issue(
            "index_hole", header, f"The values of {name} are not numbered without a hole: {name}[{missing}] lacks.",
            "Number the columns from [0] on.",
        )  # fmt: skip


def _of_lists(targets: Sequence[Target], records: Records) -> Iterator[Issue]:
    told: set[str] = set()
    for target in targets:
        name = target.field.global_list if target.field else None
        if name is None or name in told or target.column.by_reference or not target.is_full:
            continue
        told.add(name)
        found = records.get("global_list", name)
        if found is not None and not found.data.get("is_unique"):
            yield column_issue(
                "list_not_unique", target.column.header,
                f"The global list {name} may have several items of the same value; the first one counts.",
                f"Set its Unique Values: segops pim lists set {name} --unique", "warning",
            )  # fmt: skip


def _of_predefined(first: Target, full: Sequence[Target]) -> Iterator[Issue]:
    definition = first.definition
    if full and definition.predefined and not takes_predefined(definition):
        yield column_issue(
            "predefined_not_matched", full[0].column.header,
            f"{definition.code} has predefined values of several or segmented fields: what this file gives is set,"
            " but neither compared with them nor added to them.",
            "Import new predefined values as such.", "warning",
        )  # fmt: skip


def takes_predefined(definition: AttributeDefinition) -> bool:
    """Whether values of an attribute are added to its predefined ones: it has some, and a single plain field."""
    return bool(definition.predefined) and len(definition.fields) == 1 and not definition.fields[0].is_segmented


def _left_out(targets: Sequence[Target]) -> Iterator[Issue]:
    """Overwrite empties what is not named, which a file of one column may not have meant."""
    definition = targets[0].definition
    named = {one.field.system_name for one in targets if one.field and one.column.field}
    missing = [one.system_name for one in definition.fields if one.system_name not in named]
    if named and missing:
        yield column_issue(
            "fields_left_out", targets[0].column.header,
            f"The file has no column for {', '.join(missing)} of {definition.code}: overwrite empties them where a row"
            " gives another field.",
            "Add these columns, or import in merge mode.", "info",
        )  # fmt: skip
