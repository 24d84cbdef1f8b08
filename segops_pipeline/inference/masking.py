"""Masked samples: the shape of a cell without its content, for what leaves the installation.

What belongs here: what is hidden and what may be seen. What doesn't: who gets it (`claude_question`).
"""

import re
import unicodedata

from segops_pipeline.inference.words import words as word_set

MAX_SAMPLE_LETTERS = 48
MAX_RUN = 12

_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
_URL = re.compile(r"(?:https?|ftp)://\S+|www\.\S+", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w.,])(?:\+\d|\(\d|00\d)[\d\s().\-/]{6,}\d(?!\w)")
_PIECES = re.compile(r"<e-mail>|<url>|<phone>|[^\W\d_]+|\d+|[\W_]", re.DOTALL)
_SHAPES = frozenset({"<e-mail>", "<url>", "<phone>"})

# words that say what a column is and nothing about whose it is
_SAFE_WORDS = word_set("""
    yes no true false on off y n ja nein oui non si tak nie new used active inactive enabled disabled in stock
    out of available eur usd gbp chf pln jpy cny czk dkk sek nok mm cm m km mg g kg lb lbs oz ml cl l gb mb tb
    kb ghz mhz w kw v mah inch ft xs s xl xxl am pm jan feb mar apr may jun jul aug sep oct nov dec
""")


def mask(text: str) -> str:
    """Hide a cell's content and keep its shape: 'Müller 12 kg' becomes 'Aaaaaa 99 kg'.

    E-mail addresses, links and phone numbers are replaced whole. Letters become A, a or x (where a script
    has no case), digits 9, beyond a few words such as yes, EUR and kg. At most 48 characters.
    """
    shown = text[: MAX_SAMPLE_LETTERS * 4]
    for pattern, shape in ((_EMAIL, "<e-mail>"), (_URL, "<url>"), (_PHONE, "<phone>")):
        shown = pattern.sub(shape, shown)
    masked = "".join(_masked_piece(piece) for piece in _PIECES.findall(shown))
    return " ".join(masked.split())[:MAX_SAMPLE_LETTERS].rstrip()


def _masked_piece(piece: str) -> str:
    if piece in _SHAPES or piece.casefold() in _SAFE_WORDS:
        return piece
    if piece.isdecimal():
        return "9" * min(len(piece), MAX_RUN)
    if piece[0].isalpha():
        return "".join(_masked_letter(letter) for letter in piece[:MAX_RUN])
    # marks, controls and symbols of other alphabets can carry content too
    return piece if piece.isascii() or unicodedata.category(piece)[0] in "SPZ" else "x"


def _masked_letter(letter: str) -> str:
    if letter.isupper():
        return "A"
    return "a" if letter.islower() else "x"
