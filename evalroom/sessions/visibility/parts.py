"""The parts of a view that hold no score: session, phase, people, tender, bids, ballots, report."""

from typing import Any

import msgspec

from evalroom.sessions.gates import gate
from evalroom.sessions.phases import chain_of
from evalroom.sessions.state import Session
from evalroom.sessions.tender.policies import policy
from evalroom.sessions.visibility.audience import (
    STAFF,
    WATCHERS,
    Audience,
    guards,
    inspects,
    knows_project,
    offices_shown,
    reads_bids,
    reads_prices,
    unsealed,
    watches,
)


def session_part(session: Session, audience: Audience) -> dict[str, Any]:
    """What is being evaluated, for those who may know it already; the key that signs receipts."""
    shown: dict[str, Any] = {
        "id": session.id,
        "opened_at": session.opened_at,
        "rehearsal": session.rehearsal,
        "regime": session.tender.regime,
        "signing_key": {"id": session.key, "public": session.public_key},
        "title": None,
        "lot": None,
        "identifiers": {},
    }
    if knows_project(session, audience):
        shown["title"] = session.tender.title
        shown["lot"] = {"id": session.tender.lot.id, "title": session.tender.lot.title}
        shown["identifiers"] = dict(session.tender.identifiers)
    return shown


def phase_part(session: Session, _audience: Audience) -> dict[str, Any]:
    """Where the evaluation stands."""
    return {
        "name": session.phase,
        "since": session.phase_since,
        "revision": session.phase_revision,
        "chain": list(chain_of(session.tender)),
        "over": session.over,
        "ending": session.ending,
    }


def pause_part(session: Session, _audience: Audience) -> dict[str, Any] | None:
    """The running pause, its kind and reason, for every seat; not by whom."""
    if session.pause is None:
        return None
    return {
        "kind": session.pause.kind,
        "reason": session.pause.reason,
        "document": session.pause.document,
        "since": session.pause.since,
        "overdue": session.pause.overdue,
    }


def name_and_stage(session: Session, _audience: Audience) -> dict[str, Any]:
    """Where the evaluation stands, for an auditor before its end: no revision, which would count
    its pauses.
    """
    return {**phase_part(session, _audience), "revision": 0}


def gate_part(session: Session, _audience: Audience) -> list[dict[str, Any]]:
    """本条为何未通过: conditions of the phase at hand, unmet first."""
    return [msgspec.to_builtins(condition) for condition in gate(session)]


def venues_part(session: Session, _audience: Audience) -> dict[str, Any]:
    """The places of the session."""
    return {v.id: {"title": v.title, "role": v.role} for v in session.tender.venues}


def committee_part(session: Session, audience: Audience) -> dict[str, Any]:
    """The members by id: seat, attendance, 已结束/未结束 by section, signature. Names only where a
    policy shows them; whether the browser was known to stand at the seat (`paired`), for agency,
    staff and those who watch.
    """
    knows_pairing = watches(session, audience) or audience.holds(*STAFF, "witness")
    named = unsealed(session) and policy(session.tender, "member_names") == "name"
    seats = {seat.member: seat for seat in session.tender.seats}
    return {
        member.id: {
            "alias": member.alias,
            "name": member.name if named else None,
            "seniority": member.seniority,
            "discipline": member.discipline,
            "venue": seats[member.id].venue if member.id in seats else None,
            "workstation": seats[member.id].workstation if member.id in seats else None,
            "checked_in": member.id in session.seats.bound,
            "paired": _paired(session, member.id) if knows_pairing else None,
            "identity": _identity(session, member.id),
            "committed": member.id in session.declarations.committed,
            "recused": member.id in session.declarations.recused,
            "lead": session.lead.member == member.id,
            "reachable": member.id not in session.attendance.lost,
            "finished": {
                section: member.id in progress.closed
                for section, progress in session.sheets.progress.items()
                if member.id in session.plan.section_scorers[section]
            },
            "signature": _signature(session, member.id),
        }
        for member in session.tender.committee
    }


def replaced_part(session: Session, _audience: Audience) -> dict[str, str]:
    """Who sat on the committee before a substitute took the place, by id: the alias by which the
    minutes go on to name him.
    """
    return {member.id: member.alias for member in session.replaced}


def offices_part(session: Session, audience: Audience) -> dict[str, Any]:
    """Who holds which office, for the agency and those who watch."""
    return {
        account: {"roles": list(held.roles), "venue": held.venue}
        for account, held in offices_shown(session, audience).items()
    }


