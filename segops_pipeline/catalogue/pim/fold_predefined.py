"""Rows of a file of predefined values: the values that an attribute offers.

Source: seed 002, "Predefined values". Products have such a value itself, not a reference to it, so that removing one
takes nothing from them. What belongs here: a value's fields. What doesn't: places and operations (`fold_items`).
"""

from segops_pipeline.catalogue.pim.cells import issue, told
from segops_pipeline.catalogue.pim.configuring import takes_no_pim_values
from segops_pipeline.catalogue.pim.fold import FoldOptions, Row
from segops_pipeline.catalogue.pim.fold_items import ItemFold, laid, segment_issue
from segops_pipeline.catalogue.pim.items import Item, put_in
from segops_pipeline.catalogue.pim.list_items import ListItems
from segops_pipeline.catalogue.pim.model import AttributeDefinition, FieldDefinition, Json, Record
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.files import Recognised, SpecialColumn
from segops_pipeline.formats.bizzkit.values import Refused, read_value


class PredefinedFold(ItemFold):
    """The rows of one file of predefined values."""

    holder, inner, values = "attribute", "predefined", "Predefined_Value_Field"

    def __init__(self, recognised: Recognised, options: FoldOptions) -> None:
        super().__init__(recognised, options)
        self._lists = ListItems()

    def find(self, records: Records, key: str, row: Row) -> Record | Issue:
        """The attribute: this import "will make no attempt at creating the attribute if it does not already exist"."""
        definition = records.attribute(key)
        if definition is None:
            remedy = "Create the attribute first, by an import of attributes or with segops pim attributes add."
            code, message = "unknown_attribute", f"There is no attribute “{key}”."
        elif not definition.fields:
            remedy = "Give it a configuration first, by an import of attributes with the column Configuration."
            code, message = "unconfigured_attribute", f"The attribute {key} has no configuration yet."
        elif takes_no_pim_values(definition):
            remedy = "Change the field in the product schema, or leave the row out."
            code, message = "no_pim_type", f"{key} is a field of prices, which this format cannot say."
        else:
            return records.get("attribute", key) or Record("attribute", key, definition.as_dict())
        return issue(row, code, message, remedy, column="UniqueName", value=key)

    def valued(self, records: Records, owner: Record, item: Item, row: Row) -> tuple[Item, list[Issue]]:
        """The item with the values of its fields; fields that the row does not give stay."""
        definition = AttributeDefinition.from_dict(owner.key, owner.data)
        values: dict[str, Json] = dict(item.get("values") or {})
        issues: list[Issue] = []
        self._lists.begin(records)
        for column in self.recognised.columns(self.values):
            said = told(row, column.place)
            if said is None:
                continue
            part = _part(definition, column)
            wrong = _no_field(definition, column, row) if part is None else None
            if part is not None:
                wrong = segment_issue(part, column, owner.key, row)
                if wrong is None:
                    wrong = self._lay(records, values, part, column, said, row)
            if wrong is not None and (part is not None or said):
                issues.append(wrong)
        if issues:
            self._lists.drop()
        else:
            self._lists.keep()
        return {**item, "values": values}, issues

    def put_in(self, owner: Record, item: Item, index: int | None) -> dict[str, Json]:
        """The attribute with one more predefined value."""
        return put_in(owner.data, "predefined", item, index)

    def _lay(
        self,
        records: Records,
        values: dict[str, Json],
        part: FieldDefinition,
        column: SpecialColumn,
        said: str,
        row: Row,
    ) -> Issue | None:
        """Put what a cell says among the values; a field of a list refers to an item by value, added where missing."""
        pim_type = part.pim_type
        if part.global_list is not None:
            found = records.get("global_list", part.global_list)
            pim_type = found.data.get("pim_type") if found else None
            if found is None or FieldDefinition("", pim_type).is_segmented:
                return _of_list(part.global_list, column, row, is_there=found is not None)
        try:
            value = read_value(said, pim_type or "")
            if part.global_list is not None:
                value = self._lists.by_value(part.global_list)(value)
            elif pim_type == "PBrand":
                value = self._lists.brand(value)
        except Refused as refused:
            return refused.as_issue(row.line, column.header, said)
        values[part.system_name] = laid(part, values.get(part.system_name), self.segments[column.place], value)
        return None


def _part(definition: AttributeDefinition, column: SpecialColumn) -> FieldDefinition | None:
    number = column.number or 1
    return definition.fields[number - 1] if number <= len(definition.fields) else None


def _no_field(definition: AttributeDefinition, column: SpecialColumn, row: Row) -> Issue:
    count = len(definition.fields)
    has = "1 field" if count == 1 else f"{count} fields"
    message = f"{definition.code} ({definition.configuration}) has {has}."
    return issue(
        row, "no_such_field", message, "Write NULL here, or leave the cell empty.", column=column.header,
        key=definition.code,
    )  # fmt: skip


def _of_list(global_list: str, column: SpecialColumn, row: Row, *, is_there: bool) -> Issue:
    if not is_there:
        remedy = f"Create it first: segops pim lists add {global_list}"
        return issue(row, "unknown_list", f"There is no global list {global_list}.", remedy, column=column.header)
    message = f"The values of the global list {global_list} differ by segment, so no single one finds an item."
    return issue(row, "segmented_list", message, "Use a list of plain values.", column=column.header)
