"""Who may be seen and heard, by whom, and when: cameras, screens, microphones.

A source is named by what it shows: `seat.{member}.camera`, `.screen` or `.microphone`,
`venue.{venue}.camera.{place}`, `officer.{account}.microphone`. Denied unless a rule here allows it.

A member's screen is sealed as long as any section or round in which that member scores is
unrevealed (评分界面已遮蔽): nobody but himself sees it live, unless two persons have opened it on
a clause. Cameras show faces and rooms, not sheets: they are watched from the first minute.
"""

import re
from typing import Final, Literal

from msgspec import Struct

from evalroom.sessions.alarm_register import shown_to
from evalroom.sessions.people import Role
from evalroom.sessions.refusals import Refused
from evalroom.sessions.state import Session
from evalroom.sessions.tender.policies import policy
from evalroom.sessions.visibility.audience import Audience, inspects, left_out

Kind = Literal["camera", "screen", "microphone"]
KINDS: Final[tuple[Kind, ...]] = ("camera", "screen", "microphone")

VENUE_CAMERA: Final = re.compile(r"venue\.(.+)\.camera\.([A-Za-z0-9_-]{1,16})")

AROUND: Final[tuple[Role, ...]] = ("witness", "center_staff", "sub_venue_contact")
"""Offices that are bound to a venue when the appointment names one."""

SPEAKERS: Final[tuple[Role, ...]] = ("agency_lead", "supervisor")
"""Offices that may speak to the committee: the host when talk is open, a supervisor by intercom."""


class Source(Struct, frozen=True):
    """Something that can be seen or heard; `member` or `account` is whose it is, `venue` where."""

    id: str
    kind: Kind
    member: str | None = None
    account: str | None = None
    venue: str | None = None


def source_of(session: Session, source: str) -> Source:
    """The source with this name. Raises `Refused("unknown_source")`."""
    whose, _, what = source.rpartition(".")
    kind = next((kind for kind in KINDS if kind == what), None)
    if whose.startswith("seat.") and kind is not None:
        member = whose.removeprefix("seat.")
        for seat in session.tender.seats:
            if seat.member == member:
                return Source(source, kind, member=member, venue=seat.venue)
    elif whose.startswith("officer.") and kind == "microphone":
        account = whose.removeprefix("officer.")
        held = session.seats.appointments.get(account)
        if held is not None and held.member is None:
            return Source(source, kind, account=account, venue=held.venue)
    elif named := VENUE_CAMERA.fullmatch(source):
        venue = named[1]
        if any(v.id == venue for v in session.tender.venues):
            return Source(source, "camera", venue=venue)
    raise Refused("unknown_source", source=source[:96])


def source_for(session: Session, audience: Audience, source: str) -> Source:
    """As `source_of`, for somebody: whoever is told nothing of a session is not told which sources
    it has. Raises `Refused`: `wrong_role`, `unknown_source`.
    """
    if left_out(session, audience):
        raise Refused("wrong_role")
    return source_of(session, source)


def may_publish(
    session: Session, audience: Audience, principal: str, device: str | None, source: Source
) -> None:
    """Raise unless this account, at this device, is the one who shows or says it.

    A seat's pictures come from the seat: `not_checked_in`, `other_device`. Else `wrong_role`, and
    `session_over` when nothing happens any more.
    """
    if session.over:
        raise Refused("session_over", phase=session.phase)
    if source.member is not None:
        if audience.member != source.member:
            raise Refused("wrong_role")
        seating = session.seats.bound.get(source.member)
        if seating is None:
            raise Refused("not_checked_in", member=source.member)
        if seating.device != device:
            raise Refused("other_device")
    elif source.account is not None:
        if source.account != principal or not audience.holds(*SPEAKERS):
            raise Refused("wrong_role")
    elif not (audience.holds("agency_lead") or _of_the_venue(audience, source, *AROUND[1:])):
        raise Refused("wrong_role")


def may_watch(session: Session, audience: Audience, source: Source) -> None:
    """Raise unless this audience may see, or listen to, the source live.

    `screen_sealed` says that the picture is there, recorded, and not to be seen now; `wrong_role`
    that it never is for this audience; `talk_closed` that members work apart, `microphone_closed`
    that its owner is not to be heard by them now.
    """
    if session.over:
        raise Refused("session_over", phase=session.phase)
    match source.kind:
        case "screen":
            _screen(session, audience, source)
        case "camera":
            if not _sees_camera(session, audience, source):
                raise Refused("wrong_role")
        case "microphone":
            _hears(session, audience, source)


