"""What a plan would do, in numbers and in words: counts per field, products that go, rows that are left out.

What belongs here: counting planned rows. What doesn't: planning them (`plan_rows`), single cells (`diff`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

FIELDS_AT_ONCE = 300  # a statement returns at most 1,664 columns
SET, CHANGED, CLEARED = "set", "changed", "cleared"

OUTCOMES = """
SELECT outcome, coalesce(reason, '') AS reason, count(*) AS number
FROM staging.plan_rows WHERE job_id = :job_id GROUP BY 1, 2
"""
CREATED_FIELDS = """
SELECT f.key, count(*) AS number FROM staging.plan_rows t
JOIN staging.rows r ON r.job_id = :job_id AND r.line = t.line
CROSS JOIN LATERAL jsonb_object_keys(coalesce(t.data, r.data)) AS f (key)
WHERE t.job_id = :job_id AND t.outcome = 'created' GROUP BY 1
"""
CREATED_NAMES = """
SELECT count(*) FROM staging.plan_rows t JOIN staging.rows r ON r.job_id = :job_id AND r.line = t.line
WHERE t.job_id = :job_id AND t.outcome = 'created' AND coalesce(t.name, r.name, '') <> ''
"""
# what of the staged rows is not created, where nearly all of them are: cheaper than looking at all that are
OTHER_FIELDS = """
SELECT f.key, count(*) AS number FROM staging.rows r
CROSS JOIN LATERAL jsonb_object_keys(r.data || CASE WHEN r.name <> '' THEN '{"name": 1}'::jsonb ELSE '{}' END)
    AS f (key)
WHERE r.job_id = :job_id AND NOT EXISTS (
    SELECT FROM staging.plan_rows t WHERE t.job_id = :job_id AND t.line = r.line AND t.outcome = 'created')
