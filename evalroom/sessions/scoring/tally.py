"""The whole result of a tender file with sheets, in one go."""

from msgspec import Struct

from evalroom.sessions.scoring.abnormal import review_prices
from evalroom.sessions.scoring.cells import Sheets
from evalroom.sessions.scoring.facts import (
    AbnormalReview,
    Outlier,
    PriceScore,
    Result,
    SectionScore,
    Verdict,
)
from evalroom.sessions.scoring.outliers import find_outliers
from evalroom.sessions.scoring.price import score_prices
from evalroom.sessions.scoring.ranking import rank
from evalroom.sessions.scoring.sections import score_section
from evalroom.sessions.scoring.trace import (
    AnyStep,
    trace_prices,
    trace_ranking,
    trace_section,
    trace_verdicts,
)
from evalroom.sessions.scoring.verdicts import judge_section
from evalroom.sessions.tender.model import Tender


class Tally(Struct, frozen=True):
    """What follows from tender and sheets; `rejected` maps a bid to the section it failed."""

    verdicts: dict[str, tuple[Verdict, ...]]
    rejected: dict[str, str]
    section_scores: tuple[SectionScore, ...]
    abnormal_prices: AbnormalReview | None
    price_scores: tuple[PriceScore, ...]
    result: Result
    outliers: tuple[Outlier, ...]


def tally(tender: Tender, sheets: Sheets) -> Tally:
    """Judge, score, price and rank; abnormally low prices are named and nothing more.

    Call `completeness.scoring_faults` first: this raises Unscorable at the first thing it misses.
    """
    verdicts, rejected = judge(tender, sheets)
    valid = [bid.id for bid in tender.bids if bid.id not in rejected]
    sections = scored_sections(tender)
    scores = [score for name in sections for score in score_section(tender, name, sheets, valid)]
    prices = score_prices(tender, valid)
    reviewed = tender.regime == "government_procurement"
    return Tally(
        verdicts=verdicts,
        rejected=rejected,
        section_scores=tuple(scores),
        abnormal_prices=review_prices(tender, valid) if reviewed else None,
        price_scores=prices,
        result=rank(tender, scores, prices, valid, sheets),
        outliers=find_outliers(tender, sections, sheets, valid),
    )


def judge(tender: Tender, sheets: Sheets) -> tuple[dict[str, tuple[Verdict, ...]], dict[str, str]]:
    """Verdicts of every section with pass/fail items, and where each rejected bid ended."""
    verdicts: dict[str, tuple[Verdict, ...]] = {}
    rejected: dict[str, str] = {}
    for section in tender.sections:
        if any(item.section == section.id and item.kind == "pass_fail" for item in tender.criteria):
            valid = [bid.id for bid in tender.bids if bid.id not in rejected]
            verdicts[section.id] = judge_section(tender, section.id, sheets, valid)
            rejected |= {one.bid: section.id for one in verdicts[section.id] if not one.passed}
    return verdicts, rejected


def scored_sections(tender: Tender) -> list[str]:
    """Sections that give points, in the order of the tender."""
    scored = {item.section for item in tender.criteria if item.kind != "pass_fail"}
    return [section.id for section in tender.sections if section.id in scored]


def trace_tally(
    tender: Tender, sheets: Sheets, counted: Tally, members: bool
) -> tuple[AnyStep, ...]:
    """Every step of the tally; `members` names who entered what, as only a published result may."""
    valid = [bid.id for bid in tender.bids if bid.id not in counted.rejected]
    steps = list(trace_verdicts(counted.verdicts))
    for section in scored_sections(tender):
        steps += trace_section(tender, section, sheets, valid, members)
    steps += trace_prices(tender, valid)
    scores, prices = counted.section_scores, counted.price_scores
    steps += trace_ranking(tender, scores, prices, valid, sheets, members)
    return tuple(steps)
