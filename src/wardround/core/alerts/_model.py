"""What the gate is told about one organisation's response to one alert. Everything here was stated by somebody, with a date."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from wardround.core.vocab import Verdict


class Applicability(StrEnum):
    """The answer to *does this alert apply to us?*"""

    APPLIES = "applies"
    DOES_NOT_APPLY = "does_not_apply"
    NOT_YET_KNOWN = "not_yet_known"


class Closing(StrEnum):
    """The kinds of closing. They are never merged in any count or export."""

    WINDOW_HUNTED = "window_hunted"
    WINDOW_PARTLY_VISIBLE = "window_partly_visible"
    RISK_ACCEPTED = "risk_accepted"
    DOES_NOT_APPLY = "does_not_apply"
    FIXED = "fixed"


class State(StrEnum):
    """Where a response stands, derived when read."""

    ISSUED = "issued"
    ACKNOWLEDGED = "acknowledged"
    NOT_YET_KNOWN = "not_yet_known"
    APPLIES = "applies"
    DOES_NOT_APPLY = "does_not_apply"
    REMEDIATING = "remediating"
    AWAITING_MANUFACTURER = "awaiting_manufacturer"
    VERIFYING = "verifying"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Revision:
    """One issued revision of the bulletin."""

    number: int
    issued_at: datetime
    material: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """Who said it and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Acknowledgement(Signed):
    """A person has read this revision."""

    revision: int


@dataclass(frozen=True, slots=True)
class Confirmation(Signed):
    """A person's answer on applicability, given on an assessment made at `assessed_at`."""

    answer: Applicability
    assessed_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one snapshot of one source said of one asset: the worst verdict over its installs and the alert's advisories.

    `counts` is False for a snapshot that shrank under the policy's share and that no person has confirmed: it can
    show that an asset is open, never that it is fixed.
    `assumptions` are keys (`product version cve`) that a *not affected* rests on.
    """

    source: str
    at: datetime
    verdict: Verdict
    version: str = ""
    reason: str = ""
    assumptions: tuple[str, ...] = ()
    counts: bool = True


@dataclass(frozen=True, slots=True)
class AssetCase:
    """One asset that was affected, unknown or not evaluable in any snapshot since the window began, or is so now.

    An asset whose *not affected* rests on assumptions is one as well. `sightings` are all of them, oldest first, of every
    source; `not_seen` names sources whose newest snapshot no longer holds the asset, with that snapshot's time. `triage`
    is True where this asset's own decision asks for forensic triage, whether it is fixed by now or not. `clinical` is
    True for a medical device or a clinically critical asset.
    """

    asset_id: str
    sightings: tuple[Sighting, ...]
    not_seen: tuple[tuple[str, datetime], ...] = ()
    clinical: bool = False
    service: str = ""
    triage: bool = False
    triage_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Visibility:
    """A source that declares that it sees the alert's class of product, and its newest snapshot (one that counts)."""

    source: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Attestation(Signed):
    """A named person says: we do not run it."""

    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Disposal(Signed):
    """A person recorded that the asset is gone."""

    asset_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class IsolationCheck(Signed):
    """A dated check from outside that the asset cannot be reached."""

    asset_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RiskAcceptance(Signed):
    """The risk of an asset (`*`: of all that are open) accepted by a second person with the SIRO's role; `by` accepted it."""

    asset_id: str
    asked_by: str
    expires_at: datetime
    as_siro: bool


@dataclass(frozen=True, slots=True)
class ClinicalDecision(Signed):
    """For a clinical asset: the manufacturer's approval (given, refused, awaited) and the clinical safety officer's sign-off.

    `by` signed it; `as_clinical_safety_officer` says whether they hold that role. `controls` are the interim controls
    while the approval is awaited or refused, to be looked at again on `review_on`.
    """

    asset_id: str
    action: str
    approval: str
    as_clinical_safety_officer: bool
    controls: str = ""
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class AssumptionConfirmed(Signed):
    """A person confirmed an assumption that a *not affected* rests on, once for each product, version and advisory."""

    key: str


