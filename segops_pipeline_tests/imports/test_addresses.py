"""The guard of addresses: what is public, and that the socket itself is what it guards."""

import socket
from collections.abc import Iterator

import pytest

from segops_pipeline.errors import AddressRefused
from segops_pipeline.imports.addresses import AddressGuard, AddressNotPublicError, is_public


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
        "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192",
        "192.168.1.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
        "fec0::1", "ff02::1", "2001:db8::1", "2001::1", "2002:7f00:1::", "100::1", "", "localhost",
        "127.1", "1.1.1.1.1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_public_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "172.32.0.1",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
    ],
)
def test_an_address_of_the_public_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_the_address_connected_to_is_what_counts_whatever_name_led_to_it(listener: socket.socket) -> None:
    guard = AddressGuard()
    with pytest.raises(AddressNotPublicError):
        guard.connect("localhost", listener.getsockname()[1], 5)
    assert "127.0.0.1" in guard.refused


def test_no_socket_is_made_for_a_refused_address() -> None:
    info = (socket.AF_INET, socket.SOCK_STREAM, 6, "shop.example.com", ("10.0.0.8", 443))
    with pytest.raises(AddressNotPublicError):
        AddressGuard().open_socket(info)


def test_an_allowed_address_is_connected_to(listener: socket.socket) -> None:
    guard = AddressGuard(lambda address: address == "127.0.0.1")
    with guard.connect("localhost", listener.getsockname()[1], 5) as connection:
        assert connection.getpeername() == listener.getsockname()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "::1"])
def test_a_host_that_is_a_number_is_refused_before_anything_is_looked_up(host: str) -> None:
    with pytest.raises(AddressRefused, match="SEGOPS_FETCH_ALLOW_PRIVATE"):
        AddressGuard().check_host(host, f"http://{host}/")


def test_the_refusal_names_the_address_that_the_location_leads_to() -> None:
    with pytest.raises(AddressRefused, match=r"http://2130706433/ leads to 127\.0\.0\.1"):
        AddressGuard().check_host("2130706433", "http://2130706433/")
