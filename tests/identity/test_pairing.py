"""A code is read out, typed once, and binds one browser to one workstation."""

import pytest

from evalroom.identity.browser import Credentials
from evalroom.identity.pairing import CODE_MS, PER_ADDRESS, Pairing
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import audit, venues
from tests.identity.parts import CONSOLE, HERE, House, brought


@pytest.fixture
async def pairing(home: House) -> Pairing:
    write = home.directory.write
    await write(venues.put_center, venues.Center("zh", "珠海"))
    await write(venues.put_venue, venues.Venue("302", "zh", "302室"))
    await write(venues.put_workstation, venues.Workstation("302-2", "302", "2号"))
    return Pairing(home.directory, home.browsers, home.clock)


async def claim(pairing: Pairing, code: str, **brought: str) -> str:
    """The code of the refusal, or nothing."""
    try:
        await pairing.claim(code, Credentials(**brought), HERE)
    except Refused as refused:
        return refused.code
    return ""


@pytest.mark.rule("A16")
async def test_a_new_browser_gets_its_cookie_and_a_known_one_keeps_it(
    home: House, pairing: Pairing
) -> None:
    code, expires = await pairing.offer(CONSOLE, "302-2")
    assert expires == home.clock.now + CODE_MS
    paired, cookie = await pairing.claim(code, Credentials(), HERE)
    assert paired.id == "302-2"
    await home.ada()
    entered = await home.log_in(device=cookie.value)
    assert entered.principal.workstation == "302-2"
    again, _ = await pairing.offer(CONSOLE, "302-2")
    _, same = await pairing.claim(again, brought(entered), HERE)
    assert same.value == cookie.value


@pytest.mark.rule("A16")
async def test_a_newer_code_ends_the_older_and_each_ends_with_its_day(
    home: House, pairing: Pairing
) -> None:
    first, _ = await pairing.offer(CONSOLE, "302-2")
    second, _ = await pairing.offer(CONSOLE, "302-2")
    assert await claim(pairing, first) == "pairing_code_unknown"
    home.clock.now += CODE_MS
    assert await claim(pairing, second) == "pairing_code_unknown"


@pytest.mark.rule("A16")
async def test_an_address_that_guesses_is_held_up_and_right_codes_cost_nothing(
    home: House, pairing: Pairing
) -> None:
    for _ in range(PER_ADDRESS.burst + 5):
        code, _ = await pairing.offer(CONSOLE, "302-2")
        assert await claim(pairing, code) == ""
    for _ in range(PER_ADDRESS.burst):
        assert await claim(pairing, "guess") == "pairing_code_unknown"
    assert await claim(pairing, "guess") == "pairing_throttled"
    home.clock.now += int(PER_ADDRESS.seconds * 1000)
    assert await claim(pairing, "guess") == "pairing_code_unknown"


@pytest.mark.rule("A14", "A16")
async def test_offering_claiming_and_ending_are_logged_without_the_code(
    home: House, pairing: Pairing
) -> None:
    code, _ = await pairing.offer(CONSOLE, "302-2")
    await pairing.claim(code, Credentials(), HERE)
    await pairing.forget(CONSOLE, "302-2")
    lines = (await home.directory.read(audit.listed, 3, None)).items
    assert [line.act for line in lines] == ["unpair", "pair", "offer_pairing"]
    assert {line.subject for line in lines} == {"302-2"}
    assert code not in str(lines)
    with pytest.raises(Refused, match="unknown_workstation"):
        await pairing.offer(CONSOLE, "303-1")
