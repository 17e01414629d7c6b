"""How a session begins and how it ends: the genesis, phases opened one after another, failure and
close.

The genesis is several events, because tender, bids, committee, seats and policies are for different
eyes at different times.
"""

from typing import Literal

from evalroom.sessions.messages import Event
from evalroom.sessions.people import Appointment
from evalroom.sessions.tender.model import Bid, Member, Policy, Seat, Tender, Venue

Phase = Literal[
    "check_in",
    "declaration",
    "lead",
    "preliminary",
    "abnormal_price",
    "detailed",
    "price",
    "summary",
    "signing",
    "closed",
    "failed",
    "evaluation_stopped",
    "aborted",
]
TERMINAL: tuple[Phase, ...] = ("closed", "failed", "evaluation_stopped", "aborted")


class SessionOpened(Event, frozen=True):
    """The ledger begins. `scoring` fixes the arithmetic, `key` names the key of receipts and
    checkpoints (hex).
    """

    session: str
    scoring: int
    key: str
    public_key: str
    rehearsal: bool
    by: str


class TenderRecorded(Event, frozen=True):
    """The tender without bids, committee, places and policies, which follow by themselves."""

    tender: Tender


class BidsRecorded(Event, frozen=True):
    """The bids."""

    bids: tuple[Bid, ...]


class CommitteeRecorded(Event, frozen=True):
    """The members as drawn; sealed until check-in."""

    committee: tuple[Member, ...]


class SeatsRecorded(Event, frozen=True):
    """Venues and the seat plan."""

    venues: tuple[Venue, ...]
    seats: tuple[Seat, ...]


class PoliciesRecorded(Event, frozen=True):
    """The policies that hold for this session, with the clauses they rest on."""

    policies: tuple[Policy, ...]


class AppointmentsRecorded(Event, frozen=True):
    """Which account is which member or holds which office."""

    appointments: dict[str, Appointment]


class PhaseOpened(Event, frozen=True):
    """The next phase has begun; its gate was met."""

    phase: Phase


class SessionFailed(Event, frozen=True):
    """流标 / 废标: too few valid bids, by law or by the committee's vote."""

    reason: Literal["too_few_bids", "all_rejected", "committee_rejected_all"]
    valid: int


class SessionClosed(Event, frozen=True):
    """The report is signed and the evaluation over."""
