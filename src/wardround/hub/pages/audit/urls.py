"""Addresses of the record."""

from django.urls import path

from wardround.hub.pages.audit.views import record, records

urlpatterns = [path("record/", records, name="records"), path("record/<slug:code>/", record, name="record")]
