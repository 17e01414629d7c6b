"""Passwords are kept as argon2id, checked beside the loop, and tell nobody who has an account."""

import asyncio
import statistics
import time

import pytest
from argon2 import PasswordHasher

from evalroom.identity.passwords import MAX_LENGTH, MAX_WAITING, Passwords, acceptable
from evalroom.sessions.refusals import Refused
from tests.identity.parts import QUICK


@pytest.mark.rule("A1")
async def test_a_password_is_kept_as_argon2id_and_known_again() -> None:
    passwords = Passwords()
    stored = await passwords.hash("a long enough one")
    assert stored.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert "long" not in stored
    assert (await passwords.check(stored, "a long enough one")).right
    assert not (await passwords.check(stored, "a long enough two")).right
    passwords.close()


@pytest.mark.rule("A1")
async def test_a_hash_of_weaker_settings_is_replaced_at_the_next_right_password() -> None:
    weak, strong = Passwords(QUICK), Passwords(PasswordHasher(time_cost=2, memory_cost=64))
    stored = await weak.hash("a long enough one")
    assert (await strong.check(stored, "wrong")).rehashed is None
    checked = await strong.check(stored, "a long enough one")
    assert checked.rehashed is not None
    assert "t=2" in checked.rehashed
    assert (await strong.check(checked.rehashed, "a long enough one")).rehashed is None
    weak.close()
    strong.close()


@pytest.mark.rule("A1")
@pytest.mark.parametrize(
    "typed", ["\N{FULLWIDTH LATIN CAPITAL LETTER P}assword one", "Password\N{NO-BREAK SPACE}one"]
)
async def test_width_and_composition_of_signs_make_no_other_password(typed: str) -> None:
    passwords = Passwords(QUICK)
    stored = await passwords.hash("Password one")
    assert (await passwords.check(stored, typed)).right
    passwords.close()


@pytest.mark.rule("A2")
async def test_without_an_account_a_check_takes_as_long_and_says_no() -> None:
    # Enough work that the hash outweighs the noise of a busy machine.
    passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=8192, parallelism=1), threads=1)
    stored = await passwords.hash("a long enough one")
    await passwords.check(None, "warm")

    async def seconds(kept: str | None) -> float:
        start = time.perf_counter()
        assert not (await passwords.check(kept, "wrong wrong")).right
        return time.perf_counter() - start

    pairs = [(await seconds(stored), await seconds(None)) for _ in range(9)]
    known, unknown = map(statistics.median, zip(*pairs, strict=True))
    assert 0.5 < unknown / known < 2
    passwords.close()


@pytest.mark.rule("A2")
async def test_nobodys_password_opens_nothing() -> None:
    passwords = Passwords(QUICK)
    for typed in ("", "anything", "\0" * 16):
        assert not (await passwords.check(None, typed)).right
        assert not (await passwords.check("not a hash", typed)).right
    passwords.close()


@pytest.mark.rule("A3")
async def test_the_loop_goes_on_while_a_password_is_hashed() -> None:
    passwords = Passwords(PasswordHasher(time_cost=4, memory_cost=65536, parallelism=1))
    hashing = asyncio.ensure_future(passwords.hash("a long enough one"))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100
    passwords.close()


@pytest.mark.rule("A3")
async def test_more_than_the_bound_are_told_to_come_back_and_the_others_are_served() -> None:
    passwords = Passwords(QUICK, threads=1)
    asked = [passwords.check(None, "wrong") for _ in range(MAX_WAITING + 5)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [answer.code for answer in refused] == ["busy"] * 5
    assert not (await passwords.check(None, "wrong")).right
    passwords.close()


@pytest.mark.rule("A3")
async def test_who_is_known_finds_a_place_among_strangers_and_goes_before_them() -> None:
    passwords = Passwords(QUICK, threads=1)
    served: list[str] = []

    async def asks(who: str, known: bool) -> None:
        await passwords.check(None, "wrong", known=known)
        served.append(who)

    crowd = [asyncio.ensure_future(asks("stranger", known=False)) for _ in range(MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Refused):
        passwords.place_for(known=False)
    passwords.place_for(known=True)
    await asks("seat", known=True)
    # Of the strangers only the one whose turn it was already.
    assert served == ["stranger", "seat"]
    await asyncio.gather(*crowd)
    passwords.close()


@pytest.mark.rule("A3")
async def test_who_gives_up_waiting_leaves_his_place_and_his_turn_to_others() -> None:
    passwords = Passwords(QUICK, threads=1)
    crowd = [asyncio.ensure_future(passwords.check(None, "wrong")) for _ in range(MAX_WAITING)]
    await asyncio.sleep(0)
    for waiting in crowd[1:]:
        waiting.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)
    passwords.place_for(known=False)
    assert not (await passwords.check(None, "wrong")).right
    passwords.close()


@pytest.mark.rule("A1")
@pytest.mark.parametrize(
    ("password", "login"),
    [("mice", "ada"), ("x" * (MAX_LENGTH + 1), "ada"), ("ADA.lovelace", "ada.lovelace")],
)
def test_a_password_that_is_no_secret_is_refused(password: str, login: str) -> None:
    with pytest.raises(Refused) as refused:
        acceptable(password, login)
    assert refused.value.code == "password_too_weak"
    assert password not in str(refused.value.params)


async def test_an_endless_password_is_nobodys() -> None:
    passwords = Passwords(QUICK)
    stored = await passwords.hash("a long enough one")
    assert not (await passwords.check(stored, "x" * 10_000_000)).right
    passwords.close()
