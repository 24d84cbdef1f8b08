"""Which encoding a few lines of bytes are in that are not UTF-8: a library's answer, weighed by how its text looks.

`chardet` ranks the encodings by the statistics of languages; short lines of a price list tell it little, so each
answer's text is looked at too: whether its letters make words and its signs stand where signs stand. What
belongs here: the guess and how sure it is. What doesn't: reading the file (survey.py, encoding.py).
"""
# the signs of many scripts are the subject here
# ruff: noqa: RUF001

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# codec → what people call it, and how likely it is before the bytes are seen. A codec that only adds characters to
# another (Windows-1252 to ISO-8859-1, GB18030 to GBK) stands for both.
CODECS: dict[str, tuple[str, float]] = {
    "cp1252": ("Windows-1252 (Western European)", 1.0),
    "cp1250": ("Windows-1250 (Central European)", 0.9),
    "cp1251": ("Windows-1251 (Cyrillic)", 0.95),
    "cp1253": ("Windows-1253 (Greek)", 0.9),
    "cp1254": ("Windows-1254 (Turkish)", 0.85),
    "cp1255": ("Windows-1255 (Hebrew)", 0.9),
    "cp1256": ("Windows-1256 (Arabic)", 0.9),
    "cp1257": ("Windows-1257 (Baltic)", 0.85),
    "cp1258": ("Windows-1258 (Vietnamese)", 0.6),
    "cp874": ("Windows-874 (Thai)", 0.9),
    "iso8859-2": ("ISO-8859-2 (Central European)", 0.85),
    "iso8859-5": ("ISO-8859-5 (Cyrillic)", 0.7),
    "iso8859-6": ("ISO-8859-6 (Arabic)", 0.7),
    "iso8859-7": ("ISO-8859-7 (Greek)", 0.8),
    "iso8859-8": ("ISO-8859-8 (Hebrew)", 0.7),
    "iso8859-13": ("ISO-8859-13 (Baltic)", 0.7),
    "iso8859-15": ("ISO-8859-15 (Western European)", 0.9),
    "iso8859-16": ("ISO-8859-16 (Romanian)", 0.6),
    "mac-roman": ("Mac Roman", 0.9),
    "mac-cyrillic": ("Mac Cyrillic", 0.7),
    "koi8-r": ("KOI8-R (Cyrillic)", 0.8),
    "koi8-u": ("KOI8-U (Ukrainian)", 0.75),
    "cp866": ("DOS 866 (Cyrillic)", 0.8),
    "cp850": ("DOS 850 (Western European)", 0.8),
    "cp852": ("DOS 852 (Central European)", 0.75),
    "cp437": ("DOS 437", 0.7),
    "cp932": ("Shift-JIS (Japanese)", 0.95),
    "euc_jp": ("EUC-JP (Japanese)", 0.9),
    "gb18030": ("GBK / GB18030 (simplified Chinese)", 0.95),
    "cp950": ("Big5 (traditional Chinese)", 0.95),
    "cp949": ("EUC-KR (Korean)", 0.95),
}
DOS = ("cp866", "cp850", "cp852", "cp437")
MULTI_BYTE = ("cp932", "euc_jp", "gb18030", "cp950", "cp949")
# what the library calls them, where Python would take another codec for the name
LIBRARY_NAMES = {
    "iso-8859-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "big5hkscs": "cp950",
    "euc-kr": "cp949",
    "ibm866": "cp866",
    "macroman": "mac-roman",
    "maccyrillic": "mac-cyrillic",
}
FALLBACK = "cp1252"
LEAST_CONFIDENCE = 0.002  # the library's own figure for a short text that fits
MOST_CHARACTERS = 20_000
FEW_CHARACTERS = 20
SHARPNESS = 6
OUTDATED = 0.75
NEAR_TIE = 1.04  # the library's figures for languages with few accents are that close
BEYOND_ASCII = bytes(range(0x80, 0x100))
SURE, LIKELY = 0.8, 0.65
MOST_DAMAGED_LINES = 0.2

MARKS_IN_WORDS = "’'‘·-\u00ad\u2010\u2011ー・々"
LIKELY_SIGNS = "€£¥¢°®©™§«»„“”‚‘’–—…•·×±½¼¾²³µ¿¡ºªø\u00a0№、。「」（）・ー！？：；／％～【】『』℃㎡①②③"
SIGNS_BEFORE_NO_LETTER = "€£¥¢°®©™§±½¼¾²³µ…"
UNLIKELY_SIGNS = "¤¦¨´¸¬¯¶ˇ˘˙˛˝ƒˆ˜‰†‡‹›◊√∞∂∆∏∑∫Ω≈≠≤≥ªº¹∙■"


@dataclass(frozen=True, slots=True)
class Guess:
    """The most plausible codec of some bytes, how sure it is (0 to 1), and the codecs that come next."""

    codec: str
    sure: float
    alternatives: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """How sure the guess is, for a sentence."""
        return "quite sure" if self.sure >= SURE else "likely" if self.sure >= LIKELY else "unsure"


def words_for(codec: str) -> str:
    """What people call a codec."""
    return CODECS[codec][0] if codec in CODECS else codec.upper()