GROUP BY 1
"""
COUNTS = {
    SET: "count(*) FILTER (WHERE {ours} IS NULL AND {theirs} IS NOT NULL)",
    CHANGED: "count(*) FILTER (WHERE {ours} IS NOT NULL AND {theirs} IS NOT NULL AND {ours} <> {theirs})",
    CLEARED: "count(*) FILTER (WHERE {ours} IS NOT NULL AND {theirs} IS NULL)",
}
UPDATED = """
FROM staging.plan_rows t JOIN products p ON p.workspace_id = :workspace_id AND p.sku = t.key
WHERE t.job_id = :job_id AND t.entity = 'product' AND t.outcome = 'updated'
"""

Fields = dict[str, dict[str, int]]


def outcomes(connection: Connection, job_id: str) -> tuple[dict[str, int], dict[str, int]]:
    """How many planned rows and products have each outcome, and how many rows are skipped for each reason."""
    found: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for row in connection.execute(text(OUTCOMES), {"job_id": job_id}):
        found[row.outcome] = found.get(row.outcome, 0) + row.number
        if row.outcome == "skipped":
            reasons[row.reason] = row.number
    return found, reasons


def field_counts(
    connection: Connection,
    workspace_id: int,
    job_id: str,
    created: Mapping[str, int],
    *,
    updates: bool,
    among: Sequence[str] | None,
) -> Fields:
    """How often each field is set, changed and cleared; `name` is one of them.

    Args:
        connection: a session of the workspace.
        workspace_id: the workspace.
        job_id: the job.
        created: how often products that are made anew have each field.
        updates: whether any product is updated.
        among: the fields that an update may change; None: any.
    """
    counted: Fields = {field: {SET: count, CHANGED: 0, CLEARED: 0} for field, count in created.items() if count}
    if not updates:
        return counted
    bound = {"workspace_id": workspace_id, "job_id": job_id}
    fields = _fields_of_updates(connection, bound) if among is None else among
    for start in range(0, max(len(fields), 1), FIELDS_AT_ONCE):  # once at least, for the name
        _count_updates(connection, bound, fields[start : start + FIELDS_AT_ONCE], counted)
    return counted


def created_fields(
    connection: Connection, job_id: str, given: Mapping[str, int] | None, *, created: bool
) -> dict[str, int]:
    """How often the products that are made anew have each field.

    Args:
        connection: a session of the workspace.
        job_id: the job.
        given: how often the staged rows give each field, where that is known and none is left out of a row.
        created: whether any product is created.
    """
    bound = {"job_id": job_id}
    if not created:
        return {}
    if given is not None:
        others = {row.key: row.number for row in connection.execute(text(OTHER_FIELDS), bound)}
        return {field: count - others.get(field, 0) for field, count in given.items()}
    found = {row.key: row.number for row in connection.execute(text(CREATED_FIELDS), bound)}
    return {"name": connection.execute(text(CREATED_NAMES), bound).scalar_one(), **found}


def words(
    fields: Fields,
    products: Mapping[str, int],
    reasons: Mapping[str, int],
    counts: Mapping[str, int],
    *,
    is_strict: bool = False,
) -> list[str]:
    """What a person should know before it is done, one sentence each, the gravest first.

    Args:
        fields: the counts per field.
        products: how many are deleted and deactivated.
        reasons: how many rows are skipped for each.
        counts: of the plan's rows.
        is_strict: one bad row stops all of it.
    """
    told: list[str] = []
    rejected = counts["rejected"]
    if is_strict and rejected:
        told.append(f"{rejected:,} row{_s(rejected)} {_are(rejected)} bad, and validation is strict: nothing is done.")
    told += [
        f"{products[outcome]:,} product{_s(products[outcome])} of this source {_are(products[outcome])} missing in the "
        f"file and will be {outcome}."
        for outcome in ("deleted", "deactivated")
        if products.get(outcome)
    ]
    by_cleared = sorted(fields, key=lambda field: -fields[field][CLEARED])
    told += [_sentence(fields[field][CLEARED], field, "cleared") for field in by_cleared if fields[field][CLEARED]]
    by_changed = sorted(fields, key=lambda field: -fields[field][CHANGED])
    told += [_sentence(fields[field][CHANGED], field, "changed") for field in by_changed if fields[field][CHANGED]]
    if reasons.get("missing"):
        count = reasons["missing"]
        told.append(f"{count:,} row{_s(count)} will be skipped: no such product, and only existing ones are updated.")
    if reasons.get("exists"):
        count = reasons["exists"]
        told.append(f"{count:,} row{_s(count)} will be skipped: the product exists, and only new ones are created.")
    if reasons.get("dropped"):
        count = reasons["dropped"]
        told.append(f"{count:,} row{_s(count)} will be skipped: a person has dropped {_them(count)}.")
    repeated = counts["skipped"] - sum(reasons.values())
    if repeated:
        told.append(f"{repeated:,} row{_s(repeated)} will be folded into later rows of the same key.")
    if counts["conflicts"]:
        count = counts["conflicts"]
        told.append(f"{count:,} row{_s(count)} will wait for a person: file and product have both changed.")
    return told


def _sentence(count: int, field: str, what: str) -> str:
    return f"{count:,} value{_s(count)} of '{field}' will be {what}."


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _fields_of_updates(connection: Connection, bound: Mapping[str, Any]) -> list[str]:
    """Every field that the products to be updated have or will have."""
    found = connection.execute(
        text(
            "SELECT DISTINCT f.key FROM staging.plan_rows t, LATERAL jsonb_object_keys(t.data) AS f (key)"
            " WHERE t.job_id = :job_id AND t.outcome = 'updated' UNION SELECT f.key"
            f" {UPDATED.replace('WHERE', 'CROSS JOIN LATERAL jsonb_object_keys(p.data) AS f (key) WHERE')}"
        ),
        dict(bound),
    )
    return sorted(found.scalars())


def _count_updates(connection: Connection, bound: Mapping[str, Any], fields: Sequence[str], counted: Fields) -> None:
    columns = [("name", "nullif(p.name, '')", "nullif(t.name, '')")]
    columns += [
        (field, f"p.data -> (CAST(:fields AS text[]))[{place}]", f"t.data -> (CAST(:fields AS text[]))[{place}]")
        for place, field in enumerate(fields, start=1)
    ]
    asked = [COUNTS[kind].format(ours=ours, theirs=theirs) for _, ours, theirs in columns for kind in COUNTS]
    found = connection.execute(text(f"SELECT {', '.join(asked)} {UPDATED}"), {**bound, "fields": list(fields)}).one()
    for place, (field, _, _) in enumerate(columns):
        numbers = found[place * len(COUNTS) : (place + 1) * len(COUNTS)]
        if any(numbers):
            before = counted.setdefault(field, dict.fromkeys(COUNTS, 0))
            for kind, number in zip(COUNTS, numbers, strict=True):
                before[kind] += number
