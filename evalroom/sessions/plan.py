"""What is to be scored by whom, looked up instead of searched: the tender turned into tables.

Made when the tender, the bids or the committee change, and kept in the state, so that deciding on a
cell costs the same for twenty criteria as for two hundred.
"""

from msgspec import Struct, field

from evalroom.sessions.scoring.who import scorers as scorers_of
from evalroom.sessions.tender.model import Criterion, Tender

STAGES = ("preliminary", "detailed")


class Plan(Struct, frozen=True):
    """Tables over one tender. `scorers` and `typed` leave out items that the server reads from
    structured data.
    """

    criteria: dict[str, Criterion] = field(default_factory=dict)
    scorers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    typed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    section_scorers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stages: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bids: dict[str, int] = field(default_factory=dict)


def plan_of(tender: Tender) -> Plan:
    """The tables for `tender` as it stands now."""
    typed = {
        section.id: tuple(c.id for c in tender.criteria if c.section == section.id and is_typed(c))
        for section in tender.sections
    }
    scorers = {c.id: scorers_of(tender, c) for c in tender.criteria if is_typed(c)}
    stages: dict[str, tuple[str, ...]] = {
        stage: tuple(s.id for s in tender.sections if s.stage == stage) for stage in STAGES
    }
    return Plan(
        criteria={c.id: c for c in tender.criteria},
        scorers=scorers,
        typed=typed,
        section_scorers={
            section: tuple(
                m.id for m in tender.committee if any(m.id in scorers[c] for c in criteria)
            )
            for section, criteria in typed.items()
        },
        stages=stages,
        bids={bid.id: place for place, bid in enumerate(tender.bids)},
    )


def is_typed(criterion: Criterion) -> bool:
    """Whether members fill this item; otherwise the server reads the bid's structured data."""
    return criterion.objective != "from_structured_data"
