"""Bytes that nobody meant: each is answered as documented, and none of them changes anything.

After every fuzzed message the peer asks for something plain. Either that is answered, and then
the message was one a client may send; or the server has said good-bye (or, before joining, has
closed), and then it was not. There is no third way, and never a bug of ours in the log.
"""

import asyncio
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from evalroom.signaling.rates import Rates
from evalroom.wire.messages import NAMESPACE
from tests.signaling.conftest import Node, Start
from tests.signaling.counter_room import SESSION
from tests.signaling.peer import ACK, CONNECT, CONNECT_ERROR, DISCONNECT, EVENT, Closed, Peer, pack

integers = st.integers(-(2**63), 2**64 - 1)
values = st.recursive(
    st.none()
    | st.booleans()
    | integers
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def mostly(usual: object) -> st.SearchStrategy[Any]:
    """What a client sends, or anything else."""
    return st.just(usual) | st.just(usual) | st.just(usual) | values


commands = st.fixed_dictionaries(
    {
        "id": mostly(b"i" * 16),
        "name": st.sampled_from(["Add", "Look", "Break", "Conjure"]) | values,
        "args": st.fixed_dictionaries({"amount": mostly(1)}) | values,
    },
    optional={"seen": mostly(0), "more": values},
)
ephemerals = st.fixed_dictionaries(
    {"kind": st.sampled_from(["typing", "pointer", "page"]), "matter": mostly("m")},
    optional={"document": mostly("d"), "page": mostly(1), "x": mostly(0), "y": mostly(0)},
)
auths = st.fixed_dictionaries(
    {"protocol": mostly(1), "session": mostly(SESSION), "token": mostly(b"at 0")},
    optional={"bearer": mostly("looks"), "more": values},
)
events = (
    st.tuples(st.just("command"), commands)
    | st.tuples(st.just("ephemeral"), ephemerals)
    | st.lists(values, max_size=3)
)
packets = st.fixed_dictionaries(
    {
        "type": mostly(EVENT) | st.sampled_from([CONNECT, DISCONNECT, ACK, CONNECT_ERROR, 5, 6]),
        "nsp": mostly(NAMESPACE),
    },
    optional={"data": events | auths | values, "id": mostly(7), "options": values},
)


@st.composite
def bent(draw: st.DrawFn) -> bytes:
    """A packet, cut short or with a few of its bytes changed."""
    packet = bytearray(pack(draw(packets)))
    for place in draw(st.lists(st.integers(0, len(packet) - 1), max_size=3)):
        packet[place] = draw(st.integers(0, 255))
    return bytes(packet[: draw(st.integers(0, len(packet)))])


messages = (
    st.binary(max_size=200) | packets.map(pack) | packets.map(pack) | bent() | st.text(max_size=20)
)
fuzz = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


async def plain_answer(peer: Peer) -> bool:
    """Whether a plain command is still answered; False if the server has let go."""
    try:
        return bool((await peer.command("Look"))["ok"])
    except Closed:
        return False
    except ConnectionResetError:  # it had closed before the command was sent
        return False


def well_parted(peer: Peer) -> None:
    """He asked to leave, or was told that he is broken."""
    if peer.ws.close_code != 1000:
        assert peer.ws.close_code == 1002
        bye, last = peer.said[-2:]
        assert bye["data"] == ["bye", {"code": "protocol", "come_back": False}]
        assert last["type"] == DISCONNECT


async def throw(peer: Peer, message: bytes | str) -> None:
    if isinstance(message, str):
        await peer.ws.send_str(message)
    else:
        await peer.ws.send_bytes(message)


def added(peer: Peer) -> int:
    """What the commands of a peer have added, as the answers say."""
    answers = [packet["data"][0] for packet in peer.said if packet["type"] == ACK]
    return max((a["receipt"]["count"] for a in answers if "receipt" in a), default=0)


@pytest.fixture
async def node(start: Start) -> Node:
    many = 10**9
    return await start(
        rates=Rates(
            join_burst=many,
            joins_per_second=many,
            command_burst=many,
            replay_burst=many,
            ephemeral_burst=many,
        )
    )


@pytest.mark.rule("W18")
@pytest.mark.slow(300)
@fuzz
@given(said=st.lists(messages, min_size=1, max_size=5))
@example(said=[b""])
@example(said=[pack({"type": EVENT, "nsp": NAMESPACE, "data": ["command", {}], "id": 0})] * 2)
@example(said=[pack({"type": CONNECT, "nsp": NAMESPACE, "data": None})])
async def test_whatever_a_member_says_is_answered_or_ends_his_connection(
    node: Node, said: list[bytes | str]
) -> None:
    before = node.room.count
    # An answer given to another example must not be given again.
    node.room.answers.clear()
    bugs = node.signaling.figures.bugs
    async with asyncio.timeout(10), node.peer("ada") as ada:
        assert "sid" in (await ada.join(b"at %d" % before))["data"]
        for message in said:
            await throw(ada, message)
            if not await plain_answer(ada):
                await ada.rest()
                well_parted(ada)
                break
    assert node.room.count == max(before, added(ada)), "what was answered happened, nothing else"
    # `Break` is a bug that the test asked for.
    broken = sum(
        packet["data"][0].get("code") == "internal" for packet in ada.said if packet["type"] == ACK
    )
    assert node.signaling.figures.bugs - bugs == broken
    await still_well(node)


@pytest.mark.rule("W18")
@pytest.mark.slow(300)
@fuzz
@given(message=messages | st.fixed_dictionaries({"data": auths}).map(
    lambda packet: pack({"type": CONNECT, "nsp": NAMESPACE, **packet})
))  # fmt: skip
async def test_whatever_a_stranger_says_is_refused_or_ends_his_connection(
    node: Node, message: bytes | str
) -> None:
    bugs = node.signaling.figures.bugs
    async with asyncio.timeout(10), node.peer("boris", origin="https://evil.example") as stranger:
        await throw(stranger, message)
        if not isinstance(message, str) or message not in ("1", "3"):
            try:
                packet = await stranger.join()
            except (Closed, ConnectionResetError):
                pass
            else:
                # He may have come in with the token of a program, which needs no origin.
                assert packet["type"] in (CONNECT, CONNECT_ERROR)
    assert node.signaling.figures.bugs == bugs
    await still_well(node)


async def still_well(node: Node) -> None:
    """Whoever comes next is served, and the one before is gone."""
    await node.until(lambda: node.signaling.connections == 0)
    assert not node.room.members
    async with node.peer("chen") as chen:
        assert "sid" in (await chen.join(b"at %d" % node.room.count))["data"]
        assert await chen.command("Look") == {"ok": True}
    await node.until(lambda: node.signaling.connections == 0)


@pytest.fixture(autouse=True)
def no_library_complains(caplog: pytest.LogCaptureFixture) -> Any:
    """Nothing gets as far as a library's own way with errors."""
    yield
    loud = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record for record in loud if not record.name.startswith("evalroom.signaling.f")] == []