def may_know_of(audience: Audience, source: Source) -> bool:
    """Whether this audience may know that a source is there now, seen or not: agency and supervisor
    of all, the offices of a venue of those there.
    """
    return audience.holds(*SPEAKERS) or _of_the_venue(audience, source, *AROUND)


def may_review(session: Session, audience: Audience, source: Source) -> None:
    """Raise unless this audience may see what was recorded of the source.

    Faces, rooms and voices: a supervisor at any time, an auditor after the end. Screens: both when
    the report is signed and the session closed, or when two persons have opened the screen; one of
    an evaluation that failed stays sealed. `wrong_role`, `screen_sealed`.
    """
    if not inspects(session, audience):
        raise Refused("wrong_role")
    if not _unsealed(session, source.id):
        raise Refused("screen_sealed", member=source.member)


def size_told(session: Session, source: str) -> bool:
    """Whether whoever reads of a recording is told how many bytes it has: of a sealed screen they
    would say when its owner is at work, and how much.
    """
    return _unsealed(session, source)


def may_see_snapshot(session: Session, audience: Audience, number: int) -> str:
    """The hash of an alarm's picture, for whoever is concerned by the alarm and may see its source:
    live while the session runs, as a recording afterwards.

    Raises `Refused`: `alarm_unknown`, `unknown_snapshot`, and as `may_watch` and `may_review` do.
    """
    told = not left_out(session, audience)
    alarm = session.alarms.raised.get(number) if told else None
    if alarm is None or not shown_to(alarm, audience.roles, audience.venue):
        raise Refused("alarm_unknown", alarm=number)
    source = source_of(session, alarm.source)
    (may_review if session.over else may_watch)(session, audience, source)
    if alarm.snapshot is None:
        raise Refused("unknown_snapshot", alarm=number)
    return alarm.snapshot


def screen_sealed(session: Session, member: str) -> bool:
    """Whether something this member scores is still unrevealed, begun or not."""
    revealed, progress = session.sheets.revealed, session.sheets.progress
    return any(
        revealed.get(section, 0) < (progress[section].round if section in progress else 1)
        for section, scorers in session.plan.section_scorers.items()
        if member in scorers
    )


def talk_open(session: Session) -> bool:
    """Whether members may speak with each other: not while a section is under individual review,
    not in a pause, not after the end.
    """
    if session.over or session.pause is not None:
        return False
    revealed = session.sheets.revealed
    return all(
        revealed.get(section, 0) >= progress.round
        for section, progress in session.sheets.progress.items()
    )


def _unsealed(session: Session, source: str) -> bool:
    """Whether what was recorded of a source is open: of a screen when the report is signed, or two
    persons have opened it.
    """
    whose, _, kind = source.rpartition(".")
    if kind != "screen" or session.phase == "closed":
        return True
    return session.recordings.opened(whose.removeprefix("seat."))


def _screen(session: Session, audience: Audience, source: Source) -> None:
    assert source.member is not None
    if audience.member == source.member:
        return
    if not audience.holds("supervisor"):
        raise Refused("wrong_role")
    if screen_sealed(session, source.member) and not session.recordings.opened(source.member):
        raise Refused("screen_sealed", member=source.member)


def _sees_camera(session: Session, audience: Audience, source: Source) -> bool:
    if audience.holds("supervisor"):
        return True
    if audience.member is not None:
        shown = policy(session.tender, "member_cameras") == "committee"
        shown = shown and audience.member not in session.declarations.recused
        return source.member == audience.member or (shown and source.member is not None)
    if source.member is None and audience.holds("agency_lead"):
        return True
    # The witness stands in for the public at his venue: he watches faces there; staff see rooms.
    offices: tuple[Role, ...] = AROUND if source.member is None else ("witness",)
    return _of_the_venue(audience, source, *offices)


def _hears(session: Session, audience: Audience, source: Source) -> None:
    """A supervisor hears everybody (现场声音); a witness his venue; the intercom its two ends."""
    if audience.holds("supervisor") or _of_the_venue(audience, source, "witness"):
        return
    if audience.member is None and not audience.holds("agency_lead"):
        raise Refused("wrong_role")
    intercom = session.speaking.intercom
    if intercom is not None and (source.account, audience.member) == (intercom.by, intercom.member):
        return
    if audience.member in session.declarations.recused:
        # He has stepped back, and the others may speak of bidders.
        raise Refused("wrong_role")
    if not talk_open(session):
        raise Refused("talk_closed")
    if source.member in session.speaking.muted:
        raise Refused("microphone_closed", member=source.member)


def _of_the_venue(audience: Audience, source: Source, *offices: Role) -> bool:
    return audience.holds(*offices) and audience.venue in (None, source.venue)
