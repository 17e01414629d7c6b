"""The people of a scenario: who is different, and what everybody ends on."""

import pytest

from evalroom.rehearsal.behaviour import Member
from evalroom.rehearsal.cast import cast_of
from evalroom.rehearsal.ensemble import people_of, script_of
from evalroom.rehearsal.scenarios import SCENARIOS
from evalroom.sessions.scoring.completeness import scoring_faults
from tests.sessions.cast import small_tender


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_everybody_ends_on_can_be_scored(name: str) -> None:
    script = script_of(small_tender(), SCENARIOS[name], 3)
    cast = cast_of(small_tender(), substitute=script.scenario.has("recusal"))
    ending = script.ending(cast)
    assert scoring_faults(ending) == ()
    assert len(ending.committee) == len(small_tender().committee)


def test_a_substitute_ends_on_the_sheet_of_the_seat() -> None:
    script = script_of(small_tender(), SCENARIOS["recusal"], 3)
    cast = cast_of(small_tender(), substitute=True)
    ending = script.ending(cast)
    assert cast.understudy is not None
    assert [member.id for member in ending.committee][-1] == cast.understudy.id
    assert ending.sheets is not None
    assert "m5" not in ending.sheets
    assert [s.member for s in ending.seats][-1] == cast.understudy.id


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_twist_has_one_who_brings_it_and_a_plain_member_none(name: str) -> None:
    script = script_of(small_tender(), SCENARIOS[name], 3)
    cast = cast_of(small_tender(), substitute=script.scenario.has("recusal"))
    accounts = {part.login: part.login for part in cast.everyone}
    people = people_of(script, cast, accounts)
    assert set(people) == {part.key for part in cast.everyone}
    habits = [person.habits for person in people.values() if isinstance(person, Member)]
    has = script.scenario.has
    assert sum(one.recuses for one in habits) == has("recusal")
    assert sum(one.cuts_at is not None for one in habits) == has("dropped_link")
    assert sum(one.slips is not None for one in habits) == has("mismatch")
    assert sum(one.signs == "dissents" for one in habits) == has("dissent")
    assert sum(one.signs == "stays_silent" for one in habits) == has("silence")
