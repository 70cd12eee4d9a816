"""Fetches what was published (CVE, KEV, EPSS, CSAF), from its public address or from a folder, into the store of statements."""

from wardround.connectors.feeds._intake import Report
from wardround.connectors.feeds._mirror import sync_mirror
from wardround.connectors.feeds._public import sync_public

__all__ = ["Report", "sync_mirror", "sync_public"]
