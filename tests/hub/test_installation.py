"""One installation: its secret, its clock, its home; kept between starts, readable by its owner alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wardround.connectors.clock import FakeClock, SystemClock, TickingClock
from wardround.hub import clock
from wardround.hub.installation import Installation, clock_of
from wardround.lake.home import Home

FROZEN = datetime(2025, 5, 20, 15, 5, tzinfo=UTC)


def test_a_new_installation_has_a_secret_of_its_own_and_writes_nothing_yet(tmp_path: Path) -> None:
    home = Home(tmp_path / "new")
    one, two = Installation.read(home), Installation.read(home)
    assert one.secret_key != two.secret_key
    assert len(one.secret_key) >= 50
    assert not home.path.exists()


def test_what_was_written_is_read_again_by_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    made = Installation.read(home).frozen(FROZEN)
    made.write(home)
    assert Installation.read(home) == made
    (file,) = home.path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_demonstrations_clock_goes_on_from_where_it_stood_and_any_other_is_the_machines() -> None:
    shown = clock_of(Installation("x", demo_at=FROZEN))
    assert isinstance(shown, TickingClock)
    assert timedelta(0) <= shown.now() - FROZEN < timedelta(minutes=1)
    assert isinstance(clock_of(Installation("x")), SystemClock)


@pytest.mark.usefixtures("hub")
def test_the_hub_asks_the_clock_it_was_given_and_goes_back_to_its_own() -> None:
    clock.use(FakeClock(FROZEN))
    assert clock.now() == FROZEN
    clock.use(None)
    assert clock.now() != FROZEN
