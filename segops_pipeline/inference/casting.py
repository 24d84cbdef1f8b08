"""Casts of whole columns of distinct values, fast.

What belongs here: patterns of values that a cast surely takes, so that only the others are cast one by one.
What doesn't: the casts (values.py), the choice of a type (type_choice.py).
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import pyarrow
import pyarrow.compute as compute

from segops_pipeline.inference.context import NO_VALUE, CastContext, Decision, Refusal
from segops_pipeline.inference.distinct import Distinct, Whole
from segops_pipeline.inference.emails import SURE_EMAIL
from segops_pipeline.inference.phones import SURE_PHONE
from segops_pipeline.inference.values import cast, decide

_SURE_AMOUNT = (
    r"([0-9]{1,3}\.[0-9]{3},[0-9]{2}|[0-9]{1,3},[0-9]{3}\.[0-9]{2}|[1-9][0-9]{0,2}[.,][0-9]{3}"
    r"|[0-9]{1,15}([.,][0-9]{1,2})?)"
)
_SURE_PRICE = rf"^([€£$]? ?{_SURE_AMOUNT}|{_SURE_AMOUNT} ?(€|£|EUR|USD|GBP|zł|Kč|kr))$"
# Whatever matches is taken by the cast in every context; a property test holds them together.
SURE = {
    "number": r"^-?([0-9]{1,15}([.,][0-9]{1,20})?"
    r"|[0-9]{1,3}(\.[0-9]{3}){1,4},[0-9]{1,20}|[0-9]{1,3}(,[0-9]{3}){1,4}\.[0-9]{1,20})$",
    "price": _SURE_PRICE,
    "multi_price": _SURE_PRICE,  # one price is a list of one
    "datetime": r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
    r"([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?Z?)?$",
    "list": r"^([A-Za-z0-9]|[^\[\x00\s][^\x00]*[A-Za-z0-9])[^\x00]*$",
    "url": r"^https?://[a-z0-9]+([.-][a-z0-9]+)*\.[a-z]{2,10}(/[A-Za-z0-9_./%?=&+~@:#-]{0,900})?$",
    "email": SURE_EMAIL,
    "phone": SURE_PHONE,
}
_MOST_DECIDING = 2000


@dataclass(frozen=True, slots=True)
class Trial:
    """How a column's distinct values were taken as a type.

    `refused` and `no_value` are places among the distinct values; `decision` is what they were cast with.
    """

    type: str
    decision: Decision
    refused: Whole
    no_value: Whole


def try_type(column: Distinct, type: str, currency: str | None) -> Trial:  # noqa: A002
    """Cast all distinct values of a column as a type, with what they decide together."""
    unsure = _unsure(column.values, type)
    others = column.values.take(unsure) if len(unsure) < len(column) else column.values
    decision = decide(_deciding(column.values, others, type), type, currency)
    refused, no_value = _cast(others.to_pylist(), type, decision.context)
    return Trial(type, decision, unsure[refused], unsure[no_value])


def refused_places(column: Distinct, type: str, context: CastContext) -> tuple[Whole, Whole]:  # noqa: A002
    """Which distinct values of a column are none of a type in a context, and which stand for no value."""
    if type == "text":
        nothing = numpy.zeros(0, dtype=numpy.int64)
        return nothing, nothing
    unsure = _unsure(column.values, type)
    refused, no_value = _cast(column.values.take(unsure).to_pylist(), type, context)
    return unsure[refused], unsure[no_value]


def _unsure(values: pyarrow.Array, type: str) -> Whole:  # noqa: A002
    if type not in SURE:
        return numpy.arange(len(values))
    sure = compute.match_substring_regex(values, SURE[type]).to_numpy(zero_copy_only=False)
    return numpy.flatnonzero(~sure)


def _cast(values: Sequence[str], type: str, context: CastContext) -> tuple[Whole, Whole]:  # noqa: A002
    refused: list[int] = []
    no_value: list[int] = []
    for place, value in enumerate(values):
        answer = cast(value, type, context)
        if isinstance(answer, Refusal):
            (no_value if answer.code == NO_VALUE else refused).append(place)
    return numpy.array(refused, dtype=numpy.int64), numpy.array(no_value, dtype=numpy.int64)


def _deciding(values: pyarrow.Array, others: pyarrow.Array, type: str) -> list[str]:  # noqa: A002
    """Values that decide what all would: a plain date decides nothing, and amounts decide by their shape."""
    if type in ("url", "boolean", "text", "email", "address"):
        return []
    if type == "datetime":
        return others.to_pylist()
    if type in ("list", "phone"):
        return values[:_MOST_DECIDING].to_pylist()
    if len(values) > _MOST_DECIDING:
        shapes = compute.replace_substring_regex(values, "[1-9]", "9").dictionary_encode().indices
        _, first = numpy.unique(shapes.to_numpy(zero_copy_only=False), return_index=True)
        values = values.take(numpy.sort(first))
    return values.to_pylist()
