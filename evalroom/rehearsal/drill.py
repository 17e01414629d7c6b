"""A rehearsal from end to end: people are engaged, sessions opened, held, checked; then everybody
goes home.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final

from msgspec import Struct

from evalroom.clock import Clock
from evalroom.rehearsal.browser import Browser, Unreachable
from evalroom.rehearsal.cast import Cast
from evalroom.rehearsal.client import Client
from evalroom.rehearsal.desk import AT_ONCE, Desk
from evalroom.rehearsal.ensemble import Script, people_of
from evalroom.rehearsal.stage import Played, Stage
from evalroom.rehearsal.verdict import Trusted, Verdict, verdict_of
from evalroom.sessions.refusals import Refused

SESSIONS_PER_TROUPE: Final = 8
"""People sit in several sessions at once, so that a hundred sessions do not need eight hundred
log-ins; few enough that nobody's joins are throttled."""


class Troupe(Struct, frozen=True):
    """A cast whose people have accounts (ids by login) and sit at browsers (by key), logged in."""

    cast: Cast
    accounts: dict[str, str]
    browsers: dict[str, Browser]


class Terms(Struct, frozen=True):
    """What all sessions of a drill have in common. `trusted` are the server's public keys."""

    script: Script
    clock: Clock
    speed: float = 1.0
    trusted: Trusted | None = None


@asynccontextmanager
async def troupe(
    desk: Desk, url: str, cast: Cast, passwords: Mapping[str, str], *others: str
) -> AsyncIterator[Troupe]:
    """People for the time of the block, spread evenly over the nodes: `url` and `others`. Who has
    a seat sits at a browser that is paired with it.

    Raises Refused, Unreachable.
    """
    accounts = await desk.engage(cast.everyone, passwords)
    codes = await desk.furnish(cast)
    nodes = deque((url, *others))
    browsers = {}
    for part in cast.everyone:
        browsers[part.key] = Browser(*nodes)
        nodes.rotate(-1)
    turns = asyncio.Semaphore(AT_ONCE)

    async def log_in(key: str, login: str) -> None:
        async with turns:
            await browsers[key].log_in(login, passwords[login])
            if key in codes:
                await browsers[key].pair(codes[key])

    try:
        await asyncio.gather(*(log_in(part.key, part.login) for part in cast.everyone))
        yield Troupe(cast, accounts, browsers)
    finally:
        await asyncio.gather(*(browser.close() for browser in browsers.values()))


@asynccontextmanager
async def tidied(desk: Desk, cast: Cast) -> AsyncIterator[None]:
    """Leave nothing of a cast behind that could be used, however the block ends.

    Raises Refused, Unreachable.
    """
    try:
        yield
    except BaseException:
        # What went wrong first is what has to be told.
        with suppress(Refused, Unreachable):
            await desk.retire(cast)
        raise
    await desk.retire(cast)


async def opened(desk: Desk, tender: str, people: Troupe) -> str:
    """The id of a new rehearsal session, with everybody of the troupe appointed to it."""
    appointments = {
        people.accounts[part.login]: part.appointment
        for part in people.cast.everyone
        if part.appointment is not None
    }
    return await desk.open_session(tender, appointments, rehearsal=True)


def stage_of(
    terms: Terms, people: Troupe, session: str, told: Callable[[], None] = lambda: None
) -> Stage:
    """Everybody around one session, ready to begin."""
    script = terms.script
    persons = people_of(script, people.cast, people.accounts)
    played = [
        Played(
            part,
            persons[part.key],
            Client(people.browsers[part.key], session, clock=terms.clock),
        )
        for part in people.cast.everyone
    ]
    return Stage(session, played, seed=script.seed, speed=terms.speed, clock=terms.clock, told=told)


async def held(terms: Terms, people: Troupe, stage: Stage) -> Verdict:
    """Play a session to its end and check it.

    Raises Stuck, Refused, Dismissed, Unreachable, Diverged.
    """
    reader = people.browsers[people.cast.members[0].key]
    try:
        await stage.play()
        ending = terms.script.ending(people.cast)
        return await verdict_of(stage, ending, reader, terms.trusted, terms.clock)
    finally:
        await stage.leave()
