"""What the directory holds, matter by matter: places, papers, sessions; in pages, with
everything that may be refused.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evalroom.sessions.people import Appointment
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import (
    MAX_PAGE,
    Directory,
    Page,
    accounts,
    audit,
    bearers,
    documents,
    logins,
    sessions,
    tenders,
    venues,
)
from evalroom.storage.directory.accounts import Account
from evalroom.storage.directory.bearers import Bearer
from evalroom.storage.directory.documents import DocumentRecord
from evalroom.storage.directory.sessions import SessionRecord
from evalroom.storage.directory.tenders import TenderRecord
from evalroom.storage.directory.venues import Center, Venue, Workstation
from evalroom.storage.postgres_server import Server

if TYPE_CHECKING:
    from tests.postgres import Database


@pytest.fixture(params=["a file", "a server"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Awaitable[Directory]:
    if request.param == "a file":
        return Directory.open(tmp_path / "directory.sqlite")
    database: Database = request.getfixturevalue("database")
    return Directory.on(Server(database.address()))


@pytest.fixture
async def directory(opened: Awaitable[Directory]) -> AsyncIterator[Directory]:
    directory = await opened
    yield directory
    await directory.close()


async def code_of(act: Awaitable[object]) -> str:
    with pytest.raises(Refused) as refused:
        await act
    return refused.value.code


async def enter_account(directory: Directory, number: int) -> None:
    account = Account(f"a{number:03}", f"n{number:03}", "x", False, 1)
    await directory.write(accounts.add, account, None)


async def enter_tender(directory: Directory, number: int) -> None:
    record = TenderRecord(f"n{number:03}", "T", "0" * 64, 2, number, "a1")
    await directory.write(tenders.add, record, b"{}")


async def enter_document(directory: Directory, number: int) -> None:
    record = DocumentRecord(f"{number:064}", "T", 2, "application/pdf", number, "a1")
    await directory.write(documents.add, record)


async def enter_center(directory: Directory, number: int) -> None:
    await directory.write(venues.put_center, Center(f"c{number:03}", "C"))


async def enter_line(directory: Directory, number: int) -> None:
    await directory.write(audit.append, audit.Trace(number, None, "log_in"))


async def enter_session(directory: Directory, number: int) -> None:
    # Two sessions share each moment, so that a page may end between them.
    record = SessionRecord(f"{number:032x}", "S", "open", None, number // 2, "a1")
    await directory.write(sessions.add, record, {})


async def enter_bearer(directory: Directory, number: int) -> None:
    if number == 0:
        await enter_account(directory, 1)
    bearer = Bearer(f"t{number:012x}", "a001", "x", (), 1, "a001", 2)
    await directory.write(bearers.issue, bearer, b"")


@pytest.mark.rule("A21")
@pytest.mark.parametrize(
    ("enter", "listed"),
    [
        (enter_account, accounts.listed),
        (enter_tender, tenders.listed),
        (enter_document, documents.listed),
        (enter_center, venues.listed_centers),
        (enter_line, audit.listed),
        (enter_session, sessions.listed),
        (enter_bearer, bearers.listed),
    ],
)
async def test_every_list_comes_in_pages_that_meet_without_gap_or_overlap(
    directory: Directory,
    enter: Callable[[Directory, int], Awaitable[None]],
    listed: Callable[..., Page[Any]],
) -> None:
    for number in range(7):
        await enter(directory, number)
    whole = await directory.read(listed, 100, None)
    assert len(whole.items) == 7
    assert whole.next is None
    for limit in (1, 2, 3, 6, 7):
        found: list[object] = []
        after: str | None = None
        while True:
            page = await directory.read(listed, limit, after)
            assert 0 < len(page.items) <= limit
            found += page.items
            if (after := page.next) is None:
                break
        assert tuple(found) == whole.items


@pytest.mark.rule("A21")
async def test_a_page_has_its_limit_whatever_is_asked(directory: Directory) -> None:
    for number in range(MAX_PAGE + 5):
        await enter_line(directory, number)
    assert len((await directory.read(audit.listed, 10**9, None)).items) == MAX_PAGE
    assert len((await directory.read(audit.listed, -3, None)).items) == 1


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1e3", "9" * 30, "²", "1.2.3x", "."])
async def test_a_cursor_that_was_never_given_is_refused_or_finds_its_place(
    directory: Directory, cursor: str
) -> None:
    await enter_line(directory, 1)
    assert await code_of(directory.read(audit.listed, 5, cursor)) == "unknown_cursor"
    if cursor != "1.2.3x":
        assert await code_of(directory.read(sessions.listed, 5, cursor)) == "unknown_cursor"


@pytest.fixture
async def seat(directory: Directory) -> Directory:
    await directory.write(venues.put_center, Center("zh", "珠海"))
    await directory.write(venues.put_venue, Venue("302", "zh", "302室"))
    await directory.write(venues.put_workstation, Workstation("302-1", "302", "1"))
    await directory.write(venues.put_workstation, Workstation("302-2", "302", "2"))
    return directory


async def workstation(directory: Directory, key: str) -> Workstation:
    page = await directory.read(venues.listed_workstations, 10, None)
    return next(item for item in page.items if item.id == key)


@pytest.mark.rule("A16")
async def test_a_code_pairs_one_browser_once(seat: Directory) -> None:
    await seat.write(venues.offer_pairing, "302-1", b"code", 100)
    assert (await workstation(seat, "302-1")).code_expires == 100
    paired = await seat.write(venues.pair, b"code", "d1", 99)
    assert paired == Workstation("302-1", "302", "1", "d1", 99)
    assert await workstation(seat, "302-1") == paired
    assert await code_of(seat.write(venues.pair, b"code", "d2", 99)) == "pairing_code_unknown"


@pytest.mark.rule("A16")
async def test_a_code_that_is_over_or_wrong_pairs_nobody(seat: Directory) -> None:
    await seat.write(venues.offer_pairing, "302-1", b"code", 100)
    assert await code_of(seat.write(venues.pair, b"code", "d1", 100)) == "pairing_code_unknown"
    assert await code_of(seat.write(venues.pair, b"edoc", "d1", 99)) == "pairing_code_unknown"
    assert (await workstation(seat, "302-1")).device is None


@pytest.mark.rule("A16")
async def test_a_browser_sits_at_one_workstation_and_a_workstation_has_one_browser(
    seat: Directory,
) -> None:
    for key, device in (("302-1", "d1"), ("302-2", "d1"), ("302-2", "d2")):
        await seat.write(venues.offer_pairing, key, b"code", 100)
        await seat.write(venues.pair, b"code", device, 1)
    assert (await workstation(seat, "302-1")).device is None
    assert (await workstation(seat, "302-2")).device == "d2"
    await seat.write(venues.unpair, "302-2", 2)
    assert (await workstation(seat, "302-2")).device is None


async def test_a_renamed_workstation_keeps_its_browser(seat: Directory) -> None:
    await seat.write(venues.offer_pairing, "302-1", b"code", 100)
    await seat.write(venues.pair, b"code", "d1", 1)
    await seat.write(venues.put_workstation, Workstation("302-1", "302", "window"))
    assert await workstation(seat, "302-1") == Workstation("302-1", "302", "window", "d1", 1)


async def test_a_place_that_is_in_use_stays_and_an_unknown_one_is_said_to_be(
    seat: Directory,
) -> None:
    assert await code_of(seat.write(venues.remove_center, "zh")) == "still_in_use"
    assert await code_of(seat.write(venues.remove_venue, "302")) == "still_in_use"
    for key in ("302-1", "302-2"):
        await seat.write(venues.remove_workstation, key)
    await seat.write(venues.remove_venue, "302")
    await seat.write(venues.remove_center, "zh")
    assert await code_of(seat.write(venues.remove_center, "zh")) == "unknown_center"
    assert await code_of(seat.write(venues.remove_venue, "302")) == "unknown_venue"
    assert await code_of(seat.write(venues.remove_workstation, "x")) == "unknown_workstation"
    assert await code_of(seat.write(venues.unpair, "x", 2)) == "unknown_workstation"
    offered = seat.write(venues.offer_pairing, "x", b"", 1)
    assert await code_of(offered) == "unknown_workstation"
    assert await code_of(seat.write(venues.put_venue, Venue("1", "x", ""))) == "unknown_center"
    seat_nowhere = Workstation("1", "x", "")
    assert await code_of(seat.write(venues.put_workstation, seat_nowhere)) == "unknown_venue"


@pytest.mark.rule("A22")
async def test_a_tender_is_kept_to_the_byte_and_stays_while_a_session_uses_it(
    directory: Directory,
) -> None:
    record = TenderRecord("n1", "A bridge", "0" * 64, 3, 5, "a1")
    await directory.write(tenders.add, record, b"\xef\xbb\xbf")
    assert await directory.read(tenders.by_id, "n1") == record
    assert await directory.read(tenders.body, "n1") == b"\xef\xbb\xbf"
    session = SessionRecord("5" * 32, "S", "open", "n1", 1, "a1")
    await directory.write(sessions.add, session, {})
    assert await code_of(directory.write(tenders.remove, "n1")) == "still_in_use"
    await directory.write(sessions.remove, session.id)
    await directory.write(tenders.remove, "n1")
    assert await code_of(directory.write(tenders.remove, "n1")) == "unknown_tender"
    assert await code_of(directory.read(tenders.body, "n1")) == "unknown_tender"
    assert await code_of(directory.read(tenders.by_id, "n1")) == "unknown_tender"


async def test_the_same_document_twice_is_one(directory: Directory) -> None:
    first = DocumentRecord("f" * 64, "Bid A", 5, "application/pdf", 1, "a1")
    again = DocumentRecord("f" * 64, "Bid A, again", 5, "application/pdf", 2, "a2")
    assert await directory.write(documents.add, first) == first
    assert await directory.write(documents.add, again) == first
    assert await directory.read(documents.by_hash, "f" * 64) == first
    assert await code_of(directory.read(documents.by_hash, "0" * 64)) == "unknown_document"


async def test_a_session_is_listed_to_those_appointed_and_shows_who_is_what(
    directory: Directory,
) -> None:
    for number in (1, 2):
        await enter_account(directory, number)
    appointed = {
        "a001": Appointment(member="m1"),
        "a002": Appointment(roles=("witness", "supervisor"), venue="302"),
    }
    record = SessionRecord("5" * 32, "S", "opening", None, 1, "a001")
    await directory.write(sessions.add, record, appointed)
    await enter_session(directory, 9)
    await directory.write(sessions.set_state, record.id, "open")
    mine = await directory.read(sessions.of_account, "a002", 10, None)
    assert [(one.id, one.state) for one, _ in mine.items] == [(record.id, "open")]
    assert [what for _, what in mine.items] == [appointed["a002"]]
    seen = directory.read(sessions.appointment, record.id, "a003")
    assert await code_of(seen) == "not_invited"
    assert await directory.read(sessions.appointed, record.id) == appointed
    assert (await directory.read(sessions.of_account, "a003", 10, None)).items == ()
    assert await code_of(directory.read(sessions.by_id, "0" * 32)) == "unknown_session"


async def test_a_session_with_people_there_are_not_leaves_nothing(directory: Directory) -> None:
    await enter_account(directory, 1)
    await enter_account(directory, 2)
    await directory.write(accounts.set_disabled, "a002", True)
    record = SessionRecord("5" * 32, "S", "opening", None, 1, "a001")
    for missing in ("a009", "a002"):
        people = {"a001": Appointment(member="m1"), missing: Appointment(member="m2")}
        assert await code_of(directory.write(sessions.add, record, people)) == "unknown_account"
    assert (await directory.read(sessions.listed, 10, None)).items == ()


async def test_ended_log_ins_are_forgotten_after_their_month(directory: Directory) -> None:
    await enter_account(directory, 1)
    day = 24 * 3600 * 1000
    for number, at in enumerate((0, 40 * day, 80 * day)):
        token = bytes([number])
        await directory.write(logins.begin, token, "a001", f"d{number}", "", at, at + day)
    assert await directory.read(logins.by_token, b"\0") is None
    assert await directory.read(logins.by_token, b"\2") is not None
    found = await directory.read(logins.of_account, "a001")
    assert [one.device for one in found] == ["d2"]
