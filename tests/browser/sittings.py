"""A node with two sessions of the same people: one at its sheets with something of everything in
it, one that is over; and, beside those in the cast, the staff and the contact of venues and an
auditor.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from evalroom.clock import SystemClock
from evalroom.rehearsal.client import Client
from evalroom.rehearsal.drill import Terms, stage_of
from evalroom.rehearsal.ensemble import Script, script_of
from evalroom.rehearsal.scenarios import DEFAULT, SCENARIOS
from evalroom.rehearsal.stage import Stage
from evalroom.sessions.tender.model import Tender
from tests.browser.around import Outsider, outsiders, play, second
from tests.browser.stand import FAST, SEED, Reached, Stand, brought, unattended

ANNOUNCED: Final = "请各席位核对漏项"
WARNED: Final = "请保持安静"
REMARKED: Final = "各工位秩序正常"
SEEN: Final = "二号机位人员短暂离开后返回"
HANDLED: Final = "已提示，成员已返回评审页面"
CLAUSE: Final = "实施条例第四十八条"
SAID: Final = (ANNOUNCED, WARNED, REMARKED, SEEN, HANDLED, CLAUSE)

OUTSIDERS: Final = ("staff", "contact", "auditor")


@dataclass
class Sittings:
    """`up` is the session at its sheets; `over` the one that has ended, if one was wanted."""

    up: Stand
    over: str
    script: Script
    stage: Stage
    outsiders: Mapping[str, Outsider]
    seats: list[Client] = field(default_factory=list)

    def cookies(self, who: str) -> list[dict[str, Any]]:
        """Of a member, an officer or an outsider; of nobody, none."""
        if who in self.outsiders:
            return self.outsiders[who].cookies
        return self.up.cookies(who) if who else []

    async def line(self, who: str) -> Client:
        """Somebody's line to the session at its sheets, held until the end."""
        browser = self.up.people.browsers.get(who) or self.outsiders[who].seat
        client = Client(browser, self.up.session)
        self.seats.append(client)
        await client.join()
        return client


@asynccontextmanager
async def sittings(
    data: Path, tender: Tender, reached: Reached, *, ended: bool = True
) -> AsyncIterator[Sittings]:
    """Everybody stays in the room; who opens a person's page with his cookies takes his seat."""
    async with unattended(data, tender) as first, outsiders(first, *OUTSIDERS) as people:
        auditor = people["auditor"].account
        over = await second(first, tender, {auditor: "auditor"}) if ended else ""
        if ended:
            await play(first, tender, over)
        session = await second(first, tender, {auditor: "auditor"})
        up = replace(first, session=session)
        script = script_of(tender, SCENARIOS[DEFAULT], SEED)
        stage = stage_of(Terms(script, SystemClock(), FAST), up.people, session)
        held = Sittings(up, over, script, stage, people)
        try:
            await brought(stage, reached)
            await _appoint(held, tender)
            yield held
        finally:
            for client in held.seats:
                await client.leave()
            await stage.leave()


async def enliven(held: Sittings) -> None:
    """Something of everything that may happen while members score."""
    lead, supervisor = await held.line("agency_lead"), await held.line("supervisor")
    witness, staff = await held.line("witness"), await held.line("staff")
    second_, third, fourth, fifth = [await held.line(f"m{n}") for n in (2, 4, 5, 6)]
    await second_.send("ReportDeviceCheck", {"checks": CHECKS})
    await lead.send("SendNotice", {"kind": "announcement", "text": ANNOUNCED})
    await supervisor.send("SendNotice", {"kind": "written_notice", "text": WARNED, "member": "m2"})
    await second_.send("ConfirmNotice", {"notice": 1})
    await third.send("ConfirmNotice", {"notice": 1})
    await supervisor.send("RecordRemark", {"text": REMARKED})
    await witness.send("RecordRemark", {"text": SEEN, "member": "m7"})
    await third.send("RequestLeave")
    await fourth.send("RequestLeave")
    await lead.send("AnswerLeave", {"member": "m5", "granted": True})
    await fifth.send("RaiseHand")
    await third.send("RequestMoreTime")
    for member, kind in ((second_, "page_left"), (third, "second_screen"), (fifth, "poor_network")):
        await member.send("ReportWorkstation", {"kind": kind})
    await staff.send("AcknowledgeAlarm", {"alarm": 1})
    await lead.send("HandleAlarm", {"alarm": 1, "how": HANDLED})
    await supervisor.send("RequestScreen", {"member": "m2", "clause": CLAUSE})


CHECKS: Final = [
    {"what": "identity", "outcome": "ok"},
    {"what": "camera", "outcome": "ok"},
    {"what": "microphone", "outcome": "poor", "note": "−38 dB"},
    {"what": "speaker", "outcome": "failed"},
    {"what": "screen", "outcome": "skipped"},
    {"what": "network", "outcome": "ok", "note": "12 ms"},
    {"what": "clock", "outcome": "ok"},
]


async def _appoint(held: Sittings, tender: Tender) -> None:
    lead = await held.line("agency_lead")
    sub = next(venue.id for venue in tender.venues if venue.role == "sub")
    for who, role in (("staff", "center_staff"), ("contact", "sub_venue_contact")):
        args = {"principal": held.outsiders[who].account, "roles": [role], "venue": sub}
        await lead.send("Appoint", args)
