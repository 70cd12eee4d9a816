"""Addresses of incidents."""

from django.urls import path

from wardround.hub.incidents.views import incident

urlpatterns = [path("incidents/<uuid:incident>/", incident, name="incident")]
