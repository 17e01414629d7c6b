"""The parts of a view that speak of what a seat asks for and of the machine it stands on."""

from typing import Any

import msgspec

from evalroom.sessions.state import Session
from evalroom.sessions.visibility.audience import Audience, guards, watches
from evalroom.sessions.workstations import Checked


def workstations_part(session: Session, audience: Audience) -> dict[str, Any]:
    """By member: how the devices were found (`checked`), and when the workstation was cleared; for
    agency, witness, staff of the venue and those who watch, and the member's own.
    """
    told = session.workstations
    return {
        seat.member: {
            "checked": _checked(told.checked.get(seat.member)),
            "cleared": told.cleared.get(seat.member),
        }
        for seat in session.tender.seats
        if (seat.member in told.checked or seat.member in told.cleared)
        and _looks_after(session, audience, seat.member, seat.venue)
    }


def leaves_part(session: Session, _audience: Audience) -> dict[str, Any]:
    """Who asked to step out, and since when he is out, by member, for every seat; never why."""
    return {
        member: {"asked": leave.asked, "granted": leave.granted}
        for member, leave in session.requests.leaves.items()
    }


def more_time_part(session: Session, audience: Audience) -> dict[str, Any]:
    """Who wants more time, for agency and those who watch, and whether oneself has asked; since
    when it is due, for everybody.
    """
    asked = session.requests.more_time
    shown = asked if watches(session, audience) else tuple(m for m in asked if m == audience.member)
    return {"asked": list(shown), "due": session.requests.more_time_due}


def _checked(report: Checked | None) -> dict[str, Any] | None:
    if report is None:
        return None
    return {"at": report.at, "checks": [msgspec.to_builtins(check) for check in report.checks]}


def _looks_after(session: Session, audience: Audience, member: str, venue: str) -> bool:
    around = watches(session, audience) or audience.holds("witness") or guards(audience, venue)
    return around or audience.member == member
