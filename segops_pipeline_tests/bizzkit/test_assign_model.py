"""Both modes against a small model of the rules, on definitions, values and rows that are made up.

The model knows a value as a number of items and a map from (item, field, segment) to a scalar; it is written from the
seed ("Merge mode", "Overwrite mode", "Special deletion cases"), not from the code.
"""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from segops_pipeline_tests.bizzkit.assigning import HANDLING, Catalogue, attribute, codes, segments

CULTURES = ("da", "en")
TYPES = ("PString", "PInt16", "PTranslatedStringD", "PTranslatedString")
SEGMENTS = {"PTranslatedStringD": ("Default", "Tda", "Ten"), "PTranslatedString": ("Tda", "Ten")}
KEYS = {"Default": "default", "Tda": "T:da", "Ten": "T:en"}
Place = tuple[int, str, str | None]


@dataclass
class Model:
    """A value: how many items it has, and the scalars in them."""

    count: int = 0
    scalars: dict[Place, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Shape:
    """An attribute."""

    fields: dict[str, str]
    is_multi: bool

    def as_json(self, value: Model) -> Any:
        items = [self._item(value, index) for index in range(value.count)]
        return items if self.is_multi else (items or [self._item(value, 0)])[0]

    def _item(self, value: Model, index: int) -> Any:
        if len(self.fields) == 1:
            (name,) = self.fields
            return self._field(value, index, name)
        parts = {name: self._field(value, index, name) for name in self.fields}
        return {name: part for name, part in parts.items() if part not in (None, {})}

    def _field(self, value: Model, index: int, name: str) -> Any:
        if self.fields[name] in SEGMENTS:
            found = ((KEYS[one], (index, name, one)) for one in SEGMENTS[self.fields[name]])
            return {key: value.scalars[place] for key, place in found if place in value.scalars}
        return value.scalars.get((index, name, None))


class Rejected(Exception):
    """The row cannot be done."""


@dataclass(frozen=True)
class Column:
    """A column; what it leaves out is None."""

    index: int | None
    field: str | None
    segment: str | None

    def header(self) -> str:
        parts = (
            "" if self.index is None else f"[{self.index}]", self.field and f"/{self.field}",
            self.segment and f":{self.segment}",
        )  # fmt: skip
        return "A" + "".join(part or "" for part in parts)


def scalar(shape: Shape, name: str, text: str) -> Any:
    if shape.fields[name] != "PInt16":
        return text
    if not text.isdigit():
        raise Rejected
    return int(text)


def merge(shape: Shape, old: Model | None, cells: list[tuple[Column, str]]) -> Model | None:
    sets = [(column, text) for column, text in cells if text != "NULL"]
    if not sets:
        return old
    new = Model(old.count, dict(old.scalars)) if old else Model()
    items = set(range(new.count)) | {column.index or 0 for column, _ in sets}
    for column, text in sets:
        name = column.field or next(iter(shape.fields))
        segment = column.segment or ("Default" if shape.fields[name] in SEGMENTS else None)
        new.scalars[column.index or 0, name, segment] = scalar(shape, name, text)
    return closed(new, items)


def closed(value: Model, items: set[int]) -> Model:
    if items != set(range(len(items))):
        raise Rejected
    return Model(len(items), {place: one for place, one in value.scalars.items() if place[0] in items})


def action(column: Column, text: str, handling: str, shape: Shape) -> str:
    """One of keep, set, empty, nothing, remove."""
    deletable = column.segment not in (None, "Default") if column.segment or column.field else True
    if handling == "Advanced" and text == "IGNORE":
        return "keep"
    if handling == "Advanced" and text == "DELETE":
        if not deletable:
            raise Rejected
        return "remove"
    if text == "NULL":
        if handling == "TreatNullAsDelete" and deletable:
            return "remove"
        return "empty" if column.field else "nothing"
    if not column.field or (shape.fields[column.field] in SEGMENTS and not column.segment):
        raise Rejected
    return "set"


def covered(column: Column, place: Place) -> bool:
    """Whether a column speaks of a scalar."""
    index, name, segment = place
    return (
        (column.index is None or column.index == index)
        and (column.field is None or column.field == name)
        and (column.segment is None or column.segment == segment)
    )


def overwrite(shape: Shape, old: Model | None, cells: list[tuple[Column, str]], handling: str) -> Model | None:
    does: dict[str, list[tuple[Column, str]]] = {one: [] for one in ("keep", "set", "empty", "nothing", "remove")}
    for column, text in cells:
        does[action(column, text, handling, shape)].append((column, text))
    removes = [column for column, _ in does["remove"]]
    for column, _ in does["set"]:
        if any(covered(one, (column.index or 0, str(column.field), column.segment)) for one in removes):
            raise Rejected
    values = [(column, scalar(shape, str(column.field), text)) for column, text in does["set"]]
    if Column(None, None, None) in removes:
        return None
    is_touched = bool(does["set"] or does["empty"])
    if old is None and not is_touched:
        return None
    before = old or Model()
    kept = [column for column, _ in does["keep"]] if is_touched else [Column(None, None, None)]
    new = Model(0, {place: one for place, one in before.scalars.items() if any(covered(by, place) for by in kept)})
    items = {index for index in range(before.count) for by in kept if by.index is None or by.index == index}
    if not shape.is_multi:
        items = {0}
    for column, _ in does["empty"]:
        items.add(column.index or 0)
        for place in [place for place in new.scalars if covered(column, place)]:
            del new.scalars[place]
    for column, value in values:
        items.add(column.index or 0)
        new.scalars[column.index or 0, str(column.field), column.segment] = value
    for column in removes:
        if column.segment is None:
            items.discard(column.index or 0)
        for place in [place for place in new.scalars if covered(column, place)]:
            del new.scalars[place]
    return closed(new, items)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    types = draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=3))
    return Shape({f"F{number}": one for number, one in enumerate(types)}, draw(st.booleans()))