def tender_part(session: Session, audience: Audience) -> dict[str, Any] | None:
    """The rules of the tender: sections, criteria, aggregation, price rule, tie-breakers."""
    if not reads_bids(session, audience):
        return None
    tender = session.tender
    shown = {
        name: msgspec.to_builtins(getattr(tender, name))
        for name in (
            "method", "category", "procuring_entity", "agent", "budget", "ceiling_price",
            "sections", "criteria", "aggregation", "price", "tie_breakers", "candidates",
            "policies", "core_product",
        )
    }  # fmt: skip
    if not reads_prices(session, audience):
        shown["opening_record"] = None
    else:
        shown["opening_record"] = msgspec.to_builtins(tender.opening_record)
    return shown


def bids_part(session: Session, audience: Audience) -> dict[str, Any]:
    """The bids by id, with prices where they are open. Device fingerprints are the committee's
    matter, never a view's.
    """
    if not reads_bids(session, audience):
        return {}
    bids = {}
    for bid in session.tender.bids:
        shown: dict[str, Any] = msgspec.to_builtins(bid)
        del shown["fingerprints"]
        if not reads_prices(session, audience):
            shown["price"] = None
        shown["rejected"] = bid.id in session.rejected and audience.member is not None
        bids[bid.id] = shown
    return bids


def me_part(session: Session, audience: Audience) -> dict[str, Any]:
    """The audience as the session knows it."""
    bound = session.seats.bound.get(audience.member) if audience.member else None
    seat = next((s for s in session.tender.seats if s.member == audience.member), None)
    return {
        "member": audience.member,
        "roles": list(audience.roles),
        "venue": audience.venue,
        "workstation": seat.workstation if seat else None,
        "seated": bound is not None,
        "committed": audience.member in session.declarations.committed,
        "recused": audience.member in session.declarations.recused,
    }


def ballot_part(session: Session, audience: Audience) -> dict[str, Any]:
    """The election: who has voted, tallies of finished rounds, and of the votes only one's own."""
    election = session.lead
    return {
        "round": election.round,
        "candidates": list(election.candidates),
        "voted": sorted(election.votes),
        "own": election.votes.get(audience.member) if audience.member else None,
        "tallies": [dict(tally) for tally in election.tallies],
        "deadlocked": election.deadlocked,
        "lead": election.member,
        "start_requested": election.start_requested,
        "start_approved": election.start_approved,
    }


def vote_part(session: Session, audience: Audience) -> dict[str, Any]:
    """The vote on going on with few bids: who has voted; choices once it is concluded, to the
    committee.
    """
    votes = session.votes
    concluded = votes.outcome is not None
    shown = {
        member: {"choice": vote.choice, "reason": vote.reason}
        for member, vote in votes.cast.items()
        if audience.member is not None and (concluded or member == audience.member)
    }
    return {
        "round": votes.round,
        "open": votes.open,
        "voted": sorted(votes.cast),
        "votes": shown,
        "outcome": votes.outcome,
    }


def report_part(session: Session, audience: Audience) -> dict[str, Any]:
    """The report's hash and who has signed; dissents for the committee, and for the others when all
    is closed. What was written by hand is read with the report.
    """
    reads = audience.member is not None or (session.phase == "closed" and audience.holds(*WATCHERS))
    return {
        "sha256": session.signing.report,
        "confirmed": {move: list(m) for move, m in session.signing.confirmed.items()},
        "signatures": {
            member: {
                "state": signature.state,
                "at": signature.at,
                "text": signature.text if reads else None,
                "by_hand": signature.hand is not None,
            }
            for member, signature in session.signing.signatures.items()
        },
    }


def remarks_part(session: Session, audience: Audience) -> list[dict[str, Any]]:
    """Observations on record: all of them for watchers, a witness's and staff's own office's for
    themselves.
    """
    return [
        {"at": r.at, "by": r.by, "role": r.role, "text": r.text, "member": r.member}
        for r in session.attendance.remarks
        if watches(session, audience) or r.role in audience.roles
    ]


def incidents_part(session: Session, audience: Audience) -> list[dict[str, Any]]:
    """Devices that were refused a seat another one is bound to, for agency, witness and those who
    watch, and for the staff of that venue.
    """
    all_ = watches(session, audience) or audience.holds("witness")
    return [
        {"at": one.at, "code": "second_device", "member": one.member, "venue": one.venue}
        for one in session.attendance.incidents
        if all_ or guards(audience, one.venue)
    ]


def looks_part(session: Session, audience: Audience) -> int | None:
    """How many looks are on record, for supervisor and auditor."""
    return session.attendance.looks if inspects(session, audience) else None


def _identity(session: Session, member: str) -> dict[str, Any] | None:
    seating = session.seats.bound.get(member)
    if seating is None:
        return None
    return {"method": seating.method, "confirmed": seating.confirmed_by is not None}


def _paired(session: Session, member: str) -> bool | None:
    seating = session.seats.bound.get(member)
    return seating.paired if seating else None


def _signature(session: Session, member: str) -> str | None:
    signature = session.signing.signatures.get(member)
    return signature.state if signature else None
