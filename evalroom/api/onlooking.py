"""A member looks on from the device of his seat, and from no other one, by whatever way."""

from evalroom.api.call import Call
from evalroom.api.parts import Room
from evalroom.sessions.people import SYSTEM, Actor
from evalroom.sessions.refusals import Refused
from evalroom.sessions.seats import same_seat
from evalroom.sessions.visibility.audience import Audience


async def onlooker(call: Call, room: Room) -> Audience:
    """As whom this principal sees the session from where he is.

    Raises `Refused`: `not_invited`; `other_device` for a member elsewhere, and those who watch are
    told of it.
    """
    audience = room.audience(call.principal)
    if same_seat(room.session, audience.member, call.principal.device):
        return audience
    # What is asked again and again becomes one entry a minute.
    where = {"member": audience.member}
    await room.submit(Actor(SYSTEM), call.parts.random(16), "ReportSecondDevice", where, None)
    raise Refused("other_device")
