"""Wrong? Tell us: a proposal with the answer filled in, read by the centre and its own people, that changes no answer."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from wardround.cli import main
from wardround.hub.audit.models import Entry

from .demonstration import Demonstration, page

pytestmark = pytest.mark.django_db

SAID = {"which": "0", "right": "affected", "source": "https://vendor.example/a", "says": "The vendor says: 12.3 was never fixed."}


@pytest.fixture
def asset(demo: Demonstration) -> Iterator[str]:
    """An asset of EX03 that its response knows."""
    yield str(demo.response("EX03").assessments.last().cases[0]["asset"])  # type: ignore[attr-defined]
    for file in settings.HOME.proposed.glob("*.json"):
        file.unlink()


def address(asset: str, name: str = "tell", code: str = "EX03") -> str:
    return f"{reverse(name, args=['CVE-2025-4427', code])}?asset={asset}"


def wrong_of(answer: str) -> str:
    return "not_affected" if answer == "affected" else "affected"


def test_the_page_why_leads_to_a_form_with_the_answer_filled_in(as_: Callable[[str], Client], asset: str) -> None:
    client = as_("organisation")
    assert f'href="{address(asset)}"' in client.get(address(asset, "why")).content.decode()
    shown = client.get(address(asset)).content.decode()
    assert "CVE-2025-4427, Ivanti Endpoint Manager Mobile" in shown
    assert "The vendor says: </textarea>" in shown


def test_what_is_told_stands_on_the_pages_in_the_record_and_in_the_terminal(
    as_: Callable[[str], Client], asset: str, capfd: pytest.CaptureFixture[str]
) -> None:
    client = as_("organisation")
    before = client.get(address(asset, "why")).context["answers"][0].answer
    said = SAID | {"right": wrong_of(before.verdict)}
    told = client.post(address(asset), said, follow=True)
    assert "Kept as a proposal" in told.content.decode()
    assert "was never fixed" in page(client, address(asset, "why"))
    assert told.context["answers"][0].answer == before
    entry = Entry.unscoped.filter(what="said that a verdict is wrong").last()
    assert entry is not None
    assert entry.document["says"] == said["says"]
    with pytest.raises(SystemExit):
        main(["override", "list", "--proposed", "--home", str(settings.HOME.path)])
    assert "CVE-2025-4427: Ivanti Endpoint Manager Mobile" in (listed := capfd.readouterr().out)
    assert "1 told by people" in listed
    with pytest.raises(SystemExit):
        main(["override", "propose", "CVE-2025-4427", "--home", str(settings.HOME.path)])
    assert '"id": "told-cve-2025-4427-' in capfd.readouterr().out


def test_the_centre_reads_it_without_the_asset_and_others_do_not(as_: Callable[[str], Client], asset: str) -> None:
    answer = as_("organisation").get(address(asset, "why")).context["answers"][0].answer
    as_("organisation").post(address(asset), SAID | {"right": wrong_of(answer.verdict)})
    advisory = reverse("advisory", args=["CVE-2025-4427"])
    assert "was never fixed" in page(as_("organisation"), advisory)
    centre = page(as_("national"), advisory)
    assert "was never fixed" in centre
    assert asset not in centre
    assert "was never fixed" not in page(as_("other"), advisory)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"right": ""}, "Choose one"),
        ({"source": ""}, "Say where the vendor says so"),
        ({"says": "The vendor says: "}, "ends before it says anything"),
        ({"which": "7"}, "Select a valid choice"),
    ],
)
def test_what_is_incomplete_is_shown_again_and_kept_nowhere(
    as_: Callable[[str], Client], asset: str, change: dict[str, str], said: str
) -> None:
    answer = as_("organisation").get(address(asset, "why")).context["answers"][0].answer
    response = as_("organisation").post(address(asset), SAID | {"right": wrong_of(answer.verdict)} | change)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not list(settings.HOME.proposed.glob("*.json"))


def test_the_answer_that_was_given_is_no_correction(as_: Callable[[str], Client], asset: str) -> None:
    answer = as_("organisation").get(address(asset, "why")).context["answers"][0].answer
    response = as_("organisation").post(address(asset), SAID | {"right": answer.verdict.value})
    assert response.status_code == 422
    assert "is what was answered already" in response.content.decode()


def test_who_may_not_write_for_the_organisation_tells_nothing(as_: Callable[[str], Client], asset: str) -> None:
    answers = {who: as_(who).post(address(asset), SAID).status_code for who in ("read_only", "national", "other")}
    assert answers == {"read_only": 403, "national": 403, "other": 404}
    assert "Your security team can propose what is right" in page(as_("read_only"), address(asset, "why"))


def test_an_asset_that_nobody_has_is_not_found(as_: Callable[[str], Client], asset: str) -> None:
    assert as_("organisation").get(address("no-such-asset")).status_code == 404
