"""What step 3 shows of a plan, in the form that its component takes.

What belongs here: gathering it from the acts in `catalogue` and `imports`. What doesn't: how it looks
(`components/plan.js`), planning and confirming (`plan`). All of it waits for the database: call it through `desk.call`.
"""

import json
from itertools import groupby
from typing import Any

from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.cleared_values import cleared_values
from segops_pipeline.catalogue.diff import ChangedCell, diff_rows
from segops_pipeline.catalogue.pim.plain import NOTHING, Lookup, load_lookup, with_items_named
from segops_pipeline.catalogue.plan import Plan
from segops_pipeline.catalogue.planned_products import PlannedProduct, planned_products
from segops_pipeline.catalogue.rules import ImportRules
from segops_pipeline.imports.bizzkit import BIZZKIT
from segops_pipeline.imports.jobs import Job, load_job
from segops_pipeline.imports.rejected import RejectedRow, causes, some_rejected
from segops_pipeline.imports.row_edits import load_edits
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.web.pages.wizard.state import Wizard

ROWS_OF_EACH = 3
MOST_CLEARED = 6  # fields whose values are shown
PAGE_ROWS = 25
MOST_EDITS = 200
NAMES = {"sku": "SKU", "name": "name"}


def facts_of(wizard: Wizard, plan: Plan) -> dict[str, Any]:
    """All of a plan that is shown at once."""
    with wizard.desk.connection() as connection:
        job = load_job(connection, wizard.job_id)
        lookup = load_lookup(connection, job.workspace_id) if job.format == BIZZKIT else NOTHING
        draft = plan.draft or {}
        fields = [SchemaField.from_dict(field) for field in draft.get("fields", [])]
        return {
            "token": plan.token,
            "job": job.id,
            "file": job.file_name,
            "records": wizard.is_of_records,
            "counts": plan.counts,
            "products": plan.products,
            "skipped": plan.summary.get("skipped", {}),
            "guards": plan.held,
            "strict": draft.get("validation") == "strict" and plan.counts["rejected"] > 0,
            "fields": _fields(plan, fields),
            "first": [_product(one, lookup) for one in planned_products(connection, job.workspace_id, job.id)],
            "cleared": _cleared(connection, job, plan),
            "diff": _diff(diff_rows(connection, job.workspace_id, job.id, ROWS_OF_EACH), lookup),
            "causes": [cause.as_dict() for cause in causes(connection, job, planned=True)],
            "headers": job.headers or [],
            "edits": [edit.as_dict() for edit in load_edits(connection, job)[:MOST_EDITS]],
            "edited": len(load_edits(connection, job)),
        }


def rules_of_draft(job: Job, draft: dict[str, Any]) -> dict[str, Any]:
    """The rules of an import as they are chosen now, and what there is to choose from in this file."""
    rules = ImportRules.from_dict(draft.get("rules") or {})
    fields = draft.get("schema", {}).get("fields", [])
    used = {target for target in draft.get("mapping", {}).values() if target}
    return {
        "only": ["validation"] if job.format == BIZZKIT else None,  # its mode and order are chosen in the step before
        "policy": draft.get("policy") or job.policy,
        "validation": draft.get("validation") or job.validation,
        "match": list(rules.match),
        "mode": rules.mode,
        "empty": rules.empty or "",
        "conflict": rules.conflict or "review",
        "dated_by": rules.dated_by or "",
        "absent": rules.absent,
        "of_fields": len(rules.fields),
        "fields": [{"key": one["key"], "label": one.get("label", one["key"])} for one in fields if one["key"] in used],
        "headers": job.headers or [],
    }


def rejected_page(wizard: Wizard, offset: int, cause: tuple[str, str | None] | None) -> list[dict[str, Any]]:
    """Some of the rows that the plan rejects."""
    with wizard.desk.connection() as connection:
        job = load_job(connection, wizard.job_id)
        return [_rejected(row) for row in some_rejected(connection, job, offset, PAGE_ROWS, cause, planned=True)]


def _fields(plan: Plan, fields: list[SchemaField]) -> list[dict[str, Any]]:
    types = {field.key: field for field in fields}
    numbers: dict[str, dict[str, int]] = plan.summary.get("fields", {})
    ordered = ["name", *types, *(key for key in numbers if key not in types and key != "name")]
    return [
        {
            "key": key,
            "label": types[key].label if key in types else NAMES.get(key, key),
            "type": types[key].type if key in types else "text",
            **{what: numbers.get(key, {}).get(what, 0) for what in ("set", "changed", "cleared")},
        }
        for key in ordered
    ]


def _product(product: PlannedProduct, lookup: Lookup) -> dict[str, Any]:
    values = {**with_items_named(product.data, lookup), "name": product.name}
    return {"line": product.line, "sku": product.sku, "outcome": product.outcome, "values": values}


def _cleared(connection: Connection, job: Job, plan: Plan) -> list[dict[str, Any]]:
    numbers: dict[str, dict[str, int]] = plan.summary.get("fields", {})
    fields = sorted((key for key in numbers if numbers[key]["cleared"]), key=lambda key: -numbers[key]["cleared"])
    return [
        {
            "key": key,
            "count": numbers[key]["cleared"],
            "examples": []
            if place >= MOST_CLEARED
            else [
                {"sku": one.sku, "name": one.name, "value": one.value}
                for one in cleared_values(connection, job.workspace_id, job.id, key)
            ],
        }
        for place, key in enumerate(fields)
    ]


def _diff(cells: list[ChangedCell], lookup: Lookup) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    for (outcome, line, sku), same in groupby(cells, key=lambda one: (one.outcome, one.line, one.sku)):
        if outcome != "rejected":  # those have a table of their own
            changes = [
                {"field": one.field, "before": _named(one.before, lookup), "after": _named(one.after, lookup)}
                for one in same
            ]
            shown.append({"outcome": outcome, "line": line, "sku": sku, "cells": changes})
    return shown


def _named(text: str | None, lookup: Lookup) -> str | None:
    """A cell whose JSON refers to items of lists, with their values in the place of that."""
    if text is None or not lookup.lists or '"item"' not in text:
        return text
    try:
        value = with_items_named(json.loads(text), lookup)
    except ValueError:  # no JSON
        return text
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _rejected(row: RejectedRow) -> dict[str, Any]:
    reasons = [{"column": one.column, "message": one.message, "remedy": one.suggestion} for one in row.reasons]
    return {"line": row.line, "cells": row.cells, "reasons": reasons, "in_file": row.in_file}
