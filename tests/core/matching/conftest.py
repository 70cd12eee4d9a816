"""Small builders for records, and what they say."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from wardround.core.advisories import Advisory, Container
from wardround.core.matching import Answer, Overrides, Subject, decide

DAY = datetime(2030, 5, 13, tzinfo=UTC)
NAMES = {"vendor": "Example", "product": "Gateway"}


def _a_record(*containers: Sequence[Any], cve: str = "CVE-2030-0001", state: str = "PUBLISHED") -> Advisory:
    """A fictitious record; each container is given as its list of `affected` objects."""
    named = [("cna" if place == 0 else f"adp/{place - 1}", objects) for place, objects in enumerate(containers)]
    read = tuple(Container(name.split("/")[0], f"/containers/{name}/affected", objects) for name, objects in named)
    return Advisory(cve, state, DAY, DAY, "", "", read, (), (), "an example", "")


def _an_object(*versions: Mapping[str, Any], default: str | None = None, **more: Any) -> dict[str, Any]:
    """An `affected` object of the fictitious Gateway; `default` is its defaultStatus."""
    stated = {} if default is None else {"defaultStatus": default}
    return NAMES | stated | {"versions": [{"status": "affected"} | dict(v) for v in versions]} | more


def _says(*objects: Any, version: str = "", platform: str = "", scheme: str = "", and_then: Sequence[Any] = ()) -> Answer:
    """What a record of these objects (and a second container) says of one version."""
    record = _a_record(list(objects), list(and_then)) if and_then else _a_record(list(objects))
    return decide(record, Subject(("example",), "gateway", version, scheme, platform), overrides=Overrides())


@pytest.fixture(scope="session")
def a_record() -> Callable[..., Advisory]:
    """Builds a record from its containers' `affected` lists."""
    return _a_record


@pytest.fixture(scope="session")
def an_object() -> Callable[..., dict[str, Any]]:
    """Builds an `affected` object from its entries."""
    return _an_object


@pytest.fixture(scope="session")
def says() -> Callable[..., Answer]:
    """Asks a record of some objects about one version."""
    return _says
