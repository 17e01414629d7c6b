"""Who is let in, from CONNECT to the first change."""

import base64
from typing import Any

import pytest

from evalroom.sessions.refusals import Malformed, Refused
from evalroom.signaling.fast_path import Timings
from evalroom.signaling.handshake import read_wish
from evalroom.signaling.rates import Rates
from evalroom.wire import limits
from evalroom.wire.messages import NAMESPACE
from tests.signaling.conftest import ORIGIN, Node, Start
from tests.signaling.counter_room import COLD_SESSION, SESSION
from tests.signaling.peer import CONNECT, CONNECT_ERROR, EVENT, Closed, Peer

AUTH = {"protocol": 1, "session": SESSION, "token": b"at 0"}


def refusal(answer: dict[str, Any]) -> dict[str, Any]:
    """What a stock client shows as `error.data`."""
    assert answer["type"] == CONNECT_ERROR, answer
    assert answer["data"]["message"] == answer["data"]["data"]["message"]
    data: dict[str, Any] = answer["data"]["data"]
    return data


async def refused(peer: Peer, **auth: object) -> dict[str, Any]:
    async with peer:
        return refusal(await peer.join(**auth))


@pytest.mark.rule("W1")
async def test_a_member_joins_by_cookie_from_a_page_of_ours(node: Node) -> None:
    ada = await node.seat("ada")
    assert (await ada.command("Add", {"amount": 3}))["receipt"] == {"count": 3}
    actor = node.room.actors[0]
    assert (actor.principal, actor.device, actor.workstation) == ("ada", "d1", "w1")


@pytest.mark.rule("W3")
@pytest.mark.parametrize("origin", ["", "https://evil.example", "null", f"{ORIGIN}.evil.example"])
async def test_a_cookie_does_not_speak_from_a_foreign_page(node: Node, origin: str) -> None:
    assert (await refused(node.peer(origin=origin)))["code"] == "foreign_origin"
    assert node.door.asked == 0, "it is not even looked at"
    assert not node.room.members


@pytest.mark.rule("W3")
async def test_a_program_with_a_token_needs_no_origin(node: Node) -> None:
    async with node.peer(None, origin="") as program:
        assert "sid" in (await program.join(bearer="looks"))["data"]


@pytest.mark.rule("W2")
async def test_a_stranger_and_an_ended_login_are_refused(node: Node) -> None:
    assert (await refused(node.peer(None)))["code"] == "not_logged_in"
    assert (await refused(node.peer(None), bearer="expired"))["code"] == "token_expired"


@pytest.mark.rule("W4")
async def test_a_program_joins_and_acts_within_its_scope_only(node: Node) -> None:
    assert (await refused(node.peer(None), bearer="publishes"))["code"] == "outside_scope"
    program = await node.seat(None, bearer="looks")
    answer = await program.command("Add", {"amount": 1})
    assert (answer["ok"], answer["code"]) == (False, "outside_scope")
    assert node.room.count == 0


@pytest.mark.rule("W5")
async def test_the_room_decides_who_is_invited_and_whether_a_token_still_bridges(
    node: Node,
) -> None:
    assert (await refused(node.peer("mallory")))["code"] == "not_invited"
    assert (await refused(node.peer(), session="7" * 32))["code"] == "unknown_session"
    assert (await refused(node.peer(), token=b"at 9"))["code"] == "stale_token"
    assert not node.room.members
    assert node.signaling.figures.joins_refused == 3


@pytest.mark.rule("W6")
async def test_the_answer_comes_before_the_changes_that_were_missed(node: Node) -> None:
    ada = await node.seat("ada")
    for _ in range(3):
        await ada.command("Add", {"amount": 1})
    boris = await node.seat("boris", token=b"at 1")
    assert await boris.event("changes") == [[["set", ["count"], 2]], [["set", ["count"], 3]]]
    assert [packet["type"] for packet in boris.said] == [CONNECT, EVENT]


@pytest.mark.rule("W1")
def test_the_token_of_a_view_and_of_a_mark_are_the_same_bytes() -> None:
    token = bytes(range(141))
    plain, urlsafe = base64.b64encode(token).decode(), base64.urlsafe_b64encode(token).decode()
    for written in (token, plain, urlsafe, urlsafe.rstrip("=")):
        assert read_wish(AUTH | {"token": written}).token == token


