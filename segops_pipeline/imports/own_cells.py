"""What products have in the columns of a source's own file: texts that an import under the same mapping reads as them.

A cell is written so that nothing of its column has to be known to read it: 12.50 EUR, 2024-05-31, lists as JSON. Where
steps change the text, the cell that the product came from is written again if it still gives the value, else what the
steps make the value of (`inference.backwards`).

What belongs here: one batch of products to texts. What doesn't: whether all of a column is read back (`own_check`).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
import pyarrow as pa

from segops_pipeline.catalogue.export import cell
from segops_pipeline.formats.json_text import TEXT
from segops_pipeline.formats.row_texts import RowTexts
from segops_pipeline.formats.table import MappedColumn, changed_column, type_column
from segops_pipeline.imports.own_columns import OwnTable
from segops_pipeline.inference.backwards import MOST_GUESSES, guesses
from segops_pipeline.inference.decimals import is_ambiguous
from segops_pipeline.inference.fields import RESERVED_TARGETS
from segops_pipeline.inference.steps import Join
from segops_pipeline.inference.transformations import transform
from segops_pipeline.inference.value_steps import ConvertUnit

PRICES = ("price", "multi_price")


@dataclass(frozen=True, slots=True)
class OwnProduct:
    """A product to write; `raw` is the row that gave it, by column, where that is kept."""

    sku: str
    name: str
    data: Mapping[str, Any]
    raw: Mapping[str, Any] | None

    def value(self, target: str) -> Any:  # noqa: ANN401 - any JSON value
        """What it has of a target; None: nothing."""
        if target == "sku":
            return self.sku
        return (self.name or None) if target == "name" else self.data.get(target)

    def json(self, target: str) -> str:
        """The same as JSON, '' where it has nothing at all: a value may be null."""
        has = target in RESERVED_TARGETS or target in self.data
        value = self.value(target)
        return orjson.dumps(value).decode() if has and not (value is None and target in RESERVED_TARGETS) else ""

    def raw_cell(self, header: str) -> str:
        """What the row that gave it had in a column."""
        found = (self.raw or {}).get(header)
        return found if isinstance(found, str) else ""


@dataclass(frozen=True)
class OwnCells:
    """Writes batches of products.

    `with_currencies` are fields some price of which names its currency. `is_careful`: no cell is what a file had (but
    for those that identify products), and the prices of one field stand in its first column.
    """

    table: OwnTable
    with_currencies: Collection[str]
    is_careful: bool = False

    def of(
        self, products: Sequence[OwnProduct], given: Mapping[str, list[str]] | None = None
    ) -> tuple[list[list[str]], list[bool]]:
        """The cells of each column, and of each product whether the columns that identify it can say which it is.

        Args:
            products: of one batch.
            given: cells that are known, by header: of columns that are skipped, or identify products.
        """
        table = self.table
        texts: dict[str, list[str]] = dict(given or {})
        raw = self._raw(products, texts)
        known = [all(product.value(name) is not None for name in table.match) for product in products]
        for column in sorted(table.columns, key=_joins):
            if column.header in texts:
                continue
            siblings = self._columns[column.target]
            if len(siblings) > 1:
                texts[column.header] = [self._share(product.value(column.target), column) for product in products]
                continue
            values = [product.value(column.target) for product in products]
            wanted = [self._text(value, column) for value in values]
            if not column.steps:
                texts[column.header] = wanted
                continue
            found = self._before(wanted, column, texts)
            if raw is not None:
                found = _as_it_was(found, column, raw, [product.json(column.target) for product in products])
            if column.target in table.match:
                known = [one and text is not None for one, text in zip(known, found, strict=True)]
            leaves = column.target in table.leaving
            texts[column.header] = [
                text if text is not None else "" if leaves else own for text, own in zip(found, wanted, strict=True)
            ]
        return [texts[header] for header in table.headers], known

    @cached_property
    def _columns(self) -> dict[str, list[MappedColumn]]:
        return self.table.by_target

    @cached_property
    def _currencies(self) -> dict[str, str | None]:
        return {column.header: self.table.currency(column) for column in self.table.columns}

    def _raw(self, products: Sequence[OwnProduct], texts: dict[str, list[str]]) -> RowTexts | None:
        """What the rows that gave the products had where steps change it; the cells of skipped columns are `texts`."""
        table = self.table
        mapped = {column.header for column in table.columns}
        for header in table.headers:
            if header not in mapped and header not in texts:
                texts[header] = [product.raw_cell(header) for product in products]
        if self.is_careful or not any(product.raw for product in products):
            return None
        needed = {column.header for column in table.columns if column.steps}
        needed.update(
            name for column in table.columns for step in column.steps if isinstance(step, Join) for name in step.columns
        )
        cells = {
            f"c{place}": pa.array([product.raw_cell(header) for product in products], TEXT)
            for place, header in enumerate(table.headers)
            if header in needed
        }
        return RowTexts(pa.record_batch(cells), table.headers) if cells else None

    def _text(self, value: Any, column: MappedColumn) -> str:  # noqa: ANN401 - any JSON value
        """The value as text that is read as itself whatever else its column has."""
        if isinstance(value, str) and column.type != "number":
            return value
        if column.type in PRICES:
            has_currencies = column.target in self.with_currencies or self._currencies[column.header] is not None
            return cell(value, has_currencies=has_currencies)
        text = cell(value)
        if column.type == "number" and "." in text and is_ambiguous(text.lstrip("-")) and not _converts(column):
            return f"{text}0"  # 1.2340 is never thousands
        return text

    def _share(self, prices: Any, column: MappedColumn) -> str:  # noqa: ANN401 - any JSON value
        """The prices of a field of several columns that stand in this one."""
        siblings = self._columns[column.target]
        if not isinstance(prices, list) or not all(isinstance(price, dict) for price in prices):
            return cell(prices) if column is siblings[0] and prices is not None else ""
        own = [price for price in prices if self._home(price, siblings) is column]
        plain = [
            {name: said for name, said in price.items() if name != "locale" or said != column.locale} for price in own
        ]
        return cell(plain, has_currencies=True) if plain else ""

    def _home(self, price: Mapping[str, Any], siblings: Sequence[MappedColumn]) -> MappedColumn:
        """The column in which a price stands: that of its locale and currency, else the first that can say it."""
        locale, currency = price.get("locale"), price.get("currency")
        able = [one for one in siblings if one.locale in (None, locale)] or list(siblings)
        if self.is_careful:
            return next((one for one in able if one.locale is None), able[0])
        return max(able, key=lambda one: (one.locale == locale, self._currencies[one.header] == currency))

    def _before(
        self, wanted: Sequence[str], column: MappedColumn, texts: Mapping[str, Sequence[str]]
    ) -> list[str | None]:
        """For each text one of which the steps make it, found by trying; None: there is none."""
        joined = {name: texts[name] for step in column.steps if isinstance(step, Join) for name in step.columns}
        tries = [
            guesses(text, column.steps, {name: cells[row] for name, cells in joined.items()}) if text else [""]
            for row, text in enumerate(wanted)
        ]
        found: list[str | None] = [None] * len(wanted)
        for number in range(MOST_GUESSES):
            rows = [row for row, text in enumerate(found) if text is None and number < len(tries[row])]
            if not rows:
                break
            guessed = [tries[row][number] for row in rows]
            others = {name: pa.array([cells[row] for row in rows], TEXT) for name, cells in joined.items()}
            made = transform(pa.array(guessed, TEXT), column.steps, others.__getitem__)
            for place, (row, after) in enumerate(zip(rows, made.texts.to_pylist(), strict=True)):
                if place not in made.refused and after.strip() == wanted[row]:
                    found[row] = guessed[place]
        return found


def same_json(got: pa.Array, wanted: pa.Array) -> list[bool]:
    """Whether JSON texts say the same, row by row; '' is no value."""
    import pyarrow.compute as pc

    same: list[bool] = pc.equal(got, wanted).to_pylist()
    for row, is_same in enumerate(same):
        if not is_same:
            one, other = got[row].as_py(), wanted[row].as_py()
            same[row] = bool(one and other) and orjson.loads(one) == orjson.loads(other)
    return same


def _as_it_was(
    found: Sequence[str | None], column: MappedColumn, raw: RowTexts, wanted: Sequence[str]
) -> list[str | None]:
    """The cells of the rows that gave the products, where they still give what is wanted; else what is found."""
    changed = changed_column(raw, column)
    if column.target in RESERVED_TARGETS:
        got = [orjson.dumps(text).decode() if text else "" for text in changed.texts.to_pylist()]
    else:
        got = type_column(changed, column).values.fill_null("")
    same = same_json(pa.array(got, TEXT) if isinstance(got, list) else got, pa.array(wanted, TEXT))
    originals = raw.cells(column.position).to_pylist()
    return [
        original if is_same and (original or not text) else text
        for original, is_same, text in zip(originals, same, found, strict=True)
    ]


def _joins(column: MappedColumn) -> bool:
    return any(isinstance(step, Join) for step in column.steps)


def _converts(column: MappedColumn) -> bool:
    return any(isinstance(step, ConvertUnit) for step in column.steps)
