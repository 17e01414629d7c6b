"""Two evaluations as the server tells them to each audience, for the tests of the web client: that
it keeps in step with every change, and that its types say what views are.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import msgspec

from evalroom.sessions.evolving import fold
from evalroom.sessions.people import SYSTEM
from evalroom.sessions.refusals import Refused
from evalroom.sessions.state import Session
from evalroom.sessions.visibility import audience_of, changes, view
from tests.sessions.cast import HANA, STAN, VERA, WANG, Table, brought_to, small_tender

PLAYED: Final = Path("web_client/tests/protocol/played.ts")

READERS: Final = {"works": ("ada", VERA, STAN, "audrey"), "procurement": ("emil", HANA)}

HEAD: Final = """\
// Two evaluations as the server tells them, made by `python -m tests.generated`; not to be edited.
import type { Change } from '@/protocol/apply'
import type { View } from '@/protocol/view'

export interface Played {
  name: string
  /** The view at the beginning, and after so many entries. */
  views: Record<number, View>
  /** What was said of each entry. */
  told: Change[][]
}

export const PLAYED: Played[] = [
"""

CHECK: Final = {"what": "camera", "outcome": "poor", "note": "逆光"}


def played() -> str:
    """PLAYED, one line for each audience."""
    return HEAD + "".join(f"  {line},\n" for line in _lines()) + "]\n"


def _lines() -> Iterator[str]:
    for name, table in (("works", _eventful()), ("procurement", _procured())):
        states = _states(table)
        for account in READERS[name]:
            line = {"name": f"{name}: {account}", **_as_told(table, states, account)}
            yield json.dumps(msgspec.to_builtins(line), ensure_ascii=False, separators=(",", ":"))


def _as_told(table: Table, states: list[Session], account: str) -> dict[str, Any]:
    audience = audience_of(states[0], account)
    entries = [
        (number, before, after) for number, (before, after) in enumerate(pairwise(states), 1)
    ]
    told = [
        list(changes(before, table.log[number][1], after, audience))
        for number, before, after in entries
    ]
    # Whole views are long: at the beginning, where most is going on, before signing, at the end.
    [signing] = (n for n, before, after in entries if after.phase == "signing" != before.phase)
    shown = (0, len(entries) // 2, signing - 1, len(entries))
    return {"views": {n: view(states[n], audience) for n in shown}, "told": told}


def _states(table: Table) -> list[Session]:
    states: list[Session] = []
    for at, events in table.log:
        states.append(fold(states[-1] if states else None, events, at))
    return states


@cache
def _eventful() -> Table:
    """Works, with all that may happen beside the evaluation."""
    table = brought_to("detailed", small_tender(bids=3))
    table.act("m1", "EnterScores", cells=[_cell("B1", "t1", "12.5"), _cell("B1", "t2", "10")])
    table.act("m1", "ReportDeviceCheck", checks=[CHECK])
    table.act("m2", "RaiseHand")
    table.act(VERA, "OpenIntercom", member="m3")
    table.act(VERA, "CloseIntercom")
    table.act(VERA, "SendNotice", kind="written_notice", text="请勿交谈", member="m2")
    table.act("m2", "ConfirmNotice", notice=1)
    table.act(HANA, "SendNotice", kind="announcement", text="十分钟后午餐")
    table.act("m1", "RequestLeave")
    table.act(STAN, "AnswerLeave", member="m1", granted=True)
    table.act("m1", "ReturnToSeat")
    table.act("m5", "RequestMoreTime")
    table.act("m2", "ReportWorkstation", kind="page_left")
    with suppress(Refused):
        table.act(SYSTEM, "RaiseAlarm", kind="frozen", source="seat.m1.camera")
    table.act(WANG, "AcknowledgeAlarm", alarm=1)
    table.act(WANG, "RecordRemark", text="专家3号离席两分钟", member="m3")
    table.act(VERA, "RequestScreen", member="m2", clause="监督办法第9条")
    table.act(HANA, "GrantScreen", member="m2")
    table.act(SYSTEM, "ReportSecondDevice", member="m5")
    table.act(SYSTEM, "ReportLinkLost", member="m3")
    table.act(SYSTEM, "ReportLinkBack", member="m3")
    table.act(VERA, "RequestPause", clause="条例第62条", reason="设备异常")
    table.act(HANA, "PauseTechnically", reason="断电")
    table.act(HANA, "Resume", note="已恢复")
    _finished(table)
    return table


@cache
def _procured() -> Table:
    """A procurement of the government, to its end."""
    return brought_to("closed", small_tender("government_procurement", bids=3))


def _finished(table: Table) -> None:
    for section in ("technical", "business"):
        table.fill(section)
        table.act(table.lead, "CloseGroup", section=section)
    table.everyone("ConfirmPrices")
    table.act(table.lead, "SubmitReport")
    table.everyone("SignReport", report=table.state.signing.report)
    table.act(table.lead, "CloseSession")


def _cell(bid: str, criterion: str, value: str) -> dict[str, str]:
    return {"bid": bid, "criterion": criterion, "value": value, "reason": ""}
