"""Suggest the mapping of a job: what memory, its template, the matcher and Claude know of its columns, and store it.

What belongs here: bringing these together for one job. What doesn't: reading its file (`intake`), who wins
(`inference.suggestion`), a person's choice (`confirm`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import Issue
from segops_pipeline.imports.jobs import Job, replace_issues, update_job
from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.memory import Learned, recall
from segops_pipeline.inference.rule_check import check_rules
from segops_pipeline.inference.rules import parse_rules
from segops_pipeline.inference.suggestion import MappingSuggestion, suggest_mapping
from segops_pipeline.inference.templates import (
    MappingTemplate,
    Recognised,
    load_template,
    match_headers,
    recognise,
)
from segops_pipeline.inference.transformations import parse_steps
from segops_pipeline.reading import read_batches
from segops_pipeline.stores.opening import Stores

INFERRED = "inferred_schema"


@dataclass(frozen=True, slots=True)
class Suggested:
    """A job's suggestion, what it was made of, and the template that the file has."""

    mapping: MappingSuggestion
    evidence: Sequence[ColumnEvidence]
    template: Recognised | None

    def as_dict(self) -> dict[str, Any]:
        """What is stored with the job."""
        return {
            "mapping": self.mapping.as_dict(),
            "evidence": [column.as_dict() for column in self.evidence],
            "template": _template_as_dict(self.template) if self.template else None,
        }


def suggest(
    stores: Stores, job: Job, evidence: Sequence[ColumnEvidence], template: MappingTemplate | None = None
) -> Suggested:
    """Suggest a target for every column of a job whose file has been read; nothing is stored.

    `template` is what a person chose for the file; without one the file's headers may show it.
    """
    headers = [column.name for column in evidence]
    with stores.database.workspace_session(job.workspace_id) as connection:
        fields = load_fields(connection)
        memory = recall(connection, job.source_id, headers)
        template = template or _chosen_before(connection, job)
        found = (
            Recognised(template, "named", match_headers(list(template.mappings), headers))
            if template
            else recognise(connection, job.workspace_id, headers)
        )
    known = found.known(memory) if found else memory
    suggestion = suggest_mapping(evidence, [*fields, *_further_fields(fields, found, known)], known, stores.settings)
    if found:
        told = [_told(found, len(headers)), *_missing(found), *_broken_rules(stores, job, evidence, found)]
        suggestion = replace(suggestion, issues=[*_of_cells_as_they_come(suggestion, found), *told])
    return Suggested(suggestion, evidence, found)


def store_suggestion(connection: Connection, job: Job, suggested: Suggested) -> None:
    """Keep a suggestion with its job, in the place of an earlier one."""
    template = suggested.template.template.name if suggested.template else None
    update_job(connection, job.id, suggestion=suggested.as_dict(), template=template)
    replace_issues(connection, job, INFERRED, suggested.mapping.issues)


def template_transformations(job: Job) -> dict[str, list[str]]:
    """What the job's template does to the cells of the file's columns: column to steps."""
    return dict(_stored_template(job).get("transformations", {}))


def template_rules(job: Job) -> dict[str, list[str]]:
    """What the job's template wants the cells of the file's columns to be: column to rules."""
    return dict(_stored_template(job).get("validation_rules", {}))


def _stored_template(job: Job) -> dict[str, Any]:
    return (job.suggestion or {}).get("template") or {}


def _chosen_before(connection: Connection, job: Job) -> MappingTemplate | None:
    """The template that a person chose for the job, when its file is read again."""
    stored = _stored_template(job)
    named = stored.get("extent") == "named"
    return load_template(connection, job.workspace_id, stored["name"]) if named else None


def _further_fields(
    fields: Sequence[SchemaField], found: Recognised | None, known: dict[str, Learned]
) -> list[SchemaField]:
    """The template's fields that the schema does not have yet and a column goes to."""
    if found is None:
        return []
    there = {field.key for field in fields}
    wanted = {one.target for one in known.values()}
    return [field for field in found.template.fields if field.key in wanted - there]


def _broken_rules(stores: Stores, job: Job, evidence: Sequence[ColumnEvidence], found: Recognised) -> list[Issue]:
    rules = parse_rules(found.of_file(found.template.validation_rules))
    if not rules or job.rows_uri is None:
        return []
    contexts = {column.name: column.context for column in evidence}
    changes = found.of_file(found.template.transformations)
    steps = {column: parse_steps(texts, column) for column, texts in changes.items()}
    with stores.files.local(job.rows_uri) as path:
        return check_rules([column.name for column in evidence], read_batches(path), rules, contexts, steps)


def _of_cells_as_they_come(suggestion: MappingSuggestion, found: Recognised) -> list[Issue]:
    """The issues of a suggestion without the doubts that columns whose cells the template changes give rise to."""
    changed = found.of_file(found.template.transformations)
    return [
        issue for issue in suggestion.issues if issue.code != "learned_mapping_doubtful" or issue.column not in changed
    ]


def _told(found: Recognised, columns: int) -> Issue:
    name, more = found.template.name, columns - len(found.columns)
    message = {
        "named": f"The template '{name}' was chosen for this file.",
        "whole": f"The file has the columns of the template '{name}'.",
        "part": f"The file has all {len(found.columns)} columns of the template '{name}', and {more} more.",
        "default": f"The file has every column that the default template '{name}' maps.",
    }[found.extent]
    return Issue("template_recognised", message, "info")


def _missing(found: Recognised) -> list[Issue]:
    there = set(found.columns.values())
    return [
        Issue(
            "template_column_missing",
            f"The file has no column '{header}', which the template '{found.template.name}' maps to {target}.",
            "warning",
            column=header,
            suggestion="Check that it is the right template for this file.",
        )
        for header, target in found.template.mappings.items()
        if target is not None and header not in there
    ]


def _template_as_dict(found: Recognised) -> dict[str, Any]:
    return {
        "name": found.template.name,
        "extent": found.extent,
        "transformations": found.of_file(found.template.transformations),
        "validation_rules": found.of_file(found.template.validation_rules),
    }
