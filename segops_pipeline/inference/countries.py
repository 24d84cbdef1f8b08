"""Names of countries, as they end an address.

What belongs here: the names, in English and in their own and neighbouring languages. What doesn't: codes of
countries, and what is a country to whom. Georgia and Jersey are left out: both are other places as well.
"""

_COUNTRIES = """
    Afghanistan | Albania | Alemanha | Alemania | Algeria | Algérie | Allemagne | American Samoa | Andorra |
    Angola | Anguilla | Antigua and Barbuda | Argentina | Argentinien | Armenia | Aruba | Australia | Austria |
    Autriche | Azerbaijan | Bahamas | Bahrain | Bangladesh | Barbados | Belarus | Belgien | Belgique | Belgium |
    België | Belize | Benin | Bermuda | Bhutan | Bolivia | Bosnia and Herzegovina | Botswana | Brasil | Brasilien
    | Brazil | British Virgin Islands | Brunei | Bulgaria | Burkina Faso | Burundi | Cambodia | Cameroon | Canada
    | Canadá | Cape Verde | Cayman Islands | Central African Republic | Chad | Chile | China | Chine | Christmas
    Island | Colombia | Comoros | Congo | Cook Islands | Costa Rica | Croatia | Cuba | Curaçao | Cyprus | Czech
    Republic | Czechia | Côte d'Ivoire | Danemark | Danmark | Denmark | Deutschland | Djibouti | Dominica |
    Dominican Republic | Duitsland | Dänemark | Ecuador | Egypt | El Salvador | England | Equatorial Guinea |
    Eritrea | Espagne | España | Estados Unidos | Estonia | Eswatini | Etats-Unis | Ethiopia | Falkland Islands |
    Faroe Islands | Fiji | Finland | Finnland | France | Francia | Francja | Frankreich | Frankrijk | French
    Guiana | French Polynesia | Gabon | Gambia | Germania | Germany | Ghana | Gibraltar | Great Britain | Greece |
    Greenland | Grenada | Griechenland | Großbritannien | Grèce | Guadeloupe | Guam | Guatemala | Guernsey |
    Guinea | Guinea-Bissau | Guyana | Haiti | Holanda | Honduras | Hong Kong | Hungary | Iceland | India |
    Indonesia | Iran | Iraq | Ireland | Irland | Irlande | Isle Of Man | Israel | Italia | Italie | Italien |
    Italië | Italy | Jamaica | Japan | Japon | Jordan | Kanada | Kazakhstan | Kenya | Kiribati | Korea | Kosovo |
    Kuwait | Kyrgyzstan | Laos | Latvia | Lebanon | Lesotho | Liberia | Libya | Liechtenstein | Lithuania |
    Luxembourg | Macao | Macedonia | Madagascar | Magyarország | Malawi | Malaysia | Maldives | Mali | Malta |
    Maroc | Marruecos | Marshall Islands | Martinique | Mauritania | Mauritius | Mayotte | Mexico | Mexiko |
    Micronesia | Moldova | Monaco | Mongolia | Montenegro | Montserrat | Morocco | Mozambique | Myanmar | México |
    Namibia | Nauru | Nederland | Nepal | Netherlands | Netherlands Antilles | New Caledonia | New Zealand |
    Nicaragua | Niederlande | Niemcy | Niger | Nigeria | Niue | Norfolk Island | Norge | North Korea | North
    Macedonia | Northern Ireland | Northern Mariana Islands | Norvège | Norway | Norwegen | Oman | P.R. China |
    Pakistan | Palau | Palestine | Panama | Panamá | Papua New Guinea | Paraguay | Pays-Bas | Peru | Perú |
    Philippines | Poland | Polen | Pologne | Polska | Portugal | Puerto Rico | Qatar | Regno Unito | Reino Unido |
    Republic of Korea | Reunion | Romania | România | Royaume-Uni | Russia | Russland | Rwanda | Saint Barthélemy
    | Saint Helena | Saint Kitts And Nevis | Saint Lucia | Saint Martin | Saint Vincent And The Grenadines | Samoa
    | San Marino | Sao Tome And Principe | Saudi Arabia | Schweden | Schweiz | Scotland | Senegal | Serbia |
    Seychelles | Sierra Leone | Singapore | Slovakia | Slovenia | Solomon Islands | Somalia | South Africa | South
    Korea | South Sudan | Spagna | Spain | Spanien | Spanje | Sri Lanka | Stany Zjednoczone Ameryki | Stati Uniti
    | Sudan | Suisse | Suomi | Suriname | Suède | Sverige | Svizzera | Swaziland | Sweden | Switzerland | Syria |
    Taiwan | Tajikistan | Tanzania | Thailand | The Democratic Republic Of Congo | Timor-Leste | Togo | Tonga |
    Trinidad and Tobago | Tschechien | Tschechische Republik | Tunisia | Tunisie | Turkey | Turkmenistan | Turks
    And Caicos Islands | Turquie | Tuvalu | Türkei | Türkiye | U.K. | U.S. Virgin Islands | U.S.A. | UK | USA |
    Uganda | Ukraine | Ungarn | United Arab Emirates | United Kingdom | United States | United States of America |
    Uruguay | Uzbekistan | Vanuatu | Vatican | Venezuela | Vereinigte Staaten | Vereinigte Staaten von Amerika |
    Vereinigtes Königreich | Verenigd Koninkrijk | Verenigde Staten | Vietnam | Wales | Western Sahara | Yemen |
    Zambia | Zimbabwe | Åland Islands | Österreich | Česká republika | Ελλάδα | Россия | Украина | Україна | 中国 |
    台灣 | 日本 | 香港 | 대한민국
"""

COUNTRIES = frozenset(name.strip().casefold() for name in " ".join(_COUNTRIES.split()).split("|"))
"""Names of countries in small letters."""


def is_country(text: str) -> bool:
    """Whether a text is the name of a country."""
    name = text.strip().casefold()
    return name in COUNTRIES or name.rstrip(".") in COUNTRIES
