"""A node in the hand: real rooms, a ledger in memory, virtual time, readers that listen."""

import asyncio
import functools
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from random import Random
from typing import Any, TypeVar

import msgspec
import pytest
from msgspec import Struct

from evalroom.identity.keys import Purpose, SecretKeys, SigningKey, SigningKeys
from evalroom.identity.principal import Principal
from evalroom.room import Answer, Means, Room, Rooms
from evalroom.room.means import Index
from evalroom.sessions.people import Actor
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.visibility import apply
from evalroom.storage.entry import Entry
from evalroom.storage.ledger import Ledger
from evalroom.wire.frames import Frames, payload_of
from tests.sessions.cast import ACCOUNTS, APPOINTMENTS, WORKSTATIONS, small_tender
from tests.simulator.loop import VirtualClock, VirtualLoop, run
from tests.simulator.memory import MemoryLedger, Store
from tests.simulator.network import Ether, SimulatedBus, Weather

T = TypeVar("T")

START = 1_800_000_000_000
SESSION = "5e" * 16


class Keys(Struct, frozen=True):
    """The keys of a cluster, without a file."""

    cluster: SecretKeys
    signing: SigningKeys


def some_keys(seed: int = 1) -> Keys:
    chance = Random(seed)
    return Keys(
        SecretKeys(Purpose.CLUSTER, [chance.randbytes(32)]),
        SigningKeys([SigningKey(chance.randbytes(32), 0)]),
    )


def in_virtual_time(
    test: Callable[..., Coroutine[Any, Any, None]],
) -> Callable[..., None]:
    """Run an asynchronous test on a loop whose seconds cost nothing."""

    @functools.wraps(test)
    def hold(*args: Any, **fixtures: Any) -> None:
        async def main(loop: VirtualLoop) -> None:
            loop.set_debug(True)
            await test(*args, **fixtures)

        run(main)

    return hold


