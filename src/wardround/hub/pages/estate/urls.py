"""Addresses of the estate."""

from django.urls import path

from wardround.hub.pages.estate import bringing, knowing, showing

urlpatterns = [
    path("estate/", showing.estates, name="estate"),
    path("estate/snapshots/<uuid:snapshot>/", showing.snapshot, name="snapshot"),
    path("estate/snapshots/<uuid:snapshot>/confirm/", showing.smaller, name="snapshot-confirm"),
    path("estate/<slug:code>/", showing.estate, name="estate-of"),
    path("estate/<slug:code>/product/", showing.product, name="estate-product"),
    path("estate/<slug:code>/devices/", knowing.devices, name="estate-devices"),
    path("estate/<slug:code>/devices/split/", knowing.split, name="estate-split"),
    path("estate/<slug:code>/devices/splits/<uuid:split>/undo/", knowing.unsplit, name="estate-unsplit"),
    path("estate/<slug:code>/coverage/", knowing.coverage, name="estate-coverage"),
    path("estate/<slug:code>/import/", bringing.bring, name="estate-import"),
]
