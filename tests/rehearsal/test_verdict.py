"""A verdict is right only for what is right: each thing that can be wrong is found."""

from typing import Any

import pytest
from msgspec.structs import replace

from evalroom.rehearsal.drill import held
from evalroom.rehearsal.sheets import Written
from evalroom.rehearsal.stage import Stage
from evalroom.rehearsal.verdict import Verdict, verdict_of
from evalroom.sessions.tender.model import Tender
from tests.rehearsal.house import Company, House, company
from tests.sessions.cast import small_tender


class Finished:
    """An evaluation that is over, with everybody still in it."""

    def __init__(self, people: Company, stage: Stage, ending: Tender) -> None:
        self.people = people
        self.stage = stage
        self.ending = ending

    async def verdict(self, **changes: Any) -> Verdict:
        reader = self.people.people.browsers["m1"]
        terms = self.people.terms
        given = {"ending": self.ending, "trusted": terms.trusted} | changes
        return await verdict_of(self.stage, given["ending"], reader, given["trusted"], terms.clock)

    async def faults(self, **changes: Any) -> set[str]:
        verdict = await self.verdict(**changes)
        return {check.code for check in verdict.checks if not check.right}


@pytest.mark.slow(60)
@pytest.mark.rule("K47")
async def test_everything_that_can_be_wrong_is_found(home: House) -> None:
    async with company(home, small_tender(), "dropped-link") as people:
        stage = people.stage()
        await stage.play()
        done = Finished(people, stage, people.terms.script.ending(people.people.cast))
        assert await done.faults() == set()
        await finds_other_sheets(done)
        await finds_other_prices(done)
        await finds_receipts_of_another_server(done)
        await finds_a_client_that_sees_something_else(done)
        stage.links_back.clear()
        assert await done.faults() == {"links"}
        await stage.leave()


async def finds_other_sheets(done: Finished) -> None:
    script = done.people.terms.script
    sheet = dict(script.sheets["m1"])
    cell = next(cell for cell, written in sheet.items() if cell[1] == "t1")
    sheet[cell] = Written("0.5")
    other = replace(script, sheets={**script.sheets, "m1": sheet})
    faults = await done.faults(ending=other.ending(done.people.people.cast))
    assert faults == {"sheets", "result"}


async def finds_other_prices(done: Finished) -> None:
    first, *others = done.ending.bids
    assert first.price is not None
    changed = replace(done.ending, bids=(replace(first, price=first.price / 2), *others))
    assert await done.faults(ending=changed) == {"result"}


async def finds_receipts_of_another_server(done: Finished) -> None:
    (key_id,) = done.people.terms.trusted or {}
    assert await done.faults(trusted={key_id: bytes(32)}) == {"receipts"}
    unchecked = await done.verdict(trusted=None)
    assert unchecked.right
    assert "receipts_unchecked" in {check.code for check in unchecked.checks}


async def finds_a_client_that_sees_something_else(done: Finished) -> None:
    view = done.stage.people[0].client.view
    kept, view["phase"] = view["phase"], view["phase"] | {"since": 0}
    assert await done.faults() == {"views"}
    view["phase"] = kept


@pytest.mark.slow(60)
@pytest.mark.rule("K47")
async def test_an_evaluation_that_fails_as_it_must_ends_right(home: House) -> None:
    tender = small_tender("government_procurement", bids=3)
    rejecting = {
        member: {cell: Written("fail", "未提供") if cell[1] == "q1" else written
                 for cell, written in sheet.items()}
        for member, sheet in sheets(tender).items()
    }  # fmt: skip
    async with company(home, tender) as people:
        script = replace(people.terms.script, sheets=rejecting)
        terms = replace(people.terms, script=script)
        people.terms = terms
        verdict = await held(terms, people.people, people.stage())
    assert verdict.right, verdict.checks
    assert {check.params.get("phase") for check in verdict.checks} >= {"failed"}


def sheets(tender: Tender) -> Any:
    from evalroom.rehearsal.sheets import sheets_of

    return sheets_of(tender, 1)
