"""Speaking: the queue of raised hands, who is muted, and a supervisor's word to one seat (对讲).

Talk passes between microphones, not through the record; what is on record is who was given the
floor, who was silenced by whom, and every intercom, which all seats see while it lasts. Nobody's
microphone is opened by somebody else. What somebody began does not outlast him: a hand comes down
and an intercom is over when one of its ends is gone.
"""

from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from evalroom.sessions.declarations import MemberReplaced
from evalroom.sessions.faults import LinkLost
from evalroom.sessions.maps import without
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Id
from evalroom.sessions.refusals import Refused
from evalroom.sessions.seats import SeatReleased, check_member

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

Ending = Literal["hung_up", "caller_gone", "seat_gone", "over"]
"""Why an intercom is over: its opener ended it, he or the member is not there any more, or the
session is over."""


class RaiseHand(Command, frozen=True):
    """A member asks for the floor."""


class LowerHand(Command, frozen=True):
    """A member no longer asks; or whoever leads the meeting takes a hand down (`member`)."""

    member: Id | None = None


class Mute(Command, frozen=True):
    """Close a member's microphone, or all of them; a member who does not lead, his own. Only its
    owner opens it again.
    """

    member: Id | None = None


class Unmute(Command, frozen=True):
    """A member opens his own microphone."""


class OpenIntercom(Command, frozen=True):
    """A supervisor speaks with one seat; recorded, and shown on all seats."""

    member: Id


class CloseIntercom(Command, frozen=True):
    """The end of an intercom."""


class ReportCallerLost(Command, frozen=True):
    """Whoever opened an intercom has no socket anywhere for longer than a reload takes."""

    principal: Id


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


class SelfMuted(Event, frozen=True):
    """A member has closed his own microphone."""

    member: str


class Unmuted(Event, frozen=True):
    """A member's microphone is open."""

    member: str


class IntercomOpened(Event, frozen=True):
    """监督人员正在与某席通话（全程录音）."""

    member: str
    by: str


class IntercomClosed(Event, frozen=True):
    """The intercom is over; `ms` is how long it lasted, `cause` why it ended."""

    member: str
    by: str
    ms: int
    cause: Ending = "hung_up"


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
    if by.member is not None and command.member == by.member:
        return () if by.member in session.speaking.muted else (SelfMuted(member=by.member),)
    if by.member is not None and session.lead.member != by.member:
        raise Refused("wrong_role")
    if command.member is not None:
        check_member(session, command.member)
    committee = tuple(m.id for m in session.tender.committee)
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
    """By whoever opened it."""
    intercom = session.speaking.intercom
    if intercom is None:
        return ()
    if by.principal != intercom.by:
        raise Refused("not_your_intercom")
    return (_closed(intercom, "hung_up", at),)


def caller_lost(
    session: "Session", command: ReportCallerLost, _by: Acting, at: int
) -> tuple[Event, ...]:
    """The end of his intercom, if it is still his."""
    intercom = session.speaking.intercom
    if intercom is None or intercom.by != command.principal:
        return ()
    return (_closed(intercom, "caller_gone", at),)


def outlived(session: "Session", events: tuple[Event, ...], at: int) -> tuple[Event, ...]:
    """What does not outlast those who went, or the session, with these events; `session` is the
    state after them.
    """
    gone = {e.member for e in events if isinstance(e, LinkLost | SeatReleased | MemberReplaced)}
    lowered = tuple(HandLowered(member=m) for m in session.speaking.hands if m in gone)
    intercom = session.speaking.intercom
    ending = None if intercom is None else _ending(session, intercom, gone)
    if intercom is None or ending is None:
        return lowered
    return (*lowered, _closed(intercom, ending, at))


def evolve(speaking: Speaking, event: Event, at: int) -> Speaking:
    """The slice after one of this matter's events."""
    match event:
        case HandRaised(member=member):
            return replace(speaking, hands=(*speaking.hands, member))
        case HandLowered(member=member):
            return replace(speaking, hands=tuple(m for m in speaking.hands if m != member))
        case Muted(members=members):
            return replace(speaking, muted={**speaking.muted, **dict.fromkeys(members, at)})
        case SelfMuted(member=member):
            return replace(speaking, muted={**speaking.muted, member: at})
        case Unmuted(member=member):
            return replace(speaking, muted=without(speaking.muted, member))
        case IntercomOpened(member=member, by=by):
            return replace(speaking, intercom=Intercom(by=by, member=member, since=at))
        case IntercomClosed():
            return replace(speaking, intercom=None)
        case _:
            return speaking


def _ending(session: "Session", intercom: Intercom, gone: set[str]) -> Ending | None:
    if session.over:
        return "over"
    held = session.seats.appointments.get(intercom.by)
    if held is None or "supervisor" not in held.roles:
        return "caller_gone"
    return "seat_gone" if intercom.member in gone else None


def _closed(intercom: Intercom, cause: Ending, at: int) -> IntercomClosed:
    return IntercomClosed(
        member=intercom.member, by=intercom.by, ms=at - intercom.since, cause=cause
    )
