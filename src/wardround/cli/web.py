"""`wardround web`: the hub's pages alone, in the foreground."""

import os
import signal
import socket
import threading
from typing import Annotated

import typer

from wardround.cli._output import DatabaseOption, HomeOption, home_of, say, use_database
from wardround.cli._serving import HostOption, PortOption, listening_at

app = typer.Typer(add_completion=False)


@app.command()
def web(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    database: DatabaseOption = "",
    home: HomeOption = None,
    handed: Annotated[int, typer.Option(hidden=True)] = -1,
    parent: Annotated[int, typer.Option(hidden=True)] = 0,
) -> None:
    """Serve pages until Ctrl-C, without a worker: `wardround worker` runs it, here or elsewhere. `up` starts both by itself."""
    from wardround.hub.boot import boot, demand_current, start

    use_database(database)
    place = home_of(home)
    sock = socket.socket(fileno=handed) if handed >= 0 else listening_at(host, port)
    if parent:
        start(place)
        demand_current()
    else:
        boot(place)
    from wardround.hub.pages.serving import serve

    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    if not parent:
        say(f"Pages are served at http://{host}:{sock.getsockname()[1]}; Ctrl-C stops it.")
    serve(sock, stop=stop, alive=lambda: not parent or os.getppid() == parent)
