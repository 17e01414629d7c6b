"""What a session asks the score for, phase by phase; the answers are stored as facts in events.

Sheets are member → bid → criterion → value text and hold only what exists; `valid` are the bids
still in the evaluation. All answers are in the order of the tender, a result in the order of the
ranks. `Unscorable` means that the caller has not checked what it must: every cell filled, objective
items equal, prices there and positive.
"""

from evalroom.sessions.scoring.abnormal import review_prices, triggers
from evalroom.sessions.scoring.facts import (
    SCORING_VERSION,
    AbnormalReview,
    Claim,
    Draw,
    ItemScore,
    ItemVerdict,
    LowPrice,
    Outlier,
    PriceScore,
    Result,
    SectionScore,
    Standing,
    Threshold,
    Verdict,
)
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.scoring.outliers import find_outliers
from evalroom.sessions.scoring.price import score_prices
from evalroom.sessions.scoring.ranking import rank
from evalroom.sessions.scoring.sections import score_section
from evalroom.sessions.scoring.verdicts import judge_section, mismatches

__all__ = [
    "SCORING_VERSION",
    "AbnormalReview",
    "Claim",
    "Draw",
    "ItemScore",
    "ItemVerdict",
    "LowPrice",
    "Outlier",
    "PriceScore",
    "Result",
    "SectionScore",
    "Standing",
    "Threshold",
    "Unscorable",
    "Verdict",
    "find_outliers",
    "judge_section",
    "mismatches",
    "rank",
    "review_prices",
    "score_prices",
    "score_section",
    "triggers",
]
