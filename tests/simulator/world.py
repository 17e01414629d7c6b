"""Some nodes, one ledger, a bus, a committee and its offices, all on one loop in virtual time.

`simulate(seed)` holds an evaluation while machines die, lines break, the bus loses and the ledger
fails; then the weather clears, everyone comes to rest, and what must hold is checked. The same seed
does the same things.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from random import Random
from typing import Any, TypeVar
from unittest.mock import patch

import msgspec

from evalroom.room import Room
from evalroom.room.limits import SNAPSHOT_BACK, TAIL_BLOCK
from evalroom.sessions.refusals import Refused
from tests.room.parts import SESSION
from tests.sessions.cast import ACCOUNTS, APPOINTMENTS, OFFICES, small_tender
from tests.simulator import invariants
from tests.simulator.loop import VirtualLoop, run
from tests.simulator.machine import Connection, Machine, principal_of
from tests.simulator.memory import Store
from tests.simulator.network import Ether, Weather
from tests.simulator.person import Line, Person, Unreachable

T = TypeVar("T")

TENDER = small_tender(bids=3, technical_pause_hours="1")


class World:
    """Everything there is, and what is done to it."""

    def __init__(self, loop: VirtualLoop, seed: int) -> None:
        self.loop = loop
        self.seed = seed
        self.chance = Random(seed)
        self.seen: Counter[str] = Counter()
        self.store = Store()
        self.killed: set[str] = set()
        self.weather = Weather()
        self.ether = Ether(self.weather, Random(f"{seed}/ether"), self.seen)
        self.machines = [Machine(self, f"n{n}") for n in range(1, self.chance.randint(2, 4))]
        watchers = [name for name in OFFICES if name != "stan"]
        self.people = [
            Person(account, self, Random(f"{seed}/{account}"), self.seen)
            for account in (*ACCOUNTS.values(), *watchers)
        ]

    def later(self, most: float, done: Any, *args: Any) -> None:
        """Do something within so many seconds."""
        self.loop.call_later(0.001 + self.chance.random() * most, done, *args)

    async def fetch(self, person: Person) -> bytes:
        """GET the view, as `Office.fetch`."""
        room = await self._room(person, self._machine())
        try:
            audience = room.audience(principal_of(person))
            body = msgspec.json.encode(room.view(audience))
        except Refused as refused:
            raise Unreachable(refused.code) from None
        invariants.check_secrecy(room.session, audience.member, body)
        return body

    async def connect(self, person: Person, token: bytes) -> Line:
        """Join by token, as `Office.connect`."""
        machine = self._machine()
        room = await self._room(person, machine)
        principal = principal_of(person)
        try:
            await self._on(machine, room.reach(principal, token))
            self.seen["from a past that was read"] += room._bridge.past._read
            line = Connection(self, machine, room, person)
            line.membership = room.join(principal, token, line)
        except Refused as refused:
            if refused.code == "stale_token":
                invariants.check_stale(room, room.audience(principal), token)
            raise Unreachable(refused.code) from None
        machine.lines[line] = None
        return line

    async def look(self, person: Person, what: str) -> str:
        """GET a document, as `Office.look`; gives the life of the machine that showed it."""
        machine = self._machine()
        room = await self._room(person, machine)
        try:
            room.looked(principal_of(person), what)
        except Refused as refused:
            raise Unreachable(refused.code) from None
        return machine.node

    async def hold(self, seconds: float) -> None:
        """Hold the session through bad weather, let it clear, and check what must hold."""
        for machine in self.machines:
            machine.start()
        await self._open_session()
        lives = [self.loop.create_task(person.live()) for person in self.people]
        await self._bad_weather(seconds)
        await self._clear_up()
        await invariants.check(self)
        for person in self.people:
            person.out = True
        for machine in self.machines:
            await machine.stop()
        for life in lives:
            life.cancel()
        await asyncio.gather(*lives, return_exceptions=True)

    async def _open_session(self) -> None:
        rooms = self.machines[0].rooms
        assert rooms is not None
        await rooms.create(SESSION, TENDER, APPOINTMENTS, by="hana")

    async def _bad_weather(self, seconds: float) -> None:
        end = self.loop.now + seconds
        while self.loop.now < end:
            self._turn_weather()
            await asyncio.sleep(self.chance.expovariate(0.7))
            await self._mishap()

    def _turn_weather(self) -> None:
        chance, weather = self.chance, self.weather
        bad = chance.random() < 0.7
        weather.lost = chance.choice((0.0, 0.1, 0.5)) * bad
        weather.repeated = chance.choice((0.0, 0.2)) * bad
        weather.late = chance.choice((0.01, 0.2, 2.0)) * bad
        weather.refused = chance.choice((0.0, 0.0, 0.1)) * bad
        weather.doubtful = chance.choice((0.0, 0.0, 0.1)) * bad
        weather.unreadable = chance.choice((0.0, 0.0, 0.1)) * bad
        weather.slow = chance.choice((0.01, 0.1, 0.5)) * bad

    async def _mishap(self) -> None:
        dice, machine = self.chance.random(), self.chance.choice(self.machines)
        if dice < 0.57:
            self._trouble_a_person(dice < 0.5)
        elif dice < 0.6:
            machine.kill()
        elif dice < 0.65 and machine.ledger is not None:
            machine.ledger.next_stored = machine.kill
        elif dice < 0.7 and machine.rooms is not None:
            self.seen["machines stopped"] += 1
            await machine.stop()
        elif dice < 0.74:
            for each in self.machines:
                if each.rooms is None:
                    each.start()
        elif dice < 0.8:
            self.seen["clocks set"] += 1
            machine.clock.error_ms += self.chance.choice((-5_000, -200, 300, 3_700_000))
        else:
            self._trouble_the_means(dice, machine)

    def _trouble_the_means(self, dice: float, machine: Machine) -> None:
        if dice < 0.86:
            self.seen["bus turned"] += 1
            self.ether.turn()
        elif dice < 0.92:
            self.seen["nodes cut off"] += 1
            cut_off = self.chance.random() < 0.7
            self.ether.cut_off(*[machine.node] * cut_off)
        elif dice < 0.96:
            self.seen["ledger gone"] += 1
            self.weather.gone = self.loop.time() + self.chance.random() * 6

    def _trouble_a_person(self, at_his_line: bool) -> None:
        if at_his_line:
            lines = [line for each in self.machines for line in each.lines]
            for line in self.chance.sample(lines, k=min(len(lines), self.chance.randint(1, 4))):
                self.seen["lines cut"] += 1
                line.cut()
        else:
            self.seen["naps"] += 1
            self.chance.choice(self.people).nap(8 + self.chance.random() * 12)

    async def _clear_up(self) -> None:
        for name in self.weather.__struct_fields__:
            setattr(self.weather, name, 0.0)
        self.ether.turn(True)
        self.ether.cut_off()
        # Nothing that is right depends on the bus: it may say no word any more.
        self.weather.lost = self.chance.choice((0.0, 1.0))
        await asyncio.sleep(5)
        for machine in self.machines:
            if machine.ledger is not None:
                machine.ledger.next_stored = None
            if machine.rooms is None:
                machine.start()
        for person in self.people:
            person.at_rest = True
        for _ in range(60):
            await asyncio.sleep(1)
            if all(self._rests(person) for person in self.people):
                break
        # A sweep of every room, a grace for every lost link, and a mark for everyone.
        await asyncio.sleep(16)
        await self._nothing_more()

    async def _nothing_more(self) -> None:
        """Somebody who looked in late makes a node open its room, and find missing whom it does not
        hear, until the others object.
        """
        entries = self.store.entries[invariants.RAW]
        for _ in range(10):
            before = len(entries)
            await asyncio.sleep(2.5)
            if len(entries) == before:
                break

    def _rests(self, person: Person) -> bool:
        invited = any(
            person.account in room.session.seats.appointments
            for machine in self.machines
            if machine.rooms is not None
            for room in machine.rooms.live()
        )
        return not person.waiting and (person.line is not None or not invited)

    def _machine(self) -> Machine:
        return self.chance.choice(self.machines)

    async def _room(self, person: Person, machine: Machine) -> Room:
        await asyncio.sleep(0.001 + self.chance.random() * 0.05)
        if machine.rooms is None:
            raise Unreachable("dead")
        try:
            return await self._on(machine, machine.rooms.open(SESSION))
        except Refused as refused:
            raise Unreachable(refused.code) from None

    async def _on(self, machine: Machine, work: Coroutine[Any, Any, T]) -> T:
        """Wait for something that a machine does, unless it dies."""
        life = machine.node
        try:
            done: T = await asyncio.shield(machine.here(work))
        except asyncio.CancelledError:
            if life in self.killed or machine.rooms is None:
                raise Unreachable("died") from None
            raise
        if machine.rooms is None or machine.node != life:
            raise Unreachable("died")
        return done


def simulate(seed: int, seconds: float = 25.0) -> Counter[str]:
    """One session from its seed. Raises `AssertionError` when something does not hold."""
    seen: Counter[str] = Counter()

    async def hold(loop: VirtualLoop) -> None:
        world = World(loop, seed)
        await world.hold(seconds)
        seen.update(world.seen)
        seen["entries"] += len(world.store.entries[bytes.fromhex(SESSION)])
        seen[f"phase: {invariants.replayed(world.store).phase}"] += 1

    # Every other session is shorter than what a restarted node has at hand: then it has nothing.
    with patch("evalroom.room.chores.SNAPSHOT_BACK", SNAPSHOT_BACK if seed % 2 else 0):
        with patch("evalroom.room.tail.TAIL_BLOCK", TAIL_BLOCK if seed % 2 else 3):
            run(hold)
    return seen
