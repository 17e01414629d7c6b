"""Whatever ends of an account leaves a line that only follows others; nothing else leaves one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from evalroom.storage.directory import Directory, accounts, bearers, logins, revocations, venues
from evalroom.storage.directory.accounts import Account
from evalroom.storage.directory.bearers import Bearer
from evalroom.storage.directory.logins import AccountChange
from evalroom.storage.directory.venues import Center, Venue, Workstation

ADA = Account("a1", "ada", "Ada", False, 1)
BO = Account("a2", "bo", "Bo", False, 1)
SOON = 1_000_000


@pytest.fixture
async def directory(tmp_path: Path) -> AsyncIterator[Directory]:
    """Two people; Ada is logged in at d1 and d2 and has a token, Bo is logged in at d9."""
    opened = await Directory.open(tmp_path / "directory.sqlite")
    for person in (ADA, BO):
        await opened.write(accounts.add, person, None)
    for token, account, device in ((b"1", "a1", "d1"), (b"2", "a1", "d2"), (b"9", "a2", "d9")):
        await opened.write(logins.begin, token, account, device, "here", 1, SOON)
    await opened.write(bearers.issue, Bearer("t1", "a1", "x", (), 1, "a2", SOON), b"hash")
    yield opened
    await opened.close()


Act = Callable[[Directory], Awaitable[object]]

ENDS: dict[str, Act] = {
    "log out": lambda d: d.write(logins.end, b"1", 2),
    "out everywhere": lambda d: d.write(logins.end_all, "a1", 2),
    "in again at the same browser": lambda d: d.write(
        logins.begin, b"3", "a1", "d1", "here", 2, SOON
    ),
    "password": lambda d: d.write(logins.change_account, "a1", AccountChange(password="x"), 2),
    "shut": lambda d: d.write(logins.change_account, "a1", AccountChange(disabled=True), 2),
    "token": lambda d: d.write(bearers.revoke, "t1", 2),
    "office": lambda d: d.write(accounts.grant, "a1", "audit", None, 2),
}

ENDS_NOTHING: dict[str, Act] = {
    "in at another browser": lambda d: d.write(logins.begin, b"3", "a1", "d3", "here", 2, SOON),
    "in use": lambda d: d.write(logins.slide, b"1", 2, SOON),
    "name": lambda d: d.write(logins.change_account, "a1", AccountChange(name="x"), 2),
    "let in": lambda d: d.write(logins.change_account, "a1", AccountChange(disabled=False), 2),
    "out of nothing": lambda d: d.write(logins.end, b"unknown", 2),
}


@pytest.mark.rule("B30")
@pytest.mark.parametrize("act", ENDS)
async def test_what_ends_leaves_a_line_about_its_account(directory: Directory, act: str) -> None:
    before = await directory.read(revocations.newest)
    await ENDS[act](directory)
    found = await directory.read(revocations.since, before)
    assert found.accounts == {"a1"}
    assert found.newest > before
    assert await directory.read(revocations.since, found.newest) == revocations.Revoked(
        frozenset(), found.newest
    )


@pytest.mark.rule("B30")
@pytest.mark.parametrize("act", ENDS_NOTHING)
async def test_what_ends_nothing_leaves_none(directory: Directory, act: str) -> None:
    before = await directory.read(revocations.newest)
    await ENDS_NOTHING[act](directory)
    assert await directory.read(revocations.newest) == before


@pytest.mark.rule("B30")
async def test_a_token_taken_back_twice_and_an_office_taken_are_told_once(
    directory: Directory,
) -> None:
    await directory.write(accounts.grant, "a1", "audit", None, 2)
    await directory.write(bearers.revoke, "t1", 2)
    before = await directory.read(revocations.newest)
    await directory.write(bearers.revoke, "t1", 3)
    assert await directory.read(revocations.newest) == before
    await directory.write(accounts.withdraw, "a1", 3)
    assert (await directory.read(revocations.since, before)).accounts == {"a1"}


@pytest.mark.rule("B30")
async def test_a_pairing_is_told_of_whoever_is_logged_in_at_the_browser_before_and_after(
    directory: Directory,
) -> None:
    await directory.write(venues.put_center, Center("c", "C"))
    await directory.write(venues.put_venue, Venue("v", "c", "V"))
    await directory.write(venues.put_workstation, Workstation("w1", "v", "W"))
    told = []
    for device in ("d1", "d9", "nobody's"):
        before = await directory.read(revocations.newest)
        await directory.write(venues.offer_pairing, "w1", b"code", SOON)
        await directory.write(venues.pair, b"code", device, 2)
        told.append((await directory.read(revocations.since, before)).accounts)
    assert told == [{"a1"}, {"a1", "a2"}, {"a2"}]


@pytest.mark.rule("B30", "A21")
async def test_lines_are_read_in_parts_and_old_ones_go_without_their_numbers_coming_back(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revocations, "MAX_READ", 2)
    before = await directory.read(revocations.newest)
    for account in ("a1", "a1", "a2"):
        await directory.write(revocations.note, account, 2)
    first = await directory.read(revocations.since, before)
    second = await directory.read(revocations.since, first.newest)
    assert first.accounts == {"a1"}
    assert second.accounts == {"a2"}
    late = 3 + revocations.KEPT_MS
    await directory.write(revocations.note, "a1", late)
    assert (await directory.read(revocations.since, 0)).accounts == {"a1"}
    assert await directory.read(revocations.newest) == second.newest + 1
