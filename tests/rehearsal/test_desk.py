"""The administrators' work before an evaluation, over HTTP."""

import pytest

from evalroom.rehearsal.browser import Browser
from evalroom.rehearsal.cast import cast_of
from evalroom.rehearsal.desk import OfficeMissing, desk_at
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


@pytest.mark.rule("K36")
@pytest.mark.parametrize(("given", "missing"), [("system", "security"), ("security", "system")])
async def test_neither_office_does_the_others_work(home: House, given: str, missing: str) -> None:
    with pytest.raises(OfficeMissing) as wanting:
        async with desk_at(home.node.url, [(given, PASSWORD)]):
            pass
    assert wanting.value.office == missing
