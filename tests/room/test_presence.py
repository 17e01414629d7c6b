"""Who is there flickers and is shown; who is out of reach for long goes on record."""

import asyncio

import msgspec
import pytest

from evalroom.room import gossip
from evalroom.room.limits import LEASE_SECONDS, LINK_GRACE_SECONDS
from evalroom.room.presence import Presence
from evalroom.sessions.faults import ReportLinkBack, ReportLinkLost
from evalroom.sessions.speaking import ReportCallerLost
from tests.room.parts import SESSION, Node, Reader, in_virtual_time, two_nodes
from tests.sessions.cast import VERA, Table, brought_to
from tests.simulator.memory import MemoryLedger

SEATED = brought_to("declaration").state


def lost(presence: Presence, now: float, *, heard: bool = True) -> set[str]:
    return {
        command.member
        for command in presence.findings(SEATED, now, heard=heard)
        if isinstance(command, ReportLinkLost)
    }


@pytest.mark.rule("R22")
def test_a_member_is_online_here_or_elsewhere_away_otherwise_and_unknown_when_deaf() -> None:
    presence = Presence((), 0)
    presence.seen_here(["m1"], 0)
    presence.heard(b"n2", ("m2",), 0)
    assert presence.states(["m1", "m2", "m3"], heard=True) == {
        "m1": "online",
        "m2": "online",
        "m3": "away",
    }
    assert presence.states(["m1", "m3"], heard=False) == {"m1": "online", "m3": "unknown"}


@pytest.mark.rule("R22")
def test_the_word_of_a_node_holds_for_a_lease_unless_it_says_otherwise() -> None:
    presence = Presence((), 0)
    presence.heard(b"n2", ("m2", "m3"), 0)
    presence.heard(b"n2", ("m2",), 1)
    assert presence.states(["m3"], heard=True) == {"m3": "away"}
    presence.expire(1 + LEASE_SECONDS - 0.1)
    assert presence.states(["m2"], heard=True) == {"m2": "online"}
    presence.expire(1 + LEASE_SECONDS)
    assert presence.states(["m2"], heard=True) == {"m2": "away"}


@pytest.mark.rule("R23")
def test_a_seat_whose_socket_was_here_is_lost_after_the_grace_and_not_before() -> None:
    presence = Presence((), 0)
    presence.seen_here(["m1"], 0)
    presence.seen_here([], 100)
    assert lost(presence, 100 + LINK_GRACE_SECONDS - 0.1) == set()
    assert lost(presence, 100 + LINK_GRACE_SECONDS) == {"m1"}


@pytest.mark.rule("R23")
def test_a_reload_and_a_move_to_another_node_are_no_absence() -> None:
    presence = Presence((), 0)
    presence.seen_here(["m1", "m2"], 0)
    presence.seen_here([], 100)
    presence.seen_here(["m1"], 103)
    presence.heard(b"n2", ("m2",), 104)
    assert lost(presence, 105) == set()
    presence.heard(b"n2", ("m2",), 119)
    assert lost(presence, 120) == set()


@pytest.mark.rule("R23")
def test_whom_a_silent_node_held_is_missed_from_its_silence_on() -> None:
    presence = Presence((), 0)
    presence.heard(b"n2", ("m2",), 0)
    presence.expire(LEASE_SECONDS)
    assert lost(presence, LEASE_SECONDS + LINK_GRACE_SECONDS - 0.1) == set()
    assert lost(presence, LEASE_SECONDS + LINK_GRACE_SECONDS) == {"m2"}


@pytest.mark.rule("R23")
def test_the_node_that_held_the_socket_has_the_first_word() -> None:
    presence = Presence((), 0)
    presence.heard(b"n2", ("m2",), 0)
    presence.heard(b"n2", (), 1)
    assert lost(presence, 1 + LINK_GRACE_SECONDS) == set()
    assert lost(presence, 1 + 2 * LINK_GRACE_SECONDS) == {"m2"}


@pytest.mark.rule("R23")
def test_nobody_is_called_lost_by_a_node_that_cannot_hear_the_others() -> None:
    presence = Presence(["m1"], 0)
    assert lost(presence, 1_000, heard=False) == set()
    assert lost(presence, 1_000, heard=True) == {"m1"}


@pytest.mark.rule("R23")
def test_whoever_has_no_seat_cannot_be_missed() -> None:
    presence = Presence(["m9"], 0)
    assert lost(presence, 1_000) == set()


@pytest.mark.rule("R23")
def test_whoever_is_back_is_reported_back_by_the_node_he_came_to() -> None:
    table = brought_to("declaration")
    table.act("system", "ReportLinkLost", member="m1")
    here, elsewhere = Presence((), 0), Presence((), 0)
    here.seen_here(["m1"], 5)
    elsewhere.heard(b"n2", ("m1",), 5)
    assert here.findings(table.state, 5, heard=True) == (ReportLinkBack(member="m1"),)
    assert elsewhere.findings(table.state, 5, heard=True) == ()


@pytest.mark.rule("R22")
@in_virtual_time
async def test_everybody_is_shown_who_comes_and_goes_within_a_second() -> None:
    node = Node()
    room = await node.room()
    watcher = Reader(room, "vera").join()
    assert set(watcher.told("presence")[-1].values()) == {"away"}
    member = Reader(room, "m1").join()
    await asyncio.sleep(1)
    assert watcher.told("presence")[-1]["m1"] == "online"
    shown = len(watcher.told("presence"))
    await asyncio.sleep(10)
    assert len(watcher.told("presence")) == shown
    member.membership.leave()
    await asyncio.sleep(1)
    assert watcher.told("presence")[-1]["m1"] == "away"


