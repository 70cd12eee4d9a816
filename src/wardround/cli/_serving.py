"""What the commands that serve share: where they listen, and the processes that they keep alive."""

import errno
import signal
import socket
import subprocess  # nosec B404
import threading
from collections.abc import Sequence
from typing import Annotated

import typer

from wardround.core.vocab import BadInput

HostOption = Annotated[str, typer.Option(help="Listen at this address of this machine.")]
PortOption = Annotated[int, typer.Option(help="Listen on this port (0: a free one).", min=0, max=65535)]
LEAVE = 30.0


def listening_at(host: str, port: int) -> socket.socket:
    """A socket there, at once and not after a demonstration was loaded. Raises BadInput where it is taken or not ours."""
    try:
        return _listen(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BadInput(f"port {port} is taken", do="choose another: --port 8001, or make up PORT=8001") from None
        if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
            raise BadInput(
                "is no address of this machine", where=f"--host {host[:60]}", do="use 127.0.0.1, or 0.0.0.0 for all"
            ) from None
        raise


def _listen(host: str, port: int) -> socket.socket:
    """A socket on which several processes may answer."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(1024)
        made.set_inheritable(True)
    except OSError:
        made.close()
        raise
    return made


class Kept:
    """A process that is started again when it ends by itself: without its worker a hub sends nothing and runs no gate."""

    def __init__(self, command: list[str], *, what: str = "worker", look_every: float = 2.0, handed: Sequence[int] = ()) -> None:
        self.command, self.what, self.look_every, self.handed = command, what, look_every, handed
        self.stopping = threading.Event()
        self.process = self._start()
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.command, start_new_session=True, pass_fds=self.handed)  # nosec B603

    def _watch(self) -> None:
        while not self.stopping.wait(self.look_every):
            if self.process.poll() is not None:
                print(f"The {self.what} ended by itself ({self.process.returncode}); it is started again.", flush=True)
                self.process = self._start()

    def tell(self) -> None:
        """Ask it to end, which it does when what it has begun is done."""
        self.stopping.set()
        self.watcher.join()
        self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """End it, gently first."""
        self.tell()
        self.ended()

    def ended(self) -> None:
        """Wait until it has ended; it does not keep the others waiting for ever."""
        try:
            self.process.wait(LEAVE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
