"""What a column is by a handful of its values alone, without a header.

What belongs here: the words, and what each needs beyond its cast. What doesn't: the type that a column of a file
gets, which weighs its header and all rows (type_choice.py).

The casts are asked first; what they leave open between a quantity, an amount of money, a year and an article
number is told by how such values are usually spread.
"""

import re
from collections.abc import Callable, Sequence

from segops_pipeline.inference.addresses import is_name_and_number, looks_like_address
from segops_pipeline.inference.booleans import boolean_word, has_both_meanings, is_state, share_a_pair
from segops_pipeline.inference.context import CastContext, Refusal, is_placeholder
from segops_pipeline.inference.currencies import is_code
from segops_pipeline.inference.dates import is_partial_date
from segops_pipeline.inference.decimals import plain_characters, read_number
from segops_pipeline.inference.emails import cast_email
from segops_pipeline.inference.identifiers import is_article_number, scientific_damage
from segops_pipeline.inference.phones import is_grouped, is_number_of, phone_parts
from segops_pipeline.inference.price_text import mentions_price
from segops_pipeline.inference.price_words import ON_REQUEST
from segops_pipeline.inference.prices import has_mark
from segops_pipeline.inference.unit_shape import is_measure
from segops_pipeline.inference.values import cast
from segops_pipeline.inference.words import words

_MOST = 0.6
_PLAIN = CastContext()
_LABEL = re.compile(r"[^\W\d_][^\W\d_ ]*(?: [^\W\d_]+){0,2}\s*:\s*(?=\S)")
_TERM = re.compile(r"https?://(?:www\.)?(?:schema|purl|w3|data-vocabulary)\.org/", re.IGNORECASE)
_PATH = re.compile(
    r"/?(?:[\w.~%+-]+/)+[\w.~%+-]+\.[a-z][a-z0-9]{1,4}(?:\?\S*)?\Z|/\S+\Z|www\.[\w-]+\.\S+\Z", re.IGNORECASE
)
_TIME = re.compile(r"T?[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?\s*(?:[ap]\.?m\.?)?(?:Z|[+-][0-9:]+)?\Z", re.IGNORECASE)
_DURATION = re.compile(r"P(?=[0-9T])(?:[0-9]+[YMWD])*(?:T(?:[0-9.]+[HMS])*)?\Z")
_LEVEL = re.compile(r"([$€£¥₹])\1{0,4}\Z")
_PAY = re.compile(r"[0-9.,]+(?: [0-9.,]+)? (?:HOUR|DAY|WEEK|MONTH|YEAR)\Z")
_PAY_WORD = re.compile(r"\b(?:pay|paid|salary|wage|wages|gehalt|salaire|salario|lohn|reward)\b", re.IGNORECASE)
_DOTTED_AMOUNT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+\.[0-9]{2}\Z")
_AMOUNTS = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+ ?[-–] ?[0-9]{1,3}(?:[.,][0-9]{3})+\Z")
_COORDINATE = re.compile(r"-?[0-9]{1,3}\.[0-9]{3,}\Z")
_DECIMALS = re.compile(r"[.,][0-9]+\Z")
_USUAL_CENTS = words("99 95 90 49 50 00")
_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][A-Z]{2})?\Z")
_PHONE_REGIONS = ("US", "FR", "GB", "DE", "AU", "IN")


def recognise_type(values: list[str]) -> str:
    """The word for what the values are; "text" where they are nothing else.

    Args:
        values: some cells of one column, blank ones among them; five are enough.

    Returns:
        phone, email, url, currency, price, datetime, address, boolean, number, measure, identifier, time,
        duration, language, list, term (an address of a public vocabulary that stands for a word) or text.
    """
    filled = [stripped for value in values if (stripped := value.strip()) and not is_placeholder(stripped)]
    if not filled:
        return "text"
    for word, of_column in _COLUMNS:
        if of_column(filled):
            return word
    return "text"


def _most(values: Sequence[str], has: Callable[[str], bool]) -> bool:
    return sum(map(has, values)) >= _MOST * len(values)


def _taken(type_: str) -> Callable[[str], bool]:
    return lambda value: not isinstance(cast(value, type_, _PLAIN), Refusal)


def _without_label(value: str) -> str:
    """The value without words in front of it: `Publication date: May 17, 2016`."""
    return _LABEL.sub("", value, count=1)


def _are_emails(values: Sequence[str]) -> bool:
    return _most(values, lambda value: not isinstance(cast_email(_without_label(value), _PLAIN), Refusal))


def _are_terms(values: Sequence[str]) -> bool:
    return _most(values, lambda value: _TERM.match(value) is not None)


def _are_urls(values: Sequence[str]) -> bool:
    address = _taken("url")
    return _most(values, lambda value: all(map(address, value.split())) or _PATH.match(value) is not None)


def _are_booleans(values: Sequence[str]) -> bool:
    said = {boolean_word(value) for value in values}
    found = [word for word in said if word is not None]
    if len(found) < len(said) or not share_a_pair(found):
        return False
    if len(found) == 1:  # one Latin letter, digit or state for every row says nothing of its opposite
        (word,) = found
        return word.isalpha() and (len(word) > 1 or not word.isascii()) and not is_state(word)
    return has_both_meanings(found) and not set(found) <= {"0", "1"}


