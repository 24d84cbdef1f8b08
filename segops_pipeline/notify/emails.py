"""Tell members of events by e-mail: plain text over SMTP, as the settings say.

What belongs here: the message and the connection to the mail server. What doesn't: who is told (`deliveries`), and
when a failed one is tried again (`dispatch`).
"""

import smtplib
import ssl
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from segops_pipeline.config import Settings
from segops_pipeline.errors import WrongUsage
from segops_pipeline.notify.deliveries import Answer, Claimed

TIMEOUT_SECONDS = 10.0
MOST_SUBJECT_CHARACTERS = 200
LOOPBACK = ("localhost", "127.0.0.1", "::1")
COUNTS = ("created", "updated", "unchanged", "conflicts", "rejected", "skipped")
TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "import.started": "has started",
        "import.needs_mapping": "waits for you",
        "import.completed": "is done",
        "import.failed": "has failed",
        "import": "The import of",
        "undo": "The undo of",
        "redo": "The redo of",
        "rows": "rows", "created": "created", "updated": "updated", "unchanged": "unchanged",
        "conflicts": "conflicts", "rejected": "rejected", "skipped": "skipped",
        "where": "Workspace {workspace}, source {source}, started by {user}",
        "look": "Look at it",
        "why": "You are told because your notifications in the workspace {workspace} say so.",
    },
    "de": {
        "import.started": "hat begonnen",
        "import.needs_mapping": "wartet auf Sie",
        "import.completed": "ist fertig",
        "import.failed": "ist fehlgeschlagen",
        "import": "Der Import von",
        "undo": "Die Rücknahme von",
        "redo": "Die Wiederholung von",
        "rows": "Zeilen", "created": "angelegt", "updated": "geändert", "unchanged": "unverändert",
        "conflicts": "Konflikte", "rejected": "abgelehnt", "skipped": "übersprungen",
        "where": "Arbeitsbereich {workspace}, Quelle {source}, begonnen von {user}",
        "look": "Ansehen",
        "why": "Sie erhalten dies, weil Ihre Benachrichtigungen im Arbeitsbereich {workspace} es so vorsehen.",
    },
}  # fmt: skip


def send_emails(settings: Settings, emails: Sequence[Claimed], told: Callable[[Claimed, Answer], None]) -> None:
    """Send some e-mails over one connection, each told of as soon as the server has taken or refused it.

    Without a connection every one of them has failed.
    """
    waiting = list(emails)
    try:
        with _connected(settings) as server:
            while waiting:
                told(waiting[0], _send(server, settings, waiting[0]))
                waiting.pop(0)
    except WrongUsage as error:
        answer = Answer(error=str(error))
    except (smtplib.SMTPException, OSError) as error:
        answer = Answer(error=f"The mail server cannot be used: {_words(error)}")
    else:
        return
    for email in waiting:
        told(email, answer)


def message_of(settings: Settings, email: Claimed) -> EmailMessage:
    """The e-mail that tells of an event.

    Raises:
        ValueError: the address of sender or recipient cannot be one.
    """
    data: dict[str, Any] = email.payload["data"]
    words = TEXTS.get(str(email.payload.get("language") or "")[:2], TEXTS["en"])
    message = EmailMessage()
    what = f"{words.get(data['kind'], words['import'])} {data['file']} {words.get(email.event, email.event)}"
    message["Subject"] = _one_line(f"[Segops {data['workspace']}] {what}")
    message["From"] = settings.smtp_from
    message["To"] = str(email.recipient)
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{email.message_id}.{email.workspace_id}@{_domain(settings.smtp_from)}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(_lines(data, words, what)), cte="quoted-printable")
    return message


def _lines(data: dict[str, Any], words: dict[str, str], what: str) -> list[str]:
    error: dict[str, Any] = data.get("error") or {}
    counts: dict[str, int] = data["counts"]
    where = {name: _one_line(str(data[name])) for name in ("workspace", "source", "user")}
    lines = [f"{_one_line(what)}.", ""]
    lines += [_one_line(str(error[part])) for part in ("message", "remedy") if error.get(part)]
    lines += [_one_line(str(held["message"])) for held in data.get("held") or [] if held.get("message")]
    if counts["rows"]:
        told = ", ".join(f"{counts[name]} {words[name]}" for name in COUNTS if counts[name])
        lines.append(f"{counts['rows']} {words['rows']}: {told}")
    lines += ["", words["where"].format(**where), f"{words['look']}: {data['url']}", ""]
    return [*lines, words["why"].format(**where)]


def _send(server: smtplib.SMTP, settings: Settings, email: Claimed) -> Answer:
    try:
        server.send_message(message_of(settings, email), settings.smtp_from, [str(email.recipient)])
    except smtplib.SMTPServerDisconnected:
        raise
    except (smtplib.SMTPException, MessageError, ValueError) as error:
        return Answer(error=f"The mail server did not take the e-mail: {_words(error)}")
    return Answer()


@contextmanager
def _connected(settings: Settings) -> Generator[smtplib.SMTP]:
    url = _smtp_url(settings)
    host, context = str(url.hostname), ssl.create_default_context()
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, url.port or 587, timeout=TIMEOUT_SECONDS)
    with server:
        is_secret = url.scheme == "smtps"
        server.ehlo()
        if not is_secret and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
            is_secret = True
        if url.username:
            if not is_secret and host not in LOOPBACK:
                raise WrongUsage(
                    f"{host} offers no encryption, and no password is sent without.", "Use smtps:// in SEGOPS_SMTP_URL."
                )
            server.login(unquote(url.username), unquote(url.password or ""))
        yield server


def _smtp_url(settings: Settings) -> SplitResult:
    remedy = "Set SEGOPS_SMTP_URL to smtp://user:password@host:587 or smtps://user:password@host:465."
    if settings.smtp_url is None:
        raise WrongUsage("No mail server is set.", remedy)
    try:
        url = urlsplit(settings.smtp_url.get_secret_value())
        is_usable = url.scheme in ("smtp", "smtps") and bool(url.hostname) and (url.port or 1) > 0
    except ValueError:
        raise WrongUsage("SEGOPS_SMTP_URL is no valid URL.", remedy) from None
    if not is_usable:
        raise WrongUsage("SEGOPS_SMTP_URL is no smtp or smtps URL.", remedy)
    return url


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return f"{code} {said.decode('utf-8', 'replace')}"
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    return str(error) or type(error).__name__


def _one_line(words: str) -> str:
    """Without whatever could begin another header or line: names of files come from anybody."""
    printable = "".join(char if char.isprintable() else " " for char in words)
    return " ".join(printable.split())[:MOST_SUBJECT_CHARACTERS]


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"
