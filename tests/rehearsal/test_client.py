"""A client on a real node: lost links, retries under one id, pauses, good-byes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from evalroom.rehearsal.browser import Browser
from evalroom.rehearsal.client import Client, Dismissed
from evalroom.sessions.refusals import Refused
from tests.identity.parts import PASSWORD
from tests.rehearsal.house import Company, House, company
from tests.sessions.cast import small_tender


@pytest.fixture
async def room(home: House) -> AsyncIterator[Company]:
    """A session in check-in, with everybody at his browser and nobody in it yet."""
    async with company(home, small_tender()) as people:
        yield people


@pytest.fixture
async def clients(room: Company) -> AsyncIterator[dict[str, Client]]:
    """Everybody, in the session."""
    found = {part.key: room.client(part.key) for part in room.people.cast.everyone}
    await asyncio.gather(*(client.join() for client in found.values()))
    yield found
    await asyncio.gather(*(client.leave() for client in found.values()))


Clients = dict[str, Client]


async def until(client: Client, seen: Any) -> None:
    """Wait until the client's view shows something."""
    while not seen(client.view):
        await client.news()


async def good_bye(client: Client) -> str:
    """Wait until the client is sent away for good; the reason."""
    try:
        while True:
            await client.news()
    except Dismissed as dismissed:
        return dismissed.code


async def test_everybody_is_told_what_one_of_them_did(clients: Clients) -> None:
    await clients["m1"].send("CheckIn")
    for client in clients.values():
        await until(client, lambda view: view["committee"]["m1"]["checked_in"])
        assert client.view == await client.fresh()


@pytest.mark.rule("K41")
async def test_a_command_whose_answer_was_lost_is_committed_once_and_answered(
    room: Company, clients: Clients
) -> None:
    member = clients["m1"]
    sending = asyncio.create_task(member.send("CheckIn"))
    await asyncio.sleep(0)
    await member.cut()
    await sending
    assert member.joins == 2
    assert member.view["me"]["seated"]
    minutes = await lines_of(room)
    assert [line["params"]["member"] for line in minutes if line["code"] == "CheckedIn"] == ["m1"]


@pytest.mark.rule("K40")
async def test_a_client_that_comes_back_has_missed_nothing(clients: Clients) -> None:
    away = clients["m5"]
    await away.cut()
    for member in ("m1", "m2", "m3", "m4"):
        await clients[member].send("CheckIn")
    await away.send("CheckIn")
    assert away.joins == 2
    await until(away, lambda view: view["phase"]["name"] == "declaration")
    assert away.view == await away.fresh()


async def test_a_refusal_reaches_its_author_with_its_code(clients: Clients) -> None:
    with pytest.raises(Refused) as refused:
        await clients["m1"].send("RequestStart")
    assert refused.value.code == "wrong_role"


@pytest.mark.rule("K42")
async def test_a_command_refused_by_a_pause_stays_in_hand_until_the_pause_is_over(
    clients: Clients,
) -> None:
    await clients["supervisor"].send("Pause", {"clause": "第七条", "document": "3号"})
    sending = asyncio.create_task(clients["m1"].send("CheckIn"))
    await until(clients["m2"], lambda view: view["pause"] is not None)
    # A second command, answered meanwhile, shows that the first one has been refused by now.
    await clients["witness"].send("RecordRemark", {"text": "暂停期间秩序正常"})
    assert not sending.done()
    await clients["supervisor"].send("Resume")
    await sending
    assert clients["m1"].view["me"]["seated"]


@pytest.mark.rule("K43")
async def test_whoever_is_shut_out_is_dismissed_and_does_not_come_back(
    home: House, room: Company, clients: Clients
) -> None:
    witness = clients["witness"]
    login = next(p.login for p in room.people.cast.officers if p.key == "witness")
    await home.desk.dismiss([room.people.accounts[login]])
    assert await good_bye(witness) == "logged_out"
    with pytest.raises(Dismissed):
        await witness.send("RecordRemark", {"text": "x"})


@pytest.mark.rule("K43")
async def test_a_second_window_of_a_seat_sends_the_first_one_away(
    room: Company, clients: Clients
) -> None:
    second = room.client("m1")
    await second.join()
    assert await good_bye(clients["m1"]) == "superseded"
    await second.send("CheckIn")
    await second.leave()


@pytest.mark.rule("K43")
@pytest.mark.parametrize("act", ["logs out", "changes the password"])
async def test_a_log_in_that_ends_takes_its_own_windows_with_it_and_no_other(
    home: House, room: Company, clients: Clients, act: str
) -> None:
    login = next(p.login for p in room.people.cast.officers if p.key == "supervisor")
    async with Browser(home.node.url) as elsewhere:
        await elsewhere.log_in(login, PASSWORD)
        second = Client(elsewhere, room.session)
        await second.join()
        if act == "logs out":
            leaving, staying = second, clients["supervisor"]
            await elsewhere.post("/api/logout", None)
        else:
            leaving, staying = clients["supervisor"], second
            change = {"old": PASSWORD, "new": "four blind mice"}
            headers = {"Origin": home.node.url}
            url = f"{home.node.url}/api/me/password"
            async with elsewhere.http.put(url, json=change, headers=headers) as answer:
                assert answer.status == 204
        assert await good_bye(leaving) == "logged_out"
        await staying.send("RecordRemark", {"text": "仍在场"})
        await second.leave()


async def test_nobody_joins_a_session_he_is_not_invited_to(home: House, room: Company) -> None:
    async with Browser(home.node.url) as stranger:
        await stranger.log_in("system", PASSWORD)
        client = Client(stranger, room.session)
        with pytest.raises(Refused) as refused:
            await client.join()
        assert refused.value.code == "not_invited"
        await client.leave()


async def lines_of(room: Company) -> list[dict[str, Any]]:
    path = f"/api/sessions/{room.session}/minutes"
    lines: list[dict[str, Any]] = (await room.people.browsers["agency_lead"].get(path))["lines"]
    return lines
