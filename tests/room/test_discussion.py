"""What is not kept passes between members only where they may talk."""

import asyncio
from typing import Any

import pytest

from evalroom.room.discussion import hearers
from evalroom.room.limits import EPHEMERAL_OWED_BYTES
from tests.room.parts import SESSION, Reader, in_virtual_time, principal, two_nodes
from tests.sessions.cast import brought_to

POINTER = {"kind": "pointer", "matter": "conformity", "document": "d1", "page": 3, "x": 1, "y": 2}
LINK = {"kind": "link", "rtt_ms": 186, "lost": 42}


@pytest.mark.rule("R25")
@pytest.mark.parametrize("phase", ["check_in", "declaration", "lead", "preliminary", "detailed"])
def test_nothing_passes_before_a_reveal_or_while_any_section_is_under_review(phase: Any) -> None:
    session = brought_to(phase).state
    for matter in ("conformity", "technical", "nonsense"):
        assert hearers(session, "m1", matter) == frozenset()


@pytest.mark.rule("R25")
def test_after_the_reveal_the_scorers_of_a_section_hear_each_other() -> None:
    table = brought_to("price")
    others = frozenset({"m2", "m3", "m4", "m5"})
    assert hearers(table.state, "m1", "technical") == others
    assert hearers(table.state, "m1", "nonsense") == frozenset()
    assert hearers(table.state, "m9", "technical") == frozenset()
    table.act("vera", "Pause", clause="art. 1")
    assert hearers(table.state, "m1", "technical") == frozenset()
    assert hearers(brought_to("closed").state, "m1", "technical") == frozenset()


@pytest.mark.rule("R25")
@in_virtual_time
async def test_a_pointer_reaches_the_other_members_on_every_node_and_nobody_else() -> None:
    one, other = two_nodes()
    room = await one.room()
    await one.to_review()
    await one.close_section("conformity", "pass", "q1")
    far = await other.rooms.open(SESSION)
    speaker, neighbour, watcher = (Reader(room, who).join() for who in ("m1", "m2", "vera"))
    distant, behind = Reader(far, "m3").join(), Reader(room, "m4").join()
    behind.debt = EPHEMERAL_OWED_BYTES + 1
    # The detailed review is open: nothing passes.
    room.ephemeral(principal("m1"), POINTER)
    for section, criteria in (("technical", ("t1", "t2")), ("business", ("b1",))):
        await one.close_section(section, "10", *criteria)
    await asyncio.sleep(0.1)
    assert speaker.told("ephemeral") == neighbour.told("ephemeral") == []
    room.ephemeral(principal("m1"), POINTER)
    room.ephemeral(principal("vera"), POINTER)
    room.ephemeral(principal("stranger"), POINTER)
    await asyncio.sleep(0.1)
    heard = [{**POINTER, "member": "m1"}]
    assert neighbour.told("ephemeral") == distant.told("ephemeral") == heard
    for reader in (speaker, watcher, behind):
        assert reader.told("ephemeral") == []


@pytest.mark.rule("R46")
@in_virtual_time
async def test_how_well_a_seat_is_connected_is_told_to_those_who_look_after_it_alone() -> None:
    one, other = two_nodes()
    room = await one.room()
    await one.to_review()
    far = await other.rooms.open(SESSION)
    hana, vera = Reader(room, "hana").join(), Reader(far, "vera").join()
    stan, neighbour = Reader(room, "stan").join(), Reader(room, "m2").join()
    await asyncio.sleep(0.1)
    room.ephemeral(principal("m5"), LINK)
    await asyncio.sleep(0.1)
    told = [{**LINK, "member": "m5"}]
    assert hana.told("ephemeral") == vera.told("ephemeral") == told
    assert stan.told("ephemeral") == [], "the main venue's staff have nothing to do with the east"
    assert neighbour.told("ephemeral") == []
    room.ephemeral(principal("m1"), LINK)
    await asyncio.sleep(0.1)
    assert stan.told("ephemeral") == [{**LINK, "member": "m1"}]