def guess_codec(lines: Sequence[bytes]) -> Guess:
    """The codec of `lines`, which are not UTF-8 and each have bytes beyond ASCII."""
    sample = b"\n".join(lines)
    scores = _scores(sample)
    if not scores or max(scores.values()) < LEAST_CONFIDENCE:
        scores |= _scores_of_damaged(lines)
    if not any(scores.values()):
        return Guess(FALLBACK, 0.0, ("mac-roman", "cp1250", "cp1251"))
    ranked = sorted(scores, key=lambda codec: -scores[codec])
    text = sample.decode(ranked[0], errors="replace")
    others = [codec for codec in ranked if sample.decode(codec, errors="replace") != text]
    best = max(
        (codec for codec in ranked if codec not in others), key=lambda codec: CODECS[codec][1]
    )  # all say the same
    top, next_best = scores[ranked[0]], scores[others[0]] if others else 0.0
    return Guess(best, top / (top + next_best), tuple(others[:3]))


def _scores(sample: bytes) -> dict[str, float]:
    """What speaks for each codec that the whole sample can be decoded with."""
    import chardet

    found: dict[str, float] = {}
    for answer in chardet.detect_all(sample, ignore_threshold=True):
        codec = _codec_of(answer["encoding"] or "")
        if codec is not None:
            found[codec] = max(found.get(codec, 0.0), answer["confidence"] or 0.0)
    beyond_ascii = len(sample) - len(sample.translate(None, delete=BEYOND_ASCII))
    scores: dict[str, float] = {}
    for codec, (_, prior) in CODECS.items():
        if codec in found or codec == FALLBACK:
            try:
                text = sample.decode(codec)
            except UnicodeDecodeError:
                continue
            likely = prior ** (1 / (1 + beyond_ascii / FEW_CHARACTERS))  # what is seen outweighs what is usual
            likely *= NEAR_TIE if codec == FALLBACK else OUTDATED if codec in DOS else 1.0
            scores[codec] = (found.get(codec, 0.0) + LEAST_CONFIDENCE) * likely * plausibility(text) ** SHARPNESS
    return scores


def _scores_of_damaged(lines: Sequence[bytes]) -> dict[str, float]:
    """What speaks for the codecs of many-byte characters when a few lines are damaged."""
    scores: dict[str, float] = {}
    for codec in MULTI_BYTE:
        sound = [line for line in lines if _fits(line, codec)]
        if len(sound) >= (1 - MOST_DAMAGED_LINES) * len(lines):
            score = _scores(b"\n".join(sound)).get(codec)
            if score is not None:
                scores[codec] = score
    return scores


def _fits(line: bytes, codec: str) -> bool:
    try:
        line.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _codec_of(name: str) -> str | None:
    """Our name of the encoding that the library calls `name`; None for one that nobody exports tables in."""
    known = name.lower()
    if known in LIBRARY_NAMES:
        return LIBRARY_NAMES[known]
    for form in (known, known.replace("windows-", "cp"), known.replace("iso-", "iso"), known.replace("-", "_")):
        if form in CODECS:
            return form
    return None


def plausibility(text: str) -> float:
    """How much the characters beyond ASCII look like text that somebody wrote, 0 to 1."""
    padded = f" {text[:MOST_CHARACTERS]} "
    looks = [
        _look(padded[place - 1], character, padded[place + 1])
        for place, character in enumerate(padded)
        if character > "\x7f"
    ]
    return sum(looks) / len(looks) if looks else 1.0


def _look(before: str, character: str, after: str) -> float:
    """How well one character beyond ASCII stands between its neighbours."""
    category = unicodedata.category(character)
    if category in {"Cc", "Cn", "Co"}:
        return 0.0
    if category[0] in "LM":
        return _look_of_letter(before, character, after)
    in_word = before.isalpha() and after.isalpha()
    if character in MARKS_IN_WORDS:
        return 0.9 if in_word or character in LIKELY_SIGNS else 0.6
    if in_word and before < "\u2e80":  # in East Asian text no blank stands between a sign and a word
        return 0.1
    if after.isalpha() and before < "\u2e80" and character in SIGNS_BEFORE_NO_LETTER and after not in "CFKcfk":
        return 0.2
    if character in "¡¿" and not after.isalpha():
        return 0.2
    if character in "«»" and before.isalpha():
        return 0.6
    if character in LIKELY_SIGNS:
        return 0.9 if category != "Sc" or before.isdigit() or after.isdigit() or before.isspace() else 0.6
    if category == "So" and "\u2500" <= character <= "\u259f":  # lines that frame a table on a terminal
        return 0.1
    return 0.2 if character in UNLIKELY_SIGNS else 0.5


def _look_of_letter(before: str, letter: str, after: str) -> float:
    if letter in "ªº":
        return 0.8 if before.isdigit() else 0.2
    script = _script(letter)
    if any(other.isalpha() and _script(other) != script for other in (before, after)):
        return 0.1
    if script != "east asian" and not before.isalpha() and not after.isalpha():
        return 0.1 if before.isdigit() or after.isdigit() else 0.6
    if letter.isupper() and before.islower():
        return 0.1
    if letter.isupper() and after.islower() and before.isalpha():
        return 0.3
    if letter.islower() and before.isupper() and after.isupper():
        return 0.3
    return 1.0


def _script(letter: str) -> str:
    """The script of a letter, as coarse as it must be: letters of one word have one."""
    if letter < "\u0250":
        return "latin"
    if "\u3040" <= letter <= "\u9fff" or "\uff66" <= letter <= "\uff9f" or letter > "\U0001ffff":
        return "east asian"
    return unicodedata.name(letter, "?").split()[0].lower()
