"""A real SMTP server on the loopback, for whoever sends mail."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller

from wardround.connectors.notify import SmtpMailer


class Mailbox:
    """Keeps what it is given. `answers` holds what it says to a recipient instead of 250, `verdict` what it says to a letter."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.answers: dict[str, str] = {}
        self.verdict = "250 OK"
        self.port = _free_port()
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)

    @property
    def mailer(self) -> SmtpMailer:
        return SmtpMailer("127.0.0.1", self.port)

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        if self._server.server:
            self._server.stop()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.verdict.startswith("250"):
            self.got.append(message_from_bytes(envelope.content))
        return self.verdict


def _free_port() -> int:
    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        return int(spare.getsockname()[1])


@contextmanager
def a_mailbox() -> Iterator[Mailbox]:
    """One that runs while the block does."""
    made = Mailbox()
    made.start()
    try:
        yield made
    finally:
        made.stop()
