"""What qualifies a header: its locale, currency and channel, split off before its words are read.

What belongs here: how exports write them (`name-en_US`, `description_de`, `price-ecommerce-EUR`, `Name (German)`).
What doesn't: units and numbers, which only the words around them tell apart (`synonyms`).
"""

import re
from dataclasses import dataclass

from segops_pipeline.inference.fields import folded, words
from segops_pipeline.inference.vocabulary import vocabulary
from segops_pipeline.inference.words import words as word_set

# codes that are words of headers too (in, is, no, id; all, try) are left out
_LOCALES = word_set("""
    ar bg cs da de el en es et fi fr he hr hu it ja ko lt lv nb nl nn pl pt ro ru sk sl sr sv th tr uk vi zh
""")
_CURRENCIES = word_set("""
    aed ars aud bgn brl cad chf clp cny czk dkk egp eur gbp hkd huf idr ils inr isk jpy krw kzt mxn myr nok
    nzd pen pln ron rsd rub sar sek sgd thb twd uah usd vnd zar
""")
_CHANNELS = word_set("ecommerce ecom webshop onlineshop webstore marketplace print")
# these are words of their own; they are channels only beside a locale or a currency
_QUALIFIED_CHANNELS = word_set("mobile tablet web app pos store b2b b2c default") | _CHANNELS

_ELISION = re.compile(r"\b[dl]['\u2019](?=\w)", re.IGNORECASE)  # d'article
_NUMBER_SIGN = re.compile(r"#(?=\s|$)")  # Item #
_REGION = re.compile(r"(?:^|[\W_])([a-z]{2,3})[-_]([A-Z]{2}|Han[st])(?=$|[\W_])")
_LEADING = re.compile(r"^\s*(?:([A-Za-z]{2})\s*[:.]\s*|([A-Z]{2})[ _-]+)(?=\w*[a-z])")
# how a cell is to be filled in: (x,y,z...), (0/1), (yyyy-mm-dd), (0 = No, 1 = Yes)
_FORM_HINT = re.compile(
    r"\((?:[^()]*(?:\.\.\.|\u2026|=|y{2,4}|0\s*/\s*1|y/n)[^()]*|(?:\w\s*[,;|/]\s*)+\w)\)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Split:
    """The folded words of a header without its qualifiers, and these: a locale like 'de' or 'de_at', a currency as
    ISO 4217 code in lower case, a channel like 'ecommerce'.
    """

    words: tuple[str, ...]
    locale: str | None = None
    currency: str | None = None
    channel: str | None = None


def split_qualifiers(header: str) -> Split:
    """Split the qualifiers off a header; what is left is at least one word, if there is any."""
    header = _NUMBER_SIGN.sub(" no ", _ELISION.sub("", _FORM_HINT.sub(" ", header) or header))
    locale, rest = _take_locale(header)
    tokens = words(rest)
    if locale is None:
        locale, tokens = _locale_among(tokens)
    currency = next((token for token in tokens[1:] if token in _CURRENCIES), None)
    tokens = [token for token in tokens if token != currency]
    known = _QUALIFIED_CHANNELS if locale or currency else _CHANNELS
    channel = tokens[-1] if len(tokens) > 1 and tokens[-1] in known else None
    return Split(tuple(tokens[:-1] if channel else tokens), locale, currency, channel)


def _take_locale(header: str) -> tuple[str | None, str]:
    """The locale that is written as one, and the header without it."""
    region = _REGION.search(header)
    if region is not None and region.group(1) in _LOCALES and region.start() > 0:
        return folded(f"{region.group(1)}_{region.group(2)}"), header[: region.start()] + " " + header[region.end() :]
    leading = _LEADING.match(header)
    code = folded(leading.group(1) or leading.group(2)) if leading else None
    return (code, header[leading.end() :]) if leading and code in _LOCALES else (None, header)


def _locale_among(tokens: list[str]) -> tuple[str | None, list[str]]:
    """The locale that a header ends with, before its channel, or that the name of a language in it says."""
    if len(tokens) < 2:
        return None, tokens
    named = vocabulary().locales
    for place in range(len(tokens) - 1, 0, -1):
        code = tokens[place]
        last = place == len(tokens) - 1 or (place == len(tokens) - 2 and tokens[-1] in _QUALIFIED_CHANNELS)
        if (last and code in _LOCALES) or code in named:
            return named.get(code, code), tokens[:place] + tokens[place + 1 :]
    return (named[tokens[0]], tokens[1:]) if tokens[0] in named else (None, tokens)
