"""What the edges ask of rooms is what rooms give; the type checker reads this, the test runs it."""

from evalroom.api import parts as api
from evalroom.room import Membership, Room, Rooms, Sink
from evalroom.signaling import rooms as signaling
from evalroom.signaling.session_socket import SessionSocket
from tests.room.parts import SESSION, Node, in_virtual_time, principal
from tests.sessions.cast import APPOINTMENTS, small_tender


def rooms_fit(rooms: Rooms) -> tuple[signaling.Rooms, api.Rooms]:
    return rooms, rooms


def room_fits(room: Room) -> tuple[signaling.Room, api.Room]:
    return room, room


def membership_fits(membership: Membership) -> signaling.Membership:
    return membership


def socket_fits(socket: SessionSocket) -> Sink:
    return socket


@in_virtual_time
async def test_both_edges_use_one_room() -> None:
    control, http = rooms_fit(Node().rooms)
    await http.create(SESSION, small_tender(), APPOINTMENTS, by="hana", rehearsal=True)
    live, read = await control.open(SESSION), await http.open(SESSION)
    assert id(live) == id(read)
    assert live.audience(principal("m1")).member == "m1"