@pytest.mark.rule("R22")
@in_virtual_time
async def test_presence_crosses_nodes_and_is_unknown_when_the_bus_is_down() -> None:
    one, other = two_nodes()
    member = Reader(await one.room(), "m1").join()
    watcher = Reader(await other.rooms.open(SESSION), "vera").join()
    await asyncio.sleep(3)
    assert watcher.told("presence")[-1]["m1"] == "online"
    one.bus.ether.turn(False)
    await asyncio.sleep(LEASE_SECONDS + 2)
    assert watcher.told("presence")[-1]["m1"] == "unknown"
    one.bus.ether.turn(True)
    await asyncio.sleep(4)
    assert watcher.told("presence")[-1]["m1"] == "online"
    assert len(one.entries) == 1
    member.membership.leave()
    await asyncio.sleep(2)
    assert watcher.told("presence")[-1]["m1"] == "away"


@pytest.mark.rule("R23")
@in_virtual_time
async def test_a_lost_link_is_recorded_once_and_so_is_its_return() -> None:
    one, other = two_nodes()
    room = await one.room()
    await one.act("m1", "CheckIn")
    member = Reader(room, "m1").join()
    await other.rooms.open(SESSION)
    await asyncio.sleep(3)
    member.membership.leave()
    await asyncio.sleep(3 * LINK_GRACE_SECONDS)
    assert set(room.session.attendance.lost) == {"m1"}
    Reader(room, "m1").join()
    await asyncio.sleep(2)
    assert room.session.attendance.lost == {}
    assert len(one.entries) == 4


@pytest.mark.rule("R23")
@in_virtual_time
async def test_a_member_whose_node_died_is_missed_by_the_node_that_opens_the_session_next() -> None:
    node = Node()
    await node.room()
    await node.act("m1", "CheckIn")
    after = Node(ledger=MemoryLedger(node.ledger.store), name="n2")
    room = await after.rooms.open(SESSION)
    await asyncio.sleep(LINK_GRACE_SECONDS + 2)
    assert set(room.session.attendance.lost) == {"m1"}


@pytest.mark.rule("R23")
@in_virtual_time
async def test_a_node_that_stops_calls_nobody_lost() -> None:
    node = Node()
    room = await node.room()
    await node.act("m1", "CheckIn")
    Reader(room, "m1").join()
    await node.rooms.close()
    await asyncio.sleep(2 * LINK_GRACE_SECONDS)
    assert len(node.entries) == 2


def calling() -> Table:
    table = brought_to("detailed")
    table.act(VERA, "OpenIntercom", member="m2")
    return table


def hung_up(presence: Presence, now: float, *, heard: bool = True) -> bool:
    found = presence.findings(calling().state, now, heard=heard)
    return ReportCallerLost(principal=VERA) in found


@pytest.mark.rule("R54")
def test_a_supervisor_who_leaves_an_intercom_open_is_missed_after_the_grace() -> None:
    presence = Presence((), 0)
    presence.seen_here([], 0, [VERA])
    assert not hung_up(presence, 1_000)
    presence.seen_here([], 1_001)
    assert not hung_up(presence, 1_001)
    assert not hung_up(presence, 1_001 + LINK_GRACE_SECONDS - 0.1)
    assert not hung_up(presence, 1_001 + LINK_GRACE_SECONDS, heard=False)
    assert hung_up(presence, 1_001 + LINK_GRACE_SECONDS)


@pytest.mark.rule("R54")
def test_a_supervisor_who_comes_back_here_or_elsewhere_goes_on_speaking() -> None:
    presence = Presence((), 0)
    assert not hung_up(presence, 0)
    presence.heard(b"n2", (), 9, (VERA,))
    assert not hung_up(presence, 9)
    presence.expire(9 + LEASE_SECONDS)
    assert not hung_up(presence, 9 + LEASE_SECONDS)
    presence.seen_here([], 20, [VERA])
    assert not hung_up(presence, 20)
    assert not hung_up(presence, 1_000)


@pytest.mark.rule("R54")
@in_virtual_time
async def test_an_intercom_ends_with_the_supervisor_whatever_node_he_was_on() -> None:
    one, other = two_nodes()
    room = await one.room()
    await one.act("m1", "CheckIn")
    Reader(room, "m1").join()
    caller = Reader(await other.rooms.open(SESSION), "vera").join()
    await one.act("vera", "OpenIntercom", member="m1")
    await asyncio.sleep(5 * LINK_GRACE_SECONDS)
    assert room.session.speaking.intercom is not None
    caller.membership.leave()
    await asyncio.sleep(LINK_GRACE_SECONDS + LEASE_SECONDS + 2)
    assert room.session.speaking.intercom is None
    assert len(one.entries) == 4


@pytest.mark.rule("R22")
def test_what_another_version_says_on_the_bus_is_not_understood_and_ignored() -> None:
    assert gossip.read(b"\xc1") is None
    assert gossip.read(b"") is None
    assert gossip.read(gossip.lease(b"n1", ("m1",))) == gossip.Lease(b"n1", ("m1",))
    before = msgspec.msgpack.encode({"type": "lease", "node": b"n1", "members": ["m1"]})
    assert gossip.read(before) == gossip.Lease(b"n1", ("m1",), ())
