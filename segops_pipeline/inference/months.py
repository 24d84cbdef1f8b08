"""Names of months and weekdays in the large languages.

What belongs here: the names. What doesn't: how dates are read (dates.py).
"""
# ruff: noqa: RUF001 - other scripts' letters are meant

# Twelve names per language; alternatives and irregular abbreviations are separated by a bar.
_MONTHS = """
january february march april may june july august september|sept october november december
januar|jänner februar|feber märz|maerz|mrz april mai juni juli august september oktober november dezember
janvier|janv février|fevrier|févr|fevr mars avril|avr mai juin juillet|juil août|aout septembre octobre novembre décembre|decembre|déc
enero febrero marzo abril mayo junio julio agosto septiembre|setiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
januari februari maart|mrt april mei juni juli augustus september oktober november december
janeiro fevereiro março|marco abril maio junho julho agosto setembro outubro novembro dezembro
stycznia|styczeń|sty lutego|luty|lut marca|marzec kwietnia|kwiecień|kwi maja|maj czerwca|czerwiec|cze lipca|lipiec|lip sierpnia|sierpień|sie września|wrzesień|wrz października|październik|paź|paz listopada|listopad|lis grudnia|grudzień|gru
ledna|leden|led února|únor|úno března|březen|bře dubna|duben|dub května|květen|kvě června|červen|čvn července|červenec|čvc srpna|srpen|srp září|zář října|říjen|říj listopadu|listopad prosince|prosinec|pro
január február marec|marca apríl máj|mája jún|júna júl|júla august september október november december
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november december
januar februar mars april mai juni juli august september oktober november desember|des
tammikuuta|tammikuu|tammi helmikuuta|helmikuu|helmi maaliskuuta|maaliskuu|maalis huhtikuuta|huhtikuu|huhti toukokuuta|toukokuu|touko kesäkuuta|kesäkuu|kesä heinäkuuta|heinäkuu|heinä elokuuta|elokuu|elo syyskuuta|syyskuu|syys lokakuuta|lokakuu|loka marraskuuta|marraskuu|marras joulukuuta|joulukuu|joulu
január február|febr március|márc április|ápr május|máj június|jún július|júl augusztus szeptember|szept október november december
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie|noi decembrie
ocak|oca şubat|şub mart nisan|nis mayıs haziran|haz temmuz|tem ağustos|ağu eylül|eyl ekim|eki kasım|kas aralık|ara
января|январь февраля|февраль марта|март апреля|апрель мая|май июня|июнь июля|июль августа|август сентября|сентябрь|сент октября|октябрь ноября|ноябрь декабря|декабрь
січня|січень лютого|лютий березня|березень квітня|квітень травня|травень червня|червень липня|липень серпня|серпень вересня|вересень жовтня|жовтень листопада|листопад грудня|грудень
ιανουαρίου|ιανουάριος φεβρουαρίου|φεβρουάριος μαρτίου|μάρτιος απριλίου|απρίλιος μαΐου|μάιος ιουνίου|ιούνιος ιουλίου|ιούλιος αυγούστου|αύγουστος σεπτεμβρίου|σεπτέμβριος οκτωβρίου|οκτώβριος νοεμβρίου|νοέμβριος δεκεμβρίου|δεκέμβριος
"""  # noqa: E501 - one language a line

_WEEKDAYS = """
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim
lunes martes miércoles miercoles jueves viernes sábado sabado domingo mié jue vie sáb dom
lunedì martedì mercoledì giovedì venerdì sabato domenica gio
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo
segunda-feira terça-feira quarta-feira quinta-feira sexta-feira
segunda terça quarta quinta sexta seg ter qua qui sex
poniedziałek wtorek środa czwartek piątek sobota niedziela
måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag
понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс
"""


def _read_months() -> dict[str, int]:
    # What two languages use for different months means what the first of them says.
    months: dict[str, int] = {}
    abbreviations: dict[str, int] = {}
    for line in _MONTHS.strip().splitlines():
        numbers: dict[str, set[int]] = {}
        for number, names in enumerate(line.split(), start=1):
            for name in names.split("|"):
                months.setdefault(name, number)
                for length in (3, 4):
                    numbers.setdefault(name[:length], set()).add(number)
        for short, meant in numbers.items():
            if len(short) >= 3 and len(meant) == 1:
                abbreviations.setdefault(short, *meant)
    return abbreviations | months


MONTHS = _read_months()
"""Number of the month by its name or abbreviation, in lower case and without a dot."""

WEEKDAYS = frozenset(_WEEKDAYS.split())
"""Names and abbreviations of weekdays, in lower case and without a dot."""
