"""`segops webhooks`: add, list, test, rotate, remove."""

from segops_pipeline_tests.cli.conftest import Segops
from segops_pipeline_tests.notify.receivers import receiver

LOOPBACK = {"SEGOPS_FETCH_ALLOW_PRIVATE": "true"}


def test_a_webhook_is_added_tested_listed_and_removed(segops: Segops) -> None:
    with receiver() as receiving:
        words = ["-w", "acme", "--json"]
        added = segops("webhooks", "add", receiving.url, "--event", "import.failed", *words, **LOOPBACK)
        assert added.code == 0, added.err
        secret = added.json["secret"]
        number = str(added.json["id"])
        listed = segops("webhooks", "list", *words).json
        assert [(one["url"], one["events"], "secret" in one) for one in listed] == [
            (receiving.url, ["import.failed"], False)
        ]
        tested = segops("webhooks", "test", number, *words, **LOOPBACK)
        assert (tested.code, tested.json["state"]) == (0, "delivered")
        assert receiving.received[0].is_signed_with(secret)
        receiving.statuses = [500]
        assert segops("webhooks", "test", number, *words, **LOOPBACK).code == 1
    assert segops("webhooks", "remove", number, *words).json == {"id": int(number), "removed": True}
    assert segops("webhooks", "list", "-w", "acme").out.startswith("No webhooks yet")


def test_a_private_address_is_refused_and_says_what_to_do(segops: Segops) -> None:
    refused = segops("webhooks", "add", "http://127.0.0.1:1/", "-w", "acme", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (1, "address_refused")
    assert "SEGOPS_FETCH_ALLOW_PRIVATE" in refused.err
