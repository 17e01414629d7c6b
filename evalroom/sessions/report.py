"""The evaluation report as a value (评标报告): what the committee signs, and the hash it signs.

The content is a pure function of the state from the moment the result is computed; nothing that
happens while the report is being signed changes it. Its canonical form is JSON with sorted keys, no
blanks, UTF-8 and no floats; the SHA-256 of that is what a signature names. It holds the sheets, so
that anyone can compute the result again. Members appear under their aliases.
"""

from hashlib import sha256
from typing import Any

import msgspec

from evalroom.sessions.sheets import Row
from evalroom.sessions.state import Session

FORMAT = "evalroom-report/1"


def report(session: Session) -> dict[str, Any]:
    """The report, its hash, and what each member did: `content`, `sha256`, `signatures`."""
    content = report_content(session)
    return {
        "content": content,
        "sha256": sha256(canonical(content)).hexdigest(),
        "signatures": {
            member: msgspec.to_builtins(signature)
            for member, signature in session.signing.signatures.items()
        },
    }


def report_hash(session: Session) -> str:
    """SHA-256 of the canonical content, in hex."""
    return sha256(canonical(report_content(session))).hexdigest()


def canonical(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no blanks, UTF-8."""
    return msgspec.json.encode(value, order="sorted")


def report_content(session: Session) -> dict[str, Any]:
    """Everything the report says, in the order of 12号令 42 / 87号令 58: basics, committee,
    opening, bids, rejections, criteria, scores, prices, ranking, candidates.
    """
    tender, results = session.tender, session.results
    return {
        "format": FORMAT,
        "scoring": session.scoring,
        "session": session.id,
        "rehearsal": session.rehearsal,
        "opened_at": session.opened_at,
        **{name: _plain(getattr(tender, name)) for name in _TENDER_FIELDS},
        "committee": _committee(session),
        "replaced": [member.id for member in session.replaced],
        "opening_record": _plain(tender.opening_record),
        "bids": [
            {"id": b.id, "bidder": b.bidder, "uscc": b.uscc, "price": _plain(b.price)}
            for b in tender.bids
        ],
        "verdicts": _plain(results.verdicts),
        "rejections": _rejections(session),
        "vote": _vote(session),
        "screens": _screens(session),
        "abnormal_prices": _plain(results.abnormal),
        "scores": _plain(results.scores),
        "prices": _plain(results.prices),
        "result": _plain(results.result),
        "verification": results.verification,
        "recheck": _plain(results.recheck),
        "sheets": _sheets(session),
    }


_TENDER_FIELDS = (
    "title", "regime", "method", "category", "lot", "identifiers", "procuring_entity", "agent",
    "budget", "ceiling_price", "sections", "criteria", "aggregation", "price", "tie_breakers",
    "candidates", "policies",
)  # fmt: skip


def _committee(session: Session) -> list[dict[str, Any]]:
    seats = {seat.member: seat for seat in session.tender.seats}
    return [
        {
            "id": member.id,
            "alias": member.alias,
            "seniority": member.seniority,
            "discipline": member.discipline,
            "venue": seats[member.id].venue,
            "workstation": seats[member.id].workstation,
            "workstation_verified": member.id not in session.seats.unverified,
            "identity": session.seats.identified[member.id],
            "lead": session.lead.member == member.id,
        }
        for member in session.tender.committee
    ]


def _screens(session: Session) -> list[dict[str, Any]]:
    """Early looks at sealed screens, with the clause each rested on."""
    return [
        {"member": member, "clause": asked.clause}
        for member, asked in session.recordings.screens.items()
        if asked.granted_by is not None
    ]


def _rejections(session: Session) -> list[dict[str, Any]]:
    """否决投标情况: each rejected bid with the items it failed and the members' reasons for failing
    it.
    """
    return [
        {
            "bid": bid,
            "section": section,
            "criterion": item.criterion,
            "reasons": _reasons(session, section, bid, item.criterion),
        }
        for bid, section in session.rejected.items()
        for verdict in session.results.verdicts[section]
        if verdict.bid == bid
        for item in verdict.items
        if not item.passed
    ]


def _reasons(session: Session, section: str, bid: str, criterion: str) -> list[dict[str, Any]]:
    reasons = []
    for member, sections in session.sheets.rows.items():
        cell = sections.get(section, {}).get(bid, Row()).cells.get(criterion)
        if cell is not None and cell.value == "fail":
            evidence = _plain(cell.evidence)
            reasons.append({"member": member, "reason": cell.reason, "evidence": evidence})
    return reasons


def _vote(session: Session) -> dict[str, Any] | None:
    votes = session.votes
    if votes.outcome is None:
        return None
    cast = {m: {"choice": v.choice, "reason": v.reason} for m, v in votes.cast.items()}
    return {"round": votes.round, "outcome": votes.outcome, "votes": cast}


def _sheets(session: Session) -> dict[str, Any]:
    """section → member → bid → criterion → value and reason, of every revealed section."""
    return {
        section: {
            member: {
                bid: {c: {"value": x.value, "reason": x.reason} for c, x in row.cells.items()}
                for bid, row in sections.get(section, {}).items()
            }
            for member, sections in session.sheets.rows.items()
        }
        for section in session.sheets.revealed
    }


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value, str_keys=True)
