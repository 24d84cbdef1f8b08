"""Passwords are hashed well, checked alike for everybody, and hashed anew when the parameters grow."""

import threading

import pytest
from argon2 import PasswordHasher, extract_parameters

from segops_pipeline.access import passwords
from segops_pipeline.access.passwords import hash_password, password_fits, renewed_hash
from segops_pipeline.errors import TooManyRequests, WrongUsage

PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    one, other = hash_password(PASSWORD), hash_password(PASSWORD)
    assert one.startswith("$argon2id$")
    assert PASSWORD not in one
    assert one != other
    assert password_fits(one, PASSWORD)
    assert not password_fits(one, PASSWORD.title())


def test_nobodys_password_fits_nothing_and_costs_as_much() -> None:
    assert not password_fits(None, PASSWORD)
    assert not password_fits(None, "")


def test_a_hash_that_is_none_fits_nothing() -> None:
    assert not password_fits("plain text", "plain text")


def test_the_same_letters_are_the_same_password_however_they_are_composed() -> None:
    assert password_fits(hash_password("größe im schrank"), "gro\u0308ße im schrank")


def test_a_hash_of_older_parameters_is_made_anew_and_one_of_todays_is_not() -> None:
    renewed = renewed_hash(CHEAP.hash(PASSWORD), PASSWORD)
    assert renewed is not None
    assert extract_parameters(renewed).memory_cost == 65_536
    assert password_fits(renewed, PASSWORD)
    assert renewed_hash(renewed, PASSWORD) is None


@pytest.mark.parametrize("password", ["", "short", "eleven char", "a" * 30, "ab" * 501])
def test_a_password_that_is_too_weak_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(WrongUsage) as refused:
        hash_password(password)
    assert refused.value.remedy


def test_a_flood_of_sign_ins_is_turned_away_rather_than_kept_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    full = threading.BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(passwords, "_WAITING", full)
    with pytest.raises(TooManyRequests) as refused:
        password_fits(None, PASSWORD)
    assert refused.value.retry_after_seconds == 5
