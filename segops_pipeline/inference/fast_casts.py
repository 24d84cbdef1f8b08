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
# a decimal's three digits after the mark could be thousands, a zero at the end is not canonical
NUMBER = rf"^(?:0|-?[1-9][0-9]{{0,14}}|-?{WHOLE}[.,](?:[0-9]?[1-9]|[0-9]{{3,4}}[1-9]))$"
MAX_URL_BYTES = 900  # asked by itself: an expression that counts them is many times slower
URL = SURE["url"].replace("{0,900}", "*")
DATE = r"^(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])$"
MARKS = ("EUR", "USD", "GBP", "CHF", "€", "$", "£")  # none is part of another
_ANY_MARK = "|".join(re.escape(mark) for mark in MARKS)
_AMOUNT = rf"{WHOLE}[.,][0-9]{{2}}"
PRICE = rf"^(?:{_AMOUNT}(?: ?(?:{_ANY_MARK}))?|(?:{_ANY_MARK}) ?{_AMOUNT})$"
NO_MARK = "^[0-9].*[0-9]$"  # of a price


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
    return reader(texts, context)


def _number(texts: pa.Array, context: CastContext) -> pa.Array:  # noqa: ARG001 - all readers are called alike
    return _where(pc.match_substring_regex(texts, NUMBER), _with_point(texts))


def _datetime(texts: pa.Array, context: CastContext) -> pa.Array:  # noqa: ARG001 - all readers are called alike
    return _where(pc.match_substring_regex(texts, DATE), _join('"', texts, '"'))


def _url(texts: pa.Array, context: CastContext) -> pa.Array:  # noqa: ARG001 - all readers are called alike
    sure = pc.and_(pc.match_substring_regex(texts, URL), pc.less(pc.binary_length(texts), MAX_URL_BYTES))
    return _where(sure, _join('"', texts, '"'))


def _list(texts: pa.Array, context: CastContext) -> pa.Array:
    if context.separator is None:
        return pa.nulls(len(texts), TEXT)
    bar = re.escape(context.separator)
    blank = r"[\s\p{Z}\p{C}]"
    unsure = pc.match_substring_regex(texts, rf'^$|["\\\[\p{{C}}]|^{bar}|{bar}$|{bar}{bar}|{bar}{blank}|{blank}{bar}')
    return _where(pc.invert(unsure), _join('["', pc.replace_substring(texts, context.separator, '","'), '"]'))


def _price(texts: pa.Array, context: CastContext) -> pa.Array:
    """Mark by mark, as the first price that is left has it: a column has one or two."""
    left = pc.fill_null(pc.match_substring_regex(texts, PRICE), False)
    found = pa.nulls(len(texts), TEXT)
    while (first := pc.index(left, True).as_py()) >= 0:
        price = texts[first].as_py()
        mark = next((mark for mark in MARKS if mark in price), "")
        has = pc.match_substring(texts, mark) if mark else pc.match_substring_regex(texts, NO_MARK)
        chosen, left = pc.and_(left, has), pc.and_not(left, has)
        member = _currency_member(mark, context)
        if member is not None:
            prices = _join('{"amount":"', _with_point(_without(texts, mark)), f'"{member}}}')
            found = prices if pc.all(chosen).as_py() else pc.if_else(chosen, prices, found)
    return found


def _without(texts: pa.Array, mark: str) -> pa.Array:
    plain = pc.replace_substring(texts, mark, "") if mark else texts
    return pc.replace_substring(plain, " ", "") if pc.any(pc.match_substring(plain, " ")).as_py() else plain


def _with_point(texts: pa.Array) -> pa.Array:
    return pc.replace_substring(texts, ",", ".") if pc.any(pc.match_substring(texts, ",")).as_py() else texts


def _currency_member(mark: str, context: CastContext) -> str | None:
    """`,"currency":"EUR"` for a mark; None where its amounts have not two digits, or it may mean nothing."""
    code = code_of(mark, context.currency) if mark else context.currency
    if (mark and (code is None or is_weak(mark))) or minor_digits(code) != 2:
        return None
    return f',"currency":"{code}"' if code else ""


def _where(chosen: pa.Array, values: pa.Array) -> pa.Array:
    chosen = pc.fill_null(chosen, False)
    return values if pc.all(chosen).as_py() else pc.if_else(chosen, values, pa.scalar(None, TEXT))


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
