"""A small committee and a table to seat it at: every act is checked against the laws of the domain.

ada, boris, chen, dora and emil are members m1 … m5; hana leads for the agency, vera supervises,
wang witnesses, stan runs the main venue. `Table.act` submits a command the way a room would and
asserts, for every audience, that the view before plus the changes is the view after, and that
folding the ledger again gives the same state.
"""

from decimal import Decimal
from hashlib import sha256
from typing import Any

import msgspec
from msgspec.structs import replace

from evalroom.sessions.catalogue import read_command
from evalroom.sessions.evolving import fold
from evalroom.sessions.genesis import open_session
from evalroom.sessions.messages import Event
from evalroom.sessions.opening import Phase
from evalroom.sessions.people import SYSTEM, Actor, Appointment
from evalroom.sessions.refusals import Refused
from evalroom.sessions.session import decide
from evalroom.sessions.sheets import Seen
from evalroom.sessions.state import Session
from evalroom.sessions.tender.model import (
    FORMAT,
    Aggregation,
    Bid,
    Criterion,
    Document,
    Lot,
    Member,
    Policy,
    PriceRule,
    Regime,
    Seat,
    Section,
    Tender,
    TieBreaker,
    Venue,
)
from evalroom.sessions.visibility import Audience, apply, audience_of, changes, view

MEMBERS = ("m1", "m2", "m3", "m4", "m5")
ACCOUNTS = dict(zip(MEMBERS, ("ada", "boris", "chen", "dora", "emil"), strict=True))
HANA, VERA, WANG, STAN = "hana", "vera", "wang", "stan"
OFFICES = {
    HANA: Appointment(roles=("agency_lead",)),
    VERA: Appointment(roles=("supervisor",)),
    WANG: Appointment(roles=("witness",), venue="main"),
    STAN: Appointment(roles=("center_staff",), venue="main"),
    "audrey": Appointment(roles=("auditor",)),
}
APPOINTMENTS = {account: Appointment(member=m) for m, account in ACCOUNTS.items()} | OFFICES
SEED = "5e" * 32
WORKSTATIONS = {account: f"w{n}" for n, account in enumerate(ACCOUNTS.values(), 1)}
"""Where the members' browsers stand, unless somebody is sent elsewhere."""

CRITERIA = (
    Criterion("q1", "conformity", "报价唯一", "pass_fail"),
    Criterion("t1", "technical", "方案", "range", points=Decimal(40), interval=Decimal("0.5")),
    Criterion("t2", "technical", "人员", "fixed", values=(Decimal(0), Decimal(10), Decimal(20)),
              points=Decimal(20)),
    Criterion("b1", "business", "业绩", "range", points=Decimal(20),
              objective="each_then_match"),
)  # fmt: skip


def small_tender(
    regime: Regime = "works", *, bids: int = 4, criteria: tuple[Criterion, ...] = CRITERIA,
    **policies: str,
) -> Tender:  # fmt: skip
    """A lawful tender of five members, two venues, one pass/fail and two scored sections."""
    return Tender(
        format=FORMAT,
        title="滨河新区智慧交通",
        regime=regime,
        category="works" if regime == "works" else "services",
        lot=Lot("1", "一标段"),
        ceiling_price=Decimal(2000),
        budget=Decimal(2000),
        bids=tuple(
            Bid(f"B{n}", f"投标人{n}", price=Decimal(1000 + n), documents=(offer(n),))
            for n in range(1, bids + 1)
        ),
        sections=(
            Section("conformity", "符合性", "preliminary"),
            Section("technical", "技术", "detailed"),
            Section("business", "商务", "detailed"),
        ),
        criteria=criteria,
        aggregation=Aggregation(),
        price=PriceRule(points=Decimal(20)),
        tie_breakers=(TieBreaker("price", "ascending"),),
        committee=tuple(Member(m, f"专家{n}号") for n, m in enumerate(MEMBERS, 1)),
        venues=(Venue("main", "主场", "main"), Venue("east", "副场一")),
        seats=tuple(
            Seat(f"w{n}", "main" if n < 4 else "east", m) for n, m in enumerate(MEMBERS, 1)
        ),
        policies=tuple(Policy(name, value) for name, value in policies.items()),
    )


def offer(number: int) -> Document:
    """The one file of a bid, of nine pages."""
    return Document("d1", "投标文件", sha256(f"offer {number}".encode()).hexdigest(), pages=9)


