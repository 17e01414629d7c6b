"""The committee's vote when too few bids are left: go on, or reject all (有效投标不足三家).

Works: the members vote whether competition remains; more than half decide. In government
procurement there is no vote: the tender fails (trade-decisions on 87号令 43). A tie rejects nothing
and nobody: the members vote again.
"""

from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Reason
from evalroom.sessions.refusals import Refused
from evalroom.sessions.scoring.brands import competitors
from evalroom.sessions.tender.policies import policy

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

Choice = Literal["continue", "reject_all"]


class CastVote(Command, frozen=True):
    """A member's vote with his reason, which goes into the report."""

    choice: Choice
    reason: Reason


class VoteOpened(Event, frozen=True):
    """Fewer valid bids than the law wants; the members decide. `round` counts repeated votes."""

    round: int
    valid: int
    needed: int


class VoteCast(Event, frozen=True):
    """One member's vote."""

    member: str
    choice: Choice
    reason: str


class VoteConcluded(Event, frozen=True):
    """The outcome; `tied` opens the vote again."""

    outcome: Literal["continue", "reject_all", "tied"]
    votes: dict[Choice, int]


class Votes(Struct, frozen=True):
    """Slice of the state: the running vote and its outcome."""

    round: int = 0
    open: bool = False
    cast: dict[str, VoteCast] = field(default_factory=dict)
    outcome: Literal["continue", "reject_all"] | None = None


def cast_vote(session: "Session", command: CastVote, by: Acting, _at: int) -> tuple[Event, ...]:
    """One vote a member and round."""
    assert by.member is not None
    if not session.votes.open:
        raise Refused("no_vote_open")
    if by.member in session.votes.cast:
        raise Refused("already_voted")
    return (VoteCast(member=by.member, choice=command.choice, reason=command.reason),)


def needed(session: "Session") -> int:
    """How many valid bids the evaluation needs to go on without asking."""
    return int(policy(session.tender, "min_valid_bids"))


def competing(session: "Session") -> int:
    """How many bidders are left; in government procurement one brand of the core product is one
    (87号令 31).
    """
    return len(competitors(session.tender, session.valid_bids()))


def too_few(session: "Session") -> bool:
    """Whether competition is in question and nobody has decided about it."""
    return competing(session) < needed(session) and session.votes.outcome is None


def reactions(session: "Session") -> tuple[Event, ...]:
    """Tally a complete vote; open the next one after a tie."""
    votes = session.votes
    if not votes.open or len(votes.cast) < len(session.tender.committee):
        return ()
    choices = [vote.choice for vote in votes.cast.values()]
    counts: dict[Choice, int] = {c: choices.count(c) for c in ("continue", "reject_all")}
    if counts["continue"] == counts["reject_all"]:
        return (VoteConcluded(outcome="tied", votes=counts), opened(session))
    outcome: Choice = "continue" if counts["continue"] > counts["reject_all"] else "reject_all"
    return (VoteConcluded(outcome=outcome, votes=counts),)


def opened(session: "Session") -> VoteOpened:
    """The event that opens the (next) vote."""
    return VoteOpened(
        round=session.votes.round + 1, valid=competing(session), needed=needed(session)
    )


def evolve(votes: Votes, event: Event, _at: int) -> Votes:
    """The slice after one of this matter's events."""
    match event:
        case VoteOpened(round=round_):
            return Votes(round=round_, open=True)
        case VoteCast(member=member):
            return replace(votes, cast={**votes.cast, member: event})
        case VoteConcluded(outcome="tied"):
            return replace(votes, open=False)
        case VoteConcluded(outcome=outcome):
            return replace(votes, open=False, outcome=outcome)
        case _:
            return votes
