"""The scenarios by name: which twist each brings into an evaluation, and what a tender must have
for it.
"""

from typing import Literal

from msgspec import Struct

from evalroom.rehearsal.behaviour import Cell
from evalroom.rehearsal.sheets import Sheet, another
from evalroom.sessions.scoring.tally import judge, tally
from evalroom.sessions.scoring.who import scorers
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.policies import policy

Twist = Literal[
    "edits", "dropped_link", "dissent", "pause", "recusal", "deadlock", "silence", "mismatch"
]


class Scenario(Struct, frozen=True):
    """A name and the twists it brings."""

    name: str
    twists: frozenset[Twist]

    def has(self, twist: Twist) -> bool:
        """Whether this twist is part of it."""
        return twist in self.twists


def _scenario(name: str, *twists: Twist) -> Scenario:
    return Scenario(name, frozenset(twists))


DEFAULT = "usual"
SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        _scenario(DEFAULT, "edits", "dropped_link", "dissent"),
        _scenario("plain"),
        _scenario("dropped-link", "edits", "dropped_link"),
        _scenario("dissent", "dissent"),
        _scenario("pause", "edits", "pause"),
        _scenario("recusal", "recusal"),
        _scenario("deadlock", "deadlock"),
        _scenario("silent", "silence"),
        _scenario("mismatch", "mismatch"),
    )
}


class Unplayable(Exception):
    """This tender cannot be played in this scenario; `code` says what stands against it."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


def check_playable(scenario: Scenario, tender: Tender, sheets: dict[str, Sheet]) -> None:
    """Raise Unplayable for a scenario that this tender has no place for."""
    if scenario.has("deadlock") and not tied_ballots(tender):
        raise Unplayable("no_lasting_tie")
    if scenario.has("mismatch") and slip_of(tender, sheets) is None:
        raise Unplayable("no_objective_item")
    reviewed = tally(tender, _texts(sheets)).abnormal_prices
    if reviewed is not None and reviewed.findings:
        bids = "、".join(low.bid for low in reviewed.findings)
        raise Unplayable("low_price", bids=bids)


def tied_ballots(tender: Tender) -> tuple[dict[str, str], ...]:
    """Votes (member → candidate) round by round that leave every round undecided; none where the
    numbers do not allow it.
    """
    if policy(tender, "lead") == "none":
        return ()
    experts_only = policy(tender, "lead_eligible") == "experts"
    eligible = [m.id for m in tender.committee if not experts_only or m.seniority == "expert"]
    rounds = int(policy(tender, "lead_rounds"))
    return _ballots([m.id for m in tender.committee], eligible, rounds) or ()


def slip_of(tender: Tender, sheets: dict[str, Sheet]) -> tuple[str, Cell] | None:
    """A member and an objective cell that he can get wrong, of a bid that is not rejected."""
    _, rejected = judge(tender, _texts(sheets))
    for criterion in tender.criteria:
        if criterion.objective != "each_then_match":
            continue
        who = scorers(tender, criterion)
        for bid in tender.bids:
            written = sheets.get(who[-1], {}).get((bid.id, criterion.id)) if who else None
            if bid.id in rejected or written is None or another(criterion, written) is None:
                continue
            return who[-1], (bid.id, criterion.id)
    return None


def _texts(sheets: dict[str, Sheet]) -> dict[str, dict[str, dict[str, str]]]:
    """member → bid → criterion → value, as the arithmetic reads sheets."""
    texts: dict[str, dict[str, dict[str, str]]] = {}
    for member, sheet in sheets.items():
        for (bid, criterion), written in sheet.items():
            texts.setdefault(member, {}).setdefault(bid, {})[criterion] = written.value
    return texts


def _ballots(
    voters: list[str], candidates: list[str], rounds: int
) -> tuple[dict[str, str], ...] | None:
    """The first `tied` candidates get `most` votes each, the others fewer; only the tied stand in
    the next round.
    """
    for tied in range(len(candidates), 1, -1):
        for most in range(len(voters) // tied, 0, -1):
            rest = len(voters) - tied * most
            if rest > (len(candidates) - tied) * (most - 1):
                continue
            later = _ballots(voters, candidates[:tied], rounds - 1) if rounds > 1 else ()
            if later is not None:
                places = [n % tied for n in range(tied * most)]
                places += [tied + n // (most - 1) for n in range(rest)]
                votes = [candidates[place] for place in places]
                return (dict(zip(voters, votes, strict=True)), *later)
    return None
