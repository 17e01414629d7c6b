"""Who takes part: a person with an account for each seat of the committee and each office around
it, as the tender names them, and a workstation for each who has a seat.
"""

from msgspec import Struct
from msgspec.structs import replace

from evalroom.sessions.people import Appointment, Role
from evalroom.sessions.tender.model import Member, Tender

OFFICES: tuple[tuple[Role, str, str], ...] = (
    ("agency_lead", "agency", "代理机构项目负责人"),
    ("supervisor", "supervisor", "行政监督"),
    ("witness", "witness", "见证人员"),
)
"""Office, login and shown name of those around a committee."""


class Part(Struct, frozen=True):
    """One person: what he is in the session, and the name and login of his account.

    `key` is the member's id, or the office. A substitute has no appointment until he is drawn.
    `seat` is the workstation his browser stands at, if he has one.
    """

    key: str
    name: str
    login: str
    appointment: Appointment | None
    seat: str | None = None


class Cast(Struct, frozen=True):
    """Everybody of one evaluation: members in the order of the committee, officers, and who stands
    ready to take a member's place. `prefix` begins what is made for them alone.
    """

    members: tuple[Part, ...]
    officers: tuple[Part, ...]
    substitute: Part | None = None
    understudy: Member | None = None
    prefix: str = ""

    @property
    def everyone(self) -> tuple[Part, ...]:
        """All parts that need an account."""
        waiting = () if self.substitute is None else (self.substitute,)
        return (*self.members, *self.officers, *waiting)


def apart(tender: Tender, prefix: str) -> Tender:
    """The tender with workstations of its own, so that a drill at a real centre leaves the pairings
    of the real ones alone.
    """
    seats = tuple(
        replace(seat, workstation=f"{prefix}seat{n}") for n, seat in enumerate(tender.seats, 1)
    )
    return replace(tender, seats=seats)


def cast_of(tender: Tender, prefix: str = "", *, substitute: bool = False) -> Cast:
    """The cast for a tender; `prefix` begins every login, so that two casts do not meet."""
    venues = {seat.member: seat.venue for seat in tender.seats}
    seats = {seat.member: seat.workstation for seat in tender.seats}
    main = next((v.id for v in tender.venues if v.role == "main"), None)
    members = tuple(
        Part(
            m.id,
            m.alias,
            f"{prefix}member{n}",
            Appointment(m.id, venue=venues.get(m.id)),
            seats.get(m.id),
        )
        for n, m in enumerate(tender.committee, 1)
    )
    officers = tuple(
        Part(role, name, prefix + login, _office(role, main)) for role, login, name in OFFICES
    )
    if not substitute:
        return Cast(members, officers, prefix=prefix)
    drawn = _understudy(tender, tender.committee[-1])
    login, seat = f"{prefix}member{len(members) + 1}", _spare_seat(tender)
    waiting = Part(drawn.id, drawn.alias, login, None, seat)
    return Cast(members, officers, waiting, drawn, prefix)


def _office(role: Role, main: str | None) -> Appointment:
    return Appointment(roles=(role,), venue=main if role == "witness" else None)


def _spare_seat(tender: Tender) -> str:
    """A workstation that nobody sits at: the browser of a seat stays where it is."""
    taken = {seat.workstation for seat in tender.seats}
    last = tender.seats[-1].workstation
    return next(f"{last}-{n}" for n in range(2, len(taken) + 3) if f"{last}-{n}" not in taken)


def _understudy(tender: Tender, former: Member) -> Member:
    """The person drawn in a member's place: of the same kind and discipline, under a free name."""
    taken = {m.id for m in tender.committee} | {m.alias for m in tender.committee}
    numbers = range(1, len(taken) + 2)
    return Member(
        next(f"s{n}" for n in numbers if f"s{n}" not in taken),
        next(f"专家{n}号" for n in numbers if f"专家{n}号" not in taken),
        seniority=former.seniority,
        discipline=former.discipline,
    )
