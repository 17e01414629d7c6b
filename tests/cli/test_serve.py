"""`evalroom serve` as an operator meets it: started, told to stop, killed, started again."""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from evalroom.clock import SystemClock
from evalroom.identity.keys import KeyRing
from evalroom.rehearsal.cast import cast_of
from evalroom.rehearsal.desk import desk_at
from evalroom.rehearsal.drill import Terms, held, opened, stage_of, troupe
from evalroom.rehearsal.ensemble import script_of
from evalroom.rehearsal.scenarios import SCENARIOS
from evalroom.rehearsal.stage import Stage
from tests.cli.serving import (
    OFFICES,
    PASSWORD,
    evalroom,
    prepared,
    serving,
)
from tests.sessions.cast import small_tender
from tests.valkey import free_port

SPEED = 8.0


@pytest.mark.slow(180)
@pytest.mark.rule("K23", "K24")
@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGTERM])
async def test_a_session_goes_on_after_the_server_has_gone_in_its_middle(
    tmp_path: Path, ended_by: signal.Signals
) -> None:
    # Two processes and eight people on real time: asyncio's debug mode would only slow them down.
    asyncio.get_running_loop().set_debug(False)
    await prepared(tmp_path)
    port = free_port()
    tender = small_tender("government_procurement")
    script = script_of(tender, SCENARIOS["usual"], 1)
    cast = cast_of(tender)
    passwords = {part.login: PASSWORD for part in cast.everyone}
    async with serving(tmp_path, port) as first:
        trusted = KeyRing.load_or_create(tmp_path).signing.public
        terms = Terms(script, SystemClock(), SPEED, trusted)
        async with (
            desk_at(first.url, [(office, PASSWORD) for office in OFFICES]) as desk,
            troupe(desk, first.url, cast, passwords) as people,
        ):
            session = await opened(desk, await desk.enter_tender(tender), people)
            stage = stage_of(terms, people, session)
            playing = asyncio.create_task(held(terms, people, stage))
            await scoring(stage)
            code, _ = await first.told(ended_by)
            assert code == (-9 if ended_by == signal.SIGKILL else 0)
            async with serving(tmp_path, port):
                verdict = await playing
    assert verdict.right, verdict.checks
    assert all(played.client.joins > 1 for played in stage.people)


async def scoring(stage: Stage) -> None:
    """Wait until members are in the middle of their sheets."""
    member = stage.people[0].client
    while not member.joined or member.view["phase"]["name"] != "detailed":
        await (member.news() if member.joined else asyncio.sleep(0.05))
    entered = len(member.receipts)
    while len(member.receipts) < entered + 2:
        await member.news()


@pytest.mark.slow(60)
@pytest.mark.rule("K22")
async def test_a_second_process_on_the_folder_is_refused_in_the_users_language(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, free_port()):
        code, _, err = await evalroom("serve", "--data", str(tmp_path), lang="zh_CN.UTF-8")
        assert code == 2
        assert err == (
            f"evalroom serve: 数据目录 {tmp_path} 正被另一个进程使用：一个目录同时只属于一个进程\n"
        )


@pytest.mark.slow(60)
@pytest.mark.rule("K21")
async def test_a_port_in_use_ends_with_2_and_says_which(tmp_path: Path) -> None:
    port = free_port()
    async with serving(tmp_path / "one", port):
        address = f"127.0.0.1:{port}"
        code, _, err = await evalroom("serve", "--data", str(tmp_path / "two"), "--listen", address)
        assert code == 2
        assert err.startswith(f"evalroom serve: {address} is in use")


@pytest.mark.rule("K21")
async def test_a_damaged_configuration_names_every_fault_and_where_it_was_given(
    tmp_path: Path,
) -> None:
    file = tmp_path / "evalroom.toml"
    file.write_text('listen = "nowhere"\nspeed = 3\n')
    code, _, err = await evalroom("serve", "--config", str(file), "--data", "")
    assert code == 2
    assert f"{file}: listen:" in err
    assert f"{file}: speed: there is no such key" in err
    assert "--data: data: must be the path of a folder" in err
    file.write_text("listen = ")
    code, _, err = await evalroom("serve", "--config", str(file))
    assert (code, "is not TOML" in err) == (2, True)


@pytest.mark.slow(60)
@pytest.mark.rule("K23")
async def test_the_log_is_one_json_object_a_line_and_tells_where_the_node_serves(
    tmp_path: Path,
) -> None:
    port = free_port()
    async with serving(tmp_path, port) as served:
        code, log = await served.told(signal.SIGINT)
    assert code == 0
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert f"serving at http://127.0.0.1:{port}" in events
    assert events[-2:] == ["stopping", "stopped"]
