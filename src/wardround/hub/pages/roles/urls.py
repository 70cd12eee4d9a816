"""The address of the table of roles."""

from django.urls import path

from wardround.hub.pages.roles.views import roles

urlpatterns = [path("roles/", roles, name="roles")]
