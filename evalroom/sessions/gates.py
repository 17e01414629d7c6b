"""The gates between phases: for each phase the conditions for leaving it, each with what is still
missing.

A condition never shows more than everyone may know: who has not finished, not how far; that a check
is open, not on what.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from evalroom.sessions import closings, declarations, seats, signing
from evalroom.sessions.opening import Phase
from evalroom.sessions.tender.policies import policy

if TYPE_CHECKING:
    from evalroom.sessions.state import Session


class Condition(Struct, frozen=True):
    """One line of a gate: met or not, and what is still missing (「本条为何未通过」)."""

    code: str
    met: bool
    params: dict[str, Any] = field(default_factory=dict)


def gate(session: "Session") -> tuple[Condition, ...]:
    """The conditions for leaving the phase at hand, unmet first."""
    if session.over:
        return ()
    found = sorted(GATES[session.phase](session), key=lambda condition: condition.met)
    return tuple(found)


def sections_settled(session: "Session") -> bool:
    """Whether every section of the stage at hand is closed by the group and evaluated."""
    return all(condition.met for condition in _sections(session))


def _everyone(code: str, missing: tuple[str, ...]) -> Condition:
    params = {"members": list(missing)} if missing else {}
    return Condition(code=code, met=not missing, params=params)


def _check_in(session: "Session") -> Iterator[Condition]:
    yield _everyone("all_checked_in", seats.unseated(session))


def _declaration(session: "Session") -> Iterator[Condition]:
    declared = session.declarations
    yield Condition(code="discipline_announced", met=declared.announced_at is not None)
    yield _everyone("all_checked_in", seats.unseated(session))
    yield _everyone("all_committed", declarations.undeclared(session))
    yield _everyone("recused_replaced", tuple(declared.recused))


def _lead(session: "Session") -> Iterator[Condition]:
    yield Condition(code="lead_elected", met=session.lead.member is not None)
    yield Condition(code="start_requested", met=session.lead.start_requested)
    if policy(session.tender, "start_approval") == "supervisor":
        yield Condition(code="start_approved", met=session.lead.start_approved)


def _sections(session: "Session") -> Iterator[Condition]:
    """Every section of the stage: closed by all its scorers, then by the group, and evaluated."""
    for section in session.plan.stages[session.phase]:
        waiting = closings.unfinished(session, section)
        yield Condition(
            code="all_closed_personally",
            met=not waiting,
            params={"section": section, "members": list(waiting)},
        )
        facts = section in session.results.verdicts or section in session.results.scores
        yield Condition(code="group_closed", met=facts, params={"section": section})


def _preliminary(session: "Session") -> Iterator[Condition]:
    yield from _sections(session)
    if session.votes.round:
        yield Condition(code="vote_concluded", met=session.votes.outcome is not None)


def _abnormal_price(session: "Session") -> Iterator[Condition]:
    triggered = session.results.abnormal or {}
    yield Condition(code="prices_explained", met=not triggered, params={"bids": list(triggered)})


def _price(session: "Session") -> Iterator[Condition]:
    if session.results.prices is not None:
        confirmed = session.results.confirmed
        waiting = tuple(m.id for m in session.tender.committee if m.id not in confirmed)
        yield _everyone("prices_confirmed", waiting)


def _summary(session: "Session") -> Iterator[Condition]:
    if session.tender.regime == "government_procurement":
        yield Condition(code="result_verified", met=session.results_verified())
    yield Condition(code="report_submitted", met=session.signing.report is not None)


def _signing(session: "Session") -> Iterator[Condition]:
    yield _everyone("all_signed", signing.unsigned(session))
    yield Condition(code="closing_requested", met=signing.agreed(session, "close_session"))


GATES: dict[Phase, Callable[["Session"], Iterator[Condition]]] = {
    "check_in": _check_in,
    "declaration": _declaration,
    "lead": _lead,
    "preliminary": _preliminary,
    "abnormal_price": _abnormal_price,
    "detailed": _sections,
    "price": _price,
    "summary": _summary,
    "signing": _signing,
}
