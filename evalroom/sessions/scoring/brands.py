"""Who may be recommended: the first candidates, of one brand only the best (87号令 31).

In government procurement bids that offer one brand of the core product count as one bidder. They
keep their points and ranks; only the best of them may be recommended. The tender says how equals
are told apart; if it does not, they are drawn, and until then none of them is recommended while
together they hold one place.
"""

from collections.abc import Collection, Sequence

from evalroom.sessions.scoring.facts import Draw, StandingReason
from evalroom.sessions.tender.model import Tender

Groups = Sequence[tuple[str, ...]]


def competitors(tender: Tender, valid: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """The valid bids, those that count as one bidder together: as many groups as bidders."""
    by_brand = tender.regime == "government_procurement" and tender.core_product != ""
    together: dict[tuple[str, str], list[str]] = {}
    for bid in tender.bids:
        if bid.id in valid:
            brand = bid.brand.strip().casefold() if by_brand else ""
            key = ("brand", brand) if brand else ("bid", bid.id)
            together.setdefault(key, []).append(bid.id)
    return tuple(tuple(bids) for bids in together.values())


def recommend(
    tender: Tender, groups: Groups, groups_within_brand: Groups
) -> tuple[dict[str, StandingReason], tuple[Draw, ...]]:
    """Why each bid that is not recommended is not, and what must be drawn first.

    `groups` are bids of equal rank, best first; `groups_within_brand` the same by what the tender
    itself says about equals. Candidates of equal rank are recommended together, so there may be
    more of them than `tender.candidates`.
    """
    ranked = {bid for group in groups for bid in group}
    claims = [_best_of(bids, groups_within_brand) for bids in competitors(tender, ranked)]
    reasons: dict[str, StandingReason] = dict.fromkeys(ranked, "same_brand")
    draws: list[Draw] = []
    taken = 0
    for group in groups:
        here = [bids for bids in claims if not set(bids).isdisjoint(group)]
        claims = [bids for bids in claims if bids not in here]
        for bids in here:
            reason = _why_not(bids, taken, tender.candidates)
            reasons |= dict.fromkeys(bids, reason)
            if reason == "brand_draw":
                draws.append(Draw(_brand_of(tender, bids[0]), bids))
        taken += len(here)
    return reasons, tuple(draws)


def brands_compete(tender: Tender, valid: Collection[str]) -> bool:
    """Whether any two of the valid bids count as one bidder."""
    return len(competitors(tender, valid)) < len(valid)


def _best_of(bids: tuple[str, ...], groups: Groups) -> tuple[str, ...]:
    best = next(group for group in groups if not set(group).isdisjoint(bids))
    return tuple(bid for bid in bids if bid in best)


def _why_not(bids: tuple[str, ...], taken: int, candidates: int) -> StandingReason:
    if taken >= candidates:
        return "beyond_candidates"
    return "brand_draw" if len(bids) > 1 else ""


def _brand_of(tender: Tender, bid: str) -> str:
    return next(one.brand for one in tender.bids if one.id == bid)
