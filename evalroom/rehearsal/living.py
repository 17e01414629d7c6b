"""A living session: its members have come as far as the scoring and are at it, one seat is free.
Whoever takes it, or watches, or leads, is at once in the middle of an evaluation.

What has to be done before, from check-in to the first scores, is done in seconds, by everybody; the
one whose seat it is then makes room. From there on people take their time, and wait for the guest.
"""

import asyncio
from contextlib import suppress
from random import Random
from typing import Final

from msgspec.structs import replace

from evalroom.clock import Clock
from evalroom.rehearsal.browser import Browser
from evalroom.rehearsal.client import Client, Dismissed
from evalroom.rehearsal.crew import Crew, cameras_of, screens_of
from evalroom.rehearsal.desk import Desk
from evalroom.rehearsal.drill import Troupe, opened
from evalroom.rehearsal.ensemble import Script, people_of, script_of
from evalroom.rehearsal.mirror import View
from evalroom.rehearsal.offers import offered
from evalroom.rehearsal.people import SECONDS, Act, Person
from evalroom.rehearsal.residents import Onlooker, Receptionist, Resident
from evalroom.rehearsal.scenarios import SCENARIOS
from evalroom.rehearsal.together import together
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.model import Policy, Tender

STAGE: Final = "detailed"
"""The phase a guest comes into."""

BEFORE, MEANWHILE, AFTER = 40.0, 0.04, 0.25
"""How fast people are before it, in it and after it, against a drill: a score takes them half a
minute, a signature three seconds."""

REFUSED_SECONDS: Final = 5.0
"""After a refusal: somebody was faster, and the view is about to say so."""

PAUSE_SECONDS: Final = 30.0
"""From the end of a session, which a guest may want to look at, to the next."""

ENDED: Final = frozenset({"closed", "failed", "evaluation_stopped", "aborted"})

SEED: Final = 417


def living_tender(tender: Tender) -> Tender:
    """The tender with a seat that whoever comes may take at the browser he has."""
    rules = tuple(rule for rule in tender.policies if rule.name != "seat_browser")
    return replace(tender, policies=(*rules, Policy("seat_browser", "first_browser", "演示")))


class Living:
    """Sessions of one tender, one after another. `guest` is the member whose seat is free; `ready`
    is set when he finds what he comes for.
    """

    def __init__(
        self,
        desk: Desk,
        people: Troupe,
        tender: Tender,
        guest: str,
        clock: Clock,
        ready: asyncio.Event,
    ) -> None:
        self._desk = desk
        self._people = people
        self._tender = tender
        self._guest = guest
        self._clock = clock
        self._ready = ready

    async def go_on(self) -> None:
        """Hold one session after the other, until cancelled.

        Raises Refused, Unreachable, Diverged: after half a day log-ins end, if nothing else does.
        """
        with_bids, files = offered(self._tender)
        await self._desk.enter_documents(with_bids, files)
        tender = await self._desk.enter_tender(with_bids)
        while True:
            session = await opened(self._desk, tender, self._people)
            here = Session(self._people, self._tender, session, self._guest, self._clock)
            with suppress(Refused, Dismissed):
                await here.live(self._ready)
            await self._clock.sleep(PAUSE_SECONDS)


async def tidy(agency: Browser, clock: Clock) -> None:
    """End what an earlier run has left unfinished: nobody will go on with it. `agency` is the
    browser of the agency's lead. Raises Refused, Unreachable.
    """
    listed = await agency.get("/api/sessions", limit="200")
    for line in listed["items"]:
        if line["state"] not in ENDED:
            client = Client(agency, line["id"], clock=clock)
            with suppress(Refused, Dismissed):
                await client.join()
                await client.send("AbortSession", {"reason": "演示已重新开始"})
            await client.leave()


class Session:
    """One of them."""

    def __init__(
        self, people: Troupe, tender: Tender, session: str, guest: str, clock: Clock
    ) -> None:
        script = script_of(tender, SCENARIOS["plain"], SEED)
        self._guest = guest
        self._clock = clock
        self._chance = Random(session)
        self._persons = residents_of(script, people, guest)
        self._clients = {
            key: Client(people.browsers[key], session, clock=clock) for key in self._persons
        }
        seen = (tender, session, people.browsers, guest)
        self._crew = Crew(cameras_of(*seen) | screens_of(*seen), clock, self._chance)

    async def live(self, ready: asyncio.Event) -> None:
        """From the opening to whatever end it takes; `ready` is set when the guest's seat is free.

        Raises Refused, Dismissed, Unreachable, Diverged.
        """
        try:
            works = [self._stay(key) for key in self._persons]
            await together(*works, beside=self._film(ready))
        finally:
            await asyncio.gather(*(client.leave() for client in self._clients.values()))

    async def _stay(self, key: str) -> None:
        client, person = self._clients[key], self._persons[key]
        # Somebody may take his place, or send him away: then he goes.
        with suppress(Refused, Dismissed):
            await client.join()
            while not self._leaves(key, client.view):
                act = person.next(client.view)
                if act is None:
                    await client.news()
                elif await self._still(client, person, act):
                    await self._do(client, person, act)
        await client.leave()

    def _leaves(self, key: str, view: View) -> bool:
        makes_room = key == self._guest and view["phase"]["name"] == STAGE
        return bool(view["phase"]["over"]) or makes_room

    async def _still(self, client: Client, person: Person, act: Act) -> bool:
        """Take one's time over it; whether it is still what he would do."""
        wait = self._chance.uniform(*SECONDS[act.pace]) / _speed(client.view)
        try:
            async with asyncio.timeout(wait):
                while person.next(client.view) == act:
                    await client.news()
        except TimeoutError:
            return person.next(client.view) == act
        return False

    async def _do(self, client: Client, person: Person, act: Act) -> None:
        try:
            await client.send(act.name, act.args, act.seen)
        except Refused:
            await self._clock.sleep(REFUSED_SECONDS)
        else:
            person.done(act)

    async def _film(self, ready: asyncio.Event) -> None:
        overseer = self._clients["agency_lead"]
        while not (overseer.joined and _waiting(overseer.view, self._guest)):
            await overseer.news()
        ready.set()
        await self._crew.work()


def residents_of(script: Script, people: Troupe, guest: str) -> dict[str, Person]:
    """Everybody but the supervisor, who is a guest himself, by the key of his part."""
    persons = people_of(script, people.cast, people.accounts)
    del persons["supervisor"]
    for place, member in enumerate(script.tender.committee):
        if member.id != guest:
            persons[member.id] = Resident(
                persons[member.id],  # type: ignore[arg-type]
                script.tender, script.sheets[member.id], guest, quick=place % 3 == 0,
            )  # fmt: skip
    persons["agency_lead"] = Receptionist(guest)
    persons["witness"] = Onlooker()
    return persons


def _speed(view: View) -> float:
    chain, now = view["phase"]["chain"], view["phase"]["name"]
    if now == STAGE:
        return MEANWHILE
    before = now in chain and chain.index(now) < chain.index(STAGE)
    return BEFORE if before else AFTER


def _waiting(view: View, guest: str) -> bool:
    """Whether the guest's seat is free in the phase that he comes into."""
    free = not view["committee"][guest]["checked_in"]
    return free and view["phase"]["name"] == STAGE
