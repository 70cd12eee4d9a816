"""A password is more than words of one's own place."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from ..builders import a_person, an_organisation

pytestmark = pytest.mark.usefixtures("hub")


@pytest.mark.parametrize("password", ["Wardround2025!", "wardroundwardround", "NHScyberAlert26", "HospitalTrust1!"])
def test_words_of_the_product_alone_are_refused(password: str) -> None:
    with pytest.raises(ValidationError, match="little more than a word of your own place"):
        validate_password(password)


@pytest.mark.parametrize("password", ["Hospitals2026!", "txlong7!Hospitals", "FICTITIOUS-2026", "Txlong7 Hospitals cyber 26"])
def test_so_are_words_of_ones_own_organisation(password: str) -> None:
    person = a_person(an_organisation("TXLONG7"))
    with pytest.raises(ValidationError, match="little more than a word of your own place"):
        validate_password(password, person)


@pytest.mark.parametrize("password", ["four dull words here", "trust the purple umbrella", "Kh7!nhsQz9#mmP2x"])
def test_a_word_of_ones_own_among_others_does_no_harm(password: str) -> None:
    validate_password(password, a_person(an_organisation("TXLONG8")))


def test_a_password_like_ones_own_name_or_address_is_refused() -> None:
    person = a_person(an_organisation("TXLONG9"), name="Marguerite Featherstone")
    with pytest.raises(ValidationError, match="too similar"):
        validate_password("MargueriteFeatherstone", person)
