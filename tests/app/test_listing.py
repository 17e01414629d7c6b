"""The list of sessions follows the rooms."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalroom.app.listing import Listing
from evalroom.sessions.people import Appointment
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import Directory, accounts, sessions
from evalroom.storage.directory.accounts import Account
from evalroom.storage.directory.sessions import SessionRecord

SESSION = "5" * 32


class Watched:
    """A directory that counts what it is asked to write."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.read = directory.read
        self.written: list[tuple[Any, ...]] = []

    async def write(self, act: Callable[..., Any], *args: Any) -> Any:
        self.written.append(args)
        return await self._directory.write(act, *args)


@pytest.mark.rule("A50")
async def test_a_phase_is_written_once_and_a_session_that_is_not_listed_is_passed_over(
    tmp_path: Path,
) -> None:
    directory = await Directory.open(tmp_path / "directory.sqlite")
    record = SessionRecord(SESSION, "x", "check_in", None, 1, "a1")
    await directory.write(sessions.add, record, {})
    watched = Watched(directory)
    listing = Listing(watched)  # type: ignore[arg-type]
    for phase in ("check_in", "declaration", "declaration", "closed", "closed"):
        await listing.note(SESSION, phase, {})
    await listing.note("6" * 32, "closed", {})
    assert watched.written == [(SESSION, "declaration"), (SESSION, "closed")]
    assert (await directory.read(sessions.by_id, SESSION)).state == "closed"
    await directory.close()


@pytest.mark.rule("A50")
async def test_who_has_been_appointed_since_is_listed_and_who_has_gone_is_not(
    tmp_path: Path,
) -> None:
    directory = await Directory.open(tmp_path / "directory.sqlite")
    for account in ("a1", "a2", "a3"):
        await directory.write(accounts.add, Account(account, account, account, False, 1), None)
    record = SessionRecord(SESSION, "x", "check_in", None, 1, "a1")
    members = {f"a{n}": Appointment(member=f"m{n}") for n in (1, 2)}
    await directory.write(sessions.add, record, members)
    watched = Watched(directory)
    listing = Listing(watched)  # type: ignore[arg-type]
    await listing.note(SESSION, "check_in", members)
    assert watched.written == []
    since = {"a1": members["a1"], "a3": Appointment(member="m2"), "b9": Appointment(member="m9")}
    await listing.note(SESSION, "check_in", since)
    assert set(await directory.read(sessions.appointed, SESSION)) == {"a1", "a3"}
    with pytest.raises(Refused, match="not_invited"):
        await directory.read(sessions.appointment, SESSION, "a2")
    assert (await directory.read(sessions.of_account, "a2", 10, None)).items == ()
    [(listed, _)] = (await directory.read(sessions.of_account, "a3", 10, None)).items
    assert listed.id == SESSION
    await directory.close()
