"""Two persons delete: whoever changes offices in between is still one person."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import Directory, footage_deletions as deletions, sessions
from evalroom.storage.directory.footage_deletions import Deletion
from evalroom.storage.directory.sessions import SessionRecord

SESSION = "5" * 32


@pytest.fixture
async def directory(tmp_path: Path) -> AsyncIterator[Directory]:
    opened = await Directory.open(tmp_path / "directory.sqlite")
    record = SessionRecord(SESSION, "x", "closed", None, 1, "a1")
    await opened.write(sessions.add, record, {})
    yield opened
    await opened.close()


@pytest.mark.rule("M149")
async def test_who_asked_does_not_confirm_whatever_office_he_holds_by_then(
    directory: Directory,
) -> None:
    await directory.write(deletions.request, Deletion(SESSION, "x", 1, "a1"))
    with pytest.raises(Refused) as refused:
        await directory.write(deletions.confirm, SESSION, "a1", 2)
    assert refused.value.code == "two_persons_wanted"
    first = await directory.write(deletions.confirm, SESSION, "a2", 3)
    again = await directory.write(deletions.confirm, SESSION, "a3", 4)
    assert (again.confirmed, again.confirmed_by) == (first.confirmed, first.confirmed_by)
    assert (first.confirmed, first.confirmed_by, first.removed) == (3, "a2", None)
    assert (await directory.write(deletions.removed, SESSION, 5, 3)).removed == 5
    # Confirmed once more, it finds nothing; where something was left behind, it has gone only now.
    assert (await directory.write(deletions.removed, SESSION, 7, 0)).removed == 5
    assert (await directory.write(deletions.removed, SESSION, 8, 1)).removed == 8
    page = await directory.read(deletions.listed, 10, None)
    assert [one.session for one in page.items] == [SESSION]


@pytest.mark.rule("M149")
async def test_recordings_of_no_session_are_not_deleted(directory: Directory) -> None:
    with pytest.raises(Refused) as refused:
        await directory.write(deletions.request, Deletion("6" * 32, "x", 1, "a1"))
    assert refused.value.code == "unknown_session"
