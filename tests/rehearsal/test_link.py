"""One connection: who is not let in learns why, and a line that has gone quiet counts as dead."""

import pytest

from evalroom.rehearsal import link
from evalroom.rehearsal.browser import Browser, Unreachable
from evalroom.rehearsal.link import Link, NotLetIn
from tests.rehearsal.house import House, company
from tests.sessions.cast import small_tender


def deaf(_event: str, _payload: object) -> bool:
    return True


@pytest.mark.parametrize("token", [b"x" * 40, "x" * 40])
async def test_a_forged_token_is_not_let_in(home: House, token: bytes | str) -> None:
    async with company(home, small_tender()) as people:
        line = Link(people.people.browsers["m1"], people.session, deaf)
        with pytest.raises(NotLetIn) as refused:
            await line.open(token)
    assert refused.value.code in ("stale_token", "token_invalid")
    assert line.ended.done()


async def test_a_stranger_is_not_let_in(home: House) -> None:
    async with Browser(home.node.url) as stranger:
        line = Link(stranger, "0" * 32, deaf)
        with pytest.raises(NotLetIn) as refused:
            await line.open(b"x" * 40)
    assert refused.value.code == "not_logged_in"


async def test_where_nobody_listens_there_is_no_connection(home: House) -> None:
    url = home.node.url.replace(str(home.node.address.port), "9")
    async with Browser(url) as browser:
        line = Link(browser, "0" * 32, deaf)
        with pytest.raises(Unreachable):
            await line.open(b"x")


@pytest.mark.rule("K40")
async def test_a_line_on_which_no_mark_comes_is_dead_and_opened_anew(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "SILENCE_SECONDS", 0.2)
    async with company(home, small_tender()) as people:
        witness = people.client("witness")
        await witness.join()
        while witness.joins < 3:
            await witness.news()
        await witness.send("RecordRemark", {"text": "仍然在线"})
        await witness.leave()


async def test_what_is_asked_of_a_dead_line_has_no_answer(home: House) -> None:
    async with company(home, small_tender()) as people:
        line = Link(people.people.browsers["m1"], people.session, deaf)
        view = await people.people.browsers["m1"].get(f"/api/sessions/{people.session}/view")
        await line.open(view["token"])
        line.cut()
        assert await line.ask("command", {"id": b"0" * 16, "name": "CheckIn", "args": {}}) is None
        await line.close()
