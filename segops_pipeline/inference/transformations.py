"""What is done to a column's text before its cast: a list of steps, each written as one readable line.

What belongs here: reading the steps of a column and applying them to it. What doesn't: how steps are written
(step_words.py), what each does (steps.py, value_steps.py), the cast afterwards (values.py).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segops_pipeline.errors import BadMapping
from segops_pipeline.inference.context import CastContext, Refusal
from segops_pipeline.inference.decimals import decide_decimal
from segops_pipeline.inference.phones import decide_phones
from segops_pipeline.inference.step_words import STEP_FORMS, NotUnderstood, read_step
from segops_pipeline.inference.steps import TEXT, Join, Step
from segops_pipeline.inference.value_steps import ConvertUnit, Phone

__all__ = ["STEP_FORMS", "Step", "Steps", "Transformed", "cast_context", "parse_steps", "settled", "transform"]

Steps: TypeAlias = tuple[Step, ...]

MOST_STEPS = 20  # of one column


def parse_steps(texts: Iterable[object], column: str | None = None) -> Steps:
    """Read the steps of one column, in the order in which they are applied.

    Raises:
        BadMapping: one of them is no step; the error has the column, the step as its value, and what is allowed.
    """
    steps: list[Step] = []
    for text in texts:
        try:
            if len(steps) == MOST_STEPS:
                raise NotUnderstood(f"a column has at most {MOST_STEPS} steps")
            steps.append(read_step(text))
        except NotUnderstood as problem:
            raise BadMapping(
                f"A step of a transformation cannot be understood: {problem}.",
                f"Steps are: {' · '.join(STEP_FORMS)}",
                column=column,
                value=str(text)[:200],
            ) from None
    return tuple(steps)


@dataclass(frozen=True, slots=True)
class Transformed:
    """A column after its steps: a text per row, and by their rows the cells that a step refused, which are empty."""

    texts: pa.Array
    refused: dict[int, Refusal]


def transform(texts: pa.Array, steps: Steps, other: Callable[[str], pa.Array]) -> Transformed:
    """Apply steps to a column, each to its distinct texts.

    Args:
        texts: one per row, without nulls (64-bit offsets).
        steps: as parsed.
        other: gives another column of the same rows by its header, as it is in the file.
    """
    texts = pc.utf8_trim_whitespace(texts)
    refused: dict[int, Refusal] = {}
    for step in steps:
        if isinstance(step, Join):
            texts = step.joined(texts, [pc.utf8_trim_whitespace(other(name)) for name in step.columns])
            continue
        encoded = texts.dictionary_encode()
        changed, refusals = step.apply(encoded.dictionary)
        texts = changed.take(encoded.indices)
        if refusals:
            places = encoded.indices.to_numpy(zero_copy_only=False)
            for row in np.flatnonzero(np.isin(places, list(refusals))).tolist():
                refused.setdefault(row, refusals[int(places[row])])
    if refused:  # a later step may have filled them
        emptied = np.zeros(len(texts), dtype=bool)
        emptied[list(refused)] = True
        texts = pc.if_else(pa.array(emptied), pa.scalar("", TEXT), texts)
    return Transformed(texts, refused)


def settled(steps: Steps, texts: pa.Array, other: Callable[[str], pa.Array], currency: str | None = None) -> Steps:
    """The steps with what all texts that come to them decide.

    That is the decimal mark of measures that are converted, unless a `number` step before says it, and the country of
    telephone numbers, unless their step names it: where several have them, that of the workspace's `currency`.
    """
    done: list[Step] = []
    for place, step in enumerate(steps):
        before = tuple(done)
        if isinstance(step, ConvertUnit):
            decimal = cast_context(steps[:place], CastContext()).decimal
            done.append(replace(step, decimal=decimal or decide_decimal(_distinct(before, texts, other))[0]))
        elif isinstance(step, Phone) and step.region is None:
            found = decide_phones(_distinct(before, texts, other), currency).context.region
            done.append(replace(step, decided=found))
        else:
            done.append(step)
    return tuple(done)


def _distinct(steps: Steps, texts: pa.Array, other: Callable[[str], pa.Array]) -> list[str]:
    return transform(texts, steps, other).texts.unique().to_pylist()


def cast_context(steps: Steps, context: CastContext) -> CastContext:
    """How the cast after the steps reads: as the column decides, except for what a step fixes."""
    for step in steps:
        context = step.context(context)
    return context
