"""Addresses of the rules of retention."""

from django.urls import path

from wardround.hub.pages.retention.views import lifted, retention

urlpatterns = [
    path("record/<slug:code>/kept/", retention, name="retention"),
    path("record/<slug:code>/kept/<uuid:held>/lift/", lifted, name="retention-lift"),
]
