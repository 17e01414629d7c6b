"""What `evalroom user` does while a node is running counts there at once."""

import asyncio
from pathlib import Path

import pytest

from evalroom.rehearsal.cast import cast_of
from evalroom.rehearsal.client import Client, Dismissed
from evalroom.rehearsal.desk import desk_at
from evalroom.rehearsal.drill import opened, troupe
from tests.cli.serving import OFFICES, PASSWORD, evalroom, prepared, serving
from tests.sessions.cast import small_tender
from tests.valkey import free_port


@pytest.mark.slow(60)
@pytest.mark.rule("B30", "K27")
@pytest.mark.parametrize("act", ["disable", "passwd"])
async def test_what_the_command_line_does_to_an_account_ends_its_sockets_at_the_running_node(
    tmp_path: Path, act: str
) -> None:
    # Processes on real time: asyncio's debug mode would only slow them down.
    asyncio.get_running_loop().set_debug(False)
    await prepared(tmp_path)
    tender = small_tender()
    cast = cast_of(tender)
    passwords = {part.login: PASSWORD for part in cast.everyone}
    offices = [(office, PASSWORD) for office in OFFICES]
    async with (
        serving(tmp_path, free_port()) as served,
        desk_at(served.url, offices) as desk,
        troupe(desk, served.url, cast, passwords) as people,
    ):
        session = await opened(desk, await desk.enter_tender(tender), people)
        shut, stays = (Client(people.browsers[key], session) for key in ("witness", "supervisor"))
        await asyncio.gather(shut.join(), stays.join())
        data = "--data", str(tmp_path)
        said = "four blind mice\n" if act == "passwd" else ""
        login = next(part.login for part in cast.officers if part.key == "witness")
        code, _, err = await evalroom("user", *data, act, login, said=said)
        assert (code, err) == (0, "")
        assert await good_bye(shut) == "logged_out"
        with pytest.raises(Dismissed):
            await shut.send("RecordRemark", {"text": "x"})
        await stays.send("RecordRemark", {"text": "仍在场"})
        await stays.leave()


async def good_bye(client: Client) -> str:
    """Wait for the server to send a client away; the code it says."""
    try:
        while True:
            await client.news()
    except Dismissed as dismissed:
        return dismissed.code
