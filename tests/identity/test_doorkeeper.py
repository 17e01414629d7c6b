"""Log-in and recognition with the real directory and the real argon2."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import pytest

from evalroom.identity.browser import Credentials
from evalroom.identity.doorkeeper import HOUR_MS, Lifetimes
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import audit, logins, venues
from evalroom.storage.directory.bearers import Scope
from tests.identity.parts import CONSOLE, HERE, PASSWORD, House, brought, house


async def refusal(act: Awaitable[object]) -> Refused:
    with pytest.raises(Refused) as refused:
        await act
    return refused.value


@pytest.mark.rule("A7")
async def test_who_logs_in_is_known_again_by_his_cookies(home: House) -> None:
    ada = await home.ada()
    entered = await home.log_in(" ADA ")
    again = await home.doorkeeper.recognise(brought(entered), writing=True)
    assert again == entered.principal
    assert (again.id, again.name, again.scopes) == (ada, "Ada", None)


@pytest.mark.rule("A7")
async def test_the_directory_keeps_no_cookie(home: House, tmp_path: Path) -> None:
    await home.ada()
    entered = await home.log_in()
    kept = await asyncio.to_thread((tmp_path / "directory.sqlite").read_bytes)
    for cookie in entered.cookies:
        assert cookie.value.encode() not in kept
    assert PASSWORD.encode() not in kept


@pytest.mark.rule("A2")
async def test_wrong_name_wrong_password_and_shut_account_are_refused_alike(home: House) -> None:
    await home.ada()
    shut = await home.registry.add(CONSOLE, "boris", "Boris", PASSWORD)
    await home.registry.add(CONSOLE, "camera", "Camera", None)
    await home.registry.change(CONSOLE, shut.id, disabled=True)
    refused = [
        await refusal(home.log_in("ada", "wrong")),
        await refusal(home.log_in("nobody", PASSWORD)),
        await refusal(home.log_in("boris", PASSWORD)),
        await refusal(home.log_in("camera", "")),
    ]
    assert {(one.code, str(one.params)) for one in refused} == {("wrong_credentials", "{}")}


@pytest.mark.rule("A7")
async def test_a_log_in_slides_while_it_is_used_and_ends_at_its_limit(tmp_path: Path) -> None:
    async with house(tmp_path, Lifetimes(idle_ms=2 * HOUR_MS, whole_ms=5 * HOUR_MS)) as home:
        await home.ada()
        cookies = brought(await home.log_in())
        for _ in range(4):
            home.clock.now += HOUR_MS + HOUR_MS // 5
            await home.doorkeeper.recognise(cookies, writing=False)
        home.clock.now += HOUR_MS // 2
        assert (await refusal(home.doorkeeper.recognise(cookies, writing=False))).code == (
            "login_expired"
        )


@pytest.mark.rule("A7")
async def test_a_log_in_that_nobody_uses_is_over(home: House) -> None:
    await home.ada()
    cookies = brought(await home.log_in())
    home.clock.now += 12 * HOUR_MS
    refused = await refusal(home.doorkeeper.recognise(cookies, writing=False))
    assert refused.code == "login_expired"


@pytest.mark.rule("A7")
async def test_use_is_not_written_to_the_disk_at_each_request(home: House) -> None:
    await home.ada()
    entered = await home.log_in()
    began = home.clock.now
    token = entered.principal.login or b""
    home.clock.now += 60_000
    await home.doorkeeper.recognise(brought(entered), writing=False)
    found = await home.directory.read(logins.by_token, token)
    assert found is not None
    assert found.seen == began


@pytest.mark.rule("A7")
async def test_who_logs_out_is_no_longer_known(home: House) -> None:
    await home.ada()
    entered = await home.log_in()
    await home.doorkeeper.log_out(entered.principal, HERE)
    refused = await refusal(home.doorkeeper.recognise(brought(entered), writing=False))
    assert refused.code == "login_ended"


@pytest.mark.rule("A7")
async def test_a_new_log_in_in_the_same_browser_ends_the_one_before(home: House) -> None:
    await home.ada()
    first = brought(await home.log_in())
    second = brought(await home.log_in(device=first.device))
    assert second.device == first.device
    assert second.login != first.login
    assert (await refusal(home.doorkeeper.recognise(first, writing=False))).code == "login_ended"
    await home.doorkeeper.recognise(second, writing=False)


@pytest.mark.rule("A7")
async def test_the_oldest_of_too_many_log_ins_gives_way(home: House) -> None:
    await home.ada()
    came = []
    for _ in range(logins.MAX_LIVE + 1):
        home.clock.now += 1000
        came.append(brought(await home.log_in()))
    assert (await refusal(home.doorkeeper.recognise(came[0], writing=False))).code == "login_ended"
    for cookies in came[1:]:
        await home.doorkeeper.recognise(cookies, writing=False)


@pytest.mark.rule("A8")
async def test_a_log_in_cookie_carried_to_another_browser_is_refused(home: House) -> None:
    await home.ada()
    cookies = brought(await home.log_in())
    other = brought(await home.log_in())
    for device in (other.device, None, "planted"):
        stolen = Credentials(login=cookies.login, device=device)
        refused = await refusal(home.doorkeeper.recognise(stolen, writing=False))
        assert refused.code == "login_of_other_device"


@pytest.mark.rule("A9")
async def test_a_device_keeps_its_name_over_people_and_a_planted_cookie_is_replaced(
    home: House,
) -> None:
    await home.ada()
    await home.registry.add(CONSOLE, "boris", "Boris", PASSWORD)
    ada = await home.log_in()
    boris = await home.log_in("boris", device=brought(ada).device)
    assert boris.principal.device == ada.principal.device
    planted = await home.log_in(device="chosen by an attacker")
    assert brought(planted).device != "chosen by an attacker"


@pytest.mark.rule("A16")
async def test_a_paired_browser_speaks_from_its_workstation(home: House) -> None:
    await home.ada()
    cookies = brought(await home.log_in())
    before = await home.doorkeeper.recognise(cookies, writing=False)
    directory = home.directory
    await directory.write(venues.put_center, venues.Center("zh", "Zhuhai"))
    await directory.write(venues.put_venue, venues.Venue("302", "zh", "Room 302"))
    await directory.write(venues.put_workstation, venues.Workstation("302-2", "302", "Seat 2"))
    await directory.write(venues.offer_pairing, "302-2", b"code", home.clock.now + 1)
    await directory.write(venues.pair, b"code", before.device or "", home.clock.now)
    after = await home.doorkeeper.recognise(cookies, writing=False)
    assert (before.workstation, after.workstation) == (None, "302-2")


@pytest.mark.rule("A7", "A15")
async def test_without_a_cookie_or_from_a_foreign_page_nobody_is_known(home: House) -> None:
    recognise = home.doorkeeper.recognise
    assert (await refusal(recognise(Credentials(), writing=False))).code == "not_logged_in"
    forged = Credentials(login="x" * 43, device="y" * 43)
    assert (await refusal(recognise(forged, writing=False))).code == "login_unknown"
    await home.ada()
    cookies = brought(await home.log_in())
    foreign = Credentials(cookies.login, cookies.device, origin="http://evil.example")
    assert (await refusal(recognise(foreign, writing=True))).code == "foreign_origin"
    await recognise(foreign, writing=False)


@pytest.mark.rule("A13")
async def test_an_office_given_or_taken_counts_at_the_next_act(home: House) -> None:
    ada = await home.ada()
    cookies = brought(await home.log_in())
    await home.registry.grant(CONSOLE, ada, "system")
    assert (await home.doorkeeper.recognise(cookies, writing=False)).office == "system"
    await home.registry.withdraw(CONSOLE, ada)
    assert (await home.doorkeeper.recognise(cookies, writing=False)).office is None


@pytest.mark.rule("A10")
async def test_a_program_is_known_by_its_token_until_it_ends(home: House) -> None:
    camera = await home.registry.add(CONSOLE, "camera", "Camera", None)
    scopes = (Scope("s1", "publish", "camera-1"),)
    soon = home.clock.now + HOUR_MS
    bearer, text = await home.registry.issue_token(CONSOLE, camera.id, "door", scopes, soon)
    known = await home.doorkeeper.recognise(Credentials(bearer=text), writing=True)
    assert (known.id, known.scopes, known.office) == (camera.id, scopes, None)

    async def code(shown: str) -> str:
        return (
            await refusal(home.doorkeeper.recognise(Credentials(bearer=shown), writing=True))
        ).code

    assert await code(text[:-1] + ("A" if text[-1] != "A" else "B")) == "token_unknown"
    assert await code("er1.t000000000000." + "A" * 43) == "token_unknown"
    assert await code("") == "token_unknown"
    await home.registry.change(CONSOLE, camera.id, disabled=True)
    assert await code(text) == "account_disabled"
    await home.registry.change(CONSOLE, camera.id, disabled=False)
    home.clock.now += HOUR_MS
    assert await code(text) == "token_expired"
    await home.registry.revoke_token(CONSOLE, bearer.id)
    assert await code(text) == "token_revoked"


@pytest.mark.rule("A14")
async def test_each_log_in_and_each_failure_leaves_a_line_without_what_was_typed(
    home: House,
) -> None:
    ada = await home.ada()
    await home.log_in()
    await refusal(home.log_in("ada", "my secret"))
    await refusal(home.log_in("my secret", "x"))
    lines = (await home.directory.read(audit.listed, 10, None)).items
    assert [(line.act, line.account, line.outcome, line.address) for line in lines[:3]] == [
        ("log_in", None, "refused", HERE),
        ("log_in", ada, "refused", HERE),
        ("log_in", ada, "done", HERE),
    ]
    assert "my secret" not in str(lines)
