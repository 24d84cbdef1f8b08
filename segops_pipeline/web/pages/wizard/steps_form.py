"""Steps of a transformation as a form has them: {"kind", "values"} for each, made from its text and into it.

What belongs here: that way and back, for the closed set of steps. What doesn't: what a step does
(`inference.transformations`), the dialog (`steps_dialog`).
"""

from collections.abc import Callable, Mapping
from typing import Any

from segops_pipeline.inference.steps import (
    ChangeCase,
    Constant,
    Default,
    Extract,
    Join,
    MakeList,
    MapValues,
    Prefix,
    Replace,
    Step,
    Suffix,
    TakePart,
    Trim,
    quoted,
)
from segops_pipeline.inference.transformations import parse_steps
from segops_pipeline.inference.value_steps import (
    Address,
    ConvertUnit,
    DateLocale,
    Email,
    NumberLocale,
    Phone,
    RemoveUnit,
)

Form = dict[str, Any]
Values = Mapping[str, Any]

# how each step is read into a form, by its class; the names of kinds are those of `_TEXTS`
_VALUES: dict[type[Step], tuple[str, Callable[[Any], Form]]] = {
    Trim: ("trim", lambda step: {"characters": step.characters or ""}),
    ChangeCase: ("case", lambda step: {"case": step.case}),
    Replace: ("replace", lambda step: {"old": step.old, "new": step.new}),
    TakePart: ("take", lambda step: {"separator": step.separator, "part": step.part}),
    MakeList: ("list", lambda step: {"separator": step.separator}),
    Join: ("join", lambda step: {"columns": list(step.columns), "separator": step.separator}),
    Prefix: ("prefix", lambda step: {"text": step.text}),
    Suffix: ("suffix", lambda step: {"text": step.text}),
    Constant: ("constant", lambda step: {"text": step.text}),
    Default: ("default", lambda step: {"text": step.text}),
    NumberLocale: ("number", lambda step: {"example": step.example}),
    DateLocale: ("date", lambda step: {"order": step.order}),
    RemoveUnit: ("unit_remove", lambda _: {}),
    ConvertUnit: ("unit", lambda step: {"source": step.source or "", "target": step.target}),
    MapValues: (
        "map",
        lambda step: {
            "pairs": [list(pair) for pair in step.values],
            "has_other": step.other is not None,
            "other": step.other or "",
        },
    ),
    Extract: ("extract", lambda step: {"pattern": step.pattern}),
    Phone: ("phone", lambda step: {"region": step.region or ""}),
    Email: ("email", lambda _: {}),
    Address: ("address", lambda step: {"part": step.part or ""}),
}  # fmt: skip


def _named(name: str) -> Callable[[Values], str]:
    return lambda values: f"{name} {quoted(_text(values, 'text'))}"


def _map(values: Values) -> str:
    pairs = ", ".join(f"{quoted(str(old))}={quoted(str(new))}" for old, new in values.get("pairs", []))
    return f"map {pairs}" + (f" else {quoted(_text(values, 'other'))}" if values.get("has_other") else "")


def _join(values: Values) -> str:
    columns = ", ".join(quoted(str(column)) for column in values.get("columns", []))
    return f"join {columns} with {quoted(_text(values, 'separator'))}"


def _unit(values: Values) -> str:
    source = _text(values, "source")
    return f"unit {source} to {_text(values, 'target')}" if source else f"unit to {_text(values, 'target')}"


_TEXTS: dict[str, Callable[[Values], str]] = {
    "trim": lambda values: f"trim {quoted(_text(values, 'characters'))}" if values.get("characters") else "trim",
    "case": lambda values: _text(values, "case"),
    "replace": lambda values: f"replace {quoted(_text(values, 'old'))} with {quoted(_text(values, 'new'))}",
    "take": lambda values: f"split {quoted(_text(values, 'separator'))} take {_text(values, 'part')}",
    "list": lambda values: f"split {quoted(_text(values, 'separator'))} as list",
    "join": _join,
    "prefix": _named("prefix"),
    "suffix": _named("suffix"),
    "constant": _named("constant"),
    "default": _named("default"),
    "number": lambda values: f"number {_text(values, 'example')}",
    "date": lambda values: f"date {_text(values, 'order')}",
    "unit_remove": lambda _: "unit remove",
    "unit": _unit,
    "map": _map,
    "extract": lambda values: f"extract {quoted(_text(values, 'pattern'))}",
    "phone": lambda values: f"phone {_text(values, 'region')}".strip(),
    "email": lambda _: "email",
    "address": lambda values: f"address {_text(values, 'part')}".strip(),
}
KINDS = tuple(_TEXTS)
"""The kinds of steps, in the order in which they are offered."""


def as_form(text: str) -> Form:
    """One step as a form has it.

    Raises:
        BadMapping: the text is no step.
    """
    (step,) = parse_steps([text])
    kind, values = _VALUES[type(step)]
    return {"kind": kind, "values": values(step)}


def as_text(form: Mapping[str, Any]) -> str:
    """A form as the text of its step; whether that is a step, `parse_steps` says."""
    make = _TEXTS.get(str(form.get("kind")))
    values = form.get("values")
    return make(values) if make is not None and isinstance(values, Mapping) else ""


def _text(values: Values, name: str) -> str:
    value = values.get(name)
    return "" if value is None else str(value)
