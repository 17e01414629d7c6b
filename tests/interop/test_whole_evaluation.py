"""The published case, evaluated by four simulated members and one that shares no line with them: a
stock socket.io-client in a process of its own, elected lead, from check-in to the closed report.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from evalroom.cli.demonstration import NOTICE
from evalroom.cli.rehearse_file import PUBLISHED, case
from evalroom.rehearsal.browser import Browser
from evalroom.rehearsal.stage import Stage
from evalroom.rehearsal.verdict import verdict_of
from evalroom.sessions.scoring.cells import plain_sheets
from evalroom.storage.receipts import Receipt, SignedBody, verify_receipt
from tests.identity.parts import PASSWORD
from tests.rehearsal.house import Company, company, config, house
from tests.services import Node as JavaScript

TENDER = case(PUBLISHED)
LEAD = "m2"
"""The first expert: everybody votes for him, so that he gives every command a member can give."""


@pytest.mark.interop
@pytest.mark.rule("K44")
async def test_a_stock_javascript_client_leads_the_published_case_to_its_published_result(
    tmp_path: Path, node: JavaScript
) -> None:
    async with (
        house(config(tmp_path)) as home,
        company(home, TENDER, "usual", speed=20) as people,
    ):
        stage = without(people.stage(), LEAD)
        code = (await home.desk.furnish(people.people.cast))[LEAD]
        process = await node.start("../interop/evaluator.mjs", wish(home.node.url, people, code))
        _, (out, err) = await asyncio.gather(stage.play(), process.communicate())
        assert process.returncode == 0, err.decode()
        ending = people.terms.script.ending(people.people.cast)
        reader = people.people.browsers["m1"]
        verdict = await verdict_of(stage, ending, reader, home.node.trusted, people.terms.clock)
        await stage.leave()
        fresh = await view_of(home.node.url, people)
    assert verdict.right, verdict.checks
    published = {bid.id: NOTICE[bid.price] for bid in TENDER.bids if bid.price is not None}
    assert {one.bid: one.total for one in verdict.standings} == published
    told = json.loads(out)
    assert told["member"] == fresh["ballot"]["lead"] == LEAD
    assert told["view"] == fresh
    assert len(told["receipts"]) == len(TENDER.sections) * len(TENDER.bids)
    for receipt in told["receipts"]:
        verify_receipt(read_receipt(receipt), home.node.trusted)


def without(stage: Stage, member: str) -> Stage:
    stage.people = [played for played in stage.people if played.part.key != member]
    return stage


def login(people: Company) -> str:
    return next(part.login for part in people.people.cast.members if part.key == LEAD)


def wish(url: str, people: Company, code: str) -> str:
    sheet = plain_sheets(people.terms.script.ending(people.people.cast))[LEAD]
    given = {
        "url": url,
        "login": login(people),
        "password": PASSWORD,
        "code": code,
        "session": people.session,
        "sheet": sheet,
    }
    return json.dumps(given)


async def view_of(url: str, people: Company) -> Any:
    """What the server shows the member now, asked from another browser."""
    async with Browser(url) as browser:
        await browser.log_in(login(people), PASSWORD)
        return (await browser.get(f"/api/sessions/{people.session}/view"))["view"]


def read_receipt(told: dict[str, Any]) -> Receipt:
    """A receipt as the process has told it, bytes as hex."""
    signed = tuple(
        SignedBody(one["body"], bytes.fromhex(one["salt"]), bytes.fromhex(one["signature"]))
        for one in told["signed"]
    )
    session, command, key = (bytes.fromhex(told[k]) for k in ("session", "command_id", "key"))
    return Receipt(session, command, told["at"], key, signed)
