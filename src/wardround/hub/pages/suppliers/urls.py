"""Addresses of suppliers' seats."""

from django.urls import path

from wardround.hub.pages.suppliers import views
from wardround.hub.pages.suppliers.centre import addressed

ONE = "supplier/bulletins/<uuid:bulletin>/"
urlpatterns = [
    path("supplier/", views.board, name="supplier-board"),
    path(ONE, views.bulletin, name="supplier-bulletin"),
    path(ONE + "answer/", views.answered, name="supplier-answer"),
    path(ONE + "upload/", views.uploaded, name="supplier-upload"),
    path(ONE + "reply/", views.replied, name="supplier-reply"),
    path("alerts/<uuid:alert>/suppliers/", addressed, name="alert-suppliers"),
]
