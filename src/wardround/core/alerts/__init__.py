"""The closing gate, the states of a response, and its clocks.

A response closes only on evidence; until then the gate says everything that is missing, and what to do about it.

>>> from datetime import UTC, datetime
>>> issued = Revision(number=1, issued_at=datetime(2025, 5, 14, 12, tzinfo=UTC), material=True)
>>> facts = Facts(product_class="edge_appliance", revisions=(issued,))
>>> where = standing(facts, at=datetime(2025, 5, 17, tzinfo=UTC))
>>> str(where.state), where.gate.closing, [d.name for d in where.deadlines if d.overdue(datetime(2025, 5, 17, tzinfo=UTC))]
('issued', None, ['acknowledge'])
>>> print(where.next)
Revision 1 of 14 May 2025 is not acknowledged: read and acknowledge revision 1
>>> propose(facts, at=datetime(2025, 5, 17, tzinfo=UTC))[0]
<Applicability.NOT_YET_KNOWN: 'not_yet_known'>

The face is the ten names of `__all__`; the nouns that facts and bulletins are made of stand beside it, for whoever collects them.
"""

from wardround.core.alerts._applies import propose
from wardround.core.alerts._assets import proven_fix as proven_fix
from wardround.core.alerts._bulletin import MARKINGS as MARKINGS
from wardround.core.alerts._bulletin import SEVERITIES as SEVERITIES
from wardround.core.alerts._bulletin import STEP_TYPES as STEP_TYPES
from wardround.core.alerts._bulletin import TYPES as TYPES
from wardround.core.alerts._bulletin import marking as marking
from wardround.core.alerts._gate import gate
from wardround.core.alerts._model import Acknowledgement as Acknowledgement
from wardround.core.alerts._model import (
    Applicability,
    Closing,
    Facts,
    Gate,
    Standing,
    State,
)
from wardround.core.alerts._model import AssetCase as AssetCase
from wardround.core.alerts._model import AssumptionConfirmed as AssumptionConfirmed
from wardround.core.alerts._model import Attestation as Attestation
from wardround.core.alerts._model import ClinicalDecision as ClinicalDecision
from wardround.core.alerts._model import Confirmation as Confirmation
from wardround.core.alerts._model import CoverageAccepted as CoverageAccepted
from wardround.core.alerts._model import Deadline as Deadline
from wardround.core.alerts._model import DecisionFact as DecisionFact
from wardround.core.alerts._model import DetectionFound as DetectionFound
from wardround.core.alerts._model import Disposal as Disposal
from wardround.core.alerts._model import HostSearch as HostSearch
from wardround.core.alerts._model import HuntDone as HuntDone
from wardround.core.alerts._model import IncidentFact as IncidentFact
from wardround.core.alerts._model import IsolationCheck as IsolationCheck
from wardround.core.alerts._model import Judgement as Judgement
from wardround.core.alerts._model import Missing as Missing
from wardround.core.alerts._model import Revision as Revision
from wardround.core.alerts._model import RiskAcceptance as RiskAcceptance
from wardround.core.alerts._model import Sighting as Sighting
from wardround.core.alerts._model import Signed as Signed
from wardround.core.alerts._model import Visibility as Visibility
from wardround.core.alerts._policy import response_policy
from wardround.core.alerts._standing import standing

__all__ = [
    "Applicability",
    "Closing",
    "Facts",
    "Gate",
    "Standing",
    "State",
    "gate",
    "propose",
    "response_policy",
    "standing",
]
