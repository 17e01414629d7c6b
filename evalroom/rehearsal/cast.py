"""Who takes part: a person with an account for each seat of the committee and each office around
it, as the tender names them.
"""

from msgspec import Struct

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
    """

    key: str
    name: str
    login: str
    appointment: Appointment | None


class Cast(Struct, frozen=True):
    """Everybody of one evaluation: members in the order of the committee, officers, and who stands
    ready to take a member's place.
    """

    members: tuple[Part, ...]
    officers: tuple[Part, ...]
    substitute: Part | None = None
    understudy: Member | None = None

    @property
    def everyone(self) -> tuple[Part, ...]:
        """All parts that need an account."""
        waiting = () if self.substitute is None else (self.substitute,)
        return (*self.members, *self.officers, *waiting)


def cast_of(tender: Tender, prefix: str = "", *, substitute: bool = False) -> Cast:
    """The cast for a tender; `prefix` begins every login, so that two casts do not meet."""
    venues = {seat.member: seat.venue for seat in tender.seats}
    main = next((v.id for v in tender.venues if v.role == "main"), None)
    members = tuple(
        Part(m.id, m.alias, f"{prefix}member{n}", Appointment(m.id, venue=venues.get(m.id)))
        for n, m in enumerate(tender.committee, 1)
    )
    officers = tuple(
        Part(role, name, prefix + login, _office(role, main)) for role, login, name in OFFICES
    )
    if not substitute:
        return Cast(members, officers)
    drawn = _understudy(tender, tender.committee[-1])
    waiting = Part(drawn.id, drawn.alias, f"{prefix}member{len(members) + 1}", None)
    return Cast(members, officers, waiting, drawn)


def _office(role: Role, main: str | None) -> Appointment:
    return Appointment(roles=(role,), venue=main if role == "witness" else None)


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
