"""Before the reveal nobody's bytes depend on what another member wrote: not what he is sent, not
when, not how much, not how often.
"""

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from evalroom.wire.frames import payload_of
from tests.room.parts import Node, Reader, in_virtual_time, run_in_virtual_time, view_of
from tests.sessions.cast import ACCOUNTS, OFFICES

OTHERS = [who for who in (*ACCOUNTS, *OFFICES) if ACCOUNTS.get(who) != "chen"]
BIDS = ("B1", "B2", "B3", "B4")

edits = st.fixed_dictionaries(
    {
        "bid": st.sampled_from(BIDS),
        "criterion": st.sampled_from(["q1"]),
        "value": st.sampled_from(["pass", "fail"]),
        "reason": st.text("abc理由", min_size=1, max_size=200),
    }
)
sheets = st.lists(
    st.lists(edits, min_size=1, max_size=4, unique_by=lambda cell: cell["bid"]), max_size=8
)
"""What chen writes before he fills what is left and closes: commands of a few cells each."""


class Told(msgspec.Struct):
    """What one reader was sent, and when; tokens aside, of which only the length can tell."""

    said: list[tuple[float, Any]]
    view: bytes


async def review(written: list[list[dict[str, str]]]) -> dict[str, Told]:
    """A preliminary review, up to the last moment before the reveal, in which only chen differs."""
    node = Node()
    room = await node.room()
    await node.to_review()
    readers = {who: Recording(room, who).join() for who in OTHERS}
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number, cells in enumerate(written):
        await asyncio.sleep(start + 0.5 * number - loop.time())
        await node.act("m3", "EnterScores", cells=cells)
    await asyncio.sleep(start + 5 - loop.time())
    rest = [{"bid": bid, "criterion": "q1", "value": "pass"} for bid in BIDS]
    for member in ("m1", "m3", "m2", "m4", "m5"):
        await node.act(member, "EnterScores", cells=rest if member != "m3" else missing(room))
        await asyncio.sleep(1)
        await node.act(member, "ClosePersonally", section="conformity")
    await asyncio.sleep(start + 15 - loop.time())
    return {
        who: Told(reader.heard, msgspec.json.encode({**view_of(room, who), "token": ""}))
        for who, reader in readers.items()
    }


class Recording(Reader):
    """Keeps what it is sent with the time, and of a mark its length alone."""

    heard: list[tuple[float, Any]]

    def join(self) -> "Recording":
        self.heard = []
        super().join()
        return self

    def write(self, frame: bytes) -> None:
        name, said = msgspec.msgpack.decode(payload_of(frame))["data"]
        now = asyncio.get_running_loop().time()
        self.heard.append((now, (len(frame), said["at"]) if name == "mark" else frame))
        super().write(frame)


def missing(room: Any) -> list[dict[str, str]]:
    rows = room.session.sheets.rows.get("m3", {}).get("conformity", {})
    found = [bid for bid in BIDS if bid not in rows or "q1" not in rows[bid].cells]
    return [{"bid": bid, "criterion": "q1", "value": "pass"} for bid in found or BIDS[:1]]


@pytest.mark.rule("V20")
@settings(max_examples=20)
@given(sheets, sheets)
def test_the_bytes_to_everyone_else_are_the_same_whatever_a_member_writes(
    one: list[list[dict[str, str]]], other: list[list[dict[str, str]]]
) -> None:
    first = run_in_virtual_time(lambda: review(one))
    second = run_in_virtual_time(lambda: review(other))
    for who in OTHERS:
        assert first[who].said == second[who].said, who
        assert first[who].view == second[who].view, who


@pytest.mark.rule("V20")
@in_virtual_time
async def test_what_a_member_writes_reaches_himself_and_no_one_else() -> None:
    node = Node()
    room = await node.room()
    await node.to_review()
    readers = {who: Reader(room, who).join() for who in (*ACCOUNTS, *OFFICES)}
    written = {who: len(reader.frames) for who, reader in readers.items()}
    cells = [{"bid": "B1", "criterion": "q1", "value": "fail", "reason": "missing"}]
    await node.act("m3", "EnterScores", cells=cells)
    told = {who for who, reader in readers.items() if len(reader.frames) > written[who]}
    assert told == {"m3"}
