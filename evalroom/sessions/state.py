"""The state of a session: one slice per matter, folded from the ledger, never written to.

Everything in it can be serialised (snapshots), and whatever an event did not touch keeps its
identity, which is how the views find out what changed.
"""

from msgspec import Struct, field

from evalroom.sessions.alarm_register import Alarms
from evalroom.sessions.declarations import Declarations
from evalroom.sessions.faults import Attendance
from evalroom.sessions.interventions import Standstill
from evalroom.sessions.lead import LeadElection
from evalroom.sessions.notices import Notices
from evalroom.sessions.opening import TERMINAL, Phase
from evalroom.sessions.plan import Plan
from evalroom.sessions.recordings import Recordings
from evalroom.sessions.requests import Requests
from evalroom.sessions.results import Results
from evalroom.sessions.seats import Seats
from evalroom.sessions.sheets import Sheets
from evalroom.sessions.signing import Signing
from evalroom.sessions.speaking import Speaking
from evalroom.sessions.tender.model import Member, Tender
from evalroom.sessions.votes import Votes
from evalroom.sessions.workstations import Workstations


class Session(Struct, frozen=True):
    """One evaluation as it stands after an entry of its ledger. Times are server milliseconds."""

    id: str
    opened_at: int
    rehearsal: bool
    scoring: int
    key: str
    public_key: str
    tender: Tender
    plan: Plan = Plan()
    phase: Phase = "check_in"
    phase_since: int = 0
    phase_revision: int = 0
    pause: Standstill | None = None
    ending: str = ""
    replaced: tuple[Member, ...] = ()
    seats: Seats = field(default_factory=Seats)
    declarations: Declarations = field(default_factory=Declarations)
    lead: LeadElection = field(default_factory=LeadElection)
    sheets: Sheets = field(default_factory=Sheets)
    results: Results = field(default_factory=Results)
    votes: Votes = field(default_factory=Votes)
    signing: Signing = field(default_factory=Signing)
    attendance: Attendance = field(default_factory=Attendance)
    notices: Notices = field(default_factory=Notices)
    speaking: Speaking = field(default_factory=Speaking)
    workstations: Workstations = field(default_factory=Workstations)
    requests: Requests = field(default_factory=Requests)
    alarms: Alarms = field(default_factory=Alarms)
    recordings: Recordings = field(default_factory=Recordings)
    rejected: dict[str, str] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether nothing can happen any more but reading."""
        return self.phase in TERMINAL

    def valid_bids(self) -> tuple[str, ...]:
        """Bids that have not been rejected, in the tender's order."""
        return tuple(bid for bid in self.plan.bids if bid not in self.rejected)

    def results_verified(self) -> bool:
        """Whether the report may be signed: the agency has checked the result where the law asks it
        to (87号令 45(8)).
        """
        if self.tender.regime != "government_procurement":
            return True
        return self.results.verification in ("accepted", "refused")
