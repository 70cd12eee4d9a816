"""Every address of the hub."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path

from wardround.hub.site.views import SignIn, health

urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("health/", health, name="health"),
    path("", include("wardround.hub.alerts.urls")),
    path("", include("wardround.hub.advisories.urls")),
    path("", include("wardround.hub.audit.urls")),
    path("", include("wardround.hub.estate.urls")),
    path("", include("wardround.hub.hunts.urls")),
    path("", include("wardround.hub.incidents.urls")),
    path("", include("wardround.hub.outbox.urls")),
]
