"""Whether a rehearsal ended right: everything that can be checked from the outside, checked.

The report is hashed again, totals and ranks are recomputed from the sheets by the same code that
`tally` runs, every client's view is held against the server's, every receipt's signature is
verified with a key that came from elsewhere.
"""

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec import Struct

from evalroom.clock import Clock
from evalroom.rehearsal.browser import Browser
from evalroom.rehearsal.mirror import View
from evalroom.rehearsal.stage import Played, Stage
from evalroom.sessions.report import canonical
from evalroom.sessions.scoring.cells import plain_sheets
from evalroom.sessions.scoring.facts import Result, Standing
from evalroom.sessions.scoring.tally import Tally, tally
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.policies import policy
from evalroom.storage.receipts import Receipt, SignatureBroken, verify_receipt

Trusted = Mapping[bytes, bytes]
"""Key id → public key."""

SETTLING_SECONDS: Final = 5.0
"""How long the last changes may be under way before a difference counts."""

SHOWN_HASH: Final = 16


class Check(Struct, frozen=True):
    """One thing that was checked; `params` fill its sentence."""

    code: str
    right: bool
    params: dict[str, Any] = {}


class Verdict(Struct, frozen=True):
    """What came out, and whether it is right."""

    standings: tuple[Standing, ...]
    checks: tuple[Check, ...]

    @property
    def right(self) -> bool:
        """Whether every check holds."""
        return all(check.right for check in self.checks)


async def verdict_of(
    stage: Stage, ending: Tender, reader: Browser, trusted: Trusted | None, clock: Clock
) -> Verdict:
    """Check an evaluation that is over.

    `ending` is the tender with the sheets its members were to end on, `reader` the browser of a
    member, `trusted` the server's public keys as they were published; without them receipts
    cannot be checked. Raises Refused, Unreachable.
    """
    expected = tally(ending, plain_sheets(ending))
    present = [p for p in stage.people if p.client.joined and not p.client.view["me"]["recused"]]
    seen = next(p.client.view for p in present if p.client.view["me"]["member"] is not None)
    checks = [_ended(seen, ending, expected)]
    if seen["phase"]["name"] == "closed":
        checks.append(_result(seen, expected))
        checks.append(_sheets(seen, ending))
        checks.append(_report(await reader.get(f"/api/sessions/{stage.session}/report"), seen))
    checks.append(await _views(present, clock))
    checks.append(_receipts(present, trusted))
    if stage.links_cut:
        checks.append(_links(stage))
    return Verdict(_standings(seen), tuple(checks))


def _ended(seen: View, ending: Tender, expected: Tally) -> Check:
    """Closed, or failed where too few bids are left to go on."""
    name = seen["phase"]["name"]
    valid = len(ending.bids) - len(expected.rejected)
    fails = valid == 0 or (
        ending.regime == "government_procurement" and valid < int(policy(ending, "min_valid_bids"))
    )
    return Check("closed", name == ("failed" if fails else "closed"), {"phase": name})


def _standings(seen: View) -> tuple[Standing, ...]:
    result = seen["results"]["result"]
    return () if result is None else msgspec.convert(result, Result).standings


def _result(seen: View, expected: Tally) -> Check:
    return Check("result", _standings(seen) == expected.result.standings)


def _sheets(seen: View, ending: Tender) -> Check:
    """What was revealed is what was to be entered, cell by cell."""
    shown: dict[str, dict[tuple[str, str], str]] = {}
    for members in seen["revealed"].values():
        for member, bids in members.items():
            for bid, cells in bids.items():
                for criterion, cell in cells.items():
                    shown.setdefault(member, {})[bid, criterion] = cell["value"]
    wanted = plain_sheets(ending)
    differing = [
        member
        for member, cells in shown.items()
        if any(wanted[member][bid][c] != value for (bid, c), value in cells.items())
    ]
    missing = [member.id for member in ending.committee if member.id not in shown]
    found = sorted({*differing, *missing})
    return Check("sheets", not found, {"members": "、".join(found)})


def _report(report: Any, seen: View) -> Check:
    digest = sha256(canonical(report["content"])).hexdigest()
    right = digest == report["sha256"] == seen["report"]["sha256"]
    return Check("report", right, {"sha256": digest[:SHOWN_HASH]})


async def _views(present: list[Played], clock: Clock) -> Check:
    """Changes may still be on their way: a difference counts once it stays."""
    until = clock.monotonic() + SETTLING_SECONDS
    while True:
        fresh = await asyncio.gather(*(played.client.fresh() for played in present))
        differing = [
            played.part.name
            for played, view in zip(present, fresh, strict=True)
            if played.client.view != view
        ]
        if not differing or clock.monotonic() > until:
            break
        await clock.sleep(0.1)
    return Check("views", not differing, {"count": len(present), "members": "、".join(differing)})


def _receipts(present: list[Played], trusted: Trusted | None) -> Check:
    count = sum(len(played.client.receipts) for played in present)
    if trusted is None:
        return Check("receipts_unchecked", True, {"count": count})
    broken = [
        played.part.name
        for played in present
        if not all(_verified(receipt, trusted) for receipt in played.client.receipts)
    ]
    return Check("receipts", not broken, {"count": count, "members": "、".join(broken)})


def _verified(receipt: dict[str, Any], trusted: Trusted) -> bool:
    try:
        given = msgspec.convert(receipt, Receipt, builtin_types=(bytes,))
        verify_receipt(given, trusted)
    except (SignatureBroken, msgspec.ValidationError):
        return False
    return bool(given.signed)


def _links(stage: Stage) -> Check:
    lost = [key for key in stage.links_cut if key not in stage.links_back]
    return Check("links", not lost, {"count": len(stage.links_cut), "members": "、".join(lost)})
