"""Serving pages on a socket that listens already, alone or beside other processes on the same one, until told to stop."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server

from wardround.hub.pages.wsgi import application
from wardround.lake.settings import value_of

LOOK_EVERY = 0.5
LONGEST_LEAVE = 20.0
THREADS = 8


def serve(listening: socket.socket, *, stop: threading.Event, alive: Callable[[], bool] = lambda: True) -> None:
    """Answer requests until `stop`, or until nobody is `alive` to say so; what was begun is answered first, for a while."""
    channels: dict[int, Any] = {}
    behind = settings.SESSION_COOKIE_SECURE  # WARDROUND_HTTPS: a proxy does TLS and says so
    server: Any = create_server(
        application,
        map=channels,
        sockets=[listening],
        threads=THREADS,
        ident=None,
        trusted_proxy=(value_of("WARDROUND_PROXY") or "127.0.0.1") if behind else None,
        trusted_proxy_headers={"x-forwarded-proto", "x-forwarded-for"} if behind else set(),
        clear_untrusted_proxy_headers=True,
    )
    try:
        while not stop.is_set() and alive():
            wasyncore.loop(timeout=LOOK_EVERY, use_poll=True, map=channels, count=1)
        server.accepting = False  # others who listen take what comes now
        end = time.monotonic() + LONGEST_LEAVE
        while time.monotonic() < end and any(_busy(channel) for channel in channels.values()):
            wasyncore.loop(timeout=0.1, use_poll=True, map=channels, count=1)
    finally:
        server.task_dispatcher.shutdown(timeout=1)
        server.close()


def _busy(channel: Any) -> bool:
    """Whether somebody waits for an answer, or for the rest of one."""
    return isinstance(channel, HTTPChannel) and bool(channel.requests or channel.total_outbufs_len)
