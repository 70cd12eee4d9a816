"""Addresses of the outbox."""

from django.urls import path

from wardround.hub.pages.outbox.views import outbox

urlpatterns = [path("outbox/", outbox, name="outbox")]
