"""Discipline, commitment, recusal (宣布纪律·承诺回避), and the replacement of a member who may not
or cannot serve.

The bidders' names become visible when this phase opens, because a member must know them to declare.
A recusal holds the session until a substitute has been drawn, seated and committed; the substitute
starts from zero (实施条例 48).
"""

from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from evalroom.sessions.maps import without
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Appointment, Id, Reason, Text
from evalroom.sessions.refusals import Refused
from evalroom.sessions.seats import check_member
from evalroom.sessions.tender.model import Member

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

Ground = Literal["kinship", "employment", "authority_staff", "other_interest", "earlier_penalty"]
"""回避事由: kin of the bidder's head; post or share within three years; staff of the authority;
other interest; penalty.
"""


class AnnounceDiscipline(Command, frozen=True):
    """The agency's lead has read the discipline to all venues."""


class Commit(Command, frozen=True):
    """A member signs the commitment letter and declares that no ground of recusal applies."""


class Recuse(Command, frozen=True):
    """A member steps back."""

    ground: Ground
    explanation: Text = ""


class ReplaceMember(Command, frozen=True):
    """Seat the substitute drawn for a member (补抽)."""

    member: Id
    substitute: Member
    principal: Id
    workstation: Id
    reason: Reason


class DisciplineAnnounced(Event, frozen=True):
    """宣布纪律 is done."""

    by: str


class Committed(Event, frozen=True):
    """A member has committed himself."""

    member: str


class Recused(Event, frozen=True):
    """A member has declared a ground of recusal."""

    member: str
    ground: Ground
    explanation: str


class MemberReplaced(Event, frozen=True):
    """A substitute has taken a member's place; what the former declared is void."""

    member: str
    substitute: Member
    principal: str
    workstation: str
    reason: str


class Declarations(Struct, frozen=True):
    """Slice of the state: was discipline announced, who committed when, who stepped back."""

    announced_at: int | None = None
    committed: dict[str, int] = field(default_factory=dict)
    recused: dict[str, Ground] = field(default_factory=dict)


def announce(
    session: "Session", _command: AnnounceDiscipline, by: Acting, _at: int
) -> tuple[Event, ...]:
    """Once is enough."""
    if session.declarations.announced_at is not None:
        raise Refused("already_announced")
    return (DisciplineAnnounced(by=by.principal),)


def commit(session: "Session", _command: Commit, by: Acting, _at: int) -> tuple[Event, ...]:
    """A member commits himself after the discipline was announced, seated, and not recused."""
    member = _free_to_declare(session, by)
    if session.declarations.announced_at is None:
        raise Refused("discipline_not_announced")
    return (Committed(member=member),)


def recuse(session: "Session", command: Recuse, by: Acting, _at: int) -> tuple[Event, ...]:
    """A member declares a ground; he is out of the session's business from here on."""
    member = _free_to_declare(session, by)
    return (Recused(member=member, ground=command.ground, explanation=command.explanation),)


def replace_member(
    session: "Session", command: ReplaceMember, _by: Acting, _at: int
) -> tuple[Event, ...]:
    """Put the substitute in the member's place. Any member may be replaced before the review
    starts.
    """
    check_member(session, command.member)
    members = {m.id for m in session.tender.committee}
    if command.substitute.id in members | {m.id for m in session.replaced}:
        raise Refused("member_known", member=command.substitute.id)
    if command.principal in session.seats.appointments:
        raise Refused("already_appointed")
    former = next(m for m in session.tender.committee if m.id == command.member)
    if command.substitute.seniority != former.seniority:
        raise Refused("substitute_of_other_kind")
    if command.substitute.discipline != former.discipline:
        raise Refused("substitute_of_other_discipline")
    others = (s.workstation for s in session.tender.seats if s.member != command.member)
    if command.workstation in others:
        raise Refused("workstation_taken", workstation=command.workstation)
    return (
        MemberReplaced(
            member=command.member,
            substitute=command.substitute,
            principal=command.principal,
            workstation=command.workstation,
            reason=command.reason,
        ),
    )


def evolve(declarations: Declarations, event: Event, at: int) -> Declarations:
    """The slice after one of this matter's events."""
    match event:
        case DisciplineAnnounced():
            return replace(declarations, announced_at=at)
        case Committed(member=member):
            return replace(declarations, committed={**declarations.committed, member: at})
        case Recused(member=member, ground=ground):
            return replace(declarations, recused={**declarations.recused, member: ground})
        case MemberReplaced(member=member):
            return replace(
                declarations,
                committed=without(declarations.committed, member),
                recused=without(declarations.recused, member),
            )
        case _:
            return declarations


def seat_substitute(session: "Session", event: MemberReplaced) -> "Session":
    """The whole state after a replacement: committee, seat plan, bound seat and appointment change
    together.
    """
    committee = tuple(
        event.substitute if m.id == event.member else m for m in session.tender.committee
    )
    seats = tuple(
        replace(s, member=event.substitute.id, workstation=event.workstation)
        if s.member == event.member
        else s
        for s in session.tender.seats
    )
    appointments = {
        account: held
        for account, held in session.seats.appointments.items()
        if held.member != event.member
    }
    left = (a for a, held in session.seats.appointments.items() if held.member == event.member)
    appointments[event.principal] = Appointment(
        member=event.substitute.id,
        venue=next(s.venue for s in seats if s.member == event.substitute.id),
    )
    return replace(
        session,
        tender=replace(session.tender, committee=committee, seats=seats),
        seats=replace(
            session.seats,
            bound=without(session.seats.bound, event.member),
            appointments=appointments,
            former=(*session.seats.former, *left),
        ),
        replaced=(
            *session.replaced,
            *(m for m in session.tender.committee if m.id == event.member),
        ),
    )


def undeclared(session: "Session") -> tuple[str, ...]:
    """Members who have not committed themselves (the recused among them)."""
    committed = session.declarations.committed
    return tuple(m.id for m in session.tender.committee if m.id not in committed)


def _free_to_declare(session: "Session", by: Acting) -> str:
    assert by.member is not None
    if by.member in session.declarations.committed:
        raise Refused("already_committed")
    if by.member in session.declarations.recused:
        raise Refused("already_recused")
    return by.member
