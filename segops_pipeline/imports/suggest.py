"""Suggest the mapping of a job: what memory, its template, the matcher and Claude know of its columns, and store it.

What belongs here: bringing these together for one job. What doesn't: reading its file (`intake`), who wins
(`inference.suggestion`), a person's choice (`confirm`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.engine import Connection

from segops_pipeline.catalogue.schema import load_fields
from segops_pipeline.errors import Issue
from segops_pipeline.imports.column_steps import earlier_steps
from segops_pipeline.imports.file_template import FileTemplate, on_file
from segops_pipeline.imports.jobs import Job, replace_issues, update_job
from segops_pipeline.inference.claude_answers import WorkspaceAnswers
from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.identifying import tell_identifying_columns
from segops_pipeline.inference.memory import Learned, recall
from segops_pipeline.inference.rule_check import check_rules
from segops_pipeline.inference.rules import parse_rules
from segops_pipeline.inference.suggestion import MappingSuggestion, suggest_mapping
from segops_pipeline.inference.suggestion_issues import KEY_DOUBTS
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
    """A job's suggestion, what it was made of, and the template that the file has.

    `recognised` is what a file says itself of its columns whose format has names for them: such a file has no mapping.
    """

    mapping: MappingSuggestion
    evidence: Sequence[ColumnEvidence]
    template: FileTemplate | None
    recognised: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """What is stored with the job."""
        return {
            "mapping": self.mapping.as_dict(),
            "evidence": [column.as_dict() for column in self.evidence],
            "template": self.template.as_dict() if self.template else None,
            **({} if self.recognised is None else {"bizzkit": dict(self.recognised)}),
        }


def suggest(
    stores: Stores, job: Job, evidence: Sequence[ColumnEvidence], template: MappingTemplate | None = None
) -> Suggested:
    """Suggest a target for every column of a job whose file has been read; nothing but Claude's answer is stored.

    `template` is what a person chose for the file; without one the file's headers may show it.
    """
    headers = [column.name for column in evidence]
    with stores.database.workspace_session(job.workspace_id) as connection:
        fields = load_fields(connection)
        memory = recall(connection, job.source_id, headers)
        found = _found(connection, job, headers, template)
    known = found.known(memory) if found else memory
    fields = [*fields, *_further_fields(fields, found, known)]
    answers = WorkspaceAnswers(stores.database, job.workspace_id)
    suggestion = suggest_mapping(evidence, fields, known, stores.settings, answers)
    if job.rows_uri is not None:
        with stores.files.local(job.rows_uri) as rows_path:
            suggestion = tell_identifying_columns(suggestion, evidence, lambda: read_batches(rows_path))
    steps = _earlier_steps(stores, job, known)
    if found is None:
        doubts = without_doubts(suggestion.issues, steps)
        return Suggested(replace(suggestion, issues=doubts), evidence, None)
    on_it = on_file(found, headers, known)
    steps |= on_it.transformations
    told = [
        *without_doubts(suggestion.issues, steps),
        *on_it.issues,
        *_broken_rules(stores, job, evidence, on_it, steps),
    ]
    # what nobody has confirmed for the source lets no automatic source go on by itself
    all_learned = suggestion.all_learned and not on_it.transformations
    return Suggested(replace(suggestion, issues=told, all_learned=all_learned), evidence, on_it)


def without_doubts(issues: Iterable[Issue], steps: Mapping[str, Sequence[str]]) -> list[Issue]:
    """The issues without doubts about cells that steps will change: those are of the cells as they come."""
    about = ("learned_mapping_doubtful", *KEY_DOUBTS)
    return [issue for issue in issues if issue.code not in about or issue.column not in steps]


def store_suggestion(connection: Connection, job: Job, suggested: Suggested) -> None:
    """Keep a suggestion with its job, in the place of an earlier one."""
    template = suggested.template.found.template.name if suggested.template else None
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


def _found(
    connection: Connection, job: Job, headers: Sequence[str], chosen: MappingTemplate | None
) -> Recognised | None:
    """The template that a person chose for the file, now or before, else the one that its headers show."""
    template = chosen or _chosen_before(connection, job)
    if template is None:
        return recognise(connection, job.workspace_id, headers)
    return Recognised(template, "named", match_headers(list(template.mappings), headers))


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


def _earlier_steps(stores: Stores, job: Job, known: Mapping[str, Learned]) -> dict[str, Sequence[str]]:
    """The steps of the source's last file, of the columns that are known to go where they went."""
    before = earlier_steps(stores.database, job)
    return {column: steps for (column, to), steps in before.items() if column in known and known[column].target == to}


def _broken_rules(
    stores: Stores,
    job: Job,
    evidence: Sequence[ColumnEvidence],
    template: FileTemplate,
    steps: Mapping[str, Sequence[str]],
) -> list[Issue]:
    """A warning for each of the template's rules that rows break, after what will be done to their cells."""
    rules = parse_rules(template.validation_rules)
    if not rules or job.rows_uri is None:
        return []
    parsed = {column: parse_steps(texts, column) for column, texts in steps.items()}
    contexts = {column.name: column.context for column in evidence}
    with stores.files.local(job.rows_uri) as path:
        return check_rules([column.name for column in evidence], read_batches(path), rules, contexts, parsed)
