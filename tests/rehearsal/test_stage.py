"""Whole evaluations over real sockets on a real node: every scenario, both regimes."""

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from evalroom.cli.rehearse_file import PUBLISHED, WORKS, case
from evalroom.clock import SystemClock
from evalroom.rehearsal.drill import held
from evalroom.rehearsal.mirror import View
from evalroom.rehearsal.people import Act
from evalroom.rehearsal.scenarios import SCENARIOS
from evalroom.rehearsal.stage import Stuck
from tests.rehearsal.house import House, company
from tests.sessions.cast import small_tender

ZHUHAI, JUNCTION = case(PUBLISHED), case(WORKS)


@pytest.mark.slow(60)
@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_every_scenario_of_a_works_evaluation_ends_right(home: House, scenario: str) -> None:
    async with company(home, small_tender("works"), scenario) as people:
        verdict = await people.play()
    assert verdict.right, verdict.checks


@pytest.mark.slow(60)
@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_every_scenario_of_a_government_procurement_ends_right(
    home: House, scenario: str
) -> None:
    async with company(home, small_tender("government_procurement"), scenario) as people:
        verdict = await people.play()
    assert verdict.right, verdict.checks


@pytest.mark.slow(60)
@pytest.mark.rule("K44")
async def test_the_published_case_ends_on_its_published_totals(home: House) -> None:
    async with company(home, ZHUHAI, "usual") as people:
        verdict = await people.play()
    assert verdict.right, verdict.checks
    totals = [str(one.total) for one in verdict.standings]
    assert totals == ["95.00", "75.93", "69.30", "68.90"]


@pytest.mark.slow(60)
@pytest.mark.rule("K44")
async def test_a_works_case_over_four_venues_ends_on_its_file(home: House) -> None:
    async with company(home, JUNCTION, "usual") as people:
        verdict = await people.play()
    assert verdict.right, verdict.checks


@pytest.mark.slow(60)
@pytest.mark.rule("K40")
async def test_a_reveal_too_large_for_a_message_is_fetched_anew(home: House) -> None:
    async with company(home, small_tender()) as people:
        script = people.terms.script
        wordy = {
            member: {cell: replace(w, reason="逐项对照" * 500) for cell, w in sheet.items()}
            for member, sheet in script.sheets.items()
        }
        people.terms = replace(people.terms, script=replace(script, sheets=wordy))
        stage = people.stage()
        verdict = await held(people.terms, people.people, stage)
    assert verdict.right, verdict.checks
    members = [played for played in stage.people if played.part.key.startswith("m")]
    assert all(played.client.fetches > 1 for played in members)


class Idle:
    """Somebody who sees nothing to do, ever."""

    def next(self, _view: View) -> Act | None:
        return None

    def done(self, _act: Act) -> None:
        raise AssertionError("nothing was done")


class Stubborn(Idle):
    """Somebody who insists on what he may not do."""

    def next(self, _view: View) -> Act | None:
        return Act("RequestStart", pace="at_once")


class HastyClock(SystemClock):
    """A hundred seconds in one."""

    def monotonic(self) -> float:
        return super().monotonic() * 100

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 100)


@pytest.mark.rule("K48")
async def test_an_evaluation_in_which_nobody_acts_is_not_waited_for_for_ever(home: House) -> None:
    async with company(home, small_tender()) as people:
        people.terms = replace(people.terms, clock=HastyClock())
        stage = people.stage()
        for played in stage.people:
            played.person = Idle()
        with pytest.raises(Stuck) as stuck:
            await stage.play()
        await stage.leave()
    assert (stuck.value.code, stuck.value.who) == ("nobody_acts", "all_checked_in")


@pytest.mark.rule("K48")
async def test_one_who_is_refused_what_he_insists_on_ends_the_rehearsal(home: House) -> None:
    async with company(home, small_tender()) as people:
        stage = people.stage()
        stage.people[0].person = Stubborn()
        with pytest.raises(Stuck, match="RequestStart: wrong_role") as stuck:
            await stage.play()
        await stage.leave()
    assert (stuck.value.code, stuck.value.who) == ("refused", "m1")


@pytest.mark.slow(60)
@pytest.mark.rule("K48")
async def test_a_price_that_has_to_be_explained_ends_the_rehearsal(home: House) -> None:
    tender = replace(small_tender("government_procurement"), ceiling_price=Decimal(9999))
    async with company(home, tender) as people:
        with pytest.raises(Stuck) as stuck:
            await people.play()
    assert stuck.value.code == "needs_explanation"


@pytest.mark.slow(60)
@pytest.mark.rule("K41")
async def test_a_link_cut_while_scoring_loses_and_doubles_nothing(home: House) -> None:
    async with company(home, small_tender(), "dropped-link") as people:
        stage = people.stage()
        await stage.play()
        cut = next(played for played in stage.people if played.part.key == "m3")
        assert stage.links_cut == stage.links_back == ["m3"]
        assert cut.client.joins == 2
        entered = Counter(receipt["command_id"] for receipt in cut.client.receipts)
        assert set(entered.values()) == {1}
        # Each entry of a cell counts once in its row's revision: none came twice.
        for section, rows in (await cut.client.fresh())["sheet"].items():
            for bid, row in rows.items():
                assert row["revision"] == cells_entered(cut.client.receipts, section, bid)
        await stage.leave()


def cells_entered(receipts: list[dict[str, Any]], section: str, bid: str) -> int:
    """How many cells the receipts vouch for."""
    events = [json.loads(one["body"]) for receipt in receipts for one in receipt["signed"]]
    return sum(
        cell["bid"] == bid
        for event in events
        if event["section"] == section
        for cell in event["cells"]
    )
