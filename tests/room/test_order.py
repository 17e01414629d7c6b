"""Durable, told, answered: in this order, always."""

import asyncio
import re

import pytest

from tests.room.faulty import FaultyLedger
from tests.room.parts import (
    Node,
    Reader,
    in_virtual_time,
    principal,
    score,
    token_bytes,
)

ID = bytes(range(16))


@pytest.mark.rule("R1")
@in_virtual_time
async def test_nobody_is_told_or_answered_before_the_entry_is_in_the_ledger() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    reader = Reader(await node.room(), "vera").join()
    ledger.gate.clear()
    asked = asyncio.ensure_future(node.act("m1", "CheckIn"))
    await asyncio.sleep(1)
    assert not asked.done()
    assert reader.told("changes") == []
    assert not reader.room.session.seats.bound
    ledger.gate.set()
    await asked
    assert reader.told("changes")
    assert reader.is_up_to_date()


@pytest.mark.rule("R1")
@in_virtual_time
async def test_a_change_is_on_the_line_when_its_author_is_answered() -> None:
    node = Node()
    reader = Reader(await node.room(), "m1").join()
    for number, act in enumerate(["CheckIn", "AnnounceDiscipline", "Commit"]):
        await node.act("hana" if act == "AnnounceDiscipline" else "m1", act)
        if act == "CheckIn":
            for member in ("m2", "m3", "m4", "m5"):
                await node.act(member, "CheckIn")
        assert reader.is_up_to_date(), number


class Listener:
    """A sink that notes which of his own commands a member has been told of."""

    def __init__(self, member: str, heard: list[tuple[str, str, int]]) -> None:
        self._member = member
        self._heard = heard

    def write(self, frame: bytes) -> None:
        for number in re.findall(rb"no\.(\d+)\.", frame):
            self._heard.append((self._member, "told", int(number)))

    def owed(self) -> int:
        return 0

    def bye(self, code: str, come_back: bool, retry_ms: int | None = None) -> None:
        raise AssertionError(code)


@pytest.mark.rule("R1")
@pytest.mark.slow
@in_virtual_time
async def test_ten_thousand_times_the_change_comes_before_the_answer() -> None:
    node = Node()
    room = await node.room()
    await node.to_review()
    heard: list[tuple[str, str, int]] = []

    async def work(member: str) -> None:
        shown = room.view(room.audience(principal(member)))
        room.join(principal(member), token_bytes(shown["token"]), Listener(member, heard))
        for number in range(2_500):
            await node.act(member, "EnterScores", **score(reason=f"no.{number}."))
            heard.append((member, "answered", number))

    await asyncio.gather(*map(work, ("m1", "m2", "m3", "m4")))
    for member in ("m1", "m2", "m3", "m4"):
        own = [(kind, number) for who, kind, number in heard if who == member]
        assert own == [(kind, n) for n in range(2_500) for kind in ("told", "answered")]