def _are_currencies(values: Sequence[str]) -> bool:
    return _most(values, lambda value: all(map(is_code, value.split())))


def _are_dates(values: Sequence[str]) -> bool:
    date = _taken("datetime")
    rest = list(map(_without_label, values))
    if all(value.isdecimal() and len(value) > 8 for value in rest):
        return False
    return _most(rest, lambda value: date(value) or is_partial_date(value))


def _are_article_numbers(values: Sequence[str]) -> bool:
    damaged = scientific_damage(list(values), [], named=False)
    return _most(values, lambda value: any(map(is_article_number, value.split())) or value in damaged)


def _are_phones(values: Sequence[str]) -> bool:
    return (_most(values, _is_phone) and any(map(is_grouped, values))) or _most(values, _is_bare_phone)


def _is_phone(value: str) -> bool:
    parts = phone_parts(value)
    if parts is None or any(form.match(value) for form in (_COORDINATE, _DOTTED_AMOUNT, _PAY, _AMOUNTS)):
        return False
    return sum(map(str.isdigit, parts[0])) >= 7


def _is_bare_phone(value: str) -> bool:
    parts = phone_parts(value)
    if parts is None or len(parts[0]) < 9:
        return False
    return any(is_number_of(parts[0], region) for region in _PHONE_REGIONS)


def _are_prices(values: Sequence[str]) -> bool:
    marked = sum(map(_is_marked, values))
    if marked >= _MOST * len(values):
        return True
    numbers = [plain_characters(value) for value in values if _is_amount(value)]
    if marked and len(numbers) + marked >= _MOST * len(values):
        return True
    return len(numbers) >= 0.9 * len(values) and _are_amounts(numbers)


def _is_marked(value: str) -> bool:
    if _LEVEL.match(value) or _PAY.match(value) or ON_REQUEST.match(value) or has_mark(value):
        return True
    if _PAY_WORD.search(value[:30]) and len(value) < 80:
        return True
    return len(value) <= 60 and mentions_price(value)


def _is_amount(value: str) -> bool:
    if _COORDINATE.match(value):
        return False
    number = _taken("number")(value) and not value.endswith("%")
    return number or _DOTTED_AMOUNT.match(value) is not None or _AMOUNTS.match(value) is not None


def _are_amounts(written: Sequence[str]) -> bool:
    """Whether plain numbers are spread as amounts of money are: cents, or round figures of four digits and more."""
    numbers = [number for text in written if (number := read_number(text)) is not None]
    if len(numbers) < len(written):
        return True
    if min(numbers) < 0:
        return False
    decimals = [match[0] for text in written if (match := _DECIMALS.search(text)) is not None]
    if any(len(digits) == 3 for digits in decimals):
        usual = sum(digits[1:] in _USUAL_CENTS for digits in decimals)
        return max(numbers) >= 10 or usual >= 0.5 * len(decimals)
    whole = [format(number, "f") for number in numbers]
    if any("." in text for text in whole):
        return False
    round_ones = sum(text[-1] in "059" for text in whole)
    return max(numbers) >= 1000 and len(set(whole)) > 1 and round_ones >= 0.8 * len(whole)


def _are_addresses(values: Sequence[str]) -> bool:
    if _has_bare_town(values):
        return False
    sure = sum(map(looks_like_address, values))
    if sure >= _MOST * len(values):
        return True
    # among streets that are named as such, Mataderos 2312 is one as well
    could_be = sum(looks_like_address(value) or is_name_and_number(value) for value in values)
    return sure >= 0.4 * len(values) and could_be >= 0.8 * len(values)


def _has_bare_town(values: Sequence[str]) -> bool:
    """Whether a cell is only the town that most others name too: then all name towns, some with more than that."""
    bare = {value for value in values if value.isalpha()}
    named = [set(re.findall(r"[^\W\d_]+", value)) for value in values]
    return any(sum(town in words for words in named) > 0.5 * len(values) for town in bare)


def _are_lists(values: Sequence[str]) -> bool:
    return _most(values, lambda value: value.count(",") + value.count(";") + value.count("|") >= 2 and len(value) < 200)


_COLUMNS: tuple[tuple[str, Callable[[Sequence[str]], bool]], ...] = (
    ("email", _are_emails),
    ("term", _are_terms),
    ("url", _are_urls),
    ("boolean", _are_booleans),
    ("currency", _are_currencies),
    ("identifier", _are_article_numbers),
    ("time", lambda values: _most(values, lambda value: _TIME.match(value) is not None and ":" in value)),
    ("duration", lambda values: _most(values, lambda value: _DURATION.match(value) is not None)),
    ("datetime", _are_dates),
    ("phone", _are_phones),
    ("price", _are_prices),
    ("number", lambda values: _most(values, _taken("number"))),
    ("measure", lambda values: _most(values, is_measure)),
    ("address", _are_addresses),
    ("language", lambda values: _most(values, lambda value: _LANGUAGE.match(value) is not None)),
    ("list", _are_lists),
)
