"""Identifiers from the outside world: what can be proved is proved, the rest only measured."""

from collections.abc import Callable, Iterator, Mapping

from evalroom.sessions.tender.check_digits import firm_fault, person_fault, region_fault
from evalroom.sessions.tender.faults import Fault, error, under, warning
from evalroom.sessions.tender.model import Tender

_PROOFS: dict[str, Callable[[str], str | None]] = {
    "统一社会信用代码": firm_fault,
    "身份证": person_fault,
    "身份证号": person_fault,
    "居民身份证": person_fault,
    "行政区划": region_fault,
    "行政区划代码": region_fault,
}

USUAL_LENGTHS: dict[str, int] = {"投资项目统一代码": 24, "招标项目编号": 20, "标段编号": 23}
"""How long a text of these schemes usually is; places differ, so another length only warns."""

LONGEST_USUAL = 64
"""Any other scheme: no register in use writes longer ones."""


def identifier_faults(tender: Tender) -> Iterator[Fault]:
    """Firms, persons and regions whose check fails; other schemes are measured, never refused."""
    yield from _proof("region", tender.region, region_fault)
    yield from _pairs("identifiers", tender.identifiers)
    for place, bid in enumerate(tender.bids):
        yield from _proof(f"bids[{place}].uscc", bid.uscc, firm_fault)
        for part, partner in enumerate(bid.consortium):
            yield from _proof(f"bids[{place}].consortium[{part}].uscc", partner.uscc, firm_fault)
    for place, member in enumerate(tender.committee):
        yield from _pairs(f"committee[{place}].identifiers", member.identifiers)
    for place, venue in enumerate(tender.venues):
        yield from _proof(f"venues[{place}].region", venue.region, region_fault)


def _pairs(path: str, identifiers: Mapping[str, str]) -> Iterator[Fault]:
    for scheme, text in identifiers.items():
        at = under(path, scheme)
        proof = _PROOFS.get(scheme)
        usual = USUAL_LENGTHS.get(scheme)
        if proof is not None:
            yield from _proof(at, text, proof)
        elif usual is not None and len(text) != usual:
            yield warning(at, "identifier_length", length=len(text), usual=usual)
        elif len(text) > LONGEST_USUAL:
            yield warning(at, "identifier_long", length=len(text), usual=LONGEST_USUAL)


def _proof(path: str, text: str, proof: Callable[[str], str | None]) -> Iterator[Fault]:
    code = proof(text) if text else None
    if code is not None:
        # Not quoted: a fault may be shown to people who may not see a member's number.
        yield error(path, code)
