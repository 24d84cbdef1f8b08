"""What the words of a header say about the values below it.

What belongs here: words of headers, in many languages, that support a type. What doesn't: which field a
header names (matcher.py). A header alone never decides: it settles what the values leave open.
"""
# ruff: noqa: RUF001 - other scripts' letters are meant

import re
from functools import lru_cache

from segops_pipeline.inference.currencies import CODES, SYMBOL
from segops_pipeline.inference.words import words

_JOINTS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=[0-9])|(?<=[0-9])(?=[^\W\d_])")
_WORD = re.compile(r"[^\W_]+")

_IDENTIFIER = words(
    """
    id ids uid guid uuid oid pk key sku skus ean eans gtin gtins upc isbn issn asin mpn hsn plu
    barcode barcodes code codes kod kode codice codigo código cod koodi kodi kód barkod iban bic ustid
    siret nip nif cif ssn ref reference referenz référence referencia referência riferimento referentie nr
    nummer numer numero número artikelnummer artikelnr artnr bestellnummer bestellnr teilenummer
    materialnummer produktnummer varenummer varenr tuotenumero cikkszám artykulu indeks índice serial
    seriennummer handle slug phone tel telephone telefon teléfono téléphone telefono fax mobile handy
    mobil zip zipcode plz postcode postalcode postal cep pin vin imei password passwort
    """
)
_IDENTIFIER_ENDINGS = (
    "nummer",
    "nr",
    "sku",
    "code",
    "コード",
    "番号",
    "编号",
    "编码",
    "代码",
    "条码",
    "編號",
    "번호",
    "코드",
    "id",
)
_NUMBERED = words(
    """
    article item part product model order customer style phone catalog catalogue account
    """
)
_PRICE = words(
    """
    price prices pricing preis preise listenpreis verkaufspreis einkaufspreis nettopreis bruttopreis prix
    tarif precio precios prezzo prezzi listino prijs prijzen preço preco preços pris priser cena ceny cenu
    ár fiyat fiyatı hinta цена стоимость ціна τιμή msrp rrp uvp srp cost costs kosten coût cout costo
    coste custo koszt fee gebühr ecotax preisliste ek vk ekpreis vkpreis mrp
    """
)
_PRICE_PARTS = (
    "価格",
    "単価",
    "金額",
    "定価",
    "売価",
    "原価",
    "价格",
    "单价",
    "价钱",
    "售价",
    "價格",
    "售價",
    "가격",
    "단가",
    "preis",
    "price",
)
_NOT_PRICE = words(
    """
    percent percentage pct prozent type typ view label class level date from to until index count qty
    quantity menge currency währung group rule id code unit name per score rating position discount_type
    """
)
_DATE = words(
    """
    date dates datum dato datetime timestamp fecha dob birthday birthdate geburtstag geburtsdatum
    naissance created updated modified released released_at expires expiry start end since until data
    päivä dátum tarih дата
    """
)
_DATE_PARTS = ("日付", "日期", "日時", "時間", "时间", "날짜", "年月日", "datum")
_FLAG = words(
    """
    is has can allow allows allowed enable enabled disable disabled active aktiv actif activo attivo
    actief visible sichtbar hidden available verfügbar flag use uses manage featured taxable discontinued
    published deleted required online newsletter optin adult new sale virtual downloadable customizable
    archived approved verified in_stock fulfillment_required opt show display backorders sold exists
    default
    """
)
_FLAG_PARTS = ("0/1", "1/0", "yes/no", "y/n", "ja/nein", "oui/non", "true/false", "0 = no", "1 = yes")
_LIST = words(
    """
    tags tag keywords keyword categories genres genre colors colours features images pictures photos
    bilder gallery values materials sizes labels skus groups collections attributes options languages
    ingredients allergens authors artists actors activities schlagworte kategorien farben größen merkmale
    catégories couleurs étiquettes etiquetas categorías colores categorie tagi kategorie list liste lista
    accessories upsells crosssells related variations compatibility skills amenities products
    """
)
_LIST_ENDINGS = ("(s)", "(x;y;z...)")
_QUANTITY = words(
    """
    qty quantity quantities stock amount count pages year years weight height width length depth size_cm
    volume menge anzahl bestand gewicht höhe breite länge tiefe jahr quantité stock poids hauteur largeur
    longueur année cantidad peso altura ancho largo año quantità altezza larghezza lunghezza anno aantal
    voorraad gewicht ilość waga rank rating score position sort percent days hours minutes age latitude
    longitude lat lon lng
    """
)
_PHONE = words(
    """
    phone phones telephone tel telefon teléfono telefono téléphone telefone telefoon telefonnummer telefonnr puhelin
    telefax fax mobile mobil mobiltelefon handy handynummer cell cellphone móvil movil celular cellulare portable
    gsm komórka komorka tlf téléfax telefax pager whatsapp телефон факс
    """
)
_PHONE_PARTS = ("電話", "电话", "手机", "携帯", "전화", "telefon", "phone")
_ADDRESS = words(
    """
    address addresses addr adresse adressen anschrift street straße strasse rue calle dirección
    direccion indirizzo endereço endereco morada adres straat ulica adresa adress gata gatuadress osoite utca
    adresi адрес улица διεύθυνση billing_address shipping_address
    """
)
_ADDRESS_PARTS = ("住所", "地址", "주소", "番地", "straße", "strasse", "adresse", "address")
_NOT_CONTACT = words(
    """
    type typ label kind consent optin opt verified valid id number nummer no num nr code email mail ip mac web url
    website count city ort town state region country land model brand case name house hausnummer default same
    """
)
_PERSON = words(
    """
    firstname lastname surname forename givenname familyname vorname nachname prénom prenom apellido apellidos
    cognome imię nazwisko voornaam achternaam förnamn efternamn fornavn etternavn sobrenome имя фамилия
    salutation anrede birthday birthdate dob geburtstag geburtsdatum gender geschlecht ansprechpartner
    """
)
_PERSON_PARTS = ("first name", "last name", "given name", "family name", "contact name", "氏名", "姓名", "お名前")
_PHONE_NUMBER = words("number nummer no num nr")


