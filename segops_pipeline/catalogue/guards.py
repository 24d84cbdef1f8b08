"""Guards: a plan that would do more than a file of its kind ever does waits for a person, with the reason.

Each guard has a limit; a workspace and each of its sources can set their own. Where fewer than `LEAST` are concerned
none holds a plan, so that small catalogues are not held all the time; but that a source loses all that it has does.

What belongs here: the guards, their limits and what a plan has of each. What doesn't: holding a job (`imports`).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from segops_pipeline.errors import WrongUsage
from segops_pipeline.inference.synonyms import understand

LEAST = 10
WHOLE_WORKSPACE = 0
PRICE_MEANINGS = frozenset({"price"})
STOCK_MEANINGS = frozenset({"stock", "quantity"})
OPTIONS_LOOKED_AT = 2_000  # products; a field whose values come again and again has options, one of URLs has none
USES_OF_AN_OPTION = 3


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard: `most` is a share, a number or, for `price_change_percent`, what counts as a change of price.

    Without `most` it is off until somebody sets it.
    """

    name: str
    most: Decimal | None
    description: str
    is_share: bool = True

    def shown(self, value: Decimal) -> str:
        """A value as people read it."""
        return f"{float(value) * 100:.4g} %" if self.is_share else f"{value:,.10g}"


GUARDS = {
    guard.name: guard
    for guard in (
        # a price list may change every product, so that this one is for feeds that never do
        Guard("updated_share", None, "of the workspace's products are updated"),
        Guard("cleared_share", Decimal("0.2"), "of the values of the products in the file are cleared"),
        Guard("repriced_share", Decimal("0.2"), "of the prices in the file change by more than {percent} %"),
        Guard("price_change_percent", Decimal(30), "the change of a price, in per cent, from which it counts", False),
        Guard("stock_zero_share", Decimal("0.3"), "of the products in the file that have stock are set to none"),
        Guard("new_options", Decimal(200), "list options are new in fields that have some", False),
        Guard("removed_share", Decimal("0.1"), "of the source's products are deactivated or deleted"),
        Guard("rejected_share", Decimal("0.2"), "of the rows are rejected"),
    )
}
SETTINGS = ("price_change_percent",)  # these hold nothing by themselves


