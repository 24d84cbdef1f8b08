"""Questions to ClickHouse about a workspace's products: what dashboards and the demo show.

What belongs here: aggregates over `segmentation.products`. What doesn't: single products, search.
"""

from typing import Any

from segops_pipeline.analytics.clickhouse import PRODUCTS, ClickHouse

FIELD_FILL = f"""
SELECT field, count() AS filled, round(filled / any(products), 4) AS share
FROM (
    SELECT arrayJoin(JSONExtractKeys(data)) AS field, (SELECT count() FROM {PRODUCTS}) AS products
    FROM {PRODUCTS}
)
GROUP BY field ORDER BY filled DESC, field
"""

# A list counts once for each of its entries; text without its quotes, anything else as its JSON.
COUNT_BY_FIELD = f"""
SELECT if(JSONType(entry) = 'String', JSONExtractString(entry), entry) AS value, count() AS products
FROM (
    SELECT arrayJoin(if(JSONType(raw) = 'Array', arrayDistinct(JSONExtractArrayRaw(raw)), [raw])) AS entry
    FROM (SELECT JSONExtractRaw(data, {{field:String}}) AS raw FROM {PRODUCTS})
    WHERE raw <> ''
)
GROUP BY value ORDER BY products DESC, value LIMIT {{limit:UInt32}}
"""

# A price is an object of amount and currency, a multi-price a list of such objects.
PRICE_STATISTICS = f"""
SELECT field, currency, count() AS prices, toDecimalString(min(amount), 2) AS lowest,
    toDecimalString(round(sum(amount) / count(), 2), 2) AS average, toDecimalString(max(amount), 2) AS highest
FROM (
    SELECT field, JSONExtractString(price, 'currency') AS currency,
        toDecimal128OrNull(JSONExtractString(price, 'amount'), 6) AS amount
    FROM (
        SELECT pair.1 AS field,
            arrayJoin(if(JSONType(pair.2) = 'Array', JSONExtractArrayRaw(pair.2), [pair.2])) AS price
        FROM (SELECT arrayJoin(JSONExtractKeysAndValuesRaw(data)) AS pair FROM {PRODUCTS})
    )
    WHERE JSONType(price) = 'Object'
)
WHERE amount IS NOT NULL
GROUP BY field, currency ORDER BY field, currency
"""


def count_products(clickhouse: ClickHouse, workspace_id: int) -> int:
    """Count the products of a workspace."""
    return clickhouse.rows(f"SELECT count() AS n FROM {PRODUCTS}", {"tenant_id": workspace_id})[0]["n"]


def field_fill(clickhouse: ClickHouse, workspace_id: int) -> list[dict[str, Any]]:
    """Tell how many products have each field: `field`, `filled`, `share` of all products (0 to 1)."""
    return clickhouse.rows(FIELD_FILL, {"tenant_id": workspace_id})


def count_by_field(clickhouse: ClickHouse, workspace_id: int, field: str, limit: int = 20) -> list[dict[str, Any]]:
    """Count products by the value of a field: `value` as text, `products`; the most frequent first.

    A product whose field is a list counts once for each of its entries.
    """
    return clickhouse.rows(COUNT_BY_FIELD, {"tenant_id": workspace_id, "field": field, "limit": limit})


def price_statistics(clickhouse: ClickHouse, workspace_id: int) -> list[dict[str, Any]]:
    """Tell the range of every price field by currency, amounts as decimal text to two places.

    Returns:
        `field`, `currency`, `prices` (how many), `lowest`, `average`, `highest`.
    """
    return clickhouse.rows(PRICE_STATISTICS, {"tenant_id": workspace_id})


def overview(clickhouse: ClickHouse, workspace_id: int) -> dict[str, Any]:
    """Sum up a workspace: `products`, `fields` as of field_fill, `prices` as of price_statistics."""
    return {
        "products": count_products(clickhouse, workspace_id),
        "fields": field_fill(clickhouse, workspace_id),
        "prices": price_statistics(clickhouse, workspace_id),
    }
