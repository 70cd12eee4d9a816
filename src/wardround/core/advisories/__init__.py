"""CVE records, KEV, EPSS and CSAF, read into advisories."""

from wardround.core.advisories._model import Advisory, Container, Stated

__all__ = ["Advisory", "Container", "Stated"]
