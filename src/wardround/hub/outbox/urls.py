"""Addresses of the outbox."""

from django.urls import path

from wardround.hub.outbox.views import outbox

urlpatterns = [path("outbox/", outbox, name="outbox")]
