"""The committee elects its lead (推选负责人/组长) by secret ballot, and the lead asks for the
start.

Theory. In each round every member casts one vote for one candidate. More votes than anyone else
elect; otherwise only those tied at the top stand in the next round. After `lead_rounds` rounds
without a result the policy `lead_deadlock` gives the way out: `by_lot`, from a seed that was sealed
into the ledger at the creation of the session, long before anyone knew the candidates, and is
opened together with the draw; or `designated`, by the agency's lead with a reason. A ballot is an
event that no audience ever sees but its author; the tally is an event of its own, for everyone.
"""

from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Id, Reason
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.policies import policy

if TYPE_CHECKING:
    from evalroom.sessions.state import Session


class CastBallot(Command, frozen=True):
    """Vote for a candidate; final for this round."""

    candidate: Id


class DesignateLead(Command, frozen=True):
    """The agency's lead names one of the tied candidates (policy `lead_deadlock = designated`)."""

    member: Id
    reason: Reason


class RequestStart(Command, frozen=True):
    """The elected lead asks that the review begin."""


class ApproveStart(Command, frozen=True):
    """The supervisor releases the start (policy `start_approval = supervisor`)."""


class LotSeedSealed(Event, frozen=True):
    """The secret seed of any draw by lot in this session (64 hex digits), bound by the chain before
    it is needed.
    """

    seed: str


class BallotOpened(Event, frozen=True):
    """A round begins with these candidates."""

    round: int
    candidates: tuple[str, ...]


class BallotCast(Event, frozen=True):
    """One member's vote. Seen by its author alone, for ever."""

    round: int
    member: str
    candidate: str


class BallotTallied(Event, frozen=True):
    """A round's result: votes by candidate."""

    round: int
    votes: dict[str, int]


class BallotDeadlocked(Event, frozen=True):
    """The last round was tied too; the agency's lead has to designate."""

    candidates: tuple[str, ...]


class LotDrawn(Event, frozen=True):
    """The draw among the tied, with the opened seed: anyone can repeat `drawn`."""

    seed: str
    candidates: tuple[str, ...]
    member: str


class LeadElected(Event, frozen=True):
    """The committee has a lead: by `ballot`, `lot` or `designation` (then with the reason)."""

    member: str
    by: str
    reason: str = ""


class StartRequested(Event, frozen=True):
    """The lead has asked for the start."""

    member: str


class StartApproved(Event, frozen=True):
    """The supervisor has released the start."""

    by: str


class LeadElection(Struct, frozen=True):
    """Slice of the state: the running round, votes cast in it, earlier tallies, the elected, the
    start.
    """

    seed: str = ""
    round: int = 0
    candidates: tuple[str, ...] = ()
    votes: dict[str, str] = field(default_factory=dict)
    tallies: tuple[dict[str, int], ...] = ()
    deadlocked: bool = False
    member: str | None = None
    start_requested: bool = False
    start_approved: bool = False


def cast_ballot(session: "Session", command: CastBallot, by: Acting, _at: int) -> tuple[Event, ...]:
    """Record the vote; with the last one the round is tallied in the same entry."""
    assert by.member is not None
    election = session.lead
    if election.member is not None or election.deadlocked:
        raise Refused("ballot_closed")
    if by.member in election.votes:
        raise Refused("already_voted")
    if command.candidate not in election.candidates:
        raise Refused("not_a_candidate", member=command.candidate)
    return (BallotCast(round=election.round, member=by.member, candidate=command.candidate),)


def designate(
    session: "Session", command: DesignateLead, _by: Acting, _at: int
) -> tuple[Event, ...]:
    """Only a deadlock opens this way, and only to those tied at the top."""
    if not session.lead.deadlocked or session.lead.member is not None:
        raise Refused("no_deadlock")
    if command.member not in session.lead.candidates:
        raise Refused("not_a_candidate", member=command.member)
    return (LeadElected(member=command.member, by="designation", reason=command.reason),)


def request_start(
    session: "Session", _command: RequestStart, by: Acting, _at: int
) -> tuple[Event, ...]:
    """The lead's request; the server opens the review when nothing else is asked for."""
    assert by.member is not None
    if session.lead.start_requested:
        raise Refused("start_already_requested")
    return (StartRequested(member=by.member),)


def approve_start(
    session: "Session", _command: ApproveStart, by: Acting, _at: int
) -> tuple[Event, ...]:
    """The supervisor's release, where the policy gives it to him."""
    if policy(session.tender, "start_approval") != "supervisor":
        raise Refused("not_asked_for")
    if not session.lead.start_requested:
        raise Refused("start_not_requested")
    return (StartApproved(by=by.principal),)


def reactions(session: "Session") -> tuple[Event, ...]:
    """What the server adds while the election is the matter in hand: open, tally, run off, draw."""
    election = session.lead
    if election.member is not None or election.deadlocked:
        return ()
    if election.round == 0:
        return (BallotOpened(round=1, candidates=eligible(session)),)
    if len(election.votes) < len(session.tender.committee):
        return ()
    votes = {c: list(election.votes.values()).count(c) for c in election.candidates}
    tally = BallotTallied(round=election.round, votes=votes)
    top = tuple(c for c in election.candidates if votes[c] == max(votes.values()))
    if len(top) == 1:
        return (tally, LeadElected(member=top[0], by="ballot"))
    if election.round < int(policy(session.tender, "lead_rounds")):
        return (tally, BallotOpened(round=election.round + 1, candidates=top))
    if policy(session.tender, "lead_deadlock") == "designated":
        return (tally, BallotDeadlocked(candidates=top))
    member = drawn(election.seed, top)
    draw = LotDrawn(seed=election.seed, candidates=top, member=member)
    return (tally, draw, LeadElected(member=member, by="lot"))


def eligible(session: "Session") -> tuple[str, ...]:
    """Who may stand: in government procurement never the purchaser's representative (87号令 45)."""
    experts_only = policy(session.tender, "lead_eligible") == "experts"
    return tuple(
        m.id for m in session.tender.committee if not experts_only or m.seniority == "expert"
    )


def drawn(seed: str, candidates: tuple[str, ...]) -> str:
    """The candidate the seed picks: SHA-256 of seed and candidates, modulo their number."""
    digest = sha256("\n".join((seed, *candidates)).encode()).digest()
    return candidates[int.from_bytes(digest, "big") % len(candidates)]


def evolve(election: LeadElection, event: Event, _at: int) -> LeadElection:
    """The slice after one of this matter's events."""
    match event:
        case LotSeedSealed(seed=seed):
            return replace(election, seed=seed)
        case BallotOpened(round=round_, candidates=candidates):
            return replace(election, round=round_, candidates=candidates, votes={})
        case BallotCast(member=member, candidate=candidate):
            return replace(election, votes={**election.votes, member: candidate})
        case BallotTallied(votes=votes):
            return replace(election, tallies=(*election.tallies, votes))
        case BallotDeadlocked(candidates=candidates):
            return replace(election, deadlocked=True, candidates=candidates)
        case LeadElected(member=member):
            return replace(election, member=member, deadlocked=False)
        case StartRequested():
            return replace(election, start_requested=True)
        case StartApproved():
            return replace(election, start_approved=True)
        case _:
            return election
