"""The machines of a simulation, and the lines that lead to them."""

import contextvars
from collections.abc import Coroutine
from random import Random
from typing import TYPE_CHECKING, Any

from evalroom.identity.principal import Principal
from evalroom.room import Means, Membership, Room, Rooms
from evalroom.sessions.refusals import Refused
from evalroom.wire.frames import Frames
from evalroom.wire.messages import Bye, Done, NotDone
from tests.room.parts import START, some_keys
from tests.sessions.cast import WORKSTATIONS
from tests.simulator import invariants
from tests.simulator.behaviour import Act
from tests.simulator.loop import NODE, VirtualClock
from tests.simulator.network import SimulatedBus, SimulatedLedger
from tests.simulator.person import Person

if TYPE_CHECKING:
    import asyncio

    from tests.simulator.world import World

FRAMES = Frames()
KEYS = some_keys()


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
            began = self.world.loop.time()
            await self.here(rooms.close(spread_ms=500))
            self.world.ether.forget(self.node)
            if began < self.world.weather.gone:
                # It may not wait for ever: what it still held for the ledger goes with it.
                self.world.seen["machines stopped without a ledger"] += 1
                self.world.killed.add(self.node)

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
        actor = principal_of(self._person).actor
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


def principal_of(person: Person) -> Principal:
    here = WORKSTATIONS.get(person.account)
    return Principal(id=person.account, device=person.device, workstation=here)