@lru_cache(maxsize=4096)
def header_words(header: str) -> tuple[str, ...]:
    """The words of a header in lower case: "ProductID (EAN13)" has product, id, ean, 13."""
    return tuple(word.lower() for word in _WORD.findall(_JOINTS.sub(" ", header)))


def says_identifier(header: str) -> bool:
    """Whether the header names an identifier, a code or a phone number: digits below it are no quantity."""
    said = header_words(header)
    if not said or any(word in _QUANTITY for word in said):
        return False
    if any(word in _IDENTIFIER for word in said):
        return True
    if said[-1] in ("number", "no", "num") and any(word in _NUMBERED for word in said):
        return True
    last = said[-1]
    return (
        len(last) > 3 and last.endswith(_IDENTIFIER_ENDINGS) and not last.endswith(("paid", "grid", "solid", "fluid"))
    )


def says_price(header: str) -> bool:
    """Whether the header names an amount of money."""
    said = header_words(header)
    if any(word in _NOT_PRICE for word in said) or "%" in header:
        return False
    return (
        any(word in _PRICE for word in said)
        or any(part in header.lower() for part in _PRICE_PARTS)
        or currency_in(header) is not None
        or bool(said and said[0] in ("euro", "euros", "dollar", "dollars"))
    )


def currency_in(header: str) -> str | None:
    """The one ISO 4217 code that the header has as a word: price_eur, Preis (CHF)."""
    found = {word for word in _WORD.findall(_JOINTS.sub(" ", header)) if word.upper() in CODES}
    # A code in small letters may be a word (all, try, top): only the common ones.
    codes = {word.upper() for word in found if word.isupper() or word in _COMMON_CODES}
    if not codes:
        codes = {_SYMBOL_CODES[mark] for mark in SYMBOL.findall(header) if mark in _SYMBOL_CODES}
    return codes.pop() if len(codes) == 1 else None


_COMMON_CODES = words(
    """
    eur usd gbp chf pln czk sek nok dkk jpy cny cad aud huf ron bgn brl mxn inr
    """
)
_SYMBOL_CODES = {"€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₴": "UAH", "₺": "TRY", "₩": "KRW"}


def says_date(header: str) -> bool:
    """Whether the header names a day or a moment."""
    said = header_words(header)
    return any(word in _DATE for word in said) or any(part in header.lower() for part in _DATE_PARTS)


def says_flag(header: str) -> bool:
    """Whether the header names something that is so or not."""
    lower = header.lower()
    if any(word in _FLAG for word in header_words(header)) or any(part in lower for part in _FLAG_PARTS):
        return not any(word in _QUANTITY for word in header_words(header) if word != "stock")
    return header.rstrip().endswith("?")


def says_list(header: str) -> bool:
    """Whether the header names several things."""
    said = header_words(header)
    return any(word in _LIST for word in said) or header.strip().lower().endswith(_LIST_ENDINGS)


def says_phone(header: str) -> bool:
    """Whether the header names a telephone or fax number."""
    said = header_words(header)
    if any(word in _NOT_CONTACT and word not in _PHONE_NUMBER for word in said):
        return False
    return any(word in _PHONE for word in said) or any(part in header.lower() for part in _PHONE_PARTS)


def says_address(header: str) -> bool:
    """Whether the header names a postal address or a street."""
    said = header_words(header)
    if any(word in _NOT_CONTACT for word in said):
        return False
    return any(word in _ADDRESS for word in said) or any(part in header.lower() for part in _ADDRESS_PARTS)


_SIZE = words(
    """
    size sizes größe groesse grösse taille talla tallas taglia misura maat maten rozmiar velikost storlek størrelse
    koko tamanho размер age ages alter range ratio pack fraction age_range
    """
)
_SIZE_PARTS = ("サイズ", "尺寸", "尺码", "사이즈", "größe")


def says_size(header: str) -> bool:
    """Whether the header names sizes or ranges, such as 2-3."""
    return any(word in _SIZE for word in header_words(header)) or any(part in header.lower() for part in _SIZE_PARTS)


def says_quantity(header: str) -> bool:
    """Whether the header names a measure or a count."""
    return any(word in _QUANTITY for word in header_words(header))


def says_person(header: str) -> bool:
    """Whether the header names what only a person has: a first name, a day of birth."""
    said = header_words(header)
    spaced = " ".join(said)
    return any(word in _PERSON for word in said) or any(part in spaced for part in _PERSON_PARTS)
