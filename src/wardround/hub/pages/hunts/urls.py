"""Addresses of hunts."""

from django.urls import path

from wardround.hub.pages.hunts.views import check, hunt

urlpatterns = [
    path("hunts/<uuid:hunt>/", hunt, name="hunt"),
    path("hunts/<uuid:hunt>/check/", check, name="hunt-check"),
]
