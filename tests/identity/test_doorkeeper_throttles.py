"""How often somebody may try to log in: by name, by address, and as fast as passwords are
hashed.
"""

import asyncio
from collections.abc import Awaitable

import pytest

from evalroom.identity import passwords
from evalroom.identity.doorkeeper import PER_ADDRESS
from evalroom.identity.passwords import BUSY_RETRY_MS, MAX_WAITING, THREADS
from evalroom.identity.throttle import PER_ACCOUNT, Rate, Throttle
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import venues
from tests.identity.parts import CONSOLE, HERE, PASSWORD, House, brought

ELSEWHERE = "203.0.113.9"


async def refusal(act: Awaitable[object]) -> Refused:
    with pytest.raises(Refused) as refused:
        await act
    return refused.value


@pytest.mark.rule("A4")
async def test_after_five_slips_a_name_waits_whether_or_not_it_exists(home: House) -> None:
    await home.ada()
    for name in ("ada", "nobody"):
        for _ in range(PER_ACCOUNT.burst):
            assert (await refusal(home.log_in(name, "wrong"))).code == "wrong_credentials"
        refused = await refusal(home.log_in(name))
        assert refused.code == "log_in_throttled"
        assert 0 < refused.params["retry_ms"] <= PER_ACCOUNT.seconds * 1000 + 1
    home.clock.now += int(PER_ACCOUNT.seconds * 1000)
    await home.log_in("ada")


@pytest.mark.rule("A4")
async def test_a_strangers_guesses_do_not_lock_a_person_out_of_his_own_browser(home: House) -> None:
    await home.ada()
    device = brought(await home.log_in()).device
    for _ in range(PER_ACCOUNT.burst):
        await refusal(home.log_in("ada", "guess", address=ELSEWHERE))
    assert (await refusal(home.log_in("ada"))).code == "log_in_throttled"
    await home.log_in("ada", device=device)


@pytest.mark.rule("A4")
async def test_a_strangers_guesses_do_not_keep_a_person_from_a_seat_he_never_sat_at(
    home: House,
) -> None:
    await home.ada()
    await home.registry.add(CONSOLE, "guest", "Guest", PASSWORD)
    somebody = await home.log_in("guest")
    seat, device = brought(somebody).device, somebody.principal.device
    assert device is not None
    await paired(home, device)
    for name in ("ada", "nobody"):
        for _ in range(PER_ACCOUNT.burst + 1):
            await refusal(home.log_in(name, "guess", address=ELSEWHERE))
        assert (await refusal(home.log_in(name))).code == "log_in_throttled"
    for _ in range(PER_ACCOUNT.burst):
        # Nobody learns at a seat which names there are.
        refused = await refusal(home.log_in("nobody", device=seat))
        assert refused.code == "wrong_credentials"
    await home.log_in("ada", device=seat)
    assert (await refusal(home.log_in("nobody", device=seat))).code == "log_in_throttled"


async def paired(home: House, device: str) -> None:
    """The browser becomes the one of a workstation."""
    directory = home.directory
    await directory.write(venues.put_center, venues.Center("zh", "Zhuhai"))
    await directory.write(venues.put_venue, venues.Venue("302", "zh", "Room 302"))
    await directory.write(venues.put_workstation, venues.Workstation("302-2", "302", "Seat 2"))
    await directory.write(venues.offer_pairing, "302-2", b"code", home.clock.now + 1)
    await directory.write(venues.pair, b"code", device, home.clock.now)


@pytest.mark.rule("A5")
async def test_a_whole_venue_logs_in_from_one_address_at_nine_o_clock(home: House) -> None:
    for number in range(40):
        await home.registry.add(CONSOLE, f"expert{number}", f"Expert {number}", PASSWORD)
    # Each slips once first: forty failures from one address, then forty who are let in.
    for number in range(40):
        assert (await refusal(home.log_in(f"expert{number}", "slip"))).code == "wrong_credentials"
    let_in = await asyncio.gather(*(home.log_in(f"expert{number}") for number in range(40)))
    assert len({entered.principal.id for entered in let_in}) == 40


@pytest.mark.rule("A5")
def test_a_full_venue_is_held_up_by_the_hashing_before_the_throttle_of_its_address() -> None:
    assert PER_ADDRESS.burst > MAX_WAITING + THREADS


@pytest.mark.rule("A5")
@pytest.mark.parametrize(
    "addresses", [[ELSEWHERE], ["2001:db8::1", "2001:db8::2"], [ELSEWHERE, f"::ffff:{ELSEWHERE}"]]
)
async def test_an_address_that_only_fails_is_held_up_and_others_are_not(
    home: House, addresses: list[str]
) -> None:
    await home.ada()
    home.doorkeeper._by_address = Throttle(Rate(6, PER_ADDRESS.seconds))
    for number in range(6):
        address = addresses[number % len(addresses)]
        await refusal(home.log_in(f"guess{number}", "wrong", address=address))
    refused = await refusal(home.log_in("ada", address=addresses[0]))
    assert refused.code == "log_in_throttled"
    await home.log_in("ada", address=HERE)


@pytest.mark.rule("A3")
async def test_a_crowd_of_strangers_keeps_nobody_from_the_browser_he_has_used_before(
    home: House,
) -> None:
    await home.ada()
    known = brought(await home.log_in("ada")).device
    home.doorkeeper._passwords._there[False] = MAX_WAITING
    assert (await refusal(home.log_in("ada"))).code == "busy"
    assert (await refusal(home.log_in("ada", device="x" * 43))).code == "busy"
    assert (await home.log_in("ada", device=known)).principal.name == "Ada"


@pytest.mark.rule("A3")
async def test_who_waits_in_vain_has_spent_no_attempt(home: House) -> None:
    await home.ada()
    home.doorkeeper._passwords._free = 0
    for _ in range(PER_ACCOUNT.burst + 1):
        waiting = asyncio.ensure_future(home.log_in("ada"))
        while not home.doorkeeper._passwords._there[False]:  # noqa: ASYNC110 — nobody here could set an event
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    home.doorkeeper._passwords._free = 1
    await home.log_in("ada")


@pytest.mark.rule("A3")
async def test_a_full_hashing_pool_costs_nobody_an_attempt(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.ada()
    with monkeypatch.context() as full:
        full.setattr(passwords, "MAX_WAITING", 0)
        for _ in range(PER_ADDRESS.burst + 1):
            refused = await refusal(home.log_in("ada"))
            assert (refused.code, refused.params) == ("busy", {"retry_ms": BUSY_RETRY_MS})
    await home.log_in("ada")
