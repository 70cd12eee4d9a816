"""Addresses of hunts."""

from django.urls import path

from wardround.hub.pages.hunts.views import hunt

urlpatterns = [path("hunts/<uuid:hunt>/", hunt, name="hunt")]
