"""`wardround up`: the hub and its worker, in the foreground."""

import errno
import os
import signal
import socket
import subprocess  # nosec B404
import sys
import threading
from typing import Annotated

import typer

from wardround.cli._output import DatabaseOption, HomeOption, home_of, say, use_database
from wardround.core.vocab import BadInput
from wardround.lake.home import Home
from wardround.lake.settings import not_settings

app = typer.Typer(add_completion=False)


@app.command()
def up(
    demo: Annotated[bool, typer.Option("--demo", help="Load the demonstration at the first start.")] = False,
    port: Annotated[int, typer.Option(help="Listen on this port of 127.0.0.1 (0: a free one).", min=0, max=65535)] = 8000,
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Start the hub and its worker on http://127.0.0.1:PORT; Ctrl-C stops both."""
    from wardround.hub.boot import boot

    use_database(database)
    for name, near in not_settings():
        say(f"wardround: {name} in the environment is no setting and sets nothing{f'; is {near} meant?' if near else ''}")
    place = home_of(home)
    port = _free(port)
    boot(place)
    _first_start(place, demo=demo)
    _serve(place, port)


def _free(port: int) -> int:
    """The port (any free one for 0), or BadInput at once when it is taken, not after a demonstration was loaded."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
            return int(trial.getsockname()[1])
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise BadInput(f"port {port} is taken", do="choose another: --port 8001, or make up PORT=8001") from None


def _first_start(home: Home, *, demo: bool) -> None:
    """An empty hub gets the demonstration, or asks for its first administrator."""
    from wardround.hub.accounts.models import User

    if User.objects.exists():
        return
    if demo:
        from wardround.hub.replay.demonstration import load

        print("First start: loading the demonstration (12 fictitious organisations, May 2025) ...", flush=True)
        load(home)
        return
    if not sys.stdin.isatty():
        raise BadInput(
            "this hub has no administrator yet",
            where=str(home.path),
            do="start it in a terminal to be asked for one, use `wardround organisation centre`, or look around with --demo",
        )
    from wardround.hub.installation import KINDS, ONE
    from wardround.hub.membership.first import begin

    print("This hub is new. Which kind of installation is it?")
    for kind, words in KINDS.items():
        print(f"  {kind:10} {words}")
    kind = ""
    while kind not in KINDS:
        kind = typer.prompt("Kind").strip().lower()
    whose = "your organisation" if kind == ONE else "the centre"
    begin(
        kind=kind,
        organisation=typer.prompt(f"Name of {whose}"),
        code=typer.prompt("Its code (2 to 12 capitals or digits)") if kind == ONE else "",
        mailbox=typer.prompt(f"Mailbox of {whose}"),
        name=typer.prompt("Your name"),
        email=typer.prompt("Your e-mail address"),
        password=typer.prompt("A password of 12 characters or more", hide_input=True, confirmation_prompt=True),
    )
    print("Next: sign in, and bring an inventory (Estate), or: wardround estate import FILE", flush=True)


def _serve(home: Home, port: int) -> None:
    from django.conf import settings
    from waitress.server import create_server

    from wardround.hub import clock
    from wardround.hub.pages.wsgi import application

    behind = settings.SESSION_COOKIE_SECURE  # WARDROUND_HTTPS: a proxy on this machine does TLS and says so
    server = create_server(
        application,
        host="127.0.0.1",
        port=port,
        threads=8,
        ident=None,
        trusted_proxy="127.0.0.1" if behind else None,
        trusted_proxy_headers={"x-forwarded-proto", "x-forwarded-for"} if behind else set(),
        clear_untrusted_proxy_headers=True,
    )
    clock.now()  # a demonstration's clock goes from here on, not from the first page that somebody opens
    worker = Kept([sys.executable, "-m", "wardround", "worker", "--home", str(home.path), "--parent", str(os.getpid())])
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.default_int_handler)
    print(f"Wardround runs at http://127.0.0.1:{port}  (home {home.path})")
    _print_sign_ins(home)
    print("Ctrl-C stops it.", flush=True)
    try:
        server.run()
    finally:
        server.close()
        worker.stop()
        if settings.INSTALLATION.demo_at:
            settings.INSTALLATION.frozen(clock.now()).write(home)
        print("Stopped.", flush=True)


class Kept:
    """A process that is started again when it ends by itself: without its worker a hub sends nothing and runs no gate."""

    def __init__(self, command: list[str], *, look_every: float = 2.0) -> None:
        self.command, self.look_every = command, look_every
        self.stopping = threading.Event()
        self.process = self._start()
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.command, start_new_session=True)  # nosec B603

    def _watch(self) -> None:
        while not self.stopping.wait(self.look_every):
            if self.process.poll() is not None:
                print(f"The worker ended by itself ({self.process.returncode}); it is started again.", flush=True)
                self.process = self._start()

    def stop(self) -> None:
        """End it, gently first."""
        self.stopping.set()
        self.watcher.join()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def _print_sign_ins(home: Home) -> None:
    notes = home.path / "demonstration-sign-ins.txt"
    if notes.exists():
        print("\n" + notes.read_text())
