"""Rows of product hierarchies: names, where a node is placed and linked, attribute values (seed 002).

A node is placed once, when it is created; without a placement it is the top of a tree. Links are further places of
it; "the two placement types work independently and are not cross-validated". Neither brings a node into being. A node
needs no name: the seed asks for one of brands and attributes only.

The seed says of the columns LinkedCategory_n: "an empty string is interpreted as a request to remove the placement if
the item already exists". That names no category, so it is the n-th link that the node has before the row. A category
that the row names is added, and stays though its place is emptied too.

What belongs here: what a row does to a node, which is a category. What doesn't: placements of products (`placements`).
"""

from collections.abc import Iterator

from segops_pipeline.catalogue.pim.cells import issue, named
from segops_pipeline.catalogue.pim.draft import Draft
from segops_pipeline.catalogue.pim.fold import FoldOptions, Row
from segops_pipeline.catalogue.pim.model import Entity, Record
from segops_pipeline.catalogue.pim.names import Names
from segops_pipeline.catalogue.pim.records import Records
from segops_pipeline.catalogue.pim.row_fold import Does, RowFold
from segops_pipeline.catalogue.pim.values import changeable
from segops_pipeline.errors import Issue
from segops_pipeline.formats.bizzkit.files import Recognised

PLACEMENT = "PrimaryPlacementCategory"


class HierarchyFold(RowFold):
    """The rows of a file of product hierarchies."""

    entity: Entity = "category"

    def __init__(self, recognised: Recognised, options: FoldOptions) -> None:
        super().__init__(recognised, options)
        self.node_names = Names(recognised.columns("Name"))
        self._parent = self.place(PLACEMENT)
        self._links = recognised.columns("LinkedCategory")

    def check(self, records: Records) -> list[Issue]:
        """All that is wrong with the header; cultures of names must be registered."""
        return [*super().check(records), *self.node_names.check(records)]

    def check_row(self, row: Row) -> list[Issue]:
        """What can never be right about a row."""
        return [*super().check_row(row), *self.node_names.check_row(row)]

    def apply(self, draft: Draft, key: str, row: Row, issues: list[Issue]) -> Does:
        """Do a row to its node."""
        found = draft.get("category", key)
        node = Record("category", key, {"names": {}}) if found is None else changeable(found)
        issues += self.node_names.check_row(row)
        node.data["names"] = self.node_names.apply(node.data.get("names") or {}, row)
        issues += self._place_new(draft, node, row) if found is None else self._placed(node, row)
        issues += self._link(draft, node, row)
        draft.put(node)
        issues += self.assignments.apply(draft, node, row)
        return "created" if found is None else "updated"

    def names(self, row: Row) -> Iterator[tuple[Entity, str]]:
        """The node, and those that it is placed and linked in."""
        yield "category", self.key(row)
        for key in self._needed(row):
            yield "category", key

    def references(self, row: Row) -> tuple[str, tuple[str, ...]]:
        """The node, and those that it is placed and linked in."""
        return self.key(row), tuple(self._needed(row))

    def _needed(self, row: Row) -> Iterator[str]:
        for place in (self._parent, *(column.place for column in self._links)):
            if text := named(row, place):
                yield text

    def _place_new(self, draft: Draft, node: Record, row: Row) -> list[Issue]:
        parent = named(row, self._parent)
        if not parent:
            return []
        if draft.get("category", parent) is None:
            return [_unknown(row, node.key, parent, PLACEMENT)]
        node.data["parent"] = parent
        return []

    def _placed(self, node: Record, row: Row) -> list[Issue]:
        """Seed 002, "Placement": it "must be set to either the current placement of the node, or the value NULL"."""
        parent, current = named(row, self._parent), node.data.get("parent")
        if parent is None or (parent or None) == current:
            return []
        where = "is the top of a tree" if current is None else f"is placed in '{current}'"
        return [issue(
            row, "placement_fixed", f"'{node.key}' {where}, and a node that exists cannot be placed elsewhere.",
            f"Write {current or 'nothing'} or NULL; a LinkedCategory column adds a further place.",
            column=PLACEMENT, value=parent, key=node.key,
        )]  # fmt: skip

    def _link(self, draft: Draft, node: Record, row: Row) -> list[Issue]:
        there: list[str] = node.data.get("links") or []
        linked: list[str] = []
        emptied: set[str] = set()
        issues: list[Issue] = []
        for number, column in enumerate(self._links):
            text = named(row, column.place)
            if text == "":
                emptied.update(there[number : number + 1])
            elif text is not None:
                linked.append(text)
                if text == node.key or draft.get("category", text) is None:
                    issues.append(_unknown(row, node.key, text, column.header))
        links = [one for one in dict.fromkeys([*there, *linked]) if one in linked or one not in emptied]
        if links:
            node.data["links"] = links
        else:
            node.data.pop("links", None)
        return issues


def _unknown(row: Row, key: str, wanted: str, column: str) -> Issue:
    if wanted == key:
        return issue(
            row, "placed_in_itself", f"'{key}' cannot be placed in itself.", "Name another node, or write NULL.",
            column=column, value=wanted, key=key,
        )  # fmt: skip
    return issue(
        row, "unknown_category", f"There is no product hierarchy '{wanted}' yet to place '{key}' in.",
        "Put its row above this one, import it first, or import the file with the order 'any'.",
        column=column, value=wanted, key=key,
    )  # fmt: skip
