"""What somebody may have this machine fetch."""

import pytest

from segops_pipeline.access.actor import PERMISSIONS_OF_ROLE, Actor, Role
from segops_pipeline.access.fetching import check_source_location, check_upload_url
from segops_pipeline.errors import AddressRefused, Forbidden, WrongUsage

BUCKET, FILE, URL = "s3://shop/list.csv", "/srv/list.csv", "https://example.com/list.csv"


def actor(role: Role, *, is_owner: bool = False) -> Actor:
    """Somebody in a workspace."""
    return Actor("kim@example.com", 1, "acme", PERMISSIONS_OF_ROLE[role], via="api", user_id=1, is_owner=is_owner)


@pytest.mark.parametrize("location", [BUCKET, FILE, "file:///srv/list.csv", "sftp://example.com/list.csv"])
def test_an_upload_is_fetched_from_the_web_alone(location: str) -> None:
    check_upload_url(URL)
    with pytest.raises(AddressRefused):
        check_upload_url(location)


def test_what_is_no_location_is_wrong_usage() -> None:
    with pytest.raises(WrongUsage):
        check_upload_url("gopher://example.com/list.csv")


def test_files_of_the_machine_are_for_the_owner_and_its_credentials_for_admins() -> None:
    check_source_location(actor("editor"), URL)
    check_source_location(actor("editor"), "sftp://kim:secret@example.com/list.csv")
    check_source_location(actor("admin", is_owner=True), FILE)
    for location in (BUCKET, "sftp://kim@example.com/list.csv"):
        check_source_location(actor("admin"), location)
        with pytest.raises(Forbidden):
            check_source_location(actor("editor"), location)
    with pytest.raises(AddressRefused):
        check_source_location(actor("admin"), FILE)