@dataclass(frozen=True, slots=True)
class Violation:
    """A guard that holds a plan: what it allows, what the plan has, and both in words."""

    guard: str
    limit: float
    found: float
    message: str

    def as_dict(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return asdict(self)


# planned updates with the product before (`p`) and after (`t`)
UPDATES = """
FROM staging.plan_rows t JOIN products p ON p.workspace_id = :workspace_id AND p.sku = t.key
WHERE t.job_id = :job_id AND t.entity = 'product' AND t.outcome = 'updated'
"""
VALUES = f"""
SELECT coalesce(sum((SELECT count(*) FROM jsonb_object_keys(p.data))
    + CASE WHEN t.pim IS NULL THEN 0 ELSE (SELECT count(*) FROM jsonb_object_keys(p.pim)) END), 0) {UPDATES}
"""
# a price that is kept as a number is one without a currency
AMOUNTS = """
    SELECT (e ->> 'amount')::numeric AS amount, coalesce(e ->> 'currency', '') AS currency
    FROM jsonb_path_query({value}, '$ ? (@.amount != null)') e
    UNION ALL SELECT ({value})::numeric, '' WHERE jsonb_typeof({value}) = 'number'
"""
# amounts are compared currency by currency; a list of prices has several
REPRICED = f"""
SELECT count(*) FILTER (WHERE o.amount <> 0 AND abs(n.amount - o.amount) / abs(o.amount) * 100 > :percent) AS found,
    count(*) AS among
FROM (SELECT t.key, p.data AS old, t.data AS new {UPDATES}) c
CROSS JOIN LATERAL jsonb_each(c.old) f
CROSS JOIN LATERAL ({AMOUNTS.format(value="f.value")}) o
CROSS JOIN LATERAL ({AMOUNTS.format(value="c.new -> f.key")}) n
WHERE f.key = ANY(CAST(:fields AS text[])) AND o.currency = n.currency
"""
STOCK = f"""
SELECT count(*) FILTER (WHERE t.data ->> :field ~ '^0+([.]0+)?$') AS found, count(*) AS among {UPDATES}
    AND p.data ? :field AND p.data ->> :field !~ '^0+([.]0+)?$'
"""
NEW_OPTIONS = """
SELECT count(*) FROM (
    SELECT DISTINCT o.value FROM staging.plan_rows t JOIN staging.rows r ON r.job_id = :job_id AND r.line = t.line
    CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(t.data, r.data) -> :field) o
    WHERE t.job_id = :job_id AND t.outcome IN ('created', 'updated')
        AND jsonb_typeof(coalesce(t.data, r.data) -> :field) = 'array'
    EXCEPT
    SELECT o.value FROM products p CROSS JOIN LATERAL jsonb_array_elements_text(p.data -> :field) o
    WHERE p.workspace_id = :workspace_id AND jsonb_typeof(p.data -> :field) = 'array'
) new
"""
OPTIONS = """
SELECT count(*) AS uses, count(DISTINCT o.value) AS options
FROM (SELECT data FROM products WHERE workspace_id = :workspace_id AND data ? :field LIMIT :products) p
CROSS JOIN LATERAL jsonb_array_elements_text(p.data -> :field) o WHERE jsonb_typeof(p.data -> :field) = 'array'
"""
PRODUCTS = "SELECT count(*) FROM products WHERE workspace_id = :workspace_id"
OF_SOURCE = """
SELECT count(*) FROM source_rows WHERE workspace_id = :workspace_id AND source_id = :source_id AND entity = 'product'
"""


def load_limits(connection: Connection, workspace_id: int, source_id: int) -> dict[str, Decimal | None]:
    """The limit of each guard for a source: its own, else its workspace's, else the default; None: off."""
    found = connection.execute(
        text(
            "SELECT guard, most FROM guards WHERE workspace_id = :workspace_id AND source_id IN (0, :source_id)"
            " ORDER BY source_id"
        ),
        {"workspace_id": workspace_id, "source_id": source_id},
    )
    limits: dict[str, Decimal | None] = {name: guard.most for name, guard in GUARDS.items()}
    limits.update({row.guard: row.most for row in found if row.guard in GUARDS})
    return limits


def list_limits(connection: Connection, workspace_id: int) -> list[tuple[str | None, str, Decimal | None]]:
    """The limits that a workspace has set: for which source (None: every one), which guard, and the limit."""
    found = connection.execute(
        text(
            "SELECT s.name, g.guard, g.most FROM guards g LEFT JOIN sources s ON s.id = g.source_id"
            " WHERE g.workspace_id = :workspace_id ORDER BY s.name NULLS FIRST, g.guard"
        ),
        {"workspace_id": workspace_id},
    )
    return [(row.name, row.guard, row.most) for row in found if row.guard in GUARDS]


def set_limit(connection: Connection, workspace_id: int, source_id: int, name: str, most: Decimal | None) -> None:
    """Set the limit of a guard for a source (0: for all of the workspace); None switches it off.

    Raises:
        WrongUsage: there is no such guard, or a share is no share.
    """
    guard = GUARDS.get(name)
    if guard is None:
        raise WrongUsage(f"There is no guard '{name}'.", f"The guards are: {', '.join(GUARDS)}.")
    if most is not None and (most < 0 or (guard.is_share and most > 1)):
        raise WrongUsage(f"{most} is no limit for {name}.", "A share is from 0 to 1, other limits are at least 0.")
    if most is None and name in SETTINGS:
        raise WrongUsage(f"{name} cannot be switched off.", "Switch repriced_share off instead.")
    connection.execute(
        text(
            "INSERT INTO guards (workspace_id, source_id, guard, most) VALUES (:workspace_id, :source_id, :name, :most)"
            " ON CONFLICT (workspace_id, source_id, guard) DO UPDATE SET most = excluded.most"
        ),
        {"workspace_id": workspace_id, "source_id": source_id, "name": name, "most": most},
    )


def forget_limit(connection: Connection, workspace_id: int, source_id: int, name: str) -> bool:
    """Have the limit of a source be the workspace's again, or (source 0) the workspace's the default.

    Returns:
        Whether one was set.

    Raises:
        WrongUsage: there is no such guard.
    """
    if name not in GUARDS:
        raise WrongUsage(f"There is no guard '{name}'.", f"The guards are: {', '.join(GUARDS)}.")
    statement = "DELETE FROM guards WHERE workspace_id = :workspace_id AND source_id = :source_id AND guard = :name"
    bound = {"workspace_id": workspace_id, "source_id": source_id, "name": name}
    return connection.execute(text(statement), bound).rowcount > 0


def violations(
    connection: Connection,
    bound: Mapping[str, Any],
    counts: Mapping[str, int],
    types: Mapping[str, str],
    fields: Mapping[str, Mapping[str, int]],
    limits: Mapping[str, Decimal | None],
) -> list[Violation]:
    """The guards that a plan is beyond.

    Args:
        connection: a session of the workspace.
        bound: workspace_id, source_id and job_id of the plan.
        counts: of the plan's rows, with the products that are deleted and deactivated.
        types: the type of each mapped field.
        fields: how often each field is set, changed and cleared.
        limits: as `load_limits` gives them.
    """
    found: list[tuple[str, int, int]] = [("rejected_share", counts["rejected"], counts["rows"])]
    removed = counts.get("deleted", 0) + counts.get("deactivated", 0)
    if counts["updated"] >= LEAST:
        # rows that change nothing are part of the file too
        whole = Decimal(counts["updated"] + counts["unchanged"]) / counts["updated"]
        of_updates = _of_updates(connection, dict(bound), types, fields, limits)
        found += [(name, number, round(among * whole)) for name, number, among in of_updates]
        if limits["updated_share"] is not None:
            products = connection.execute(text(PRODUCTS), dict(bound)).scalar_one()
            found.append(("updated_share", counts["updated"], products))
    found = [(name, number, among) for name, number, among in found if number >= LEAST]
    if removed:
        of_source = connection.execute(text(OF_SOURCE), dict(bound)).scalar_one()
        if removed >= LEAST or removed == of_source:  # a small source can lose all that it has
            found.append(("removed_share", removed, of_source))
    percent = f"{limits['price_change_percent']:,.10g}"
    told = [_violation(name, limits[name], number, among, percent) for name, number, among in found]
    if limits["new_options"] is not None and counts["created"] + counts["updated"] >= LEAST:
        told.append(_options(connection, dict(bound), types, limits["new_options"]))
    return [violation for violation in told if violation is not None]


def _of_updates(
    connection: Connection,
    bound: dict[str, Any],
    types: Mapping[str, str],
    fields: Mapping[str, Mapping[str, int]],
    limits: Mapping[str, Decimal | None],
) -> list[tuple[str, int, int]]:
    """What the products that are updated have of each guard: how many, among how many of theirs.

    Products are looked at only for fields that change in numbers.
    """
    found: list[tuple[str, int, int]] = []
    changing = [field for field in types if fields.get(field, {}).get("changed", 0) >= LEAST]
    cleared = sum(numbers["cleared"] for numbers in fields.values())
    if cleared >= LEAST and limits["cleared_share"] is not None:
        found.append(("cleared_share", cleared, int(connection.execute(text(VALUES), bound).scalar_one())))
    prices = [field for field in changing if types[field] in ("price", "multi_price") or _is_price(field, types[field])]
    if prices and limits["repriced_share"] is not None:
        given = {**bound, "fields": prices, "percent": limits["price_change_percent"]}
        found.append(("repriced_share", *connection.execute(text(REPRICED), given).one()))
    if limits["stock_zero_share"] is not None:
        stocks = [field for field in changing if types[field] == "number" and _is_stock(field)]
        given = [{**bound, "field": field} for field in stocks]
        found += [("stock_zero_share", *connection.execute(text(STOCK), one).one()) for one in given]
    return found


def _is_price(field: str, type_: str) -> bool:
    """Whether a number reads as a price; its column says no currency."""
    return type_ == "number" and any(word.meanings == PRICE_MEANINGS for word in understand(field).words)


def _is_stock(field: str) -> bool:
    """Whether a field reads as how many there are, and says nothing else: not the least that can be ordered."""
    words = understand(field).words
    return bool(words) and all(word.meanings & STOCK_MEANINGS for word in words)


def _options(
    connection: Connection, bound: dict[str, Any], types: Mapping[str, str], most: Decimal
) -> Violation | None:
    new = 0
    for field in (field for field, type_ in types.items() if type_ == "list"):
        given = {**bound, "field": field}
        there = connection.execute(text(OPTIONS), {**given, "products": OPTIONS_LOOKED_AT}).one()
        if there.options and there.uses >= USES_OF_AN_OPTION * there.options:
            new += connection.execute(text(NEW_OPTIONS), given).scalar_one()
    if new <= most:
        return None
    message = f"{new:,} {GUARDS['new_options'].description}; the guard new_options allows {most:,}."
    return Violation("new_options", float(most), float(new), message)


def _violation(name: str, most: Decimal | None, number: int, among: int, percent: str) -> Violation | None:
    if most is None or not among or Decimal(int(number)) / int(among) <= most:
        return None
    guard, share = GUARDS[name], Decimal(int(number)) / int(among)
    message = (
        f"{guard.shown(share)} ({int(number):,} of {int(among):,}) {guard.description.format(percent=percent)}; "
        f"the guard {name} allows {guard.shown(most)}."
    )
    return Violation(name, float(most), float(share), message)