@dataclass(frozen=True, slots=True)
class HostSearch:
    """How much of one host's window a hunt could see. `hours` is the window's length, `seen` what of it could be searched for
    traces of what comes after the exploit; `hours_until_fix` and `seen_until_fix` are those in which the exploit itself could be
    seen (None: not told apart). `unparsed` lines of `events + unparsed` could not be read, nor `unread` files to their end.
    `rules_not_run` are the rules that could not look at all of it.
    """

    asset_id: str
    since: datetime
    until: datetime
    seen: int
    hours: int
    could_have_been_altered: bool = False
    rules_not_run: tuple[str, ...] = ()
    seen_until_fix: int | None = None
    hours_until_fix: int | None = None
    events: int = 0
    unparsed: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class HuntDone:
    """One run of a pack over the logs that were there."""

    id: str
    at: datetime
    pack: str
    hosts: tuple[HostSearch, ...]
    logs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CoverageAccepted(Signed):
    """A person accepted what one hunt could see, and what it could not."""

    hunt: str


@dataclass(frozen=True, slots=True)
class DetectionFound:
    """One detection of any hunt of this response. It stays, whatever a later hunt shows.

    `scan_only` marks a trace that alone is a probe and no entry; it needs a person's judgement like any other.
    `found_at` is when a hunt first showed it (None: always known).
    """

    key: str
    rule: str
    asset_id: str
    scan_only: bool = False
    found_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judgement(Signed):
    """A person's word on one detection: a false alarm with its reason, or part of an incident."""

    detection: str
    false_alarm: bool
    reason: str
    incident: str = ""


@dataclass(frozen=True, slots=True)
class IncidentFact:
    """An incident that belongs to this response."""

    id: str
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DecisionFact:
    """The organisation's decision: the strictest over the assets that stood open, fixed since or not.

    `assumed` when it rests on inputs not known. Where it asks for forensic triage and no asset's own decision does, every
    asset that stood open has to be hunted.
    """

    key: str
    forensic_triage: bool
    due: date | None
    assumed: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the gate looks at, for one response. `assessed_at` is when the assets were last worked out.

    `window_since` is the margin before the first known exploitation; `pack` the hash of the pack's current rules;
    `logs` the hashes of the log batches of the hosts concerned. `closings` are all that were recorded, with their kind;
    `reopenings` are the times at which a closing was taken back.
    """

    product_class: str
    revisions: tuple[Revision, ...]
    assessed_at: datetime | None = None
    assets: tuple[AssetCase, ...] = ()
    decision: DecisionFact | None = None
    visibility: tuple[Visibility, ...] = ()
    window_since: datetime | None = None
    pack: str = ""
    logs: frozenset[str] = frozenset()
    withdrawn_at: datetime | None = None
    acknowledgements: tuple[Acknowledgement, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    disposals: tuple[Disposal, ...] = ()
    isolations: tuple[IsolationCheck, ...] = ()
    risks: tuple[RiskAcceptance, ...] = ()
    clinical: tuple[ClinicalDecision, ...] = ()
    assumptions: tuple[AssumptionConfirmed, ...] = ()
    hunts: tuple[HuntDone, ...] = ()
    coverage_accepted: tuple[CoverageAccepted, ...] = ()
    detections: tuple[DetectionFound, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    incidents: tuple[IncidentFact, ...] = ()
    remediation_started: tuple[Signed, ...] = ()
    updates: tuple[Signed, ...] = ()
    next_update_at: datetime | None = None
    closings: tuple[tuple[datetime, Closing], ...] = ()
    reopenings: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """One reason why a response cannot close: what is missing, for which assets, and what to do about it."""

    code: str
    what: str
    do: str
    assets: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.what}: {self.do}"


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate's answer: the kind of closing that the evidence allows, or everything that is missing."""

    closing: Closing | None
    open_because: tuple[Missing, ...] = ()
    hours_seen: int | None = None
    hours: int | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock of a response: `acknowledge` (of a `revision`), `update`, `remediate` or `review` (of interim controls).

    `met` is True when what it asked for was done.
    """

    name: str
    at: datetime
    met: bool = False
    assumed: bool = False
    revision: int = 0

    def overdue(self, at: datetime) -> bool:
        """Whether it has passed unmet; a deadline that rests on assumed inputs is never counted as overdue."""
        return not self.met and not self.assumed and at > self.at


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a response stands at a time: its state, the gate's answer, its clocks, and what to do next."""

    state: State
    gate: Gate
    deadlines: tuple[Deadline, ...] = ()
    reopened: bool = False
    proposal: Applicability | None = None
    next: Missing | None = None
    notes: tuple[str, ...] = field(default=())
