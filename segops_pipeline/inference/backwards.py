"""Steps backwards: what a cell must say so that the steps of its column make a wanted text of it.

What belongs here: guesses, the likeliest first. What doesn't: whether one is right, for whoever asks does the steps to
it and looks (`imports.own_cells`). A step that forgets (`extract`, `constant`, a unit that is removed) has no way back
but the text itself.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from segops_pipeline.inference.steps import Join, MakeList, MapValues, Prefix, Replace, Step, Suffix, TakePart
from segops_pipeline.inference.transformations import Steps
from segops_pipeline.inference.value_steps import ConvertUnit

MOST_GUESSES = 8


def guesses(wanted: str, steps: Steps, others: Mapping[str, str]) -> list[str]:
    """Texts of which the steps may make the wanted one, the likeliest first and each once.

    Args:
        wanted: the text after all steps.
        steps: of the column.
        others: what the other columns of the row say, by header, for steps that join them.
    """
    return list(dict.fromkeys(islice(_before(wanted, steps, others), MOST_GUESSES * 4)))[:MOST_GUESSES]


def _before(wanted: str, steps: Steps, others: Mapping[str, str]) -> Iterator[str]:
    if not steps:
        yield wanted
        return
    *earlier, last = steps
    for text in _before_one(wanted, last, others):
        yield from _before(text, tuple(earlier), others)


def _before_one(wanted: str, step: Step, others: Mapping[str, str]) -> Iterator[str]:
    """Texts of which one step may make the wanted one; the text itself is always the last guess."""
    if isinstance(step, Join):
        yield from _before_join(wanted, step, others)
    elif (guess := _GUESS.get(type(step))) is not None:
        yield from guess(wanted, step)
    yield wanted


def _before_join(wanted: str, step: Join, others: Mapping[str, str]) -> Iterator[str]:
    """Without the other columns' texts at its end."""
    behind = step.separator.join(text for name in step.columns if (text := others.get(name, "").strip()))
    if behind and wanted.endswith(behind):
        own = wanted[: -len(behind)]
        yield own.removesuffix(step.separator) if own else ""


def _before_prefix(wanted: str, step: Prefix) -> Iterator[str]:
    if wanted.startswith(step.text):
        yield wanted.removeprefix(step.text)


def _before_suffix(wanted: str, step: Suffix) -> Iterator[str]:
    if wanted.endswith(step.text):
        yield wanted.removesuffix(step.text)


def _before_map(wanted: str, step: MapValues) -> Iterator[str]:
    yield from (old.strip() for old, new in step.values if new == wanted)


def _before_replace(wanted: str, step: Replace) -> Iterator[str]:
    yield wanted  # a text without the old one is what it was
    if step.new:
        yield wanted.replace(step.new, step.old)


def _before_part(wanted: str, step: TakePart) -> Iterator[str]:
    other = "-" if "-" not in step.separator else "_"  # something in the place of the parts that are not known
    if step.part > 1:
        yield f"{other}{step.separator}" * (step.part - 1) + wanted
    elif step.part < -1:
        yield wanted + f"{step.separator}{other}" * (-step.part - 1)


def _before_list(wanted: str, step: MakeList) -> Iterator[str]:
    try:
        items = json.loads(wanted)
    except ValueError:
        return
    if isinstance(items, list) and all(isinstance(item, str) for item in items):
        yield step.separator.join(items)


def _before_unit(wanted: str, step: ConvertUnit) -> Iterator[str]:
    yield f"{wanted} {step.target}"


_GUESS: Mapping[type[Step], Callable[..., Iterator[str]]] = {
    Prefix: _before_prefix,
    Suffix: _before_suffix,
    MapValues: _before_map,
    Replace: _before_replace,
    TakePart: _before_part,
    MakeList: _before_list,
    ConvertUnit: _before_unit,
}
