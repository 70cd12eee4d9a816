"""Wrong? Tell us: one answer on one asset, opened as a proposal with what is known filled in."""

from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wardround.core.advisories import Advisory
from wardround.core.vocab import BadInput
from wardround.hub.advisories.deciding import tell_wrong
from wardround.hub.pages.advisories.why import answers_on
from wardround.hub.pages.asking import Asking
from wardround.hub.pages.posting import Form, form_page
from wardround.hub.pages.whose import organisation_of
from wardround.hub.pages.wording import RIGHT, VERDICTS
from wardround.lake.knowledge import Why

VENDOR_SAYS = "The vendor says: "


class TellForm(Form):
    """What is right, in whose words, and where they stand."""

    which = forms.ChoiceField(label="Which answer is wrong?", widget=forms.RadioSelect, error_messages={"required": "Choose one"})
    right = forms.ChoiceField(
        label="What is right?", choices=list(RIGHT.items()), widget=forms.RadioSelect, error_messages={"required": "Choose one"}
    )
    source = forms.CharField(
        label="Where the vendor says so",
        help_text="The address of the vendor's statement, or what else it rests on",
        max_length=1000,
        error_messages={"required": "Say where the vendor says so"},
    )
    says = forms.CharField(
        label="What it says",
        help_text="Correct and complete this. Name no device and no person: the centre reads it",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Say what is right"},
    )


@require_http_methods(["GET", "POST"])
def tell(request: Asking, cve: str, code: str) -> HttpResponse:
    """A proposal on one of the answers on an asset. It changes no answer until a reviewed fact or name does."""
    organisation = organisation_of(request, code)
    asset = request.GET.get("asset", "")[:500]
    advisory, answers = answers_on(request, organisation, cve, asset=asset, at=request.act.at)
    if not answers:
        raise Http404
    form = TellForm(
        request.POST if request.method == "POST" else None, initial={"which": "0", "says": _filled(advisory, answers[0])}
    )
    form.fields["which"].choices = [(str(n), _said(one)) for n, one in enumerate(answers)]  # type: ignore[attr-defined]
    if len(answers) == 1:
        form.fields["which"].widget = forms.HiddenInput()

    def keep(fields: dict[str, str]) -> None:
        about = answers[int(fields["which"])]
        if fields["right"] == about.answer.verdict:
            raise BadInput("is what was answered already", where="right", do="choose what is right instead")
        if fields["says"].rstrip().endswith(VENDOR_SAYS.strip()):
            raise BadInput("ends before it says anything", where="says", do="add what the vendor says")
        said = {key: fields[key] for key in ("right", "says", "source")}
        tell_wrong(request.act, organisation=organisation, cve=advisory.cve, about=about, **said)

    page = f"{reverse('why', args=[cve, code])}?{urlencode({'asset': asset})}"
    return form_page(
        request,
        form,
        do=keep,
        then=page,
        said="Kept as a proposal. The answer stays as it is until somebody has reviewed it.",
        template="site/form.html",
        context={
            "heading": "What is wrong with this answer?",
            "caption": f"{organisation.name} · {advisory.cve}",
            "lead": [_said(answers[0]) + "."] * (len(answers) == 1)
            + ["Who reviews vendor facts checks it against its source; then it holds for every asset and every organisation here."],
            "button": "Propose it",
            "crumbs": [("Alerts", "/"), ("Advisories", "/advisories/"), (advisory.cve, f"/advisories/{cve}/"), ("Why", page)],
        },
    )


def _said(one: Why) -> str:
    install = one.install
    what = " ".join(part for part in (install.vendor, install.product, install.version or "(no version)") if part)
    return f"{what}: {VERDICTS[one.answer.verdict.value].words}"


def _filled(advisory: Advisory, one: Why) -> str:
    """The words that a person corrects."""
    return f"{advisory.cve}, {_said(one)}. {one.answer.reason} Decided by {one.answer.decided_by}.\n\n{VENDOR_SAYS}"
