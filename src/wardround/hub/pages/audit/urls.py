"""Addresses of the record."""

from django.urls import path

from wardround.hub.pages.audit.views import export, record, records

urlpatterns = [
    path("record/", records, name="records"),
    path("record/<slug:code>/", record, name="record"),
    path("record/<slug:code>/export/", export, name="record-export"),
]
