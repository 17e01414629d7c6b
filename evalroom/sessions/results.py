"""What the committee's work comes to: verdicts, section scores, price scores, totals and ranks
(汇总复核).

All of it is computed once, by the server, when the sheets it rests on are revealed, and stored as
facts in events with the scoring version of the genesis: a later correction of the arithmetic never
changes an award that was made. In government procurement abnormally low prices are looked for
before anything is scored (财库 2026 年 2 号), and the agency checks the result before the report is
signed (87号令 45(8)); a committee may refuse its wish, which is then on record.
"""

from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Reason
from evalroom.sessions.refusals import Refused
from evalroom.sessions.scoring import abnormal, price
from evalroom.sessions.scoring.facts import PriceScore, Result, SectionScore, Verdict
from evalroom.sessions.scoring.ranking import rank
from evalroom.sessions.scoring.sections import score_section
from evalroom.sessions.scoring.verdicts import judge_section
from evalroom.sessions.sheets import texts_of

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

RecheckGround = Literal[
    "arithmetic_error", "outside_range", "objective_mismatch", "recognised_outlier"
]
"""The only grounds on which a result may be looked at again: 87号令 64."""


class ConfirmPrices(Command, frozen=True):
    """A member has seen the computed price scores and agrees with the arithmetic."""


class AcceptResult(Command, frozen=True):
    """核对无误: the agency finds the result free of the four faults."""


class RequestRecheck(Command, frozen=True):
    """要求复核: the agency names a ground of 87号令 64."""

    ground: RecheckGround
    reason: Reason


class RefuseRecheck(Command, frozen=True):
    """The committee holds to its result; the matter goes on record for the finance department."""

    reason: Reason


class BidsJudged(Event, frozen=True):
    """Verdicts of a pass/fail section; bids that failed leave price arithmetic and ranking."""

    section: str
    round: int
    verdicts: tuple[Verdict, ...]


class SectionScored(Event, frozen=True):
    """Scores of a section, bid by bid, item by item."""

    section: str
    round: int
    scores: tuple[SectionScore, ...]


class AbnormalPricesExamined(Event, frozen=True):
    """异常低价审查: bids whose price lies below a threshold, with those thresholds."""

    triggered: dict[str, tuple[str, ...]]


class PricesScored(Event, frozen=True):
    """报价评审 / 价格分."""

    scores: tuple[PriceScore, ...]


class PricesConfirmed(Event, frozen=True):
    """A member agrees with the price arithmetic."""

    member: str


class ResultComputed(Event, frozen=True):
    """Totals, ranks and candidates."""

    result: Result


class ResultAccepted(Event, frozen=True):
    """The agency's 核对无误."""

    by: str


class RecheckRequested(Event, frozen=True):
    """The agency's 要求复核."""

    by: str
    ground: RecheckGround
    reason: str


class RecheckRefused(Event, frozen=True):
    """The committee's answer."""

    member: str
    reason: str


class Results(Struct, frozen=True):
    """Slice of the state: the facts computed so far and what agency and members said of them."""

    verdicts: dict[str, tuple[Verdict, ...]] = field(default_factory=dict)
    scores: dict[str, tuple[SectionScore, ...]] = field(default_factory=dict)
    abnormal: dict[str, tuple[str, ...]] | None = None
    prices: tuple[PriceScore, ...] | None = None
    confirmed: dict[str, int] = field(default_factory=dict)
    result: Result | None = None
    verification: Literal["open", "accepted", "recheck", "refused"] = "open"
    recheck: RecheckRequested | None = None


def confirm_prices(
    session: "Session", _command: ConfirmPrices, by: Acting, _at: int
) -> tuple[Event, ...]:
    """Once per member."""
    assert by.member is not None
    if by.member in session.results.confirmed:
        raise Refused("already_confirmed")
    return (PricesConfirmed(member=by.member),)


def accept_result(
    session: "Session", _command: AcceptResult, by: Acting, _at: int
) -> tuple[Event, ...]:
    """The agency's check passes; not while the committee still owes an answer."""
    if session.results.verification == "recheck":
        raise Refused("recheck_pending")
    if session.results.verification == "accepted":
        raise Refused("already_accepted")
    return (ResultAccepted(by=by.principal),)


def request_recheck(
    session: "Session", command: RequestRecheck, by: Acting, _at: int
) -> tuple[Event, ...]:
    """The agency asks; the report cannot be signed until the committee has answered."""
    if session.results.verification != "open":
        raise Refused("already_verified")
    return (RecheckRequested(by=by.principal, ground=command.ground, reason=command.reason),)


def refuse_recheck(
    session: "Session", command: RefuseRecheck, by: Acting, _at: int
) -> tuple[Event, ...]:
    """The committee's refusal, by its lead, with a reason."""
    assert by.member is not None
    if session.results.verification != "recheck":
        raise Refused("no_recheck_requested")
    return (RecheckRefused(member=by.member, reason=command.reason),)


def reactions(session: "Session") -> tuple[Event, ...]:
    """Facts for each revealed section that has none yet."""
    for section, round_ in session.sheets.revealed.items():
        if section not in session.results.verdicts and section not in session.results.scores:
            return (_facts_of(session, section, round_),)
    return ()


def examine_prices(session: "Session") -> AbnormalPricesExamined:
    """The examination of all bids that passed conformity."""
    return AbnormalPricesExamined(
        triggered=dict(abnormal.triggers(session.tender, session.valid_bids()))
    )


def score_prices(session: "Session") -> PricesScored:
    """The price scores of the valid bids."""
    return PricesScored(scores=price.score_prices(session.tender, session.valid_bids()))


def compute_result(session: "Session") -> ResultComputed:
    """Totals and ranks from the facts already on record."""
    results = session.results
    sections = tuple(score for scores in results.scores.values() for score in scores)
    sheets: dict[str, dict[str, dict[str, str]]] = {}
    for section in results.scores:
        for member, bids in texts_of(session, section).items():
            for bid, cells in bids.items():
                sheets.setdefault(member, {}).setdefault(bid, {}).update(cells)
    ranked = rank(session.tender, sections, results.prices or (), session.valid_bids(), sheets)
    return ResultComputed(result=ranked)


def evolve(results: Results, event: Event, at: int) -> Results:
    """The slice after one of this matter's events."""
    match event:
        case BidsJudged(section=section, verdicts=verdicts):
            return replace(results, verdicts={**results.verdicts, section: verdicts})
        case SectionScored(section=section, scores=scores):
            return replace(results, scores={**results.scores, section: scores})
        case AbnormalPricesExamined(triggered=triggered):
            return replace(results, abnormal=triggered)
        case PricesScored(scores=prices):
            return replace(results, prices=prices)
        case PricesConfirmed(member=member):
            return replace(results, confirmed={**results.confirmed, member: at})
        case ResultComputed(result=computed):
            return replace(results, result=computed)
        case ResultAccepted():
            return replace(results, verification="accepted")
        case RecheckRequested():
            return replace(results, verification="recheck", recheck=event)
        case RecheckRefused():
            return replace(results, verification="refused")
        case _:
            return results


def _facts_of(session: "Session", section: str, round_: int) -> Event:
    """Verdicts of a section in the preliminary stage, scores of one in the detailed stage."""
    sheets = texts_of(session, section)
    valid = session.valid_bids()
    if section in session.plan.stages["preliminary"]:
        verdicts = judge_section(session.tender, section, sheets, valid)
        return BidsJudged(section=section, round=round_, verdicts=verdicts)
    scores = score_section(session.tender, section, sheets, valid)
    return SectionScored(section=section, round=round_, scores=scores)
