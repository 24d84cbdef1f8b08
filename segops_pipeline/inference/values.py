"""The only casts in the project: a cell's text to a value of a type, or the reason why it is none.

Inference asks the same casts that loading uses, with the same context, so that a guessed type cannot
disagree with loading. What belongs here: the public entry to all casts. What doesn't: how one type reads
(decimals, booleans, lists, links, prices, dates), which type a column has (column_types.py).

Canonical JSON by type:

    text         the text without blanks around it
    number       1234.5, where JSON keeps it exact; else its decimal text, "0.10000000000000000001"
    boolean      true or false
    list         ["red", "dark blue"]
    url          "https://example.com/a%20b.jpg"
    price        {"amount": "12.50", "currency": "EUR"}; the currency is left out where nothing says it
    multi_price  a list of prices, each with "locale" where the cell names one
    datetime     "2024-05-31" or "2024-05-31T12:30:00" or "2024-05-31T12:30:00+02:00"
    phone        "+493012345678", with ";ext=12" behind it; as it is written where its country is not known
    email        "name@example.com"
    address      "Hauptstr. 5, 10115 Berlin"

The last three are for contacts: a product's fields have the first eight (fields.py).

Every canonical value, written as text or JSON, is read again as itself.
"""

from collections.abc import Callable, Iterable, Sequence

from segops_pipeline.inference.addresses import cast_address
from segops_pipeline.inference.booleans import cast_boolean
from segops_pipeline.inference.context import (
    NO_VALUE,
    CastContext,
    Decision,
    Refusal,
    Value,
    is_placeholder,
    no_value,
    shown,
)
from segops_pipeline.inference.dates import cast_datetime, decide_dates
from segops_pipeline.inference.decimals import cast_number, decide_number
from segops_pipeline.inference.emails import cast_email
from segops_pipeline.inference.links import cast_url
from segops_pipeline.inference.lists import cast_list, decide_list
from segops_pipeline.inference.phones import cast_phone, decide_phones
from segops_pipeline.inference.prices import cast_multi_price, cast_price, decide_prices

__all__ = ["NO_VALUE", "CastContext", "Refusal", "Value", "cast", "cast_distinct", "decide", "decide_context"]

Cast = Callable[[str, CastContext], Value | Refusal]


def _cast_text(text: str, context: CastContext) -> Value | Refusal:  # noqa: ARG001 - all casts are called alike
    return text


_CASTS: dict[str, Cast] = {
    "text": _cast_text,
    "number": cast_number,
    "boolean": cast_boolean,
    "list": cast_list,
    "url": cast_url,
    "price": cast_price,
    "multi_price": cast_multi_price,
    "datetime": cast_datetime,
    "phone": cast_phone,
    "email": cast_email,
    "address": cast_address,
}


# Longer texts are no values of these types, so they decide nothing about them.
_LONGEST_DECIDING = {"number": 320, "price": 140, "multi_price": 2000, "datetime": 80, "phone": 80}


def cast(text: str, type: str, context: CastContext) -> Value | Refusal:  # noqa: A002 - the word of the contract
    """The value that a filled cell has as a type, or why it has none. Never raises for any text.

    `text` may have blanks around it; a cell of blanks only, and in every type but text a placeholder such as
    N/A, is refused with the code `no_value`.

    Raises:
        KeyError: `type` is none of the eleven.
    """
    reader = _CASTS[type]
    text = text.strip()
    if not text:
        return Refusal(NO_VALUE, "The cell is empty.", "Fill the cell.")
    if "\x00" in text:
        return Refusal("nul_character", f"“{shown(text)}” has a NUL character.", "Remove the character.")
    value = reader(text, context)
    if isinstance(value, Refusal) and is_placeholder(text):
        return no_value(text)
    return value


def cast_distinct(values: Sequence[str], type: str, context: CastContext) -> list[Value | Refusal]:  # noqa: A002
    """`cast` for each of the values, in their order."""
    return [cast(value, type, context) for value in values]


def decide(values: Iterable[str], type: str, currency: str | None = None) -> Decision:  # noqa: A002
    """What all filled values of a column decide about their reading as a type, and what stays ambiguous.

    `currency` is the ISO 4217 code that the header or the workspace gives to amounts without a mark.
    """
    longest = _LONGEST_DECIDING.get(type)
    stripped = (value.strip() for value in values if longest is None or len(value) <= longest)
    if type == "number":
        return decide_number(stripped)
    if type in ("price", "multi_price"):
        return decide_prices(stripped, currency)
    if type == "datetime":
        return decide_dates(stripped, currency)
    if type == "list":
        return decide_list(stripped)
    if type == "phone":
        return decide_phones(stripped, currency)
    return Decision(CastContext())


def decide_context(values: Iterable[str], type: str, currency: str | None) -> CastContext:  # noqa: A002
    """The context in which `cast` reads every value of a column whose filled values are given."""
    return decide(values, type, currency).context
