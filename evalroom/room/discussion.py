"""Who may hear what is not kept: typing, pointing, turning a page; how well a seat is connected.

While any section is under individual review the members work apart, and nothing passes between them
(theory: even that somebody points at a page says what he thinks about). Afterwards the members who
scored a section may discuss it, as long as the session runs. How well a seat is connected is for
those who look after it, and for no other seat.
"""

from collections.abc import Callable, Mapping
from typing import Any

from evalroom.sessions.state import Session
from evalroom.sessions.visibility import Audience
from evalroom.sessions.visibility.audience import guards, watches


def reach(
    session: Session, speaker: str, message: Mapping[str, Any]
) -> Callable[[Audience], bool] | None:
    """Whom a member's message may reach; None when it is dropped."""
    if message.get("kind") == "link":
        return _organisers(session, speaker)
    members = hearers(session, speaker, str(message.get("matter")))
    return (lambda audience: audience.member in members) if members else None


def hearers(session: Session, speaker: str, matter: str) -> frozenset[str]:
    """The members whom a member's word about `matter` (a section's id) may reach; if there is none,
    it is dropped.
    """
    if session.over or session.pause is not None:
        return frozenset()
    progress, revealed = session.sheets.progress, session.sheets.revealed
    if any(revealed.get(section, 0) < each.round for section, each in progress.items()):
        return frozenset()
    scorers = session.plan.section_scorers.get(matter, ())
    if matter not in revealed or speaker not in scorers:
        return frozenset()
    return frozenset(scorers) - {speaker}


def _organisers(session: Session, member: str) -> Callable[[Audience], bool] | None:
    venue = next((seat.venue for seat in session.tender.seats if seat.member == member), None)
    if venue is None or session.over:
        return None
    return lambda audience: (
        watches(session, audience) or audience.holds("witness") or guards(audience, venue)
    )
