"""Addresses of incidents."""

from django.urls import path

from wardround.hub.pages.incidents.views import incident

urlpatterns = [path("incidents/<uuid:incident>/", incident, name="incident")]
