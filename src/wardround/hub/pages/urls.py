"""Every address of the hub."""

from django.urls import include, path

from wardround.hub.pages.well import health, metrics, ready

urlpatterns = [
    path("", include("wardround.hub.pages.signin.urls")),
    path("health/", health, name="health"),
    path("ready/", ready, name="ready"),
    path("metrics/", metrics, name="metrics"),
    path("", include("wardround.hub.pages.alerts.urls")),
    path("", include("wardround.hub.pages.advisories.urls")),
    path("", include("wardround.hub.pages.audit.urls")),
    path("", include("wardround.hub.pages.estate.urls")),
    path("", include("wardround.hub.pages.hunts.urls")),
    path("", include("wardround.hub.pages.incidents.urls")),
    path("", include("wardround.hub.pages.names.urls")),
    path("", include("wardround.hub.pages.outbox.urls")),
    path("", include("wardround.hub.pages.people.urls")),
    path("", include("wardround.hub.pages.retention.urls")),
    path("", include("wardround.hub.pages.roles.urls")),
    path("", include("wardround.hub.pages.suppliers.urls")),
]
