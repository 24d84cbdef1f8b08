"""Fetching files from real servers on loopback, well-behaved and hostile ones."""

import hashlib
import json
import os
import socket
import ssl
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec.config
import pytest

from segops_pipeline.config import Settings
from segops_pipeline.errors import AddressRefused, FetchError, FileTooLarge, WrongUsage
from segops_pipeline.imports.addresses import AddressGuard
from segops_pipeline.imports.download import Conditions, Deadline
from segops_pipeline.imports.fetch import fetch
from segops_pipeline.imports.fetch_http import open_http
from segops_pipeline.imports.locations import parse_location
from segops_pipeline_tests.imports.loopback import body, chunked, drip, http_server, redirect, sftp_server

CSV = b"sku,name\n1,Chair\n2,Table\n"


def settings_of(folder: Path, **changes: Any) -> Settings:
    return Settings(home=folder / "home", **({"fetch_allow_private": True} | changes))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "fetched"


@pytest.fixture
def open_settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path)


@pytest.fixture
def guarded_settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path, fetch_allow_private=False)


def test_a_file_is_fetched_over_http_with_its_checksum(target: Path, open_settings: Settings) -> None:
    with http_server({"/feeds/prices.csv": body(CSV)}) as port:
        fetched = fetch(f"http://127.0.0.1:{port}/feeds/prices.csv?key=secret", target, open_settings)
    assert target.read_bytes() == CSV
    assert fetched.checksum == hashlib.sha256(CSV).hexdigest()
    assert (fetched.file_name, fetched.size_bytes) == ("prices.csv", len(CSV))
    assert fetched.final_location == f"http://127.0.0.1:{port}/feeds/prices.csv?…"


def test_the_server_may_name_the_file_but_not_a_folder(target: Path, open_settings: Settings) -> None:
    header = {"Content-Disposition": 'attachment; filename="../../etc/pri ces.csv"'}
    with http_server({"/export": body(CSV, headers=header)}) as port:
        assert fetch(f"http://127.0.0.1:{port}/export", target, open_settings).file_name == "pri ces.csv"


def test_a_redirect_is_followed_and_told(target: Path, open_settings: Settings) -> None:
    with http_server({"/old": redirect("/new.csv"), "/new.csv": body(CSV)}) as port:
        fetched = fetch(f"http://127.0.0.1:{port}/old", target, open_settings)
    assert fetched.final_location.endswith("/new.csv")


def test_user_and_password_of_a_url_are_sent_but_not_to_where_it_redirects(
    target: Path, open_settings: Settings
) -> None:
    seen: list[str | None] = []
    answers = {"/there.csv": lambda handler: (seen.append(handler.headers["Authorization"]), body(CSV)(handler))[1]}
    with http_server(answers) as other:

        def first(handler: Any) -> None:
            seen.append(handler.headers["Authorization"])
            redirect(f"http://127.0.0.1:{other}/there.csv")(handler)

        with http_server({"/": first}) as port:
            fetch(f"http://user:pass@127.0.0.1:{port}/", target, open_settings)
    assert seen == ["Basic dXNlcjpwYXNz", None]


def test_the_last_redirect_that_is_allowed_is_followed_and_no_more(target: Path, open_settings: Settings) -> None:
    answers = {f"/{number}": redirect(f"/{number - 1}") for number in range(1, 20)} | {"/0": body(CSV)}
    with http_server(answers) as port:
        assert fetch(f"http://127.0.0.1:{port}/5", target, open_settings).size_bytes == len(CSV)
        with pytest.raises(FetchError, match="redirects more than 5 times"):
            fetch(f"http://127.0.0.1:{port}/6", target, open_settings)