def run_in_virtual_time(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run something from within a test that is not asynchronous itself."""
    return run(lambda _: work())


def principal(who: str, device: str | None = None) -> Principal:
    account = ACCOUNTS.get(who, who)
    here = WORKSTATIONS.get(account)
    return Principal(id=account, device=device or f"device-{account}", workstation=here)


class NoBus:
    """A node that is alone: nobody hears, nobody speaks."""

    up = True

    def publish(self, topic: str, message: bytes) -> None:
        return None

    def subscribe(self, topic: str, heard: Callable[[bytes], None]) -> Callable[[], None]:
        return lambda: None

    def watch(self, changed: Callable[[bool], None]) -> Callable[[], None]:
        return lambda: None


class Reader:
    """A sink that understands what it is told, as a page would."""

    def __init__(self, room: Room, who: str, device: str | None = None) -> None:
        self.room = room
        self.principal = principal(who, device)
        shown = room.view(room.audience(self.principal))
        self.view: dict[str, Any] = plain(shown["view"])
        self.token: bytes | str = shown["token"]
        self.frames: list[bytes] = []
        self.events: list[tuple[str, Any]] = []
        self.goodbye: tuple[str, bool, int | None] | None = None
        self.debt = 0
        self.membership: Any = None

    def join(self) -> "Reader":
        self.membership = self.room.join(self.principal, token_bytes(self.token), self)
        return self

    def write(self, frame: bytes) -> None:
        assert self.goodbye is None, "something was written after the good-bye"
        self.frames.append(frame)
        name, said = msgspec.msgpack.decode(payload_of(frame))["data"]
        self.events.append((name, said))
        if name == "changes":
            for event in said:
                self.view = apply(self.view, event)
        elif name == "mark":
            self.token = said["token"]

    def owed(self) -> int:
        return self.debt

    def bye(self, code: str, come_back: bool, retry_ms: int | None = None) -> None:
        assert self.goodbye is None
        self.goodbye = (code, come_back, retry_ms)

    def told(self, name: str) -> list[Any]:
        return [said for known, said in self.events if known == name]

    def is_up_to_date(self) -> bool:
        shown = self.room.view(self.room.audience(self.principal))
        return bool(self.view == plain(shown["view"]))


class Node:
    """One node and its way to a ledger and a bus."""

    def __init__(
        self,
        *,
        ledger: Ledger | None = None,
        bus: SimulatedBus | None = None,
        clock: VirtualClock | None = None,
        keys: Keys | None = None,
        name: str = "n1",
        seed: int = 1,
        index: Index | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        self.clock = clock or VirtualClock(loop, START)
        self.ledger: Any = ledger or MemoryLedger(Store())
        self.bus = bus or SimulatedBus(Ether(Weather(), Random(seed), Counter()), name)
        self.means = Means(
            ledger=self.ledger,
            keys=keys or some_keys(),
            bus=self.bus,
            clock=self.clock,
            random=Random(f"{name}{seed}").randbytes,
            frames=Frames(),
            node=name.encode(),
            index=index,
        )
        self.rooms = Rooms(self.means)
        self._ids = Random(seed)

    @property
    def entries(self) -> list[Entry]:
        """The session's ledger."""
        found: list[Entry] = self.ledger.store.entries[bytes.fromhex(SESSION)]
        return found

    async def room(self, tender: Tender | None = None) -> Room:
        """A new session's room."""
        await self.rooms.create(SESSION, tender or small_tender(), APPOINTMENTS, by="hana")
        return await self.rooms.open(SESSION)

    async def act(
        self,
        who: str,
        name: str,
        /,
        *,
        seen: int | None = None,
        id: bytes | None = None,
        **args: Any,
    ) -> Answer:
        """A command as the edge would submit it."""
        room = await self.rooms.open(SESSION)
        actor = principal(who).actor
        return await room.submit(actor, id or self._ids.randbytes(16), name, args, seen)

    async def everyone(self, name: str, /, **args: Any) -> None:
        for member in ACCOUNTS:
            await self.act(member, name, **args)

    async def close_section(self, section: str, value: str, *criteria: str) -> None:
        """Everyone fills his sheet of a section for all bids with one value, and m1 closes it."""
        room = await self.rooms.open(SESSION)
        bids = room.session.valid_bids()
        cells = [{"bid": b, "criterion": c, "value": value} for b in bids for c in criteria]
        for member in ACCOUNTS:
            await self.act(member, "EnterScores", cells=cells)
            await self.act(member, "ClosePersonally", section=section)
        await self.act("m1", "CloseGroup", section=section)

    async def to_the_end(self) -> Room:
        """Hold the whole evaluation."""
        room = await self.to_review()
        await self.close_section("conformity", "pass", "q1")
        await self.close_section("technical", "10", "t1", "t2")
        await self.close_section("business", "10", "b1")
        await self.everyone("ConfirmPrices")
        await self.act("m1", "SubmitReport")
        await self.everyone("SignReport", report=room.session.signing.report)
        await self.act("m1", "CloseSession")
        assert room.session.phase == "closed"
        return room

    async def to_review(self) -> Room:
        """Bring the session to the preliminary review; m1 leads."""
        room = await self.rooms.open(SESSION)
        await self.everyone("CheckIn")
        await self.act("hana", "AnnounceDiscipline")
        await self.everyone("Commit")
        await self.everyone("CastBallot", candidate="m1")
        await self.act("m1", "RequestStart")
        return room


def score(bid: str = "B1", value: str = "pass", criterion: str = "q1", reason: str = "") -> Any:
    return {"cells": [{"bid": bid, "criterion": criterion, "value": value, "reason": reason}]}


def plain(value: Any) -> Any:
    """As it arrives at a browser."""
    return msgspec.json.decode(msgspec.json.encode(value))


def token_bytes(token: bytes | str) -> bytes:
    if isinstance(token, bytes):
        return token
    from base64 import urlsafe_b64decode

    return urlsafe_b64decode(token + "=" * (-len(token) % 4))


def actor(who: str) -> Actor:
    return principal(who).actor


def view_of(room: Room, who: str) -> Mapping[str, Any]:
    return room.view(room.audience(principal(who)))


def refusal(error: pytest.ExceptionInfo[Refused]) -> tuple[str, bool]:
    return error.value.code, "retry_ms" in error.value.params


def two_nodes(*, lost: float = 0.0) -> tuple[Node, Node]:
    """Two nodes on one ledger, with a bus between them that may lose everything."""
    store, ether = Store(), Ether(Weather(lost=lost), Random(1), Counter())
    return (
        Node(ledger=MemoryLedger(store), bus=SimulatedBus(ether, "n1"), name="n1"),
        Node(ledger=MemoryLedger(store), bus=SimulatedBus(ether, "n2"), name="n2", seed=2),
    )
