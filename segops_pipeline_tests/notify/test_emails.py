"""Members are told by e-mail of what they ask for: one e-mail for each event and person, whatever names files have."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from segops_pipeline.notify.deliveries import Answer, Claimed
from segops_pipeline.notify.emails import message_of, send_emails
from segops_pipeline.stores.opening import Stores
from segops_pipeline_tests.notify.conftest import Notifying
from segops_pipeline_tests.notify.receivers import MailServer, mail_server

FILE = "sku,name\nA,Chair\nB,Desk\nB,Lamp\n"
COUNTS = {"rows": 3, "created": 2, "updated": 0, "unchanged": 0, "conflicts": 0, "rejected": 0, "skipped": 1}
DATA: dict[str, Any] = {
    "workspace": "acme", "source": "nordic", "file": "prices.csv", "kind": "import", "user": "ann", "counts": COUNTS,
    "error": None, "url": "http://127.0.0.1:3080/pim/imports/1",
}  # fmt: skip


def claimed(recipient: str = "ann@example.com", **data: Any) -> Claimed:
    payload = {"type": "import.completed", "data": {**DATA, **data}}
    return Claimed(7, 1, None, recipient, "import.completed", payload, 1, None, None)


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """A mail server without encryption."""
    with mail_server() as running:
        yield running


def told(stores: Stores, emails: list[Claimed]) -> list[Answer]:
    answers: list[Answer] = []
    send_emails(stores.settings, emails, lambda _email, answer: answers.append(answer))
    return answers


def test_each_member_gets_one_email_for_each_event_that_they_ask_for(notifying: Notifying, mail: MailServer) -> None:
    notifying.member("ann@example.com", "import.started", "import.completed")
    notifying.member("ben@example.com", "import.completed", language="de-AT")
    notifying.member("cat@example.com", "import.failed")
    job = notifying.imports.load(FILE)
    stores = notifying.with_mail(mail.port)
    notifying.dispatch(stores)
    notifying.dispatch(stores)
    assert sorted(mail.recipients) == ["ann@example.com", "ann@example.com", "ben@example.com"]
    done = next(
        m for m, to in zip(mail.messages, mail.recipients, strict=True) if to[0] == "a" and "done" in m["Subject"]
    )
    assert done["Subject"] == f"[Segops {notifying.actor.workspace}] The import of {job.file_name} is done"
    assert done["From"] == "Segops <segops@example.com>"
    words = done.get_content()
    assert "3 rows: 2 created, 1 skipped" in words
    assert f"Look at it: https://pim.example.com/pim/imports/{job.id}" in words
    german = next(m for m, to in zip(mail.messages, mail.recipients, strict=True) if to[0] == "b")
    assert german["Subject"].endswith("ist fertig")
    assert "3 Zeilen: 2 angelegt, 1 übersprungen" in german.get_content()


def test_without_a_mail_server_there_is_no_email(notifying: Notifying) -> None:
    notifying.member("ann@example.com", "import.completed")
    notifying.imports.load(FILE)
    notifying.dispatch()
    assert notifying.imports.number_of("deliveries") == 0


def test_who_has_left_gets_no_email(notifying: Notifying, mail: MailServer) -> None:
    notifying.member("ann@example.com", "import.completed")
    notifying.imports.execute("UPDATE users SET is_active = false")
    notifying.imports.load(FILE)
    notifying.dispatch(notifying.with_mail(mail.port))
    assert mail.messages == []


def test_a_name_of_a_file_makes_no_header(notifying: Notifying, mail: MailServer) -> None:
    stores = notifying.with_mail(mail.port)
    name = "a.csv\r\nBcc: eve@example.com\r\n\r\nlook\u2028here"
    assert told(stores, [claimed(file=name, error={"message": "x\r\n.\r\nMAIL FROM:<eve@example.com>"})]) == [Answer()]
    message = mail.messages[0]
    assert message["Subject"].strip() == "[Segops acme] The import of a.csv Bcc: eve@example.com look here is done"
    assert message["Bcc"] is None
    assert mail.said.count("MAIL") == 1
    assert mail.recipients == ["ann@example.com"]


def test_an_address_with_a_line_break_is_not_sent_to(notifying: Notifying, mail: MailServer) -> None:
    answers = told(notifying.with_mail(mail.port), [claimed("ann@example.com\r\nBcc: eve@example.com"), claimed()])
    assert "did not take" in (answers[0].error or "")
    assert (answers[1], mail.recipients) == (Answer(), ["ann@example.com"])


def test_an_email_that_the_server_refuses_is_tried_again_and_the_others_are_sent(
    notifying: Notifying, mail: MailServer
) -> None:
    notifying.member("ann@example.com", "import.completed")
    notifying.member("ben@example.com", "import.completed")
    mail.refuses = {"ann@example.com"}
    notifying.imports.load(FILE)
    stores = notifying.with_mail(mail.port)
    notifying.dispatch(stores)
    assert mail.recipients == ["ben@example.com"]
    waiting = notifying.imports.rows("SELECT recipient, error FROM deliveries WHERE delivered_at IS NULL")
    assert waiting == [
        {
            "recipient": "ann@example.com",
            "error": "The mail server did not take the e-mail: 550 nobody of that name",
        }
    ]
    mail.refuses = set()
    notifying.make_due()
    notifying.dispatch(stores)
    assert mail.recipients == ["ben@example.com", "ann@example.com"]


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:9", "http://127.0.0.1:25", "smtp://", "smtp://127.0.0.1:x"])
def test_a_mail_server_that_cannot_be_used_is_told_with_each_email(notifying: Notifying, url: str) -> None:
    stores = notifying.with_settings(smtp_url=SecretStr(url))
    assert [bool(answer.error) for answer in told(stores, [claimed(), claimed()])] == [True, True]


def test_credentials_are_sent_through_tls(
    notifying: Notifying, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = _tls(tmp_path, monkeypatch)
    for from_the_start, scheme in ((False, "smtp"), (True, "smtps")):
        with mail_server(tls, from_the_start=from_the_start) as mail:
            stores = notifying.with_mail(mail.port, f"{scheme}://ann%40x:p%3Aw@127.0.0.1")
            assert told(stores, [claimed()]) == [Answer()]
            assert mail.credentials == ["\0ann@x\0p:w"]
            assert ("STARTTLS" in mail.said) is not from_the_start
            assert "AUTH" not in mail.said[: mail.said.index("STARTTLS")] if "STARTTLS" in mail.said else True


def test_a_certificate_that_nobody_vouches_for_is_refused(
    notifying: Notifying, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = _tls(tmp_path, monkeypatch)
    monkeypatch.delenv("SSL_CERT_FILE")
    with mail_server(tls) as mail:
        answers = told(notifying.with_mail(mail.port, "smtp://ann:secret@127.0.0.1"), [claimed()])
        assert "certificate verify failed" in (answers[0].error or "")
        assert mail.credentials == []


def test_an_email_says_what_to_do(notifying: Notifying) -> None:
    error = {"code": "no_key", "message": "No column is mapped to sku.", "remedy": "Map one."}
    message = message_of(notifying.stores.settings, claimed(kind="undo", error=error))
    assert message["Subject"] == "[Segops acme] The undo of prices.csv is done"
    words = message.get_content()
    assert "No column is mapped to sku.\nMap one.\n" in words
    assert message["Message-ID"] == "<msg_7.1@localhost>"


def _tls(folder: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server at 127.0.0.1 needs, and trust in it for the client."""
    from ipaddress import ip_address

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
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, trusted = folder / "server.pem", folder / "trusted.pem"
    trusted.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + trusted.read_bytes()
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
