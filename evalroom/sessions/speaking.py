"""Speaking: the queue of raised hands, who is muted, and a supervisor's word to one seat (对讲).

Talk passes between microphones, not through the record; what is on record is who was given the
floor, who was silenced by whom, and every intercom, which all seats see while it lasts. Nobody's
microphone is opened by somebody else.
"""

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from evalroom.sessions.maps import without
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Id
from evalroom.sessions.refusals import Refused

if TYPE_CHECKING:
    from evalroom.sessions.state import Session


class RaiseHand(Command, frozen=True):
    """A member asks for the floor."""


class LowerHand(Command, frozen=True):
    """A member no longer asks; or whoever leads the meeting takes a hand down (`member`)."""

    member: Id | None = None


class Mute(Command, frozen=True):
    """Close a member's microphone, or all of them. Only its owner opens it again."""

    member: Id | None = None


class Unmute(Command, frozen=True):
    """A member opens his own microphone."""


class OpenIntercom(Command, frozen=True):
    """A supervisor speaks with one seat; recorded, and shown on all seats."""

    member: Id


class CloseIntercom(Command, frozen=True):
    """The end of an intercom."""


class HandRaised(Event, frozen=True):
    """A member waits for the floor."""

    member: str


class HandLowered(Event, frozen=True):
    """He no longer does."""

    member: str


class Muted(Event, frozen=True):
    """These microphones are closed until their owners open them."""

    members: tuple[str, ...]
    by: str


class Unmuted(Event, frozen=True):
    """A member's microphone is open."""

    member: str


class IntercomOpened(Event, frozen=True):
    """监督人员正在与某席通话（全程录音）."""

    member: str
    by: str


class IntercomClosed(Event, frozen=True):
    """The intercom is over; `ms` is how long it lasted."""

    member: str
    by: str
    ms: int


class Intercom(Struct, frozen=True):
    """An intercom that is going on."""

    by: str
    member: str
    since: int


class Speaking(Struct, frozen=True):
    """Slice of the state: hands in the order they were raised, closed microphones, the intercom."""

    hands: tuple[str, ...] = ()
    muted: dict[str, int] = field(default_factory=dict)
    intercom: Intercom | None = None


def raise_hand(session: "Session", _command: RaiseHand, by: Acting, _at: int) -> tuple[Event, ...]:
    """Once is enough."""
    assert by.member is not None
    return () if by.member in session.speaking.hands else (HandRaised(member=by.member),)


def lower_hand(session: "Session", command: LowerHand, by: Acting, _at: int) -> tuple[Event, ...]:
    """One's own, or any for who leads the meeting."""
    member = command.member or by.member
    if member is None:
        raise Refused("member_unknown", member="")
    if by.member not in (None, member) and session.lead.member != by.member:
        raise Refused("wrong_role")
    return (HandLowered(member=member),) if member in session.speaking.hands else ()


def mute(session: "Session", command: Mute, by: Acting, _at: int) -> tuple[Event, ...]:
    """Of members only; those who are muted stay so."""
    committee = tuple(m.id for m in session.tender.committee)
    if command.member is not None and command.member not in committee:
        raise Refused("member_unknown", member=command.member)
    meant = committee if command.member is None else (command.member,)
    members = tuple(m for m in meant if m not in session.speaking.muted)
    return (Muted(members=members, by=by.principal),) if members else ()


def unmute(session: "Session", _command: Unmute, by: Acting, _at: int) -> tuple[Event, ...]:
    """The owner's act alone."""
    assert by.member is not None
    return (Unmuted(member=by.member),) if by.member in session.speaking.muted else ()


def open_intercom(
    session: "Session", command: OpenIntercom, by: Acting, _at: int
) -> tuple[Event, ...]:
    """One at a time, with somebody who sits there."""
    if session.speaking.intercom is not None:
        raise Refused("intercom_busy", member=session.speaking.intercom.member)
    if command.member not in session.seats.bound:
        raise Refused("not_checked_in", member=command.member)
    return (IntercomOpened(member=command.member, by=by.principal),)


def close_intercom(
    session: "Session", _command: CloseIntercom, by: Acting, at: int
) -> tuple[Event, ...]:
    """By whoever opened it; by the server when he is gone."""
    intercom = session.speaking.intercom
    if intercom is None:
        return ()
    if by.principal != intercom.by and "system" not in by.roles:
        raise Refused("not_your_intercom")
    return (IntercomClosed(member=intercom.member, by=intercom.by, ms=at - intercom.since),)


def evolve(speaking: Speaking, event: Event, at: int) -> Speaking:
    """The slice after one of this matter's events."""
    match event:
        case HandRaised(member=member):
            return replace(speaking, hands=(*speaking.hands, member))
        case HandLowered(member=member):
            return replace(speaking, hands=tuple(m for m in speaking.hands if m != member))
        case Muted(members=members):
            return replace(speaking, muted={**speaking.muted, **dict.fromkeys(members, at)})
        case Unmuted(member=member):
            return replace(speaking, muted=without(speaking.muted, member))
        case IntercomOpened(member=member, by=by):
            return replace(speaking, intercom=Intercom(by=by, member=member, since=at))
        case IntercomClosed():
            return replace(speaking, intercom=None)
        case _:
            return speaking
