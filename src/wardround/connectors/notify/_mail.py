"""Mail by SMTP, or kept as files in a folder where no server is set."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from wardround.core.vocab import BadInput

SENDER = "wardround@localhost"


@dataclass(frozen=True)
class Letter:
    """One message to one address. `id` makes the Message-ID, so that a repeated delivery is recognised."""

    id: str
    to: str
    subject: str
    body: str

    def mime(self, sender: str) -> EmailMessage:
        """The letter as an e-mail."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, self.to, " ".join(self.subject.split())
        mail["Message-ID"] = f"<{self.id}@wardround>"
        mail.set_content(self.body)
        return mail


class NotSent(Exception):
    """It was not sent. `retryable` says whether trying again can help."""

    def __init__(self, why: str, *, retryable: bool) -> None:
        self.retryable = retryable
        super().__init__(why)


class Mailer(Protocol):
    """Sends letters."""

    def send(self, letter: Letter) -> str:
        """Send it and say how; raise NotSent."""
        ...

    def describe(self) -> str:
        """Where letters go, for people."""
        ...


@dataclass(frozen=True)
class SmtpMailer:
    """Sends through one SMTP server; `starttls` where the address says smtp+starttls."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    starttls: bool = False
    sender: str = SENDER

    def send(self, letter: Letter) -> str:
        """Hand it to the server. A 5xx answer is final; anything else may be tried again."""
        try:
            with smtplib.SMTP(self.host, self.port, timeout=20) as server:
                if self.starttls:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(letter.mime(self.sender))
        except smtplib.SMTPRecipientsRefused as refused:
            code, text = next(iter(refused.recipients.values()))
            raise NotSent(f"{letter.to}: {code} {text.decode(errors='replace')}", retryable=code < 500) from refused
        except smtplib.SMTPResponseException as answer:
            raise NotSent(f"{answer.smtp_code} {answer.smtp_error!r}", retryable=answer.smtp_code < 500) from answer
        except (OSError, smtplib.SMTPException) as problem:
            raise NotSent(f"{self.describe()}: {problem}", retryable=True) from problem
        return f"mail through {self.host}:{self.port}"

    def describe(self) -> str:
        """The server."""
        return f"SMTP server {self.host}:{self.port}"


@dataclass(frozen=True)
class FolderMailer:
    """Keeps letters as .eml files: for a demonstration, or until a mail server is set."""

    folder: Path
    sender: str = SENDER

    def send(self, letter: Letter) -> str:
        """Write it whole, under its own name."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = self.folder / f".{letter.id}.new"
            draft.write_bytes(letter.mime(self.sender).as_bytes())
            draft.replace(self.folder / f"{letter.id}.eml")
        except OSError as problem:
            raise NotSent(f"{self.folder}: {problem.strerror}", retryable=True) from problem
        return "kept as a file: no mail server is set"

    def describe(self) -> str:
        """The folder."""
        return f"files in {self.folder}: no mail server is set"


def mailer_for(url: str, *, folder: Path | None = None) -> Mailer:
    """The mailer for `smtp://[user:password@]host[:port]` or `smtp+starttls://...`; without a URL, the folder.

    Raises BadInput for any other address.
    """
    if not url:
        return FolderMailer(folder or Path("outgoing-mail"))
    try:
        parts = urlsplit(url)
        secure = parts.scheme == "smtp+starttls"
        port = parts.port or (587 if secure else 25)
    except ValueError:
        raise BadInput("is no address", where="WARDROUND_SMTP_URL", do="write smtp://host:25") from None
    if parts.scheme not in ("smtp", "smtp+starttls") or not parts.hostname:
        what = f"{parts.scheme}: is no mail server" if parts.scheme else "names no mail server"
        raise BadInput(what, where="WARDROUND_SMTP_URL", do="write smtp://host:25")
    return SmtpMailer(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), secure)
