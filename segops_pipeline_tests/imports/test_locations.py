"""Locations: understood, shown without secrets, and file names made safe."""

from pathlib import Path

import pytest

from segops_pipeline.errors import WrongUsage
from segops_pipeline.imports.locations import file_name_of, parse_location


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "https://user:pass@example.com:8443/feed.csv?X-Amz-Signature=abc#x",
            "https://example.com:8443/feed.csv?…",
        ),
        ("http://example.com/a%20b.csv", "http://example.com/a%20b.csv"),
        ("sftp://user:pass@example.com/out/feed.csv", "sftp://example.com/out/feed.csv"),
        ("https://[2606:4700::1]/f", "https://[2606:4700::1]/f"),
        ("s3://bucket/a/b.csv", "s3://bucket/a/b.csv"),
        ("file:///srv/feed.csv", "/srv/feed.csv"),
    ],
)
def test_a_location_is_shown_without_its_secrets(text: str, shown: str) -> None:
    assert parse_location(text).shown == shown


@pytest.mark.parametrize(
    "text",
    [
        "memory://x", "ftp://example.com/x", "gopher://example.com/", "http://", "https:///x",
        "s3://bucket", "s3://bucket/", "gs:///x", "sftp://example.com", "file://host/x", "http://a:b@c:d/", "http://[::/x",
        "", "http://example.com/\r\nX: y", "s3://key:secret@bucket/file",
    ],
)  # fmt: skip
def test_what_is_no_location_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage):
        parse_location(text)


def test_an_unknown_scheme_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(WrongUsage, match="file, http, https, s3, gs, sftp"):
        parse_location("memory://catalogue.csv")


def test_the_refusal_of_a_broken_url_does_not_repeat_its_password() -> None:
    with pytest.raises(WrongUsage) as refusal:
        parse_location("http://user:hunter2@host:port/")
    assert "hunter2" not in str(refusal.value)


def test_a_relative_path_becomes_absolute() -> None:
    assert parse_location("feeds/a.csv").path == str(Path("feeds/a.csv").absolute())


def test_user_and_password_are_decoded() -> None:
    location = parse_location("sftp://a%40b:p%2Fw@example.com/f.csv")
    assert (location.user, location.password) == ("a@b", "p/w")


@pytest.mark.parametrize(
    ("suggested", "name"),
    [
        ("/feeds/prices.csv", "prices.csv"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        (".hidden.csv", "hidden.csv"),
        ("a\x00b\nc.csv", "abc.csv"),
        ('we"ird<name>?.csv', "we_ird_name__.csv"),
        ("", "download"),
        ("/", "download"),
        ("...", "download"),
        ("Prisliste æøå.csv", "Prisliste æøå.csv"),
    ],
)
def test_a_suggested_file_name_is_made_safe(suggested: str, name: str) -> None:
    assert file_name_of(suggested) == name


def test_a_long_file_name_keeps_its_suffix() -> None:
    name = file_name_of("æ" * 300 + ".csv")
    assert name.endswith("æ.csv")
    assert len(name.encode()) <= 150
