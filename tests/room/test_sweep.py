"""Keeping up while the other nodes cannot be heard."""

import asyncio
from collections import Counter
from random import Random

import pytest

from evalroom.room.limits import SWEEP_AFTER_SECONDS, SWEEP_SECONDS
from evalroom.room.sweep import Sweep
from tests.room.faulty import FaultyLedger
from tests.room.parts import Node, Reader, in_virtual_time
from tests.simulator.memory import Store
from tests.simulator.network import Ether, SimulatedBus, Weather

SOON = 2 * SWEEP_SECONDS + 0.05


class Pair:
    """Two nodes on one ledger, and the bus between them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # What a room does each second by itself would hide what is looked at here.
        monkeypatch.setattr("evalroom.room.recorder.Recorder.compare", lambda _: None)
        store, self.weather = Store(), Weather()
        self.ether = Ether(self.weather, Random(1), Counter())
        self.one, self.other = (
            Node(ledger=FaultyLedger(store), bus=SimulatedBus(self.ether, name), name=name, seed=n)
            for n, name in enumerate(("n1", "n2"))
        )
        for node in (self.one, self.other):
            node.rooms.start()

    async def readers(self) -> Reader:
        """Somebody on the other node."""
        room = await self.one.room()
        await self.one.rooms.open(room.id)
        return Reader(await self.other.rooms.open(room.id), "hana").join()

    async def close(self) -> None:
        self.weather.lost = 0.0
        await self.one.rooms.close(spread_ms=0)
        await self.other.rooms.close(spread_ms=0)


@pytest.mark.rule("R42")
@in_virtual_time
async def test_while_the_bus_is_down_a_reader_sees_another_nodes_entries_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair = Pair(monkeypatch)
    reader = await pair.readers()
    pair.ether.turn(False)
    for member in ("m1", "m2", "m3"):
        await pair.one.act(member, "CheckIn")
        await asyncio.sleep(SOON)
        assert len(reader.told("changes")) == int(member[1])
    await pair.close()


@pytest.mark.rule("R42")
@in_virtual_time
async def test_nodes_that_come_back_to_the_bus_later_are_followed_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair = Pair(monkeypatch)
    reader = await pair.readers()
    pair.ether.turn(False)
    await asyncio.sleep(1)
    # This node hears again, and the one that writes is not there yet.
    pair.weather.lost = 1.0
    pair.ether.turn(True)
    await asyncio.sleep(SWEEP_AFTER_SECONDS - 1)
    await pair.one.act("m1", "CheckIn")
    await asyncio.sleep(SOON)
    assert len(reader.told("changes")) == 1
    await pair.close()


@pytest.mark.rule("R42")
@in_virtual_time
async def test_one_look_is_enough_for_all_and_none_is_taken_while_all_is_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair = Pair(monkeypatch)
    reader = await pair.readers()
    looks = pair.other.ledger.reads
    looks.clear()
    await asyncio.sleep(3)
    assert looks == []
    pair.ether.turn(False)
    await asyncio.sleep(1.05)
    assert set(looks) == {"heads"}
    assert len(looks) in (10, 11)
    # Where nobody listens nothing is hurried.
    reader.membership.leave()
    looks.clear()
    await asyncio.sleep(1)
    assert looks == []
    await pair.close()


@pytest.mark.rule("R42")
@in_virtual_time
async def test_a_sweep_that_fails_is_followed_by_the_next(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pair = Pair(monkeypatch)
    reader = await pair.readers()
    pair.ether.turn(False)
    pair.other.ledger.unreadable = True
    await pair.one.act("m1", "CheckIn")
    await asyncio.sleep(1)
    assert reader.told("changes") == []
    pair.other.ledger.unreadable = False
    await asyncio.sleep(SOON)
    assert len(reader.told("changes")) == 1
    sweep, Sweep.sweep = Sweep.sweep, None  # type: ignore[assignment,method-assign]
    await asyncio.sleep(SOON)
    Sweep.sweep = sweep  # type: ignore[method-assign]
    assert "bug: a sweep of the sessions failed" in caplog.text
    await pair.one.act("m2", "CheckIn")
    await asyncio.sleep(SOON)
    assert len(reader.told("changes")) == 2
    await pair.close()
