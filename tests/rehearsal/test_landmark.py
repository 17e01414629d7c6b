"""From a command to the last seat."""

import pytest

from evalroom.rehearsal.drill import held
from evalroom.rehearsal.landmark import SHOWN, Landmark
from evalroom.sessions.catalogue import COMMANDS
from tests.rehearsal.house import House, company
from tests.sessions.cast import small_tender

PATH = ("committee", "m1", "checked_in")


def committee(**shown: bool) -> dict[str, object]:
    return {"committee": {"m1": shown}}


def test_it_is_reached_when_the_last_reader_sees_it() -> None:
    seen: list[float] = []
    landmark = Landmark(PATH, 2, 10.0, seen.append)
    assert not landmark.reached(committee(checked_in=False), 10.1)
    assert landmark.reached(committee(checked_in=True), 10.2)
    assert seen == []
    assert landmark.reached(committee(checked_in=True), 10.5)
    assert seen == [0.5]


def test_a_view_that_knows_nothing_of_the_place_does_not_show_it() -> None:
    seen: list[float] = []
    landmark = Landmark(PATH, 1, 10.0, seen.append)
    assert not landmark.reached({}, 11.0)
    assert not landmark.reached({"committee": {}}, 11.0)
    assert seen == []


def test_what_is_waited_for_is_done_by_commands_that_exist() -> None:
    assert set(SHOWN) <= set(COMMANDS)


@pytest.mark.slow(60)
@pytest.mark.rule("K34")
async def test_each_of_these_commands_is_seen_by_everybody_in_the_end(home: House) -> None:
    async with company(home, small_tender()) as people:
        stage = people.stage()
        await held(people.terms, people.people, stage)
        members = len(people.terms.script.tender.committee)
    assert len(stage.reached) == len(SHOWN) * members
    assert min(stage.reached) > 0
