"""A mapping template as an editable JSON file: what `segops templates show` prints and `save --from` reads.

    {"name", "description", "mapping": {column: target | null}, "schema": {"fields": […]},
     "transformations": {column: [step]}, "validation_rules": {column: [rule]}, "default", "public"}

A mapping file (`mapping_file`) with more to say; the body of POST /api/v1/import/mapping-templates in seed
001_c1dc1bdbebbf3ced.txt is read too: `mappings`, and one text in the place of a list.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segops_pipeline.errors import BadMapping
from segops_pipeline.imports.mapping_file import confirmation_from, read_json
from segops_pipeline.inference.rules import RULES
from segops_pipeline.inference.templates import TemplateDraft

HELP = (
    "Give each column a field, 'sku', 'name', or null to skip it. Rules of a column are such as: "
    + "; ".join(RULES)
    + ". Then: segops templates save NAME --from THIS_FILE"
)


# the names that the seed gives to two steps
SEED_STEPS = {"normalize_phone_number": "phone", "parse_address": "address"}


def template_as_dict(template: TemplateDraft) -> dict[str, Any]:
    """The template as its file has it, ready for JSON."""
    return {
        "help": HELP,
        "name": template.name,
        "description": template.description,
        "mapping": dict(template.mappings),
        "schema": {"fields": [field.as_dict() for field in template.fields]},
        "transformations": {column: list(steps) for column, steps in template.transformations.items()},
        "validation_rules": {column: list(rules) for column, rules in template.validation_rules.items()},
        "default": template.is_default,
        "public": template.is_public,
    }


def read_template(path: Path, name: str, created_by: str) -> TemplateDraft:
    """Read a template, or a mapping, that a person has edited; the name in the file does not count.

    Raises:
        WrongUsage: there is no such file.
        BadMapping: it is no JSON of the shape above.
    """
    try:
        return template_from(read_json(path), name, created_by)
    except BadMapping as error:
        error.file = str(path)
        raise


def template_from(content: Any, name: str, created_by: str) -> TemplateDraft:  # noqa: ANN401 - whatever JSON holds
    """Check the shape of a template and take it over.

    Raises:
        BadMapping: it does not have the shape of a template.
    """
    if isinstance(content, dict) and "mapping" not in content and "mappings" in content:
        content = {**content, "mapping": content["mappings"]}
    if isinstance(content, dict):
        steps = _lists(content, "transformations")
        content = {**content, "transformations": {c: [SEED_STEPS.get(t, t) for t in ts] for c, ts in steps.items()}}
    confirmation = confirmation_from(content)
    assert isinstance(content, dict)
    description = content.get("description")
    if not isinstance(description, str | None) or not all(
        isinstance(content.get(flag, False), bool) for flag in ("default", "public")
    ):
        raise BadMapping("'description' must be text, 'default' and 'public' true or false.", HELP)
    return TemplateDraft(
        name=name,
        description=description,
        mappings=confirmation.mapping,
        fields=confirmation.fields,
        transformations=content["transformations"],
        validation_rules=_lists(content, "validation_rules"),
        is_default=content.get("default", False),
        is_public=content.get("public", False),
        created_by=created_by,
    )


def _lists(content: Mapping[str, Any], part: str) -> dict[str, list[str]]:
    """A part of the file that has a list of texts, or one text, by column.

    Raises:
        BadMapping: it has something else.
    """
    given = content.get(part) or {}
    if not isinstance(given, dict):
        raise BadMapping(f"'{part}' must be an object of column: list of texts.", HELP)
    read: dict[str, list[str]] = {}
    for column, texts in given.items():
        listed = [texts] if isinstance(texts, str) else texts
        if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
            raise BadMapping(f"'{part}' of '{column}' must be a list of texts.", HELP, column=str(column))
        if listed:
            read[str(column)] = listed
    return read
