"""Passwords and codes that come at the same moment."""

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection

from entries.domain import second_step, tries
from entries.domain.tries import PAIR
from entries.enums import TryKind
from entries.visitors import Origin
from tests.factories import make_second_step

pytestmark = pytest.mark.django_db(transaction=True)


def test_guesses_at_the_same_moment_are_counted_each() -> None:
    answers: list[bool] = []

    def one(number: int) -> None:
        try:
            tries.begin_try(kind=TryKind.PASSWORD, name="ann", origin=Origin("192.0.2.1"))
            answers.append(True)
        except tries.TooManyTries:
            answers.append(False)
        connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 12
    assert answers.count(True) <= PAIR.most


@pytest.mark.parametrize("kind", ["code", "recovery"])
def test_of_two_who_bring_the_same_code_at_once_one_gets_in(kind: str) -> None:
    user = User.objects.create_superuser("ann")
    totp, codes = make_second_step(user)
    code = totp.now() if kind == "code" else codes[0]
    right: list[bool] = []
    barrier = threading.Barrier(6)

    def one() -> None:
        barrier.wait()
        right.append(second_step.is_right(user=user, code=code))
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(right) == [False] * 5 + [True]
