"""One evaluation held by simulated people: each plays his part against the server by himself, and
nobody directs them but the view each of them has.
"""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any, Final

from msgspec import Struct

from evalroom.clock import Clock, SystemClock
from evalroom.rehearsal.cast import Part
from evalroom.rehearsal.client import Client, Dismissed
from evalroom.rehearsal.landmark import SHOWN, Landmark
from evalroom.rehearsal.people import SECONDS, Act, Person
from evalroom.rehearsal.together import together
from evalroom.sessions.refusals import Refused

TRIES: Final = 3
"""How often somebody insists when he is refused what his own view says he may do."""

SILENT_SECONDS: Final = 60.0
"""Nobody has had an answer for this long: the evaluation will not end by itself."""


class Stuck(Exception):
    """The evaluation does not go on; `code` says why, `who` names the part it hangs on."""

    def __init__(self, code: str, who: str, detail: str = "") -> None:
        super().__init__(f"{who}: {code} {detail}".strip())
        self.code = code
        self.who = who
        self.detail = detail


class Played(Struct):
    """Somebody who takes part: his part, what he does, and his client once he has come."""

    part: Part
    person: Person
    client: Client


class Stage:
    """One session with everybody in it."""

    def __init__(
        self,
        session: str,
        people: list[Played],
        *,
        seed: int,
        speed: float = 1.0,
        clock: Clock | None = None,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        """`told` is called whenever somebody has done something or lost his link."""
        self.session = session
        self.people = people
        self.chance = Random(f"{seed}/{session}")
        self.speed = speed
        self.links_cut: list[str] = []
        self.links_back: list[str] = []
        self.reached: list[float] = []
        """Seconds from a command to the last seat that sees what it did."""
        self._clock = clock or SystemClock()
        self._told = told
        self._last_answer = self._clock.monotonic()

    @property
    def overseer(self) -> Played:
        """The agency's lead, whose view is what an onlooker is shown."""
        return next(p for p in self.people if p.part.key == "agency_lead")

    async def play(self) -> None:
        """Bring the session to its end. Raises Stuck, Refused, Dismissed, Unreachable."""
        await together(*map(self._take_part, self.people), beside=self._watch())

    async def leave(self) -> None:
        """Everybody goes home."""
        await asyncio.gather(*(played.client.leave() for played in self.people))

    async def _take_part(self, played: Played) -> None:
        client, person = played.client, played.person
        try:
            await self._arrive(client, played.part)
            while not client.view["phase"]["over"]:
                act = person.next(client.view)
                if act is None:
                    await client.news()
                else:
                    await self._act(played, act)
        except (Dismissed, Refused):
            # One who has stepped back is sent away when a substitute takes his seat.
            if not (client.joined and client.view["me"]["recused"]):
                raise
        self._told()

    async def _arrive(self, client: Client, part: Part) -> None:
        if part.appointment is None:
            await self._be_drawn(client)
        else:
            await self._clock.sleep(self.chance.uniform(*SECONDS["promptly"]) / self.speed)
            await client.join()

    async def _be_drawn(self, client: Client) -> None:
        """A substitute waits outside until he is appointed."""
        while True:
            try:
                await client.fresh()
            except Refused as refusal:
                if refusal.code != "not_invited":
                    raise
                await self._clock.sleep(0.2)
            else:
                return await client.join()

    async def _act(self, played: Played, act: Act) -> None:
        await self._clock.sleep(self.chance.uniform(*SECONDS[act.pace]) / self.speed)
        for _ in range(TRIES):
            if played.client.view["phase"]["over"] or played.person.next(played.client.view) != act:
                # While he was thinking the matter has moved on; he looks again.
                return
            try:
                await self._give(played, act)
            except Refused as refusal:
                last = refusal
            else:
                played.person.done(act)
                self._told()
                return
        raise Stuck("refused", played.part.key, f"{act.name}: {last}")

    async def _give(self, played: Played, act: Act) -> None:
        client = played.client
        if act.name in SHOWN:
            self._watch_for(("committee", played.part.key, SHOWN[act.name]))
        if act.cut:
            await self._give_with_a_cut_line(played, act)
        else:
            await client.send(act.name, act.args, act.seen)
        self._last_answer = self._clock.monotonic()

    def _watch_for(self, path: tuple[str, ...]) -> None:
        readers = [one.client for one in self.people if one.client.present]
        now = self._clock.monotonic()
        landmark = Landmark(path, len(readers), now, self.reached.append)
        for client in readers:
            client.watch(landmark)

    async def _give_with_a_cut_line(self, played: Played, act: Act) -> None:
        """The command is on its way when the line breaks: whether it arrived nobody can tell."""
        sent = asyncio.create_task(played.client.send(act.name, act.args, act.seen))
        # One turn of the loop hands it to the connection; nobody waits for the answer.
        await asyncio.sleep(0)
        await played.client.cut()
        self.links_cut.append(played.part.key)
        self._told()
        await sent
        self.links_back.append(played.part.key)

    async def _watch(self) -> None:
        while True:
            await self._clock.sleep(1.0)
            pause = self._pause()
            if pause is not None and pause["kind"] == "needs_explanation":
                raise Stuck("needs_explanation", "agency_lead")
            if self._clock.monotonic() - self._last_answer > SILENT_SECONDS / min(self.speed, 1.0):
                raise Stuck("nobody_acts", self._waited_for())

    def _pause(self) -> Any:
        client = self.overseer.client
        return client.view["pause"] if client.joined else None

    def _waited_for(self) -> str:
        client = self.overseer.client
        if not client.joined:
            return "agency_lead"
        open_ = [line for line in client.view["gate"] if not line["met"]]
        return str(open_[0]["code"]) if open_ else str(client.view["phase"]["name"])
