"""The list of sessions follows the rooms."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalroom.app.listing import Listing
from evalroom.storage.directory import Directory, sessions
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
        await listing.note(SESSION, phase)
    await listing.note("6" * 32, "closed")
    assert watched.written == [(SESSION, "declaration"), (SESSION, "closed")]
    assert (await directory.read(sessions.by_id, SESSION)).state == "closed"
    await directory.close()
