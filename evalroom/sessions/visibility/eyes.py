"""The parts of a view that speak of seeing and hearing: sources, alarms, notices, speaking, early
looks at screens.
"""

from typing import Any, Final

import msgspec

from evalroom.sessions.alarm_register import LADDER, shown_to
from evalroom.sessions.notices import Notice
from evalroom.sessions.refusals import Refused
from evalroom.sessions.state import Session
from evalroom.sessions.visibility.audience import Audience
from evalroom.sessions.visibility.watching import KINDS, may_watch, source_of, talk_open


def sources_inputs(session: Session, audience: Audience) -> tuple[object, ...]:
    """What a seat's sources depend on: not who is speaking, which `speaking` says."""
    gone = audience.member in session.declarations.recused
    progress = session.sheets.progress
    rounds = tuple((section, each.round) for section, each in progress.items())
    screens = session.recordings.screens
    return (
        session.tender,
        session.plan,
        session.over,
        gone,
        session.sheets.revealed,
        rounds,
        screens,
    )


FOR_A_WHILE: Final = frozenset({"talk_closed", "microphone_closed"})
"""Why a microphone is not heard, as `speaking` tells it."""


def sources_part(session: Session, audience: Audience) -> dict[str, Any]:
    """What the seats show and say, each with `refused`: why this audience may not watch it now, or
    None. A microphone is heard by members and agency while `speaking.open`. Cameras of venues are
    not here: the monitoring tells which there are.
    """
    shown: dict[str, Any] = {}
    for seat in session.tender.seats:
        for kind in KINDS:
            source = source_of(session, f"seat.{seat.member}.{kind}")
            refused = None
            try:
                may_watch(session, audience, source)
            except Refused as refusal:
                refused = None if refusal.code in FOR_A_WHILE else refusal.code
            if refused != "wrong_role":
                shown[source.id] = {
                    "kind": kind, "member": seat.member, "venue": seat.venue, "refused": refused,
                }  # fmt: skip
    return shown


def alarms_part(session: Session, audience: Audience) -> dict[str, Any]:
    """The register of alarms by number, for the offices each of them concerns."""
    return {
        str(number): {
            "kind": alarm.kind,
            "level": alarm.level,
            "source": alarm.source,
            "member": alarm.member,
            "venue": alarm.venue,
            "at": alarm.at,
            "stage": alarm.stage,
            "asks": LADDER[alarm.asks],
            "subsided": alarm.subsided,
            "times": alarm.times,
            "snapshot": alarm.snapshot,
            "by": alarm.by,
            "how": alarm.how,
        }
        for number, alarm in session.alarms.raised.items()
        if shown_to(alarm, audience.roles, audience.venue)
    }


def notices_part(session: Session, audience: Audience) -> dict[str, Any]:
    """Notices by number: a member's own with his receipt; supervisor, agency and witness see all
    receipts.
    """
    return {
        str(number): _notice(notice, audience)
        for number, notice in session.notices.sent.items()
        if audience.member in notice.members or _follows(audience)
    }


def pause_request_part(session: Session, audience: Audience) -> dict[str, Any] | None:
    """A supervisor's request that waits for the agency's answer, for the two of them."""
    request = session.notices.request
    if request is None or not audience.holds("supervisor", "agency_lead"):
        return None
    return {"clause": request.clause, "reason": request.reason, "at": request.at}


def speaking_part(session: Session, _audience: Audience) -> dict[str, Any]:
    """Whether talk is open, who waits for the floor, whose microphone is closed, and the intercom,
    for every seat.
    """
    intercom = session.speaking.intercom
    return {
        "open": talk_open(session),
        "hands": list(session.speaking.hands),
        "muted": sorted(session.speaking.muted),
        "intercom": None
        if intercom is None
        else {"member": intercom.member, "since": intercom.since},
    }


def screens_part(session: Session, audience: Audience) -> dict[str, Any]:
    """Early looks at sealed screens, asked for and granted: for those who may ask or grant, and for
    the member himself once it is granted.
    """
    offices = _follows(audience)
    return {
        member: {"clause": asked.clause, "granted": asked.granted_by is not None}
        for member, asked in session.recordings.screens.items()
        if offices or (member == audience.member and asked.granted_by is not None)
    }


def recording_part(session: Session, audience: Audience) -> dict[str, Any] | None:
    """Whether the evaluation is being recorded; to the offices also, with how many gaps."""
    gaps = session.recordings.gaps if audience.member is None else None
    return {"gaps": gaps, "lost": session.recordings.lost}


def _notice(notice: Notice, audience: Audience) -> dict[str, Any]:
    shown = {name: getattr(notice, name) for name in ("kind", "text", "role", "at")}
    if _follows(audience):
        shown |= {
            "members": list(notice.members),
            "confirmed": msgspec.to_builtins(notice.confirmed),
        }
    else:
        member = audience.member
        confirmed = {member: notice.confirmed[member]} if member in notice.confirmed else {}
        shown |= {"members": [member], "confirmed": confirmed}
    return shown


def _follows(audience: Audience) -> bool:
    return audience.holds("supervisor", "agency_lead", "witness", "auditor")
