"""Values in their plainest writing, cast a column at a time: `12.5`, `12.50 EUR`, `2024-05-31`, `red|blue`.

What belongs here: patterns of text from which the canonical JSON follows at once. Whatever they answer, `cast`
answers too (a property test holds them together); whatever they leave out is cast one by one.
"""

# pyarrow comes without types
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from segops_pipeline.inference.casting import SURE
from segops_pipeline.inference.context import CastContext
from segops_pipeline.inference.currencies import code_of, is_weak, minor_digits

TEXT = pa.large_string()
WHOLE = r"(?:0|[1-9][0-9]{0,8})"
INTEGER = r"^(?:0|-?[1-9][0-9]{0,14})$"
# three digits after the mark could be thousands, a zero at the end is not canonical
DECIMAL = rf"^-?{WHOLE}[.,](?:[0-9]?[1-9]|[0-9]{{3,4}}[1-9])$"
DATE = r"^(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])$"
MARKS = ("EUR", "USD", "GBP", "CHF", "€", "$", "£")
_ANY_MARK = "|".join(re.escape(mark) for mark in MARKS)
PRICE = rf"^(?:(?P<before>{_ANY_MARK}) ?)?(?P<whole>{WHOLE})[.,](?P<cents>[0-9]{{2}})(?: ?(?P<after>{_ANY_MARK}))?$"


def surely(texts: pa.Array, type: str, context: CastContext) -> pa.Array:  # noqa: A002 - the word of the contract
    """The canonical JSON of each text that is in its plainest writing; null for all others.

    Args:
        texts: without blanks around them.
        type: one of the eight.
        context: how the column's values are to be read.
    """
    reader = _READERS.get(type)
    if reader is None:
        return pa.nulls(len(texts), TEXT)
    return _where(pc.not_equal(texts, ""), reader(texts, context))


def _number(texts: pa.Array, context: CastContext) -> pa.Array:  # noqa: ARG001 - all readers are called alike
    plain = pc.or_(pc.match_substring_regex(texts, INTEGER), pc.match_substring_regex(texts, DECIMAL))
    return _where(plain, pc.replace_substring(texts, ",", "."))


def _datetime(texts: pa.Array, context: CastContext) -> pa.Array:  # noqa: ARG001 - all readers are called alike
    return _where(pc.match_substring_regex(texts, DATE), _join('"', texts, '"'))


def _url(texts: pa.Array, context: CastContext) -> pa.Array:  # noqa: ARG001 - all readers are called alike
    return _where(pc.match_substring_regex(texts, SURE["url"]), _join('"', texts, '"'))


def _list(texts: pa.Array, context: CastContext) -> pa.Array:
    if context.separator is None:
        return pa.nulls(len(texts), TEXT)
    bar = re.escape(context.separator)
    blank = r"[\s\p{Z}\p{C}]"
    unsure = pc.match_substring_regex(texts, rf'["\\\[\p{{C}}]|^{bar}|{bar}$|{bar}{bar}|{bar}{blank}|{blank}{bar}')
    return _where(pc.invert(unsure), _join('["', pc.replace_substring(texts, context.separator, '","'), '"]'))


def _price(texts: pa.Array, context: CastContext) -> pa.Array:
    parts = pc.extract_regex(texts, PRICE)
    before, whole, cents, after = (
        pc.struct_field(parts, name).cast(TEXT) for name in ("before", "whole", "cents", "after")
    )
    one_mark = pc.or_(pc.equal(before, ""), pc.equal(after, ""))
    mark = _join(before, after)
    endings = [(mark, _currency_member(mark, context)) for mark in ("", *MARKS)]
    ending = pa.nulls(len(texts), TEXT)
    for text, member in endings:
        if member is not None:
            ending = pc.if_else(pc.equal(mark, text), pa.scalar(member, TEXT), ending)
    return _where(one_mark, _join('{"amount":"', whole, ".", cents, '"', ending, "}"))


def _currency_member(mark: str, context: CastContext) -> str | None:
    """`,"currency":"EUR"` for a mark; None where its amounts have not two digits, or it may mean nothing."""
    code = code_of(mark, context.currency) if mark else context.currency
    if (mark and (code is None or is_weak(mark))) or minor_digits(code) != 2:
        return None
    return f',"currency":"{code}"' if code else ""


def _where(chosen: pa.Array, values: pa.Array) -> pa.Array:
    return pc.if_else(pc.fill_null(chosen, False), values, pa.scalar(None, TEXT))


def _join(*parts: pa.Array | str) -> pa.Array:
    scalars = (pa.scalar(part, TEXT) if isinstance(part, str) else part for part in parts)
    return pc.binary_join_element_wise(*scalars, pa.scalar("", TEXT))


_READERS: dict[str, Callable[[pa.Array, CastContext], pa.Array]] = {
    "number": _number,
    "datetime": _datetime,
    "url": _url,
    "list": _list,
    "price": _price,
}
