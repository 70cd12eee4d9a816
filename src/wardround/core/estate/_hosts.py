"""What a scan says of one host, and the asset id that comes of it: the strongest it states, never a bare name or address."""

from wardround.core.estate._gather import Gathering
from wardround.core.estate._identifiers import values

MOST = 64


class Host:
    """One host being read. `say` collects; `asset` gives its id and hands its identifiers over once."""

    def __init__(self) -> None:
        self._said: dict[str, list[str]] = {}
        self._asset = ""
        self.extra: dict[str, str] = {}

    def say(self, kind: str, text: str) -> None:
        """One fact: `hostname`, `address`, or a kind of identifier."""
        known = self._said.setdefault(kind, [])
        if (text := text.strip()) and text not in known and len(known) < MOST:
            known.append(text)

    def first(self, kind: str) -> str:
        """The first that was said of it; empty where nothing was."""
        return next(iter(self._said.get(kind, [])), "")

    def many(self, kind: str) -> int:
        """How many different things were said of it."""
        return len(self._said.get(kind, []))

    def asset(self, into: Gathering) -> str:
        """`uuid:`, `mac:`, `host:` or `ip:` and what was said; empty where nothing was.

        The kind stands in front so that a name here never meets another source's asset id by accident.
        """
        if not self._asset:
            self._asset = self._strongest()
            if self._asset.startswith("ip:"):
                into.by_address += 1
            self.extra |= {"address": found} if (found := self.first("address")) else {}
            kinds = {
                kind: ", ".join(said)
                for kind, said in self._said.items()
                if kind in ("hardware_uuid", "mac_address", "serial_number")
            }
            into.identify(self._asset, kinds)
        return self._asset

    def _strongest(self) -> str:
        for kind, prefix in (("hardware_uuid", "uuid"), ("mac_address", "mac")):
            for text in self._said.get(kind, []):
                if found := values(kind, text):
                    return f"{prefix}:{found[0]}"
        if name := self.first("hostname"):
            return f"host:{name.casefold()}"
        return f"ip:{address}" if (address := self.first("address")) else ""
