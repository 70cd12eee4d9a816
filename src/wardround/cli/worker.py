"""`wardround worker`: the hub's jobs, in the foreground."""

import os
import signal
import threading
from typing import Annotated

import typer

from wardround.cli._output import DatabaseOption, HomeOption, home_of, say, use_database

app = typer.Typer(add_completion=False)


@app.command()
def worker(database: DatabaseOption = "", home: HomeOption = None, parent: Annotated[int, typer.Option(hidden=True)] = 0) -> None:
    """Run jobs, send messages and run the gate until Ctrl-C. `wardround up` starts one by itself."""
    from wardround.hub.boot import boot, demand_current, start

    use_database(database)
    if parent:
        start(home_of(home))
        demand_current()
    else:
        boot(home_of(home))
    from wardround.hub.jobs.worker import Rounds
    from wardround.hub.pages.alerts.counted import count

    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    if not parent:
        say(f"The worker runs (process {os.getpid()}); Ctrl-C stops it.")
    Rounds(stop, parent or None, beside=lambda at: count(at=at)).run()
