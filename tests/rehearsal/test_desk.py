"""The administrators' work before an evaluation, over HTTP."""

import pytest

from evalroom.rehearsal.browser import Browser
from evalroom.rehearsal.cast import apart, cast_of
from evalroom.rehearsal.desk import OfficeMissing, desk_at
from evalroom.rehearsal.drill import troupe
from evalroom.sessions.refusals import Refused
from tests.identity.parts import PASSWORD
from tests.rehearsal.house import House
from tests.sessions.cast import small_tender

CAST = cast_of(small_tender(), "d-")
PASSWORDS = {part.login: PASSWORD for part in CAST.everyone}


async def test_accounts_that_are_there_already_are_taken_as_they_are(home: House) -> None:
    first = await home.desk.engage(CAST.everyone, PASSWORDS)
    assert len(set(first.values())) == len(CAST.everyone)
    assert await home.desk.engage(CAST.everyone, PASSWORDS) == first


@pytest.mark.rule("K35")
async def test_whoever_is_dismissed_cannot_log_in_any_more(home: House) -> None:
    accounts = await home.desk.engage(CAST.members, PASSWORDS)
    await home.desk.dismiss(accounts.values())
    async with Browser(home.node.url) as browser:
        with pytest.raises(Refused) as refused:
            await browser.log_in(CAST.members[0].login, PASSWORD)
    assert refused.value.code == "wrong_credentials"


@pytest.mark.rule("K51")
async def test_who_has_a_seat_sits_at_a_browser_paired_with_it_and_a_drill_leaves_nothing_behind(
    home: House,
) -> None:
    tender = apart(small_tender(), "d-")
    cast = cast_of(tender, "d-", substitute=True)
    passwords = {part.login: PASSWORD for part in cast.everyone}
    real = cast_of(small_tender(), "centre-")
    code = (await home.desk.furnish(real))["m1"]
    async with Browser(home.node.url) as seat:
        await seat.pair(code)
        async with troupe(home.desk, home.node.url, cast, passwords) as people:
            for part in cast.everyone:
                here = (await people.browsers[part.key].get("/api/me"))["workstation"]
                assert here == part.seat
            assert {part.seat for part in cast.members} == {s.workstation for s in tender.seats}
        await home.desk.clear(cast)
        left = (await home.desk._system.get("/api/workstations"))["items"]
        assert [one["id"] for one in left] == ["w1", "w2", "w3", "w4", "w5"]
        assert left[0]["device"] is not None, "the pairing of a real workstation stays"


@pytest.mark.rule("K36")
@pytest.mark.parametrize(("given", "missing"), [("system", "security"), ("security", "system")])
async def test_neither_office_does_the_others_work(home: House, given: str, missing: str) -> None:
    with pytest.raises(OfficeMissing) as wanting:
        async with desk_at(home.node.url, [(given, PASSWORD)]):
            pass
    assert wanting.value.office == missing
