"""Addresses of the queue of names."""

from django.urls import path

from wardround.hub.pages.names import views

urlpatterns = [
    path("names/", views.queue, name="names"),
    path("names/decide/", views.decide, name="names-decide"),
]
