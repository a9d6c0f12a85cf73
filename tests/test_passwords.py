"""Which passwords are taken."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("fourteen chars", "This password is too short. It must contain at least 15 characters."),
        ("password1password1", "This is a common password with something added to it."),
        ("Liverpool-2026-2027", "This is a common password with something added to it."),
        ("abcabcabcabcabcabc", "This password says the same again and again."),
        ("aaaaaaaaaaaaaaaaaaaa", "This password says the same again and again."),
        ("Evening Gazette 2026!", "This password is little more than the site’s name."),
        ("news.gazette.example", "This password is little more than the site’s name."),
        ("annabel.lee.1809", "The password is too similar to the username."),
    ],
)
def test_what_can_be_guessed_is_refused_with_the_reason(settings: Any, password: str, said: str) -> None:
    settings.SITE_NAME, settings.SITE_URL = "Evening Gazette", "https://news.gazette.example"
    with pytest.raises(ValidationError) as refused:
        validate_password(password, User(username="annabel.lee"))
    assert said in refused.value.messages


WORDS = ["correct horse battery", "ein langes wort genügt", "密码是一段很长的话没有人能猜到的", "1f9c-88ab-04de-77"]


@pytest.mark.parametrize("password", WORDS)
def test_length_is_enough_and_no_kind_of_character_is_asked_for(password: str) -> None:
    validate_password(password, User(username="annabel.lee"))