@pytest.mark.rule("W1")
@pytest.mark.parametrize(
    "auth",
    [
        None,
        [],
        "let me in",
        {},
        AUTH | {"extra": 1},
        AUTH | {"session": SESSION.encode()},
        AUTH | {"session": SESSION + "\n"},
        AUTH | {"session": SESSION[1:]},
        AUTH | {"session": "F" * 32},
        AUTH | {"token": None},
        AUTH | {"token": ""},
        AUTH | {"token": b""},
        AUTH | {"token": "a"},
        AUTH | {"token": "not base64!"},
        AUTH | {"token": bytes(limits.TOKEN_BYTES + 1)},
        AUTH | {"token": "A" * 2_000},
        AUTH | {"bearer": ""},
        AUTH | {"bearer": b"bytes"},
        AUTH | {"bearer": "x" * (limits.BEARER_CHARACTERS + 1)},
        {"session": SESSION, "token": b"at 0"},
    ],
)
async def test_an_auth_that_no_client_sends_is_refused(node: Node, auth: object) -> None:
    with pytest.raises(Malformed):
        read_wish(auth)
    async with node.peer() as peer:
        await peer.send({"type": CONNECT, "nsp": NAMESPACE, "data": auth})
        assert refusal(await peer.next())["code"] == "protocol"
    assert node.door.asked == 0


@pytest.mark.rule("W1")
@pytest.mark.parametrize("protocol", [0, 2, "1", None, 1.5])
def test_another_protocol_is_told_which_one_is_spoken(protocol: object) -> None:
    with pytest.raises(Refused) as refused:
        read_wish({"protocol": protocol, "unheard": "of"})
    assert refused.value.code == "unsupported_protocol"
    assert refused.value.params == {"supported": [1]}


@pytest.mark.rule("W7")
async def test_joins_are_limited_by_principal_and_never_by_address(start: Start) -> None:
    node = await start(rates=Rates(join_burst=2, joins_per_second=0.5))
    for _ in range(2):
        assert (await refused(node.peer("ada"), token=b"at 9"))["code"] == "stale_token"
    told = await refused(node.peer("ada"))
    assert told["code"] == "too_many_joins"
    assert 0 < told["retry_ms"] <= 2_001
    await node.seat("boris")


@pytest.mark.rule("W8")
async def test_a_connection_has_few_attempts(node: Node) -> None:
    async with node.peer(None) as peer:
        for _ in range(limits.JOIN_ATTEMPTS):
            assert refusal(await peer.join())["code"] == "not_logged_in"
        with pytest.raises(Closed) as closed:
            await peer.join()
    assert closed.value.code == 1002


@pytest.mark.rule("W8")
async def test_a_connection_that_joins_nothing_is_closed(start: Start) -> None:
    node = await start(timings=Timings(join=0.1))
    async with node.peer() as peer:
        with pytest.raises(Closed):
            await peer.next()
    await node.until(lambda: node.signaling.connections == 0)


@pytest.mark.rule("W8")
async def test_a_room_that_does_not_open_in_time_is_tried_again_later(start: Start) -> None:
    node = await start(timings=Timings(join=0.2))
    async with node.peer() as peer:
        told = refusal(await peer.join(session=COLD_SESSION))
        assert told["code"] == "unavailable"
        assert told["retry_ms"] > 0


@pytest.mark.rule("W27")
async def test_whoever_goes_away_while_he_is_let_in_leaves_nothing_behind(node: Node) -> None:
    async with node.peer() as peer:
        auth = AUTH | {"session": COLD_SESSION}
        await peer.send({"type": CONNECT, "nsp": NAMESPACE, "data": auth})
        await node.until(lambda: node.door.asked == 1)
        peer.transport().abort()
    node.rooms.cold.set()
    await node.until(lambda: node.signaling.connections == 0)
    assert not node.room.members
    assert node.signaling.sockets == 0
    await node.seat("ada", device="d2")


@pytest.mark.rule("W8")
async def test_of_too_many_connections_that_join_nothing_the_oldest_gives_way(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "UNJOINED_SOCKETS", 2)
    async with node.peer() as first, node.peer() as second:
        # Nobody who only waits keeps out whoever comes to join.
        await node.seat("ada")
        with pytest.raises(Closed):
            await first.next()
        assert "sid" in (await second.join())["data"]
        # Whoever is in a session does not count.
        await node.seat("boris")
        await node.until(lambda: node.signaling.connections == 3)


@pytest.mark.rule("W1")
async def test_there_is_one_namespace(node: Node) -> None:
    async with node.peer() as peer:
        await peer.send({"type": CONNECT, "nsp": "/", "data": AUTH})
        assert refusal(await peer.next())["code"] == "unknown_namespace"
        assert "sid" in (await peer.join())["data"]


@pytest.mark.rule("W18")
async def test_a_socket_joins_once(node: Node) -> None:
    ada = await node.seat("ada")
    await ada.send({"type": CONNECT, "nsp": NAMESPACE, "data": AUTH})
    assert (await ada.farewell())["code"] == "protocol"
