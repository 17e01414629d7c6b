"""Results as values: what events store, reports print and auditors recompute.

Shown numbers are `Decimal`s with the declared places. Where a further sum must not start from the
shown number, the field `exact` carries the value to continue with, as text that
`fractions.Fraction` reads (`8.125` or `25/3`).
"""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from evalroom.sessions.tender.model import Basis

# Written into genesis and into every result. It changes only when the same tender and sheets would
# give another result.
SCORING_VERSION = 1

ItemBasis = Literal["averaged", "common", "voted"]
ClaimReason = Literal["", "reserved_for_small", "no_foreign_competitor"]
LowPriceRule = Literal["of_mean", "of_next_lowest", "of_ceiling"]
StandingReason = Literal["", "beyond_candidates", "same_brand", "brand_draw"]


class ItemVerdict(Struct, frozen=True):
    """What the scorers of one pass/fail item decided; an objective item's one value counts once."""

    criterion: str
    passed: bool
    passes: int
    fails: int


class Verdict(Struct, frozen=True):
    """Whether a bid got through a section: it did when every pass/fail item passed."""

    bid: str
    passed: bool
    items: tuple[ItemVerdict, ...]


class ItemScore(Struct, frozen=True):
    """Points of one item: averaged, common to all (objective), or voted (deduction)."""

    criterion: str
    basis: ItemBasis
    points: Decimal
    exact: str


class SectionScore(Struct, frozen=True):
    """Points of one bid in one section; at level `grand_total` they only inform."""

    section: str
    bid: str
    items: tuple[ItemScore, ...]
    total: Decimal
    exact: str


class Claim(Struct, frozen=True):
    """One price preference of a bid and whether it counted; `reason` says why not."""

    basis: Basis
    rate: Decimal
    counted: bool
    reason: ClaimReason = ""


class PriceScore(Struct, frozen=True):
    """Price points of a bid; the evaluated price only earns them, the original one is paid."""

    bid: str
    original: Decimal
    deductions: tuple[Claim, ...]
    evaluated: Decimal
    benchmark: Decimal
    points: Decimal


class Standing(Struct, frozen=True):
    """Where a bid came out; equal bids share a rank (1, 1, 3).

    `total` is shown rounded, `exact` is the sum before that. `reason` says why the bid is not
    recommended. `price_points` is None where the tender does not score the price.
    """

    bid: str
    total: Decimal
    exact: str
    rank: int
    recommended: bool
    reason: StandingReason
    sections: dict[str, Decimal]
    price_points: Decimal | None


class Draw(Struct, frozen=True):
    """Bids of one brand that nothing tells apart: which may be recommended must be drawn."""

    brand: str
    bids: tuple[str, ...]


class Result(Struct, frozen=True):
    """The order of the bids, best first; bids of equal rank stand in the order of the tender."""

    scoring_version: int
    standings: tuple[Standing, ...]
    draws: tuple[Draw, ...] = ()


class Threshold(Struct, frozen=True):
    """One bound for low prices: `rate` of `base`; `limit` is shown rounded, compared exactly."""

    rule: LowPriceRule
    rate: Decimal
    base: Decimal
    limit: Decimal


class LowPrice(Struct, frozen=True):
    """A bid whose original price lies below at least one bound and must be explained."""

    bid: str
    price: Decimal
    rules: tuple[LowPriceRule, ...]


class AbnormalReview(Struct, frozen=True):
    """The bounds that held and the bids below them, in the order of the tender."""

    thresholds: tuple[Threshold, ...]
    findings: tuple[LowPrice, ...]


class Outlier(Struct, frozen=True):
    """One member's value far from the mean of its scorers (畸高畸低): a flag, never a finding.

    `section` is empty where members' grand totals are compared. `deviation` is in per cent of the
    mean. `others_mean` and `substituted` show what would come out if every flagged value were
    replaced by the mean of the unflagged ones.
    """

    section: str
    criteria: tuple[str, ...]
    bid: str
    member: str
    value: Decimal
    mean: Decimal
    low: Decimal
    high: Decimal
    deviation: Decimal
    others_mean: Decimal | None = None
    substituted: Decimal | None = None
