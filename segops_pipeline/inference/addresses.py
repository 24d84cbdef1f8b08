"""Postal addresses and street lines.

What belongs here: the cast to address, and what tells an address from other text. What doesn't: taking one
apart, or asking whether it exists.

An address is its text on one line. The cast takes any text that could be one, for a farm's address is its name;
`looks_like_address` asks for what names and titles have not: a street with a number, or a post code behind places.
"""
# ruff: noqa: RUF001 - other scripts' letters are meant

import re

from segops_pipeline.inference.context import CastContext, Refusal, Value, is_placeholder, no_value, shown
from segops_pipeline.inference.countries import is_country
from segops_pipeline.inference.words import words

_MOST_CHARACTERS = 300
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_LETTER = re.compile(r"[^\W\d_]")
_NO_ADDRESS = re.compile(r"://|@|=|<[a-z/]", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")

# A word that ends a street's name, or (in the second list) begins it.
_ENDS_STREET = words(
    """
    street st road rd avenue ave av lane ln drive dr court ct place pl boulevard blvd way highway hwy parkway pkwy
    square sq terrace ter terr trail trl circle cir crescent cres cr close row walk loop pike turnpike plaza alley
    route expressway freeway crossing bypass mews grove gardens broadway esplanade parade line concession sideroad
    strasse straße str gasse weg platz allee ring damm ufer chaussee steig gata gatan vägen väg vej gade allé
    plads veien gate straat laan weg plein kade gracht dreef singel utca út tér körút ulica ul katu tie
    caddesi cad sokak sok bulvarı улица ул проспект пр переулок пер шоссе бульвар наб
    """
)
_GLUED_ENDINGS = (
    "straße", "strasse", "str.", "gasse", "weg", "platz", "allee", "damm", "ufer", "gatan", "vägen", "vej", "gade",
    "veien", "gata", "straat", "laan", "plein", "kade", "gracht", "katu", "tie",
)  # fmt: skip
_BEGINS_STREET = words(
    """
    rue avenue av bd boulevard place chemin route impasse allée allee allées quai cours passage piața via viale
    piazza corso vicolo largo piazzale strada calle c/ avenida avda avd paseo plaza carretera ctra camino ronda
    carrer rua travessa praça praca estrada alameda rodovia ulica ul. al. aleja plac os. str. strada bulevardul
    улица ул. ул проспект пр. пр-т переулок пер. шоссе бульвар б-р jalan jl. jln
    """
)
_BOX = re.compile(
    r"\b(?:p\.?\s?o\.?\s?box|post\s?office\s?box|postfach|boîte postale|b\.?p\.?|apartado|casella postale|postbus"
    r"|skr\.? poczt)\s*#?\s*[0-9]+",
    re.IGNORECASE,
)
_NUMBER_FIRST = re.compile(r"#?[0-9]{1,6}(?:\s?[A-Za-z])?(?:\s?[-–/&]\s?[0-9]{1,6}[A-Za-z]?)?,?\s+(?=[^\W_])")
_NUMBER = re.compile(r"(?<![\w.])[0-9]{1,5}(?:\s?[A-Za-z])?(?:\s?[-–/]\s?[0-9]{1,5}\s?[A-Za-z]?)?(?![\w%])")
_POST_CODE = re.compile(
    r"\b(?:[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|[A-Z]{2},? [0-9]{5}(?:-[0-9]{4})?"
    r"|[A-Z]{2,3},? [0-9]{4}|[0-9]{5}(?:-[0-9]{3,4})?|[0-9]{4} ?[A-Z]{2}|[0-9]{2}-[0-9]{3}|[0-9]{3} [0-9]{2}"
    r"|(?:[A-Z]{1,2}-)?[0-9]{4,6})\b"
)
_DETAIL = re.compile(
    r"\b(?:suite|ste|apt|apartment|unit|floor|fl|room|rm|bldg|building|level|shop|etage|wohnung|piso|appt|bât)"
    r"\b\.?\s*#?\s*[0-9]+|#\s?[0-9]+",
    re.IGNORECASE,
)
_NORTH = words("n s e w ne nw se sw north south east west northeast northwest southeast southwest")
_HOUSE_INSIDE = re.compile(
    r"(?<![^\W_])[0-9]{1,6}(?: [NSEW]{1,2}\.?)?(?: [^\W_][\w.'’]*){1,4}"
    r" (?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|way|highway|hwy|parkway|pkwy)\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"[0-9]+(?:st|nd|rd|th)\Z", re.IGNORECASE)
_EAST_ASIAN = re.compile(
    r"[都道府県市区町村]\S*[0-9０-９一二三四五六七八九十]+\s*(?:[-－‐−丁番号]|$)|[省市区县]\S*[路街道巷]\S*[0-9]+号"
)
_WORD = re.compile(r"[^\W_][\w'’.\-/]*")
_SENTENCE = words(
    """
    for with is are was will your you our this that from by how what when presents featuring und oder für mit
    installation episode season volume tickets workshop meeting
    """
)


_FIRST = re.compile(r"[\w.]*")
# What stands for a street where there is none; a place beside it makes it an address.
_SITES = words(
    """
    parc zone z.i. zi z.a. za zac lieu-dit résidence domaine hameau lotissement immeuble lot polígono urbanización
    urb. contrada località loc. fraz. frazione osiedle gewerbepark industriepark industrial unit units
    """
)


def cast_address(text: str, context: CastContext) -> Value | Refusal:  # noqa: ARG001 - all casts are called alike
    """The address on one line: line ends become commas, several blanks one."""
    if is_placeholder(text):
        return no_value(text)
    lines = [_BLANKS.sub(" ", line).strip(" ,") for line in text.splitlines()]
    address = ", ".join(line for line in lines if line)
    if len(address) > _MOST_CHARACTERS or _NO_ADDRESS.search(address) or not _LETTER_OR_DIGIT.search(address):
        return Refusal("not_an_address", f"“{shown(text)}” is no postal address.", "Write street, post code and town.")
    return address


def looks_like_address(text: str) -> bool:
    """Whether a text is an address by its own look, whatever its header says."""
    address = cast_address(text, CastContext())
    if not isinstance(address, str) or len(address) < 5 or not _LETTER.search(address):
        return False
    if _BOX.search(address) or _EAST_ASIAN.search(address):
        return True
    if {word.lower().strip(".") for word in _WORD.findall(address)} & _SENTENCE:
        return False
    parts = [part for piece in address.split(",") if (part := piece.strip())]
    if any(map(_is_street, parts)):
        return True
    if len(parts) < 2 or any(len(part) > 60 for part in parts):
        return False
    if _FIRST.match(address)[0].lower() in _SITES or (_begins_street(address) and _NUMBER.search(address)):  # pyright: ignore[reportOptionalSubscript]
        return True
    if _NAME_NUMBER.match(parts[0]) and _CODE_AND_TOWN.match(parts[1]):
        return True
    if text.count(",") >= 2 and is_country(parts[-1]):
        return True
    if _TOWN_STATE_CODE.search(address) and " in " not in address:
        return True
    return len(parts) >= 3 and any(_POST_CODE.search(part) for part in parts[1:])


def is_name_and_number(text: str) -> bool:
    """Whether a text is a name with a number behind it, as many streets are, and many titles."""
    return _NAME_NUMBER.match(text) is not None


def _begins_street(part: str) -> bool:
    first, _, rest = part.partition(" ")
    return rest != "" and (first.lower() in _BEGINS_STREET or first.lower().rstrip(".") in _BEGINS_STREET)


def _is_street(part: str) -> bool:
    """Whether one part between commas is a street: its kind is named, and a number or its place says so."""
    said = _WORD.findall(part)
    if len(said) < 2 or len(said) > 14:
        return False
    lower = [word.lower().rstrip(".") for word in said]
    glued = any(word.endswith(_GLUED_ENDINGS) and len(word) > 5 for word in map(str.lower, said))
    if _NUMBER_FIRST.match(part) is not None:
        ends = any(word in _ENDS_STREET for word in lower[2:]) or lower[-1] in _STREETS_OF_ONE_WORD
        begins = any(_begins_street(" ".join(said[place:])) for place in (1, 2))
        far = len(said) <= 6 and (lower[1] in _NORTH or _ORDINAL.match(lower[-1]) is not None)
        if ends or begins or far or glued:
            return True
    has_number = _NUMBER.search(part) is not None
    if has_number and (glued or _begins_street(part) or _HOUSE_INSIDE.search(part) or _HOUSE_BEHIND.search(part)):
        return True
    if said[0].lower() in _ROMANCE:
        return True
    kind_last = lower[-1] in _SURE_ENDS and len(said) in (2, 3)
    return kind_last or (_DETAIL.search(part) is not None and any(word in _ENDS_STREET for word in lower[1:]))


_STREETS_OF_ONE_WORD = words("broadway esplanade parade")
_SURE_ENDS = words(
    "street road avenue ave boulevard blvd lane drive crescent parkway highway place circuit court terrace"
    " straße strasse gasse"
)
_ROMANCE = words(
    "rue chemin impasse quai place via viale piazza corso vicolo calle avenida avda paseo carrer rua travessa praça"
)
_HOUSE_BEHIND = re.compile(
    rf"[^\W\d_]\w* (?:{'|'.join(sorted(map(re.escape, _ENDS_STREET), key=len, reverse=True))})\.?,?"
    r" (?:no|nr|num|д|n°|nº)?[.:]? ?[0-9]{1,5}(?![\w.])",
    re.IGNORECASE,
)
_NAME_NUMBER = re.compile(r"[^\d]{3,40} [0-9]{1,5}(?:[ /-]?[0-9]{0,4}[a-zA-Z]?)\Z")
_TOWN_STATE_CODE = re.compile(
    r"[^\W\d_], ?(?:[A-Z]{2,3},? [0-9]{4,5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}"
    r"|[A-Z][0-9][A-Z] [0-9][A-Z][0-9])\Z"
)
_CODE_AND_TOWN = re.compile(
    r"(?:[A-Z]{1,2}-)?(?:[0-9]{4,6}|[0-9]{3} [0-9]{2}|[0-9]{2}-[0-9]{3}|[0-9]{4} [A-Z]{2}) [^\W\d_]"
)