@pytest.mark.parametrize("elsewhere", ["file:///etc/hosts", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x"])
def test_a_redirect_out_of_http_is_refused(elsewhere: str, target: Path, open_settings: Settings) -> None:
    with (
        http_server({"/": redirect(elsewhere)}) as port,
        pytest.raises(FetchError, match="no http or https URL"),
    ):
        fetch(f"http://127.0.0.1:{port}/", target, open_settings)


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "[::1]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "169.254.169.254", "[fd00:ec2::254]", "user:pass@127.0.0.1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https", "sftp"])
def test_a_private_address_is_refused_however_it_is_written(
    scheme: str, host: str, target: Path, guarded_settings: Settings
) -> None:
    with pytest.raises(AddressRefused, match="no public address"):
        fetch(f"{scheme}://{host}:9/file.csv", target, guarded_settings)
    assert not target.exists()


def test_a_refused_server_never_hears_of_us(target: Path, guarded_settings: Settings) -> None:
    heard: list[str] = []
    with (
        http_server({"/": lambda handler: heard.append(handler.path)}) as port,
        pytest.raises(AddressRefused),
    ):
        fetch(f"http://localhost:{port}/", target, guarded_settings)
    assert heard == []


@pytest.mark.parametrize("elsewhere", ["127.0.0.2", "[::1]", "0x7f000002", "[::ffff:127.0.0.2]"])
def test_a_redirect_to_a_private_address_is_refused(elsewhere: str, open_settings: Settings) -> None:
    """127.0.0.1 plays the public server here, every other address is as private as ever."""
    guard = AddressGuard(lambda address: address == "127.0.0.1")
    with http_server({}) as inner, http_server({"/": redirect(f"http://{elsewhere}:{inner}/")}) as port:
        location = parse_location(f"http://127.0.0.1:{port}/")
        conditions = Conditions(open_settings, guard, Deadline(10))
        with pytest.raises(AddressRefused), open_http(location, conditions):
            pass
    assert len(guard.refused) == 1


def test_no_proxy_of_the_environment_is_asked(
    target: Path, open_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with http_server({"/f": body(CSV)}) as port:
        assert fetch(f"http://127.0.0.1:{port}/f", target, open_settings).size_bytes == len(CSV)


def test_a_file_that_announces_too_many_bytes_is_not_read(target: Path, tmp_path: Path) -> None:
    with (
        http_server({"/f": body(b"", headers={"Content-Length": "5000000000"})}) as port,
        pytest.raises(FileTooLarge, match="SEGOPS_MAX_UPLOAD_BYTES"),
    ):
        fetch(f"http://127.0.0.1:{port}/f", target, settings_of(tmp_path, max_upload_bytes=1000))
    assert not target.exists()


def test_a_file_that_grows_too_large_leaves_nothing(target: Path, tmp_path: Path) -> None:
    with http_server({"/f": chunked(b"x" * 65536, 1000)}) as port, pytest.raises(FileTooLarge):
        fetch(f"http://127.0.0.1:{port}/f", target, settings_of(tmp_path, max_upload_bytes=1_000_000))
    assert not target.exists()


def test_a_compressed_answer_counts_by_what_it_unpacks_to(target: Path, tmp_path: Path) -> None:
    import gzip

    bomb = gzip.compress(b"0" * 5_000_000)
    with (
        http_server({"/f": body(bomb, headers={"Content-Encoding": "gzip"})}) as port,
        pytest.raises(FileTooLarge),
    ):
        fetch(f"http://127.0.0.1:{port}/f", target, settings_of(tmp_path, max_upload_bytes=1_000_000))
    assert not target.exists()


def test_a_server_that_drips_a_byte_at_a_time_runs_out_of_time(target: Path, tmp_path: Path) -> None:
    over = threading.Event()
    with http_server({"/f": drip(CSV, over)}) as port:
        try:
            with pytest.raises(FetchError, match=r"longer than 0\.5 seconds"):
                fetch(f"http://127.0.0.1:{port}/f", target, settings_of(tmp_path, fetch_timeout_seconds=0.5))
        finally:
            over.set()
    assert not target.exists()


@pytest.mark.parametrize("scheme", ["http", "sftp"])
def test_a_server_that_never_answers_runs_out_of_time(scheme: str, target: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        location = f"{scheme}://u:p@127.0.0.1:{silent.getsockname()[1]}/f"
        with pytest.raises(FetchError, match="longer than"):
            fetch(location, target, settings_of(tmp_path, fetch_timeout_seconds=0.3))


@pytest.mark.parametrize(
    ("status", "reason"),
    [(404, "404 Not Found"), (403, "403 Forbidden"), (500, "500"), (304, "304"), (799, "799")],
)
def test_a_refusing_status_is_told(status: int, reason: str, target: Path, open_settings: Settings) -> None:
    with http_server({"/f": body(b"", status)}) as port, pytest.raises(FetchError, match=reason):
        fetch(f"http://127.0.0.1:{port}/f", target, open_settings)


def test_an_answer_that_ends_too_early_is_no_file(target: Path, open_settings: Settings) -> None:
    with (
        http_server({"/f": body(CSV, headers={"Content-Length": "500"})}) as port,
        pytest.raises(FetchError, match="too early"),
    ):
        fetch(f"http://127.0.0.1:{port}/f", target, open_settings)
    assert not target.exists()


@pytest.mark.parametrize("scheme", ["http", "sftp"])
def test_a_name_that_nobody_knows_is_told(scheme: str, target: Path, guarded_settings: Settings) -> None:
    with pytest.raises(FetchError, match="name of its server is not known"):
        fetch(f"{scheme}://no-such-host.invalid/f.csv", target, guarded_settings)


@pytest.mark.parametrize("scheme", ["http", "https", "sftp"])
def test_a_port_that_nobody_listens_on_is_told(scheme: str, target: Path, open_settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(FetchError, match="Connection refused"):
        fetch(f"{scheme}://127.0.0.1:{port}/f.csv", target, open_settings)


def test_no_error_repeats_what_is_secret(target: Path, open_settings: Settings) -> None:
    with http_server({"/f": body(b"", headers={"Content-Length": "9"})}) as port:
        for path in ("missing", "f"):
            with pytest.raises(FetchError) as error:
                fetch(f"http://user:hunter2@127.0.0.1:{port}/{path}?sig=hunter2", target, open_settings)
            assert "hunter2" not in "".join(traceback.format_exception(error.value, limit=0))


def test_a_certificate_that_nobody_vouches_for_is_refused(
    target: Path, tmp_path: Path, open_settings: Settings
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(self_signed(tmp_path))
    with (
        http_server({"/f": body(CSV)}, tls=tls) as port,
        pytest.raises(FetchError, match="certificate is not trusted"),
    ):
        fetch(f"https://127.0.0.1:{port}/f", target, open_settings)


def test_a_server_that_speaks_no_tls_is_told(target: Path, open_settings: Settings) -> None:
    with http_server({"/f": body(CSV)}) as port, pytest.raises(FetchError, match="no secure connection"):
        fetch(f"https://127.0.0.1:{port}/f", target, open_settings)


def test_a_scheme_that_nothing_is_fetched_from_is_wrong_usage(target: Path, open_settings: Settings) -> None:
    with pytest.raises(WrongUsage, match="file, http, https, s3, gs, sftp"):
        fetch("memory://feed.csv", target, open_settings)


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_a_local_file_is_fetched(form: str, target: Path, tmp_path: Path, guarded_settings: Settings) -> None:
    file = tmp_path / "prices.csv"
    file.write_bytes(CSV)
    assert fetch(form.format(file), target, guarded_settings).file_name == "prices.csv"
    assert target.read_bytes() == CSV


def test_a_local_file_may_not_be_too_large_either(target: Path, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_bytes(CSV)
    with pytest.raises(FileTooLarge):
        fetch(str(file), target, settings_of(tmp_path, max_upload_bytes=10))


def test_what_is_no_regular_file_is_not_read(target: Path, tmp_path: Path, open_settings: Settings) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", tmp_path, Path("/dev/zero")):
        with pytest.raises(FetchError, match="no regular file"):
            fetch(str(path), target, open_settings)


def test_a_missing_local_file_is_told(target: Path, tmp_path: Path, open_settings: Settings) -> None:
    with pytest.raises(FetchError, match="no such file"):
        fetch(str(tmp_path / "missing.csv"), target, open_settings)


def test_the_installations_own_files_are_not_fetched_but_its_inbox_is(
    target: Path, tmp_path: Path, open_settings: Settings
) -> None:
    secret, dropped = open_settings.home / "postgres.json", open_settings.inbox / "acme" / "f.csv"
    dropped.parent.mkdir(parents=True)
    for file in (secret, dropped):
        file.write_bytes(CSV)
    link = tmp_path / "link.csv"
    link.symlink_to(secret)
    for path in (secret, link):
        with pytest.raises(FetchError, match="folder of the installation"):
            fetch(str(path), target, open_settings)
    assert fetch(str(dropped), target, open_settings).size_bytes == len(CSV)


@pytest.fixture(scope="module")
def host_key() -> Any:
    import paramiko

    return paramiko.ECDSAKey.generate()


def test_a_file_is_fetched_over_sftp(target: Path, tmp_path: Path, open_settings: Settings, host_key: Any) -> None:
    content = CSV * 40_000
    (tmp_path / "prices.csv").write_bytes(content)
    with sftp_server(tmp_path, host_key, "anna", "p/w") as port:
        fetched = fetch(f"sftp://anna:p%2Fw@127.0.0.1:{port}/prices.csv", target, open_settings)
    assert fetched.file_name == "prices.csv"
    assert target.read_bytes() == content


def test_a_wrong_password_and_a_missing_file_are_told_apart(
    target: Path, tmp_path: Path, open_settings: Settings, host_key: Any
) -> None:
    with sftp_server(tmp_path, host_key, "anna", "right") as port:
        with pytest.raises(FetchError, match="does not accept the log-in"):
            fetch(f"sftp://anna:wrong@127.0.0.1:{port}/f.csv", target, open_settings)
        with pytest.raises(FetchError, match="no such file"):
            fetch(f"sftp://anna:right@127.0.0.1:{port}/f.csv", target, open_settings)


def test_an_sftp_server_must_show_the_key_that_it_showed_first(
    target: Path, tmp_path: Path, open_settings: Settings, host_key: Any
) -> None:
    import paramiko

    (tmp_path / "f.csv").write_bytes(CSV)
    with sftp_server(tmp_path, host_key, "anna", "pass") as port:
        location = f"sftp://anna:pass@127.0.0.1:{port}/f.csv"
        fetch(location, target, open_settings)
        fetch(location, target, open_settings)
        known = open_settings.home / "known_hosts"
        assert len(known.read_text().splitlines()) == 1
        other = paramiko.ECDSAKey.generate()
        known.write_text(known.read_text().replace(host_key.get_base64(), other.get_base64()))
        with pytest.raises(FetchError, match="another key"):
            fetch(location, target, open_settings)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A bucket `feeds` with one object, at an endpoint that the environment names."""

    def answer(handler: Any) -> None:
        wanted = handler.headers.get("Range", f"bytes=0-{len(CSV) - 1}").removeprefix("bytes=").split("-")
        body(CSV[int(wanted[0]) : int(wanted[1]) + 1], headers={"ETag": '"1"'})(handler)

    listing = b"<?xml version='1.0'?><ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>"
    with http_server({"/feeds/a/prices.csv": answer, "/feeds": body(listing)}) as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        yield


@pytest.mark.usefixtures("s3")
def test_an_object_of_s3_is_fetched(target: Path, open_settings: Settings) -> None:
    fetched = fetch("s3://feeds/a/prices.csv", target, open_settings)
    assert (fetched.file_name, target.read_bytes()) == ("prices.csv", CSV)


@pytest.mark.usefixtures("s3")
def test_a_missing_object_of_s3_is_told(target: Path, open_settings: Settings) -> None:
    with pytest.raises(FetchError, match="no such file"):
        fetch("s3://feeds/a/missing.csv", target, open_settings)


@pytest.mark.usefixtures("s3")
def test_an_endpoint_of_s3_at_a_private_address_is_refused(target: Path, guarded_settings: Settings) -> None:
    with pytest.raises(AddressRefused):
        fetch("s3://feeds/a/prices.csv", target, guarded_settings)


@pytest.fixture
def gs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A bucket `feeds` with one object, at an emulator that the environment names."""
    about = {
        "name": "prices.csv",
        "bucket": "feeds",
        "size": str(len(CSV)),
        "etag": "1",
        "kind": "storage#object",
    }
    answers = {
        "/storage/v1/b/feeds/o/prices.csv": body(json.dumps(about).encode()),
        "/storage/v1/b/feeds/o": body(b"{}"),
        "/download/storage/v1/b/feeds/o/prices.csv": body(CSV),
    }
    with http_server(answers) as port:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{port}")
        monkeypatch.setitem(fsspec.config.conf, "gs", {"token": "anon"})
        yield


@pytest.mark.usefixtures("gs")
def test_an_object_of_google_cloud_storage_is_fetched(target: Path, open_settings: Settings) -> None:
    assert fetch("gs://feeds/prices.csv", target, open_settings).size_bytes == len(CSV)
    assert target.read_bytes() == CSV


@pytest.mark.usefixtures("gs")
def test_a_missing_object_of_google_cloud_storage_is_told(target: Path, open_settings: Settings) -> None:
    with pytest.raises(FetchError, match="no such file"):
        fetch("gs://feeds/missing.csv", target, open_settings)


@pytest.mark.usefixtures("gs")
def test_an_emulator_at_a_private_address_is_refused(target: Path, guarded_settings: Settings) -> None:
    with pytest.raises(AddressRefused):
        fetch("gs://feeds/prices.csv", target, guarded_settings)


def self_signed(folder: Path) -> Path:
    """Make a key and a certificate for 127.0.0.1 that nobody vouches for, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file