class Table:
    """A session in the hand: its ledger, its state, and the laws checked at each step."""

    def __init__(self, tender: Tender | None = None) -> None:
        genesis = open_session(
            "0" * 32, tender or small_tender(), APPOINTMENTS,
            by=HANA, seed=SEED, key="k1", public_key="00" * 32,
        )  # fmt: skip
        self.at = 1_000
        self.log: list[tuple[int, tuple[Event, ...]]] = [(self.at, genesis)]
        self.state: Session = fold(None, genesis, self.at)

    def act(
        self, who: str, name: str, /, seen: Seen = None, at: int | None = None, **args: Any
    ) -> tuple[Event, ...]:
        """Submit a command as a member or account; a refusal is raised and changes nothing."""
        self.at = self.at + 10 if at is None else at
        before = self.state
        account = ACCOUNTS.get(who, who)
        actor = seated_actor(before, account)
        events = decide(before, read_command(name, args), actor, self.at, seen)
        if events:
            self.log.append((self.at, events))
            self.state = fold(before, events, self.at)
            self._check_the_law(before, events)
        return events

    def refused(self, who: str, name: str, /, seen: Seen = None, **args: Any) -> Refused:
        """Submit a command that must be refused, and check that nothing moved."""
        before, length = self.state, len(self.log)
        try:
            self.act(who, name, seen, **args)
        except Refused as refusal:
            assert self.state is before
            assert len(self.log) == length
            return refusal
        raise AssertionError(f"{name} by {who} was accepted")

    def everyone(self, name: str, /, **args: Any) -> None:
        """The same command by each member in turn."""
        for member in self.members:
            self.act(member, name, **args)

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(m.id for m in self.state.tender.committee)

    @property
    def phase(self) -> str:
        return self.state.phase

    @property
    def lead(self) -> str:
        member = self.state.lead.member
        assert member is not None
        return member

    def view(self, who: str) -> dict[str, Any]:
        return view(self.state, self.audience(who))

    def audience(self, who: str) -> Audience:
        return audience_of(self.state, ACCOUNTS.get(who, who))

    def audiences(self) -> set[Audience]:
        held = self.state.seats.appointments
        return {audience_of(self.state, account) for account in held}

    def fill(self, section: str, value: Any = None) -> None:
        """Every scorer fills his sheet of a section (by default with good values) and closes it."""
        for member in self.state.plan.section_scorers[section]:
            self.enter(member, section, value)
            self.act(member, "ClosePersonally", section=section)

    def enter(self, member: str, section: str, value: Any = None) -> None:
        """One member fills his sheet; `value` is a text or a function of (criterion, bid)."""
        cells = []
        for bid in self.state.valid_bids():
            for criterion in self.state.plan.typed[section]:
                if member in self.state.plan.scorers[criterion]:
                    text = value(criterion, bid) if callable(value) else value
                    text = good_value(self.state, criterion) if text is None else text
                    reason = "见第3页" if text in ("fail", "apply") else ""
                    cells.append(
                        {"bid": bid, "criterion": criterion, "value": text, "reason": reason}
                    )
        self.act(member, "EnterScores", cells=cells)

    def _check_the_law(self, before: Session, events: tuple[Event, ...]) -> None:
        for audience in self.audiences():
            told = changes(before, events, self.state, audience)
            assert apply(view(before, audience), list(told)) == view(self.state, audience)
        replayed: Session | None = None
        for at, entry in self.log:
            replayed = fold(replayed, entry, at)
        assert replayed == self.state


def seated_actor(state: Session, account: str) -> Actor:
    """An account at its own browser; a member's is paired with the workstation planned for him."""
    held = state.seats.appointments.get(account)
    seats = {seat.member: seat.workstation for seat in state.tender.seats}
    here = seats.get(held.member) if held is not None and held.member is not None else None
    return Actor(account, device=f"device-{account}", workstation=here)


def good_value(state: Session, criterion: str) -> str:
    """A value that is allowed for the item."""
    match state.plan.criteria[criterion].kind:
        case "pass_fail":
            return "pass"
        case "deduction":
            return "none"
        case _:
            return "10"


def brought_to(phase: Phase, tender: Tender | None = None) -> Table:
    """A table at which the session has just come to `phase`, in the ordinary way.

    The way there is played once for each tender and kept: states are values, nobody can spoil them.
    """
    tender = tender or small_tender()
    key = (phase, msgspec.json.encode(tender))
    if key not in _PLAYED:
        table = Table(tender)
        for step in (_seat, _declare, _elect, _judge, _score, _confirm_prices, _submit, _sign):
            if table.state.phase == phase:
                break
            step(table)
        assert table.state.phase == phase, f"came to {table.state.phase}, not {phase}"
        _PLAYED[key] = (table.at, tuple(table.log), table.state)
    table = Table.__new__(Table)
    table.at, log, table.state = _PLAYED[key]
    table.log = list(log)
    return table


_PLAYED: dict[
    tuple[Phase, bytes], tuple[int, tuple[tuple[int, tuple[Event, ...]], ...], Session]
] = {}


def _seat(table: Table) -> None:
    table.everyone("CheckIn")


def _declare(table: Table) -> None:
    table.act(HANA, "AnnounceDiscipline")
    table.everyone("Commit")


def _elect(table: Table) -> None:
    table.everyone("CastBallot", candidate="m1")
    table.act("m1", "RequestStart")


def _judge(table: Table) -> None:
    table.fill("conformity")
    table.act(table.lead, "CloseGroup", section="conformity")


def _score(table: Table) -> None:
    for section in ("technical", "business"):
        table.fill(section)
        table.act(table.lead, "CloseGroup", section=section)


def _confirm_prices(table: Table) -> None:
    table.everyone("ConfirmPrices")


def _submit(table: Table) -> None:
    if table.state.tender.regime == "government_procurement":
        table.act(HANA, "AcceptResult")
    table.act(table.lead, "SubmitReport")


def _sign(table: Table) -> None:
    table.everyone("SignReport", report=table.state.signing.report)
    table.act(table.lead, "CloseSession")


def with_policy(tender: Tender, **policies: str) -> Tender:
    """The tender with further policies."""
    added = tuple(Policy(name, value) for name, value in policies.items())
    return replace(tender, policies=(*tender.policies, *added))


def tick(table: Table, at: int) -> tuple[Event, ...]:
    """Let time itself act."""
    return table.act(SYSTEM, "Tick", at=at)
