"""Whether the pages may be reached from other machines."""

import pytest
from pydantic import SecretStr

from segops_pipeline.access.owner import ensure_owner
from segops_pipeline.access.secret import check_may_listen, is_loopback
from segops_pipeline.access.users import create_user, set_active, set_password
from segops_pipeline.config import Settings
from segops_pipeline.errors import WrongUsage
from segops_pipeline.stores.database import Database

OUTSIDE = {"pages_host": "0.0.0.0"}
SECRET = {"secret_key": SecretStr("x" * 32)}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True), ("LOCALHOST", True),
        ("0.0.0.0", False), ("::", False), ("", False), ("192.0.2.1", False), ("localhost.example.com", False),
    ],
)  # fmt: skip
def test_loopback_is_this_machine_alone(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_on_loopback_nothing_is_needed(settings: Settings, database: Database) -> None:
    check_may_listen(settings, database)


def test_off_loopback_a_secret_and_somebody_with_a_way_in_are_needed(settings: Settings, database: Database) -> None:
    ensure_owner(database)  # signs in by a link that only the operator of the machine sees
    kim = create_user(database, "kim@example.com")
    with pytest.raises(WrongUsage, match="SEGOPS_SECRET_KEY is not set") as refused:
        check_may_listen(settings.model_copy(update=OUTSIDE), database)
    assert "32 random characters" in refused.value.remedy
    with pytest.raises(WrongUsage, match="nobody could sign in") as refused:
        check_may_listen(settings.model_copy(update={**OUTSIDE, **SECRET}), database)
    assert "segops users add" in refused.value.remedy
    set_password(database, kim.id, "correct horse battery")
    check_may_listen(settings.model_copy(update={**OUTSIDE, **SECRET}), database)
    set_active(database, kim.id, is_active=False)
    with pytest.raises(WrongUsage, match="nobody could sign in"):
        check_may_listen(settings.model_copy(update={**OUTSIDE, **SECRET}), database)


def test_an_organisations_account_is_a_way_in(settings: Settings, database: Database) -> None:
    outside = settings.model_copy(update={**OUTSIDE, **SECRET, "oidc_issuer": "https://id.example.com"})
    ensure_owner(database)
    with pytest.raises(WrongUsage, match="nobody could sign in"):
        check_may_listen(outside, database)
    create_user(database, "kim@example.com")
    check_may_listen(outside, database)
