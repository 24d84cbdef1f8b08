"""Telephone numbers, e-mail and postal addresses."""

import pytest

from segops_pipeline.inference.addresses import looks_like_address
from segops_pipeline.inference.values import CastContext, Refusal, cast, decide

OPEN = CastContext()
IN_GERMANY = CastContext(region="DE")


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("+49 30 12345678", "+493012345678"),
        ("+49 (0) 30 12345678", "+493012345678"),
        ("0049 30 12345678", "+493012345678"),
        ("+1 (615) 300-6376 ext. 12", "+16153006376;ext=12"),
        ("Tel.: +41 52 378 20 11", "+41523782011"),
        ("+٤٩ ٣٠ ١٢٣٤٥٦٧٨", "+493012345678"),
    ],
)
def test_a_number_that_names_its_country_is_written_in_e164(text: str, phone: str) -> None:
    assert cast(text, "phone", OPEN) == phone


@pytest.mark.parametrize(("text", "phone"), [("030 12345678", "+493012345678"), ("+33 1 42 68 53 00", "+33142685300")])
def test_a_number_without_a_country_has_that_of_its_column(text: str, phone: str) -> None:
    assert cast(text, "phone", IN_GERMANY) == phone


@pytest.mark.parametrize(
    ("text", "phone"), [("Fax (903-597-1600)", "(903-597-1600)"), ("030  12345678", "030 12345678")]
)
def test_a_number_whose_country_nobody_knows_is_kept_as_it_is_written(text: str, phone: str) -> None:
    assert cast(text, "phone", OPEN) == phone


@pytest.mark.parametrize("text", ["0", "12.50", "2019", "+12", "+999 123456789", "call us", "1234567890123456789"])
def test_what_is_no_telephone_number_is_refused(text: str) -> None:
    assert isinstance(cast(text, "phone", OPEN), Refusal)


def test_the_country_of_a_column_is_that_of_its_numbering_plan_and_grouping() -> None:
    french = ["05 46 67 89 65", "03 26 55 43 11", "04 67 96 97 95", "+41 52 378 20 11"]
    assert decide(french, "phone").context.region == "FR"
    american = ["(361) 749-4859", "(361) 790-8527", "(361) 729-7967"]
    assert decide(american, "phone").context.region == "US"


def test_one_number_without_a_country_is_shown_as_ambiguous() -> None:
    decision = decide(["030 12345678"], "phone")
    assert decision.context.region is None
    (ambiguity,) = decision.ambiguities
    assert ambiguity.code == "phone_without_country"


def test_the_workspaces_currency_decides_between_countries() -> None:
    assert decide(["044 668 18 00"], "phone", "CHF").context.region == "CH"


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Name@Example.COM", "Name@example.com"),
        ("mailto:a@example.com", "a@example.com"),
        ("inf&#111;&#64;example.org", "info@example.org"),
        ("o'neil+news@shop.example.co.uk", "o'neil+news@shop.example.co.uk"),
        ("info@bücher.de", "info@bücher.de"),
    ],
)
def test_an_email_address_is_normalised(text: str, email: str) -> None:
    assert cast(text, "email", OPEN) == email


@pytest.mark.parametrize(
    "text", ["yes", "a@b", "a@@example.com", "a@example.com, b@example.com", "@handle", "a b@c.de"]
)
def test_what_is_no_email_address_is_refused(text: str) -> None:
    assert isinstance(cast(text, "email", OPEN), Refusal)


def test_an_address_is_put_on_one_line() -> None:
    assert cast("Hauptstr. 5 \n 10115  Berlin", "address", OPEN) == "Hauptstr. 5, 10115 Berlin"


@pytest.mark.parametrize("text", ["https://example.com", "a@example.com", "<b>Main Street</b>", "x" * 301, "--"])
def test_what_can_be_no_address_is_refused(text: str) -> None:
    assert isinstance(cast(text, "address", OPEN), Refusal)


@pytest.mark.parametrize(
    "text",
    [
        "Hauptstr. 5",
        "Am Alten Markt 12, 50667 Köln",
        "12 rue de la Paix, 75002 Paris",
        "C/ Alcalá, 45, 3º B",
        "Via Roma 12, 20121 Milano",
        "Keizersgracht 174, 1016 DW Amsterdam",
        "ul. Marszałkowska 10/5, 00-590 Warszawa",
        "221B Baker St",
        "PO Box 123, Springfield",
        "Austin, TX 78701",
        "Swamp Head Brewery 3140 SW 42nd Way, Florida",
        "東京都千代田区丸の内1-9-1",
        "ул. Тверская, д. 7",
        "Avda. de la Constitución 2222",
        "B-12, Sector 62, Noida, Uttar Pradesh 201301, India",
    ],
)
def test_a_street_with_its_number_or_place_looks_like_an_address(text: str) -> None:
    assert looks_like_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "Paris",
        "Main Street Band",
        "12 Angry Men",
        "Red shirt, size 42",
        "Samsung Galaxy Tab A 10.1, 32 GB, Black",
        "Leather, Italy",
        "Gas furnace installation in Saginaw, MI 48604",
        "name=Sprite Ball,type=select,required=1",
    ],
)
def test_a_product_or_title_does_not_look_like_an_address(text: str) -> None:
    assert not looks_like_address(text)
