"""Rates: so many in any hour, and when the next may come."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from segops_pipeline.access.actor import PERMISSIONS_OF_ROLE, Actor
from segops_pipeline.access.rates import check_import_rate
from segops_pipeline.config import Settings
from segops_pipeline.errors import TooManyRequests
from segops_pipeline.imports.sources import ensure_source
from segops_pipeline.stores.opening import open_stores
from segops_pipeline.stores.postgres_data import Reach
from segops_pipeline.web.security import rates
from segops_pipeline.web.security.rates import HourlyRate, SignInRates
from segops_pipeline_tests.conftest import installation
from segops_pipeline_tests.web.guarded import Guarded, guarded


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 7200.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def site(cluster: Reach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """The API with few requests an hour."""
    home = tmp_path_factory.mktemp("rates") / "home"
    with installation(cluster, home) as settings, open_stores(settings) as stores:
        yield guarded(stores, requests_per_hour=3)


def test_as_many_as_may_be_come_and_the_next_one_is_told_when(clock: Clock) -> None:
    rate = HourlyRate(3, clock)
    for _ in range(3):
        rate.check("kim", "Requests")
        rate.count("kim")
    with pytest.raises(TooManyRequests) as refused:
        rate.check("kim", "Requests")
    wait = refused.value.retry_after_seconds
    assert 0 < wait <= 3601
    rate.check("lee", "Requests")
    clock.seconds += wait - 2
    assert rate.wait_seconds("kim") > 0
    clock.seconds += 2
    rate.check("kim", "Requests")


def test_the_hour_slides(clock: Clock) -> None:
    rate = HourlyRate(10, clock)
    clock.seconds += 3000
    for _ in range(10):
        rate.count("kim")
    clock.seconds += 900  # a new hour has begun, but the past one counts for most of it
    assert rate.wait_seconds("kim") == 0
    rate.count("kim")
    assert rate.wait_seconds("kim") > 0
    clock.seconds += 3600
    assert rate.wait_seconds("kim") == 0


def test_the_next_one_may_come_exactly_when_it_was_said(clock: Clock) -> None:
    rate = HourlyRate(10, clock)
    for _ in range(8):
        rate.count("kim")
    clock.seconds += 3700
    for _ in range(3):
        rate.count("kim")
    wait = rate.wait_seconds("kim")
    assert wait > 1
    clock.seconds += wait
    assert rate.wait_seconds("kim") == 0


def test_names_without_end_take_no_memory_without_end(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_COUNTED", 10)
    rate = HourlyRate(1, clock)
    for number in range(100):
        rate.count(f"address {number}")
    assert rate.wait_seconds("address 99") > 0
    assert rate.wait_seconds("address 1") == 0


def test_wrong_sign_ins_count_for_the_account_wherever_they_come_from(clock: Clock) -> None:
    signing = SignInRates(Settings(sign_ins_per_hour=2), clock)  # type: ignore[call-arg]
    signing.attempt("kim@example.com", "192.0.2.1")
    signing.attempt("KIM@example.com ", "192.0.2.2")
    with pytest.raises(TooManyRequests):
        signing.attempt("kim@example.com", "192.0.2.3")


def test_wrong_sign_ins_count_for_the_address_whatever_the_account(clock: Clock) -> None:
    signing = SignInRates(Settings(sign_ins_per_hour=2), clock)  # type: ignore[call-arg]
    signing.attempt("a@example.com", "2001:db8::1")
    signing.attempt("b@example.com", "2001:db8::2")  # the same machine may have both
    with pytest.raises(TooManyRequests):
        signing.attempt("c@example.com", "2001:db8::ffff")
    signing.attempt("c@example.com", "2001:db8:0:1::1")


def test_right_sign_ins_do_not_count(clock: Clock) -> None:
    signing = SignInRates(Settings(sign_ins_per_hour=2), clock)  # type: ignore[call-arg]
    for _ in range(5):
        signing.attempt("kim@example.com", "192.0.2.1")
        signing.right("kim@example.com", "192.0.2.1")


def test_requests_are_counted_for_each_user_and_files_for_nobody(site: Guarded) -> None:
    kim, lee = site.member("viewer"), site.member("viewer")
    client = site.client(kim.session)
    for _ in range(3):
        assert client.get("/api/pim/me/").status_code == 200
        assert client.get("/static/segops.css").status_code == 200
        assert client.get("/healthz").status_code == 200
    refused = client.get("/api/pim/me/")
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "too_many_requests"
    assert int(refused.headers["retry-after"]) > 0
    assert site.client(lee.session).get("/api/pim/me/").status_code == 200


def test_imports_are_counted_from_the_jobs_of_the_past_hour(site: Guarded) -> None:
    kim = site.member("editor")
    actor = Actor(kim.user.email, kim.workspace_id, "acme", PERMISSIONS_OF_ROLE["editor"], via="api")
    settings = Settings(imports_per_hour=2)  # type: ignore[call-arg]
    job = text(
        "INSERT INTO import_jobs (workspace_id, id, source_id, file_name, status, created_by, created_at)"
        " VALUES (:workspace_id, :id, :source, 'a.csv', 'mapping', :name, now() - CAST(:ago AS interval))"
    )
    with site.web.database.workspace_session(kim.workspace_id) as connection:
        source = ensure_source(connection, kim.workspace_id)
        given = {"workspace_id": kim.workspace_id, "source": source.id, "name": kim.user.email}
        for name, ago in (("old", "61 minutes"), ("one", "50 minutes")):
            connection.execute(job, {**given, "id": f"{name}-{kim.user.id}", "ago": ago})
        check_import_rate(connection, actor, settings)
        connection.execute(job, {**given, "id": f"two-{kim.user.id}", "ago": "1 minute"})
        with pytest.raises(TooManyRequests) as refused:
            check_import_rate(connection, actor, settings)
        assert refused.value.retry_after_seconds == pytest.approx(600, abs=5)
