"""Whether the parts of a tender fit together, and whether the law allows them: every fault at once.

`faults_of` is what `tender check` prints and what stands before a session. Recomputing a published
result asks less: `scoring_faults` alone says whether a file can be scored, lawful or not.
"""

from collections.abc import Iterator

from evalroom.sessions.scoring.completeness import scoring_faults
from evalroom.sessions.tender.amounts import amount_faults
from evalroom.sessions.tender.committee import committee_faults, seating_faults
from evalroom.sessions.tender.criteria import criteria_faults
from evalroom.sessions.tender.faults import Fault, in_order
from evalroom.sessions.tender.findings import finding_faults
from evalroom.sessions.tender.identifiers import identifier_faults
from evalroom.sessions.tender.lawfulness import lawfulness_faults
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.policies import policy_faults
from evalroom.sessions.tender.preferences import preference_faults
from evalroom.sessions.tender.readiness import readiness_faults
from evalroom.sessions.tender.references import reference_faults


def faults_of(tender: Tender, *, for_session: bool) -> tuple[Fault, ...]:
    """All faults, sorted by path. A session also wants seats for all and no prepared sheets."""
    structure = list(_structure(tender))
    faults = [*structure, *_law(tender), *seating_faults(tender, for_session=for_session)]
    if for_session:
        faults += readiness_faults(tender)
    elif tender.sheets is not None and not structure:
        faults += scoring_faults(tender)
    return in_order(faults)


def is_sound(faults: tuple[Fault, ...]) -> bool:
    """Whether nothing is worse than a warning."""
    return all(fault.severity == "warning" for fault in faults)


def _structure(tender: Tender) -> Iterator[Fault]:
    yield from reference_faults(tender)
    yield from criteria_faults(tender)
    yield from amount_faults(tender)
    yield from policy_faults(tender)


def _law(tender: Tender) -> Iterator[Fault]:
    yield from committee_faults(tender)
    yield from lawfulness_faults(tender)
    yield from preference_faults(tender)
    yield from identifier_faults(tender)
    yield from finding_faults(tender)
