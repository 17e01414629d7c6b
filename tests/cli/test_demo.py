"""`evalroom demo` as a newcomer meets it, and when he calls it again."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest

from evalroom.cli.demonstration import ADMINISTRATORS, PASSWORD
from evalroom.rehearsal.browser import Browser
from tests.cli.serving import evalroom, prepared, run
from tests.valkey import free_port

TOTALS = ("95.00", "75.93", "69.30", "68.90")


@pytest.mark.slow(180)
@pytest.mark.rule("K30", "K31", "K52")
async def test_the_demo_ends_on_the_published_totals_then_serves_and_can_be_called_again(
    tmp_path: Path,
) -> None:
    for _ in range(2):
        port = free_port()
        arguments = ("--data", str(tmp_path), "--port", str(port), "--speed", "10")
        async with run("demo", *arguments, lang="zh_CN.UTF-8") as demo:
            shown = await shown_until(demo, "Ctrl-C")
            for total in TOTALS:
                # Ours beside the notice's.
                assert f"{total}   {total}" in shown
            assert "✓ 总分与公告公布的一致" in shown
            assert "✗" not in shown
            url = f"http://127.0.0.1:{port}"
            assert url in shown
            assert PASSWORD in shown
            for login in ("member1", "agency", "supervisor", "witness", *ADMINISTRATORS):
                assert login in shown
                await sessions(url, login)
            assert "member5 的席位空着" in shown
            await until_listed(url, "滨河新区智慧交通二期工程·监控系统集成（施工标段）")
            demo.send_signal(signal.SIGINT)
            _, err = await demo.communicate()
            assert (demo.returncode, err) == (0, b"")


@pytest.mark.slow(60)
@pytest.mark.rule("K32")
async def test_the_demo_puts_no_known_password_into_a_folder_that_is_in_real_use(
    tmp_path: Path,
) -> None:
    await prepared(tmp_path)
    code, _, err = await evalroom("demo", "--data", str(tmp_path), "--port", "0")
    assert code == 2
    assert f"{tmp_path} holds accounts that are not the demo's" in err


@pytest.mark.slow(60)
async def test_a_port_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    code, _, err = await evalroom("demo", "--data", str(tmp_path), "--port", "70000")
    assert (code, err) == (2, "evalroom demo: a port lies between 0 and 65535\n")


async def shown_until(process: asyncio.subprocess.Process, last: str) -> str:
    """What the command prints up to the line with this word."""
    assert process.stdout is not None
    shown = ""
    while last not in shown:
        line = await process.stdout.readline()
        assert line, f"{shown}\n{await process.communicate()}"
        shown += line.decode()
    return shown


async def until_listed(url: str, title: str) -> None:
    """Come back when a session of this title is in its detailed review; a list follows its sessions
    with some delay.
    """
    async with asyncio.timeout(30):
        while True:
            for listed in await sessions(url, "member5"):
                if (listed["state"], listed["title"]) == ("detailed", title):
                    return
            await asyncio.sleep(0.5)


async def sessions(url: str, login: str) -> list[dict[str, Any]]:
    """Log in and look what there is."""
    form = {"login": login, "password": PASSWORD}
    async with Browser(url) as browser:
        await browser.post("/api/login", form)
        found: list[dict[str, Any]] = (await browser.get("/api/sessions"))["items"]
        return found
