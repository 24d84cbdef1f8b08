"""Currencies: ISO 4217 codes, and the marks that people write for them.

What belongs here: the table and what a mark means in a context. What doesn't: amounts (prices.py).
"""
# ruff: noqa: RUF001 - other scripts' letters are meant

import re

from segops_pipeline.inference.words import words

# Code, then the marks people write. The first code that has a mark is what it means when nothing else says.
_MARKS = """
EUR € euro euros ευρώ евро ユーロ 欧元
USD $ us$ usd$ $us us_$ u$s u.s.$ usd. dollar dollars доллар 美元 美金 ドル دولار $usd
GBP £ pound pounds gb£ £stg stg quid 英镑
GBX pence
JPY ¥ ￥ yen 円 圓 日元 日圓
CNY 元 rmb cn¥ 人民币 人民幣 圆 yuan renminbi
INR ₹ rs rs. inr. re re. rupee rupees ₹. रु रु.
BRL r$ reais real
RUB ₽ руб. руб р. р rub. рублей рубля рубль rur rbl
UAH ₴ грн. грн гривень гривна
PLN zł zl zł. zloty złotych
CZK kč kc korun
SKK sk
HUF ft forint
RON lei leu
MDL
BGN лв. лв лева lv
RSD дин дин. din. din rsd.
MKD ден ден. ден.
HRK kn kuna
BAM км
ALL lek lekë
SEK kr kr. kronor skr
NOK kr kr. nkr kroner
DKK kr kr. dkr dkk.
ISK kr kr. ikr krónur
CHF fr. sfr sfr. chf. fr fr.- franken
XOF cfa fcfa francs franc
XAF fcfa
XPF ₣
TRY ₺ tl lira
ILS ₪ ש"ح ש"ח nis ש״ח ش.ج
AED د.إ درهم dhs dh dhs. aed. dirham درهم_إماراتي
SAR ر.س ﷼ sr ريال ر.س.
QAR ر.ق
OMR ر.ع. ر.ع
IRR ریال
IRT تومان toman
KWD د.ك kd دينار_كويتي
BHD .د.ب د.ب bd
JOD د.أ د.ا دينار_أردني jd
IQD د.ع ع.د دينار id
DZD د.ج
TND د.ت dt
LYD د.ل
MAD د.م د.م.
EGP ج.م e£ £e le
SYP ل.س
LBP ل.ل
YER
SDG ج.س
KRW ₩ 원 won
KPW
VND ₫ đ vnđ vnd. đồng
THB ฿ บาท baht
IDR rp rp. rupiah
MYR rm ringgit
SGD s$ sg$
HKD hk$ 港元 港币 港幣
TWD nt$ nt 新台幣 新臺幣 台幣
PHP ₱ php. piso
AUD a$ au$ aud$ $aud
NZD nz$ nzd$
CAD c$ ca$ c_$ can$ cad$ cdn$ cnd $ca $cad
MXN mx$ mex$ pesos peso m.n. mn
ARS ar$ $ar
CLP cl$ clp$
COP col$ cop$
UYU $u
PEN s/ s/. s' soles sol
BOB bs bs.
VES bs.s
PYG ₲ gs gs.
CRC ₡ colones
GTQ q quetzal quetzales
HNL l lempira
NIO
PAB b/. balboa
DOP rd$
JMD j$
TTD tt$
BBD bds$
BZD bz$
GYD gy$
XCD ec$
TOP t$
FJD fj$
SBD si$
HTG g gourde
AWG ƒ afl.
ANG naf
ZAR r rand
NGN ₦ naira
GHS ₵ gh₵ gh¢ cedi
KES ksh kshs ksh. kshs.
UGX ush
TZS tsh tzs.
ETB br ብር
ERN nfk ናቕፋ
GMD d dalasi
GNF fg gfr
BIF fbu
RWF frw rf
DJF fdj
KMF
CDF fc
MGA ar ariary
MWK mk
ZMW zk
MZN mt mtn
AOA kz kwz
BWP
NAD n$
LSL
SZL e
STN db
CVE esc
SLL
LRD ld l$
MRU um
MUR ₨ mur.
SCR
NPR nrs npr.
PKR pkr. pakrs
LKR රු slrs
BDT ৳ tk taka
BTN nu nu.
MVR rf. mvr.
AFN ؋ afn.
KZT ₸ тг тенге
KGS som сом
UZS soʻm so'm
TJS ѕм
TMT
GEL ₾ ლ lari
AMD ֏ դր.
AZN ₼ man.
MNT ₮
KHR ៛ riel
LAK ₭ kip
MMK k kyat
PGK
VUV vt
WST ws$
BYN byn. бел.руб.
XBT ₿ ƀ btc
DEM dm
SPL spl
MOP mop$ 澳门元
USC ¢ cent cents ct
"""

