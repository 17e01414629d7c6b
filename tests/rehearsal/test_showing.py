"""Rehearsals as an onlooker sees them: one drawn, many in one line."""

import io

import pytest
from rich.console import Console

from evalroom.rehearsal.drill import opened
from evalroom.rehearsal.showing import show_many, show_one
from evalroom.rehearsal.words import Words
from tests.rehearsal.house import House, company
from tests.sessions.cast import small_tender

WORDS = Words("en")


def plain() -> tuple[Console, io.StringIO]:
    written = io.StringIO()
    return Console(file=written, width=200), written


@pytest.mark.slow(60)
@pytest.mark.rule("K39")
@pytest.mark.parametrize("is_terminal", [True, False])
async def test_one_session_is_told_from_check_in_to_its_end(
    home: House, *, is_terminal: bool
) -> None:
    written = io.StringIO()
    console = Console(file=written, force_terminal=is_terminal, width=120, height=40)
    async with company(home, small_tender(), "dropped-link") as people:
        shown = await show_one(people.terms, people.people, people.session, console, WORDS)
    assert shown.right
    assert shown.load.commands > 50
    told = written.getvalue()
    assert told.index("check-in") < told.index("专家3号 loses the link")
    assert told.index("is back, the command is acknowledged") < told.rindex("closed")


@pytest.mark.slow(60)
@pytest.mark.rule("K34")
async def test_many_sessions_share_their_people_and_are_counted(home: House) -> None:
    console, written = plain()
    async with company(home, small_tender()) as people:
        tender = await home.desk.enter_tender(small_tender())
        others = [await opened(home.desk, tender, people.people) for _ in range(3)]
        seated = [(people.people, session) for session in (people.session, *others)]
        shown = await show_many(people.terms, seated, console, WORDS)
    assert shown.right
    assert len(shown.verdicts) == 4
    last = written.getvalue().splitlines()[-1]
    assert last.startswith("  4/4 sessions ended · ")
    assert f"{shown.load.commands} commands" in last
