"""Documents by which an alert arrives from elsewhere: CSAF, and the national service's public bulletin as JSON.

>>> import json
>>> step = {"type": "patch", "step": "<p>Install 2.0</p>"}
>>> made = {"threatId": "CC-0001", "title": "A made-up flaw", "severity": "High", "remediationSteps": [step]}
>>> notice = read_notice(json.dumps(made).encode(), where="bulletin.json")
>>> notice.reference, notice.severity, notice.actions
('CC-0001', 'High', 'Patch: Install 2.0')
"""

from wardround.core.notices._model import Notice
from wardround.core.notices._read import read_notice

__all__ = ["Notice", "read_notice"]
