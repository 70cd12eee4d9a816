"""Whose it is: by code, or the only organisation there is."""

import pytest

from wardround.core.vocab import BadInput
from wardround.hub.organisations.lookup import organisation_by
from wardround.lake.home import Home

from ..builders import an_organisation, the_centre

pytestmark = pytest.mark.django_db


def test_without_a_code_the_only_organisation_is_meant(hub: Home) -> None:
    the_centre()
    only = an_organisation("EX01")
    assert organisation_by("") == only


def test_of_several_the_codes_are_named(hub: Home) -> None:
    an_organisation("EX01")
    an_organisation("EX02")
    with pytest.raises(BadInput, match=r"whose is it.*EX01, EX02"):
        organisation_by(" ")


def test_a_code_that_nobody_has_is_said(hub: Home) -> None:
    an_organisation("EX01")
    with pytest.raises(BadInput, match=r"no organisation 'EX09'.*EX01"):
        organisation_by("EX09")
