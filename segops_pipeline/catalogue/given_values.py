"""Values as a program or a page gives them: JSON of its own type, or text; both become values by the same casts.

What belongs here: from whatever JSON to the canonical value of a field, or why it is none. What doesn't: the casts
(`inference.values`), rules of fields (`edit`).
"""

import json
import math
from typing import Any

from segops_pipeline.catalogue.export import cell
from segops_pipeline.inference.context import CastContext, Refusal, Value
from segops_pipeline.inference.values import cast, decide_context

LARGEST = 10**300  # of a whole number; a cell holds no longer ones
PRICES = ("price", "multi_price")
GIVE = {
    "list": "Give a list of texts, or a text.",
    "price": 'Give {"amount": "12.50", "currency": "EUR"}, or a text such as "12.50 EUR".',
    "multi_price": 'Give a list of {"amount": "12.50", "currency": "EUR"}.',
}
ONE_VALUE = "Give one value, not a list or an object."


def given_value(
    given: Any,  # noqa: ANN401 - whatever JSON holds
    type: str,  # noqa: A002 - the word of the contract
    currency: str | None = None,
    context: CastContext | None = None,
) -> Value | Refusal | None:
    """The canonical value that a field of a type has of what is given.

    A number is what it says, whatever marks the text of others has.

    Args:
        given: as JSON holds it.
        type: of the field.
        currency: of amounts that name none.
        context: how texts are read; without one the text itself decides.

    Returns:
        The value; None where nothing is given, as by null, a blank text or an empty list; or why it is none.
    """
    problem = unstorable(given)
    if problem is not None:
        return problem
    if given is None or given == [] or (isinstance(given, str) and not given.strip()):
        return None
    if isinstance(given, str):
        return cast(given, type, context or decide_context([given], type, currency))
    exact = CastContext(currency=currency, decimal=".")
    if isinstance(given, list | dict):
        return _of_several(given, type, exact)
    if type == "list":
        return [cell(given)]
    return cast(cell(given), type, exact)


def unstorable(given: Any) -> Refusal | None:  # noqa: ANN401 - whatever JSON holds
    """Why something can be stored nowhere: PostgreSQL takes no NUL and no half of a character, JSON no infinity."""
    if isinstance(given, str):
        if "\x00" in given:
            return Refusal("nul_character", "The text has a NUL character.", "Remove the character.")
        if not given.isascii() and any("\ud800" <= letter <= "\udfff" for letter in given):
            return Refusal("broken_character", "The text has half of a character.", "Send the text as UTF-8.")
        return None
    if isinstance(given, float) and not math.isfinite(given):
        return Refusal("not_a_number", "The number is not finite.", "Give another number, or null.")
    if isinstance(given, int) and abs(given) >= LARGEST:
        return Refusal("not_a_number", "The number has too many digits.", "Give it as a text.")
    parts: list[Any] = given if isinstance(given, list) else []
    if isinstance(given, dict):
        parts = [*given, *given.values()]
    return next((problem for part in parts if (problem := unstorable(part)) is not None), None)


def is_price(given: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    """Whether JSON has the shape of a price."""
    return isinstance(given, dict) and "amount" in given


def _of_several(given: Any, type_: str, context: CastContext) -> Value | Refusal | None:  # noqa: ANN401
    """A list or an object as the value of a type."""
    refused = Refusal(f"not_a_{type_}", f"{_shown(given)} is no {type_}.", GIVE.get(type_, ONE_VALUE))
    if type_ == "list":
        if not isinstance(given, list) or any(isinstance(item, list | dict) for item in given):
            return refused
        return [text for item in given if item is not None and (text := cell(item).strip())] or None
    if type_ not in PRICES or (type_ == "price" and not is_price(given)):
        return refused
    found = cast(json.dumps(_with_texts(given), ensure_ascii=False), type_, context)
    return refused if isinstance(found, Refusal) else found


def _with_texts(given: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The same with amounts as texts."""
    if isinstance(given, list):
        return [_with_texts(item) for item in given]
    if isinstance(given, dict):
        return {name: _with_texts(item) for name, item in given.items()}
    return cell(given) if isinstance(given, int | float) and not isinstance(given, bool) else given


def _shown(given: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    said = json.dumps(given, ensure_ascii=False)
    return said if len(said) <= 60 else said[:59] + "…"
