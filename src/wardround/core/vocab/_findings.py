"""The four answers to *is this install affected by that advisory?*"""

from dataclasses import dataclass
from enum import StrEnum

from wardround.core.vocab._installs import Install


class Verdict(StrEnum):
    """Four answers, never two (MODEL, FACTS 9)."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not_affected"
    UNKNOWN = "unknown"
    NOT_EVALUABLE = "not_evaluable"

    @property
    def open(self) -> bool:
        """True for every verdict that still needs somebody: all but *not affected*."""
        return self is not Verdict.NOT_AFFECTED


@dataclass(frozen=True, slots=True)
class Finding:
    """One advisory against one install: the verdict, the sentence that says why, and the entry that decided.

    `decided_by` names the entry (`CVE-2025-4427 /containers/cna/affected/0/versions/0`, `override ivanti-epmm-2025`);
    `assumed` lists every assumption the verdict rests on, each a sentence.
    """

    install: Install
    cve: str
    verdict: Verdict
    reason: str
    decided_by: str
    assumed: tuple[str, ...] = ()
