"""Values as a program or a page gives them: JSON of its own type, or text; both become values by the same casts.

What belongs here: from whatever JSON to the canonical value of a field, or why it is none. What doesn't: the casts
(`inference.values`), what an edit is (`edit`).
"""

import json
import math
from decimal import Decimal
from typing import Any

from segops_pipeline.catalogue.export import cell
from segops_pipeline.errors import WrongUsage
from segops_pipeline.inference.context import CastContext, Refusal, Value
from segops_pipeline.inference.fields import SchemaField
from segops_pipeline.inference.rules import REQUIRED, UNIQUE, parse_rule
from segops_pipeline.inference.values import cast, decide_context

LARGEST = 10**300  # of a whole number; a cell holds no longer ones
DEEPEST = 10  # lists within lists; a value of many prices has 3
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
    if is_empty(given):
        return None
    if isinstance(given, str):
        return cast(given, type, context or decide_context([given], type, currency))
    exact = CastContext(currency=currency, decimal=".")
    if isinstance(given, list | dict):
        return _of_several(given, type, exact)
    if type == "list":
        return [cell(given)]
    return cast(cell(given), type, exact)


def checked_value(one: SchemaField, given: Any, currency: str | None) -> Any:  # noqa: ANN401 - canonical JSON of any type
    """The value that is given, of the field's type and within its rules.

    Raises:
        WrongUsage: it is none, or breaks a rule.
    """
    value = given_value(given, one.type, currency)
    if isinstance(value, Refusal):
        raise WrongUsage(value.message, value.suggestion, column=one.key, value=shown_json(given))
    if value is None:
        raise WrongUsage(f"What is given for '{one.key}' has no value.", "Give one, or null.", column=one.key)
    for said in one.rules:
        rule = parse_rule(said)
        if rule.text not in (REQUIRED, UNIQUE) and any(rule.breaks(_texts(value), CastContext())):
            message = f"The value breaks a rule of '{one.key}': {rule.text}."
            raise WrongUsage(message, "Give another value.", column=one.key, value=shown_json(given))
    return value


def is_empty(given: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    """Whether nothing is given: null, a blank text or an empty list."""
    return given is None or given == [] or (isinstance(given, str) and not given.strip())


def unstorable(given: Any) -> Refusal | None:  # noqa: ANN401 - whatever JSON holds
    """Why something can be stored nowhere: PostgreSQL takes no NUL and no half of a character, JSON no infinity."""
    waiting: list[tuple[Any, int]] = [(given, 0)]
    while waiting:
        part, depth = waiting.pop()
        if depth > DEEPEST:
            return Refusal("too_deep", "It is a list within lists within lists.", "Give a value, or a list of values.")
        problem = _problem(part)
        if problem is not None:
            return problem
        if isinstance(part, dict):
            waiting += [(inner, depth + 1) for pair in part.items() for inner in pair]
        elif isinstance(part, list):
            waiting += [(inner, depth + 1) for inner in part]
    return None


def _problem(part: Any) -> Refusal | None:  # noqa: ANN401 - whatever JSON holds
    if isinstance(part, str):
        if "\x00" in part:
            return Refusal("nul_character", "The text has a NUL character.", "Remove the character.")
        if not part.isascii() and any("\ud800" <= letter <= "\udfff" for letter in part):
            return Refusal("broken_character", "The text has half of a character.", "Send the text as UTF-8.")
    elif isinstance(part, float) and not math.isfinite(part):
        return Refusal("not_a_number", "The number is not finite.", "Give another number, or null.")
    elif isinstance(part, int) and abs(part) >= LARGEST:
        return Refusal("not_a_number", "The number has too many digits.", "Give it as a text.")
    return None


def shown_json(given: Any, most: int = 200) -> str:  # noqa: ANN401 - whatever JSON holds
    """JSON as an error shows it."""
    try:
        said = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    except (RecursionError, ValueError):  # too deep, or a number of thousands of digits
        said = type(given).__name__
    return said[:most].encode("utf-8", "replace").decode()


def _texts(value: Any) -> list[str]:  # noqa: ANN401 - canonical JSON of any type
    """What a rule looks at: the value as text, each item of a list, the amount of a price."""
    if isinstance(value, list):
        return [each for item in value for each in _texts(item)]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return [str(value["amount"])]  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, bool):
        return [str(value).lower()]
    return [format(Decimal(repr(value)).normalize(), "f") if isinstance(value, int | float) else str(value)]


def is_price(given: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    """Whether JSON has the shape of a price."""
    return isinstance(given, dict) and "amount" in given


def _of_several(given: Any, type_: str, context: CastContext) -> Value | Refusal | None:  # noqa: ANN401
    """A list or an object as the value of a type."""
    refused = Refusal(f"not_a_{type_}", f"{shown_json(given, 60)} is no {type_}.", GIVE.get(type_, ONE_VALUE))
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
