"""Addresses of advisories."""

from django.urls import path, register_converter

from wardround.core.vocab._cves import WRITTEN
from wardround.hub.pages.advisories.telling import tell
from wardround.hub.pages.advisories.views import advisories, advisory
from wardround.hub.pages.advisories.why import why


class Cve:
    """A CVE number in an address."""

    regex = WRITTEN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Cve, "cve")

urlpatterns = [
    path("advisories/", advisories, name="advisories"),
    path("advisories/<cve:cve>/", advisory, name="advisory"),
    path("advisories/<cve:cve>/why/<slug:code>/", why, name="why"),
    path("advisories/<cve:cve>/why/<slug:code>/tell/", tell, name="tell"),
]
