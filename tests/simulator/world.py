"""Some nodes, one ledger, a bus, a committee and its offices, all on one loop in virtual time.

`simulate(seed)` holds an evaluation while machines die, lines break, the bus loses and the ledger
fails; then the weather clears, everyone comes to rest, and what must hold is checked. The same seed
does the same things.
"""

import asyncio
import contextvars
from collections import Counter
from collections.abc import Coroutine
from random import Random
from typing import Any

import msgspec

from evalroom.identity.principal import Principal
from evalroom.room import Means, Membership, Room, Rooms
from evalroom.sessions.people import Actor
from evalroom.sessions.refusals import Refused
from evalroom.wire.frames import Frames
from evalroom.wire.messages import Bye, Done, NotDone
from tests.room.parts import SESSION, START, some_keys
from tests.sessions.cast import ACCOUNTS, APPOINTMENTS, OFFICES, small_tender
from tests.simulator import invariants
from tests.simulator.behaviour import Act
from tests.simulator.loop import NODE, VirtualClock, VirtualLoop, run
from tests.simulator.memory import Store
from tests.simulator.network import Ether, SimulatedBus, SimulatedLedger, Weather
from tests.simulator.person import Line, Person, Unreachable

FRAMES = Frames()
KEYS = some_keys()
TENDER = small_tender(bids=3, technical_pause_hours="1")


class Machine:
    """One node: it may stop politely, die, and be started again."""

    def __init__(self, world: "World", name: str) -> None:
        self.world = world
        self.name = name
        self.born = 0
        self.clock = VirtualClock(world.loop, START)
        self.rooms: Rooms | None = None
        self.ledger: SimulatedLedger | None = None
        self.lines: dict[Connection, None] = {}

    @property
    def node(self) -> str:
        """The name of this life of the machine."""
        return f"{self.name}.{self.born}"

    def start(self) -> None:
        world = self.world
        self.born += 1
        chance = Random(f"{world.seed}/{self.node}")
        self.ledger = SimulatedLedger(world.store, world.weather, chance, world.seen)
        means = Means(
            ledger=self.ledger,
            keys=KEYS,
            bus=SimulatedBus(world.ether, self.node),
            clock=self.clock,
            random=chance.randbytes,
            frames=FRAMES,
            node=self.node.encode(),
        )

        def begin() -> None:
            NODE.set(self.node)
            self.rooms = Rooms(means)
            self.rooms.start()

        contextvars.copy_context().run(begin)

    def kill(self) -> None:
        """The power is cut."""
        if self.rooms is None or self.ledger is None:
            return
        self.world.seen["machines killed"] += 1
        self.world.seen["killed between append and answer"] += self.ledger.answering
        self.world.killed.add(self.node)
        self.rooms = None
        self.world.loop.kill(self.node)
        self.world.ether.forget(self.node)
        for line in tuple(self.lines):
            line.cut()

    async def stop(self) -> None:
        """The operator stops the service."""
        rooms, self.rooms = self.rooms, None
        if rooms is not None:
            await self.here(rooms.close(spread_ms=500))
            self.world.ether.forget(self.node)

    def here(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run something on this machine."""
        context = contextvars.copy_context()
        context.run(NODE.set, self.node)
        return self.world.loop.create_task(work, context=context)


class Connection:
    """A byte stream between a room and a person, which may break at any byte. A `Sink`."""

    def __init__(self, world: "World", machine: Machine, room: Room, person: Person) -> None:
        self._world = world
        self._machine = machine
        self._room = room
        self._person = person
        self._member = room.audience(principal_of(person)).member
        self._pending = b""
        self._under_way = False
        self._broken = False
        self._closing = False
        self.membership: Membership | None = None

    def write(self, frame: bytes) -> None:
        if self._broken:
            return
        invariants.check_secrecy(self._room.session, self._member, frame)
        self._pending += frame
        self._deliver_soon()

    def owed(self) -> int:
        return len(self._pending)

    def bye(self, code: str, come_back: bool, retry_ms: int | None = None) -> None:
        assert not self._closing, "two last words"
        farewell = Bye(code, come_back) if retry_ms is None else Bye(code, come_back, retry_ms)
        self.write(FRAMES.bye(farewell))
        self._closing = True

    def send(self, number: int, command_id: bytes, act: Act) -> None:
        if not self._broken:
            self._world.later(0.05, self._arrived, number, command_id, act)

    def hang_up(self) -> None:
        self.cut()

    def cut(self) -> None:
        """The cable is pulled: what is on its way is lost, both ends notice in their own time."""
        if self._broken:
            return
        self._broken = True
        self._pending = b""
        self._machine.lines.pop(self, None)
        self._world.later(0.3, self._person.lost, self)
        self._world.later(1.0, self._leave)

    def _leave(self) -> None:
        if self.membership is not None:
            self.membership.leave()

    def _arrived(self, number: int, command_id: bytes, act: Act) -> None:
        # A command that was on its way when the line broke may still have got through.
        lucky = not self._broken or self._world.chance.random() < 0.5
        if self._machine.rooms is not None and lucky:
            self._machine.here(self._perform(number, command_id, act))

    async def _perform(self, number: int, command_id: bytes, act: Act) -> None:
        actor = Actor(self._person.account, self._person.device)
        said: Done | NotDone
        try:
            answer = await self._room.submit(actor, command_id, act.name, act.args, act.seen)
            said = Done() if answer.receipt is None else Done(receipt=answer.receipt)
        except Refused as refused:
            key = f"refusal.{refused.code}"
            said = NotDone(code=refused.code, message_key=key, params=refused.params)
        if not self._closing:
            self.write(FRAMES.ack(number, said))

    def _deliver_soon(self) -> None:
        if not self._under_way:
            self._under_way = True
            self._world.later(0.05, self._deliver)

    def _deliver(self) -> None:
        self._under_way = False
        if self._broken:
            return
        size = len(self._pending)
        taken = size if self._world.chance.random() < 0.5 else self._world.chance.randint(1, size)
        chunk, self._pending = self._pending[:taken], self._pending[taken:]
        self._person.receive(self, chunk)
        if self._pending:
            self._deliver_soon()
        elif self._closing:
            self.cut()


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
        try:
            line = Connection(self, machine, room, person)
            line.membership = room.join(principal_of(person), token, line)
        except Refused as refused:
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
        elif dice < 0.9:
            self.seen["bus down"] += 1
            self.ether.turn(not self.ether.up)

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
            return await asyncio.shield(machine.here(machine.rooms.open(SESSION)))
        except Refused as refused:
            raise Unreachable(refused.code) from None
        except asyncio.CancelledError:
            if machine.rooms is None:
                raise Unreachable("died") from None
            raise


def principal_of(person: Person) -> Principal:
    return Principal(id=person.account, device=person.device)


def simulate(seed: int, seconds: float = 25.0) -> Counter[str]:
    """One session from its seed. Raises `AssertionError` when something does not hold."""
    seen: Counter[str] = Counter()

    async def hold(loop: VirtualLoop) -> None:
        world = World(loop, seed)
        await world.hold(seconds)
        seen.update(world.seen)
        seen["entries"] += len(world.store.entries[bytes.fromhex(SESSION)])
        seen[f"phase: {invariants.replayed(world.store).phase}"] += 1

    run(hold)
    return seen
