"""`wardround up`: the hub and its worker, in the foreground."""

import os
import signal
import socket
import sys
import threading
from typing import Annotated

import typer

from wardround.cli._output import DatabaseOption, HomeOption, home_of, say, state_for_children, use_database
from wardround.cli._serving import HostOption, Kept, PortOption, listening_at
from wardround.core.vocab import BadInput
from wardround.lake.home import Home
from wardround.lake.settings import not_settings

app = typer.Typer(add_completion=False)


@app.command()
def up(
    demo: Annotated[bool, typer.Option("--demo", help="Load the demonstration at the first start.")] = False,
    port: PortOption = 8000,
    host: HostOption = "127.0.0.1",
    web: Annotated[int, typer.Option(help="Processes that serve pages.", min=1, max=64)] = 1,
    workers: Annotated[int, typer.Option(help="Workers; 0 where others run them.", min=0, max=64)] = 1,
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Start the hub and its worker on http://127.0.0.1:PORT; Ctrl-C stops both, when what was begun is answered."""
    from wardround.hub.boot import alone, boot

    use_database(database)
    for name, near in not_settings():
        say(f"wardround: {name} in the environment is no setting and sets nothing{f'; is {near} meant?' if near else ''}")
    place = home_of(home)
    sock = listening_at(host, port)
    boot(place)
    with alone():
        _first_start(place, demo=demo)
    _serve(place, sock, host, web=web, workers=workers)


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


def _serve(home: Home, sock: socket.socket, host: str, *, web: int, workers: int) -> None:
    from django.conf import settings

    from wardround.hub import clock
    from wardround.hub.pages.serving import serve

    clock.now()  # a demonstration's clock goes from here on, not from the first page that somebody opens
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    if settings.TWO_USERS:  # those who serve are not told the owner's password
        state_for_children("WARDROUND_DATABASE_OWNER", settings.ELSEWHERE)
    common = ["--home", str(home.path), "--parent", str(os.getpid())]
    command = [sys.executable, "-m", "wardround"]
    kept = [Kept([*command, "worker", *common]) for _ in range(workers)]
    if web > 1:
        served = [*command, "web", *common, "--handed", str(sock.fileno())]
        kept += [Kept(served, what="web process", handed=[sock.fileno()]) for _ in range(web)]
    print(f"Wardround runs at http://{host}:{sock.getsockname()[1]}  (home {home.path})")
    _print_sign_ins(home)
    print("Ctrl-C stops it.", flush=True)
    try:
        if web > 1:
            stop.wait()
        else:
            serve(sock, stop=stop)
    finally:
        for one in kept:
            one.tell()
        for one in kept:
            one.ended()
        sock.close()
        if settings.INSTALLATION.demo_at:
            settings.INSTALLATION.frozen(clock.now()).write(home)
        print("Stopped.", flush=True)


def _print_sign_ins(home: Home) -> None:
    notes = home.path / "demonstration-sign-ins.txt"
    if notes.exists():
        print("\n" + notes.read_text())
