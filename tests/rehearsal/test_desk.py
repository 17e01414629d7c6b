"""The administrators' work before an evaluation, over HTTP."""

import pytest

from evalroom.identity.registry import Author
from evalroom.rehearsal.browser import Browser, Unreachable
from evalroom.rehearsal.cast import apart, cast_of
from evalroom.rehearsal.desk import Desk, OfficeMissing, desk_at
from evalroom.rehearsal.drill import tidied, troupe
from evalroom.rehearsal.stage import Stuck
from evalroom.sessions.refusals import Refused
from tests.identity.parts import PASSWORD
from tests.rehearsal.house import House
from tests.sessions.cast import small_tender

NOWHERE = "http://127.0.0.1:9"
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


@pytest.mark.rule("K35")
async def test_a_drill_that_fails_before_it_began_leaves_nothing_behind(home: House) -> None:
    tender = apart(small_tender(), "drill-1-")
    cast = cast_of(tender, "drill-1-")
    passwords = {part.login: PASSWORD for part in cast.everyone}
    *_, last = cast.everyone
    # Somebody is called like that already, and his password is his own.
    stranger = await home.node.registry.add(Author(), last.login, "Stranger", "another long word")
    with pytest.raises(Refused, match="wrong_credentials"):
        async with (
            tidied(home.desk, cast),
            troupe(home.desk, home.node.url, cast, passwords),
        ):
            raise AssertionError("nobody can begin")
    for places in ("workstations", "venues", "centers"):
        assert (await home.desk._system.get(f"/api/{places}"))["items"] == []
    accounts = (await home.desk._security.get("/api/accounts"))["items"]
    drilled = {one["login"]: one["disabled"] for one in accounts if one["id"] != stranger.id}
    assert {login: drilled[login] for login in passwords if login != last.login} == dict.fromkeys(
        (login for login in passwords if login != last.login), True
    )
    assert next(one for one in accounts if one["id"] == stranger.id)["disabled"] is False


@pytest.mark.rule("K35")
async def test_what_a_drill_failed_of_is_told_though_nothing_can_be_tidied() -> None:
    cast = cast_of(apart(small_tender(), "drill-2-"), "drill-2-")
    async with Browser(NOWHERE) as nowhere:
        with pytest.raises(Stuck):
            async with tidied(Desk(nowhere, nowhere), cast):
                raise Stuck("nobody_acts", "m1")
        with pytest.raises(Unreachable):
            async with tidied(Desk(nowhere, nowhere), cast):
                pass


@pytest.mark.rule("K36")
@pytest.mark.parametrize(("given", "missing"), [("system", "security"), ("security", "system")])
async def test_neither_office_does_the_others_work(home: House, given: str, missing: str) -> None:
    with pytest.raises(OfficeMissing) as wanting:
        async with desk_at(home.node.url, [(given, PASSWORD)]):
            pass
    assert wanting.value.office == missing