@st.composite
def values(draw: st.DrawFn, shape: Shape) -> Model | None:
    if draw(st.integers(0, 3)) == 0:
        return None
    count = draw(st.integers(0, 3)) if shape.is_multi else 1
    every: list[Place] = [
        (index, name, segment)
        for index in range(count) for name, type_ in shape.fields.items() for segment in SEGMENTS.get(type_, (None,))
    ]  # fmt: skip
    chosen = draw(st.sets(st.sampled_from(every))) if every else set[Place]()
    return Model(
        count, {(i, n, s): scalar(shape, n, draw(st.sampled_from("789"))) for i, n, s in sorted(chosen, key=str)}
    )


def columns(shape: Shape, *, in_overwrite: bool) -> list[list[Column]]:
    """All columns that a file can have, those of one item together; columns of the whole attribute come first."""
    indexes: list[int | None] = [0, 1, 2] if shape.is_multi else [None]
    by_item: list[list[Column]] = [[]]
    for index in indexes:
        group: list[Column] = []
        for name, type_ in shape.fields.items():
            group += [Column(index, name, segment) for segment in SEGMENTS.get(type_, ())]
            if in_overwrite or type_ not in SEGMENTS or type_ == "PTranslatedStringD":
                group.append(Column(index, name, None))
        has_one, first = len(shape.fields) == 1, next(iter(shape.fields.values()))
        if has_one:
            group += [Column(index, None, segment) for segment in SEGMENTS.get(first, ())]
        if in_overwrite or (has_one and first != "PTranslatedString"):
            group.append(Column(index, None, None))
        by_item.append(group)
    if in_overwrite and shape.is_multi:
        by_item[0].append(Column(None, None, None))
    return by_item


@st.composite
def files(draw: st.DrawFn, shape: Shape, *, in_overwrite: bool) -> list[Column]:
    whole, *items = columns(shape, in_overwrite=in_overwrite)
    chosen = draw(st.lists(st.sampled_from(whole), max_size=1)) if whole else []
    for group in items[: draw(st.integers(1, len(items)))]:
        chosen += draw(st.lists(st.sampled_from(group), min_size=1, max_size=4, unique=True))
    return chosen


def cells(shape: Shape, column: Column, in_overwrite: bool) -> st.SearchStrategy[str]:
    """Mostly what a column can take, so that most rows are done."""
    if not in_overwrite:
        return st.sampled_from(["1", "2", "3", "NULL", "NULL", ""])
    is_full = column.field and (column.segment or shape.fields[column.field] not in SEGMENTS)
    usual = ["1", "2", "NULL", "IGNORE"] if is_full else ["NULL", "IGNORE", "DELETE"]
    return st.sampled_from([*usual * 4, "1", "", "DELETE"])


@st.composite
def cases(draw: st.DrawFn, *, in_overwrite: bool) -> tuple[Shape, Model | None, list[Column], list[list[str]]]:
    shape = draw(shapes())
    header = draw(files(shape, in_overwrite=in_overwrite))
    handlings = ("Standard", "TreatNullAsDelete", "Advanced") if in_overwrite else ("",)
    row = st.tuples(st.sampled_from(handlings), *(cells(shape, one, in_overwrite) for one in header)).map(list)
    return shape, draw(values(shape)), header, draw(st.lists(row, min_size=1, max_size=2))


def check(mode: Any, shape: Shape, old: Model | None, header: list[Column], rows: list[list[str]]) -> None:
    """Do the rows one after the other, in the catalogue and in the model."""
    catalogue = Catalogue(attribute("A", shape.fields, multi=shape.is_multi), segments(culture=" ".join(CULTURES)))
    catalogue.product("P", {"OTHER": 1} | ({} if old is None else {"A": shape.as_json(old)}))
    special = f";{HANDLING}" if mode == "overwrite" else ""
    for handling, *cells in rows:
        line = ";".join(["P", *([handling] if mode == "overwrite" else []), *cells])
        told = ";".join(column.header() for column in header)
        issues = catalogue.do(f"UniqueName{special};{told}\n{line}", mode)
        given_cells = list(zip(header, cells, strict=True))
        try:
            old = merge(shape, old, given_cells) if mode == "merge" else overwrite(shape, old, given_cells, handling)
        except Rejected:
            assert codes(issues, "error")
        else:
            assert codes(issues, "error") == []
        assert catalogue.values("P") == {"OTHER": 1} | ({} if old is None else {"A": shape.as_json(old)})


@given(cases(in_overwrite=False))
def test_merge_does_what_the_model_says(case: Any) -> None:
    check("merge", *case)


@given(cases(in_overwrite=True))
def test_overwrite_does_what_the_model_says(case: Any) -> None:
    check("overwrite", *case)
