"""A template on one file: its steps and rules under the file's own headers, and what is to be said of them.

What belongs here: what a recognised or chosen template means for this file. What doesn't: recognising it
(`inference.templates`), the suggestion that it is part of (`suggest`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from segops_pipeline.errors import Issue
from segops_pipeline.inference.memory import Learned
from segops_pipeline.inference.steps import Join, Step
from segops_pipeline.inference.templates import Recognised
from segops_pipeline.inference.transformations import parse_steps


@dataclass(frozen=True, slots=True)
class FileTemplate:
    """What a template does to a file's columns, and what it wants of them; `issues` say how it fits the file.

    A column that the source's own memory decides is not changed by a template that a person has not chosen.
    """

    found: Recognised
    transformations: Mapping[str, Sequence[str]]
    validation_rules: Mapping[str, Sequence[str]]
    issues: Sequence[Issue]

    def as_dict(self) -> dict[str, Any]:
        """What is stored with the job's suggestion."""
        return {
            "name": self.found.template.name,
            "extent": self.found.extent,
            "transformations": dict(self.transformations),
            "validation_rules": dict(self.validation_rules),
        }


def on_file(found: Recognised, headers: Sequence[str], known: Mapping[str, Learned]) -> FileTemplate:
    """What a template means for a file with these headers, of whose columns memory and the template know `known`."""
    template = found.template
    issues = [_told(found, len(headers)), *_missing(found)]
    places = {header: column for column, header in found.columns.items()}
    transformations: dict[str, list[str]] = {}
    for column, header in found.columns.items():
        if known[column].template is None or header not in template.transformations:
            continue
        steps = [_under(step, places) for step in parse_steps(template.transformations[header], column)]
        lacking = [name for step in steps if isinstance(step, Join) for name in step.columns if name not in headers]
        if lacking:
            issues.append(_cannot_join(column, lacking[0], template.name))
        else:
            transformations[column] = [str(step) for step in steps]
    rules = template.validation_rules
    by_column = {column: list(rules[header]) for column, header in found.columns.items() if header in rules}
    return FileTemplate(found, transformations, by_column, issues)


def _under(step: Step, places: Mapping[str, str]) -> Step:
    """The step with the file's own headers of the columns that it joins."""
    if not isinstance(step, Join):
        return step
    return replace(step, columns=tuple(places.get(name, name) for name in step.columns))


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


def _cannot_join(column: str, lacking: str, name: str) -> Issue:
    return Issue(
        "template_column_missing",
        f"The file has no column '{lacking}', which the template '{name}' joins to {column}: {column} stays as it is.",
        "warning",
        column=lacking,
        suggestion="Check that it is the right template for this file.",
    )
