"""Rows of a file of attributes: what each says of one, laid over what it is.

Source: seed 002, "Attributes". What belongs here: cells to what they say. What doesn't: which of it counts
(`configuring`), columns of attribute values, which such a file has none of.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from segops_pipeline.catalogue.pim.assign_check import Registry, WrongColumn
from segops_pipeline.catalogue.pim.cells import cell, has_errors, issue, key_issue, told
from segops_pipeline.catalogue.pim.configuring import (
    CONFIGURATIONS,
    FIELD_NUMBERS,
    VALUE_TYPES,
    AttributeWish,
    FieldWish,
    both_given,
    configured,
    lists_of,
    system_name_problem,
    takes_no_pim_values,
)
from segops_pipeline.catalogue.pim.fold import FoldOptions, Row, RowResult
from segops_pipeline.catalogue.pim.model import AttributeDefinition, Record
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.entities import SpecialName
from segops_pipeline.formats.bizzkit.files import Recognised, SpecialColumn, mode_issues, stray_cells
from segops_pipeline.formats.bizzkit.keywords import NULL
from segops_pipeline.formats.bizzkit.values import PIM_TYPES, canonical_type

BY_CULTURE: tuple[SpecialName, ...] = ("Name", "Description", "Field/Name")
BOOLEANS = {"true": True, "false": False}


class AttributeFold:
    """The rows of one file of attributes."""

    def __init__(self, recognised: Recognised, options: FoldOptions) -> None:
        self.recognised = recognised
        self.options = options
        self.segments = {column.place: column.segment_key for name in BY_CULTURE for column in recognised.columns(name)}

    def check(self, records: Records) -> list[Issue]:
        """What the mode does not take, and cultures of names and descriptions that are not registered."""
        registry, issues = Registry(records), mode_issues(self.recognised, self.options.mode)
        for column in (one for name in BY_CULTURE for one in self.recognised.columns(name) if one.segment):
            try:
                assert column.segment is not None
                self.segments[column.place] = registry.registered(column.segment, column.header).key
            except WrongColumn as wrong:
                issues.append(wrong.issue)
        return issues

    def check_row(self, row: Row) -> list[Issue]:
        """A system name that can be none, words that are no type or configuration, a type beside a list."""
        wrong = [one for one in self._read(row)[2] if one.level == "error"]
        return [*stray_cells(self.recognised, row.cells, row.line), *wrong]

    def fetch(self, records: Records, rows: Iterable[Row]) -> None:
        """Load the attributes and lists that rows name."""
        known = [self._read(row) for row in rows]
        records.fetch("attribute", (code for code, _, _ in known))
        lists = (said.global_list for _, wish, _ in known for said in wish.fields.values())
        records.fetch("global_list", (one for one in lists if one))

    def row(self, records: Records, row: Row) -> RowResult:
        """Make or change one attribute."""
        code, wish, issues = self._read(row)
        if has_errors(issues):
            return RowResult(code, "rejected", issues)
        known = records.attribute(code)
        made, wrong = configured(code, known, wish)
        if known is not None and takes_no_pim_values(known):
            wrong = [_of_prices(code)]
        wrong += _unknown_lists(records, made, known)
        issues += [replace(one, line=row.line, key=code) for one in wrong]
        if has_errors(issues):
            return RowResult(code, "rejected", issues)
        if made == known:
            return RowResult(code, "unchanged", issues)
        stored = records.get("attribute", code)
        records.put(Record("attribute", code, made.as_dict(), version=stored.version if stored else None))
        return RowResult(code, "created" if known is None else "updated", issues)

    def references(self, row: Row) -> tuple[str, tuple[str, ...]]:
        """An attribute needs no other."""
        return self._code(row), ()

    def _code(self, row: Row) -> str:
        return self.recognised.cell(row.cells, "UniqueName") or ""

    def _read(self, row: Row) -> tuple[str, AttributeWish, list[Issue]]:
        """The attribute's system name, what the row says of it, and what is wrong with its cells by themselves."""
        row, issues = self._aligned(row)
        code = self._code(row)
        issues += self._key_issues(row, code)
        fields = {number: self._field(row, number, issues) for number in FIELD_NUMBERS}
        wish = AttributeWish(
            names=dict(self._texts(row, "Name")),
            descriptions=dict(self._texts(row, "Description")),
            value_type=self._word(row, "Type", VALUE_TYPES, "unknown_value_type", issues),
            configuration=self._word(row, "Configuration", CONFIGURATIONS, "unknown_configuration", issues),
            fields={number: said for number, said in fields.items() if not said.is_empty},
            is_confidential=self._confidential(row, issues),
        )
        return code, wish, issues

    def _key_issues(self, row: Row, code: str) -> Iterator[Issue]:
        column = self.recognised.column("UniqueName")
        wrong = key_issue(row, "UniqueName", column.place if column else None)
        if wrong is not None:
            yield wrong
        elif (problem := system_name_problem(code)) is not None:
            yield issue(row, "bad_system_name", *problem, column="UniqueName", value=code)

    def _texts(self, row: Row, name: SpecialName, number: int | None = None) -> Iterator[tuple[str, str]]:
        for column in self.recognised.columns(name):
            said = told(row, column.place)
            if column.number == number and said is not None:
                yield self.segments[column.place], said

    def _field(self, row: Row, number: int, issues: list[Issue]) -> FieldWish:
        """What a row says of one field; an empty cell says no more than NULL, for a field without a type is none."""
        type_, column = self._said(row, "Field/PimType", number)
        global_list, _ = self._said(row, "Field/GlobalListSystemName", number)
        if type_ and global_list:
            issues.append(replace(both_given(number, global_list), line=row.line))
            return FieldWish()
        pim_type = canonical_type(type_) if type_ else None
        if type_ and pim_type is None:
            remedy = f"Write one of {', '.join(PIM_TYPES)}."
            header = column.header if column else None
            issues.append(
                issue(row, "unknown_pim_type", f"“{type_}” is no PIM type.", remedy, column=header, value=type_)
            )
        return FieldWish(dict(self._texts(row, "Field/Name", number)), pim_type, global_list)

    def _word(self, row: Row, name: SpecialName, words: Sequence[str], code: str, issues: list[Issue]) -> str | None:
        said, column = self._said(row, name)
        if said is None or column is None:
            return None
        found = next((word for word in words if word.casefold() == said.casefold()), None)
        if found is None:
            remedy = f"Write one of {', '.join(words)}."
            message = f"“{said}” is no {name.lower()} of attributes."
            issues.append(issue(row, code, message, remedy, column=column.header, value=said))
        return found

    def _confidential(self, row: Row, issues: list[Issue]) -> bool | None:
        said, column = self._said(row, "IsConfidential")
        if said is None or column is None:
            return None
        if said.casefold() not in BOOLEANS:
            remedy = "Write true, false, or NULL, which leaves it as it is."
            message = f"“{said}” is neither true nor false."
            issues.append(issue(row, "not_a_boolean", message, remedy, column=column.header, value=said))
        return BOOLEANS.get(said.casefold())

    def _said(self, row: Row, name: SpecialName, number: int | None = None) -> tuple[str | None, SpecialColumn | None]:
        """A cell without blanks around it, and its column; None: it is empty or NULL, or there is no such column."""
        column = next((one for one in self.recognised.columns(name) if one.number == number), None)
        said = told(row, column.place) if column is not None else None
        return (said or "").strip() or None, column

    def _aligned(self, row: Row) -> tuple[Row, list[Issue]]:
        """The row with the cell of a field's name that it lacks, where only that can be meant.

        The seed's own example ("Advanced configuration") leaves out the cell of Field1/Name: `…;Plain;PDecimal2;NULL`
        under `…;Field1/Name;Field1/PimType;Field1/GlobalListSystemName`. Taken by the letter it would name the field
        PDecimal2 and lock it as another type.
        """
        width = len(self.recognised.headers) - len(self.recognised.empty)
        present = next((place + 1 for place in reversed(range(len(row.cells))) if row.cells[place] is not None), 0)
        if present != width - 1:
            return row, []
        for names in self.recognised.columns("Field/Name"):
            types = [one for one in self.recognised.columns("Field/PimType") if one.number == names.number]
            if len(types) == 1 and types[0].place == names.place + 1 and self._lacks_name(row, names.place):
                cells = (*row.cells[: names.place], None, *row.cells[names.place : present])
                message = f"The row has one cell too few; it is read as if that of {names.header} was NULL."
                remedy = f"Write NULL in the column {names.header}."
                notice = issue(row, "missing_cell", message, remedy, column=names.header, level="warning")
                return Row(row.line, cells), [notice]
        return row, []

    def _lacks_name(self, row: Row, place: int) -> bool:
        first, second = cell(row, place) or "", cell(row, place + 1)
        if canonical_type(first) is None and first != NULL:
            return False
        return canonical_type(first) is not None or (second not in (None, "", NULL) and not canonical_type(second))


def _unknown_lists(records: Records, made: AttributeDefinition, known: AttributeDefinition | None) -> Iterator[Issue]:
    before = {name for _, _, name in lists_of(known)} if known is not None else set[str]()
    for column, _, name in lists_of(made):
        if name not in before and records.get("global_list", name) is None:
            yield Issue(
                "unknown_list", f"There is no global list {name}.", column=column, value=name,
                suggestion=f"Create it first: segops pim lists add {name}",
            )  # fmt: skip


def _of_prices(code: str) -> Issue:
    return Issue(
        "no_pim_type", f"{code} is a field of prices, which this format cannot say.", column="UniqueName", value=code,
        suggestion="Give the attribute another system name, or change the field in the product schema.",
    )  # fmt: skip
