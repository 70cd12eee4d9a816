"""How urgent, by which policy, and why: a decision table, an advisory and what is known of the asset give a Decision.

A policy is versioned data: it answers every combination, and a worse input never gives a milder answer, or it does not
load. What is not known is worked through every way; the worst is the decision, marked *assumed*.

>>> from datetime import UTC, datetime
>>> from wardround.core.advisories import Advisory, Stated
>>> day = datetime(2025, 5, 13, 15, 45, tzinfo=UTC)
>>> said = tuple(
...     Stated(key, value, "CISA ADP", day)
...     for key, value in {"ssvc.exploitation": "active", "ssvc.automatable": "yes", "ssvc.technical_impact": "total"}.items()
... )
>>> epmm = Advisory("CVE-2025-4427", "PUBLISHED", day, day, "", "", (), said, (), "cve", "")
>>> answer = decide(policy("bod-26-04"), advisory=epmm, exposed=True, at=datetime(2025, 5, 14, 23, 59, tzinfo=UTC))
>>> answer.decision, answer.best, str(answer.due), answer.assumed
('3D', '3D', '2025-05-16', ())
>>> inside = decide(policy("bod-26-04"), advisory=epmm, exposed=None, at=datetime(2025, 5, 14, 23, 59, tzinfo=UTC))
>>> inside.decision, inside.best, inside.assumed
('3D', '60D', ('publicly exposed (PE): yes is assumed',))
"""

from wardround.core.triage._decide import decide
from wardround.core.triage._load import POLICIES, policy, read_policy
from wardround.core.triage._model import Decision, Input, Outcome, Point, Policy, PolicyError

__all__ = ["POLICIES", "Decision", "Input", "Outcome", "Point", "Policy", "PolicyError", "decide", "policy", "read_policy"]
