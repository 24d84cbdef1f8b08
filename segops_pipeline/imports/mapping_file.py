"""The mapping as an editable JSON file: written for a person to change, read back to be confirmed.

    {"mapping": {column: field | "sku" | "name" | null}, "transformations": {column: [step, …]},
     "schema": {"fields": [{key, type, …}]}, "rules": {rule: value}, "offers": [{field, type, columns, reason}]}

Offers are for a person to read: columns that can share a field, once they are mapped to it. Rules may be left out: see
catalogue/rules.py.
The same shape as the body of a confirmation over the API (seed 000, Step 3).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from segops_pipeline.catalogue.rules import HELP as RULES_HELP
from segops_pipeline.catalogue.rules import ImportRules
from segops_pipeline.config import Settings
from segops_pipeline.errors import BadMapping, UnknownType, WrongUsage
from segops_pipeline.imports.bizzkit import BIZZKIT
from segops_pipeline.imports.column_steps import earlier_steps
from segops_pipeline.imports.confirm import Confirmation, suggested_confirmation
from segops_pipeline.imports.intake import suggestion_of
from segops_pipeline.imports.jobs import Job
from segops_pipeline.inference.fields import FIELD_TYPES, SchemaField
from segops_pipeline.inference.offers import Offer
from segops_pipeline.inference.transformations import STEP_FORMS
from segops_pipeline.stores.opening import Stores

HELP = (
    "Give each column a field, 'sku', 'name', or null to skip it. Types: "
    + ", ".join(FIELD_TYPES)
    + ". Then: segops confirm JOB --mapping THIS_FILE"
)
STEPS_HELP = (
    "What is done to a column's text before it is read, step by step, as "
    '{"Weight": ["trim", "unit g to kg"]}. See what comes out with: segops preview JOB --mapping THIS_FILE. Steps: '
    + " · ".join(STEP_FORMS)
)


def mapping_path(settings: Settings, job_id: str) -> Path:
    """Where the suggested mapping of a job is written for a person to edit."""
    return settings.home / "mappings" / f"{job_id}.json"


def write_suggestion(stores: Stores, job: Job) -> Path | None:
    """Write the suggestion of a job that waits for its mapping; None where it does not wait, or maps nothing."""
    if job.mapping is not None or job.suggestion is None or job.format == BIZZKIT:
        return None
    path = mapping_path(stores.settings, job.id)
    write_mapping(path, suggested_confirmation(job, earlier_steps(stores.database, job)), suggestion_of(job).offers)
    return path


def write_mapping(path: Path, confirmation: Confirmation, offers: Sequence[Offer] = ()) -> None:
    """Write a mapping for a person to edit, with what could be combined."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "help": HELP,
        "mapping": dict(confirmation.mapping),
        "transformations_help": STEPS_HELP,
        "transformations": {column: list(steps) for column, steps in confirmation.transformations.items()},
        "schema": {"fields": [field.as_dict() for field in confirmation.fields]},
        **({} if confirmation.rules is None else {"rules": confirmation.rules.as_dict()}),
        **({"offers": [offer.as_dict() for offer in offers]} if offers else {}),
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_mapping(path: Path) -> Confirmation:
    """Read a mapping that a person has edited.

    Raises:
        WrongUsage: there is no such file.
        BadMapping: it is no JSON of the shape above.
    """
    try:
        return confirmation_from(read_json(path))
    except BadMapping as error:
        error.file = str(path)
        raise


def read_json(path: Path) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Read a file that a person has edited.

    Raises:
        WrongUsage: there is no such file.
        BadMapping: it is no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))  # some editors put the mark of UTF-8 in front
    except OSError as error:
        raise WrongUsage(f"The file cannot be read: {error.strerror}.", "Check its path.", file=str(path)) from error
    except (ValueError, RecursionError) as error:
        raise BadMapping(f"The file is no valid JSON: {error}.", "Correct it there.", file=str(path)) from error


def confirmation_from(content: Any) -> Confirmation:  # noqa: ANN401 - whatever JSON holds
    """Check the shape of a mapping and take it over.

    Raises:
        BadMapping: it does not have the shape of a mapping.
    """
    mapping = content.get("mapping") if isinstance(content, dict) else None
    if not isinstance(mapping, dict) or not all(isinstance(t, str | None) for t in mapping.values()):
        raise BadMapping("'mapping' must be an object of column: target, with null to skip a column.", HELP)
    schema = {} if content.get("schema") is None else content["schema"]
    fields = schema.get("fields", []) if isinstance(schema, dict) else None
    if not isinstance(fields, list):
        raise BadMapping("'schema' must be an object with a list of 'fields'.", HELP)
    return Confirmation(
        {str(column): target or None for column, target in mapping.items()},
        [_field(f) for f in fields],
        transformations=_transformations(content.get("transformations")),
        rules=_rules(content.get("rules")),
    )


def _rules(data: Any) -> ImportRules | None:  # noqa: ANN401 - whatever JSON holds
    if data is None:
        return None
    if not isinstance(data, dict):
        raise BadMapping("'rules' must be an object of rule: value.", RULES_HELP)
    try:
        return ImportRules.from_dict(data)
    except WrongUsage as error:
        raise BadMapping(error.message, error.remedy) from error


def _transformations(data: Any) -> dict[str, list[str]]:  # noqa: ANN401 - whatever JSON holds
    """The steps of each column; one step may stand without its list."""
    if not isinstance(data, dict | None):
        raise BadMapping("'transformations' must be an object of column: list of steps.", HELP)
    transformations: dict[str, list[str]] = {}
    for column, steps in (data or {}).items():
        listed = [steps] if isinstance(steps, str) else steps
        if not isinstance(listed, list) or not all(isinstance(step, str) for step in listed):
            raise BadMapping("The steps of a transformation are a list of texts.", HELP, column=str(column))
        transformations[str(column)] = listed
    return transformations


def _field(data: Any) -> SchemaField:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(data, dict) or not isinstance(data.get("key"), str):
        raise BadMapping("Each field needs a 'key' and a 'type'.", HELP)
    if data.get("type") not in FIELD_TYPES:
        raise UnknownType(
            f"Field '{data['key']}' has the type '{data.get('type')}'.",
            f"Choose one of: {', '.join(FIELD_TYPES)}.",
        )
    label, required, description = data.get("label"), data.get("required", False), data.get("description")
    if not isinstance(label, str | None) or not isinstance(description, str | None) or not isinstance(required, bool):
        raise BadMapping(
            f"Field '{data['key']}' has a label or description that is no text, or 'required' is not true or false.",
            HELP,
        )
    return SchemaField(data["key"], label or data["key"], data["type"], required, description)
