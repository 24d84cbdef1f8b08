"""What somebody may have this machine fetch: its own files, and the buckets that it can open, are not everybody's.

What belongs here: that decision. What doesn't: fetching, and which addresses are public (`segops_pipeline.imports`).
"""

from segops_pipeline.access.actor import Actor
from segops_pipeline.errors import AddressRefused
from segops_pipeline.imports.locations import parse_location

WEB = ("http", "https")
BUCKETS = ("s3", "gs")  # opened with the credentials of the server, as is sftp by its keys where no password is given


def check_upload_url(url: str) -> None:
    """Check that a URL is one that anybody who imports may upload from: one of the web.

    Raises:
        WrongUsage: it is no URL.
        AddressRefused: it is of another kind.
    """
    if parse_location(url).scheme not in WEB:
        raise AddressRefused("Only http and https addresses are fetched for an upload.", "Send the file itself.")


def check_source_location(actor: Actor, location: str) -> None:
    """Check that the actor may have a source fetched from a location.

    Raises:
        WrongUsage: it cannot be understood.
        AddressRefused: it is a path of this machine, and the actor does not own the installation.
        Forbidden: the server would show its own credentials for it, and the actor does not administer the workspace.
    """
    place = parse_location(location)
    if place.scheme == "file" and not actor.is_owner:
        raise AddressRefused("A path of the server is for the owner of the installation.", "Give a URL.")
    if place.scheme in BUCKETS or (place.scheme == "sftp" and place.password is None):
        actor.require("manage")