_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BYR BZD CAD
CDF CHF CLP CNY COP CRC CUP CVE CZK DEM DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ
GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR
LRD LSL LTL LVL LYD MAD MDL MGA MKD MMK MNT MOP MRO MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR
PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SKK SLE SLL SOS SRD SSP STD STN
SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VEF VES VND VUV WST XAF XCD XOF XPF YER
ZAR ZMK ZMW ZWL
"""

CODES = frozenset(_CODES.split())
"""The ISO 4217 codes that are read, with some that are no longer legal tender but still on price lists."""

_NO_CODE = frozenset({"GBX", "IRT", "XBT", "SPL", "USC"})
_THREE_DIGITS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_NO_DIGITS = words(
    """
    BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF
    """
)
_SHARED = {
    "$": words(
        """
    USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP UYU DOP JMD TTD BBD BZD GYD XCD FJD SBD BSD BMD
    """
    ),
    "£": words(
        """
    GBP EGP LBP SYP GIP FKP SHP SDG SSP
    """
    ),
    "¥": frozenset({"JPY", "CNY"}),
    "￥": frozenset({"JPY", "CNY"}),
    "圆": frozenset({"JPY", "CNY"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "kr.": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "rs": frozenset({"INR", "PKR", "LKR", "NPR", "MUR"}),
    "rs.": frozenset({"INR", "PKR", "LKR", "NPR", "MUR"}),
    "₨": frozenset({"INR", "PKR", "LKR", "NPR", "MUR"}),
    "peso": frozenset({"MXN", "ARS", "CLP", "COP", "UYU", "PHP", "DOP", "CUP"}),
    "pesos": frozenset({"MXN", "ARS", "CLP", "COP", "UYU", "PHP", "DOP", "CUP"}),
    "lei": frozenset({"RON", "MDL"}),
    "fr.": frozenset({"CHF"}),
    "fr": frozenset({"CHF", "XOF", "XAF", "XPF"}),
    "br": frozenset({"BYN", "ETB"}),
    "dh": frozenset({"AED", "MAD"}),
    "dhs": frozenset({"AED", "MAD"}),
    "درهم": frozenset({"AED", "MAD"}),
    "دينار": frozenset({"IQD", "KWD", "BHD", "JOD", "LYD", "TND", "DZD"}),
    "лв": frozenset({"BGN", "KGS"}),
    "fcfa": frozenset({"XOF", "XAF"}),
    "cfa": frozenset({"XOF", "XAF"}),
    "ƒ": frozenset({"AWG", "ANG"}),
    "r": frozenset({"ZAR"}),
}
_UNDECIDED = frozenset({"kr", "kr.", "peso", "pesos", "br", "fcfa", "cfa", "دينار"})


def _read_marks() -> dict[str, str]:
    marks: dict[str, str] = {}
    for line in _MARKS.strip().splitlines():
        code, *written = line.split()
        for mark in written:
            marks.setdefault(mark.replace("_", " "), code)
    for code in CODES:
        marks[code.lower()] = code
    return marks


MARKS = _read_marks()
"""The currency of every mark, in lower case; marks that are shared have the commonest."""

_WEAK = words(
    """
    id d e g k l p q r s' р sk sol real som fr mk um nt ft km mt ar le re rf fc fg gs tk vt dt bd ld zk kz nu
    ct cent cents bs br din man. all try top mop php cup gel lek lv км mn m.n. rm sr rs tl dm d. kn kd jd
    rp kip
    """
)
_STRONG_SPELLINGS = frozenset({"Ft", "TL", "Rs", "RM", "Kn", "Rp", "Р", "KD"})


def is_weak(mark: str) -> bool:
    """Whether the mark is also a unit or a word, so that it makes no number a price by itself."""
    return mark not in _STRONG_SPELLINGS and mark not in CODES and mark.lower() in _WEAK


def code_of(mark: str, context_currency: str | None) -> str | None:
    """The ISO 4217 code that a mark means; the context decides between currencies that share it.

    None: several share it and none is the usual one, or the mark has no code.
    """
    key = mark.lower()
    shared = _SHARED.get(key)
    if shared is not None and context_currency in shared:
        return context_currency
    if key in _UNDECIDED:
        return None
    code = MARKS.get(key) or MARKS.get(key.replace(" ", ""))
    return None if code in _NO_CODE else code


def is_shared(mark: str) -> bool:
    """Whether several currencies use this mark."""
    return len(_SHARED.get(mark.lower(), ())) > 1


def minor_digits(code: str | None) -> int:
    """How many decimals an amount is written with."""
    return 3 if code in _THREE_DIGITS else 0 if code in _NO_DIGITS else 2


def is_code(text: str) -> bool:
    """Whether the text is an ISO 4217 code in capitals."""
    return text in CODES


_SYMBOLS = "".join(sorted({mark for mark in MARKS if len(mark) == 1 and not mark.isalpha()}))
SYMBOL = re.compile(f"[{re.escape(_SYMBOLS)}]")
"""One currency symbol that is no letter."""
