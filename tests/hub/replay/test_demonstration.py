"""Loading the demonstration: all of it, or nothing."""

import pytest

from wardround.hub.accounts.models import User
from wardround.hub.installation import Installation
from wardround.hub.organisations.models import Organisation
from wardround.hub.replay import demonstration
from wardround.lake.home import Home

from ..builders import a_person, an_organisation


def test_an_interrupted_load_leaves_an_empty_hub(hub: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        a_person(an_organisation("EX01"))
        raise KeyboardInterrupt

    monkeypatch.setattr(demonstration, "play", interrupted)
    with pytest.raises(KeyboardInterrupt):
        demonstration.load(hub)
    assert (User.objects.count(), Organisation.objects.count()) == (0, 0)
    assert Installation.read(hub).demo_at is None
