"""Who we are to a server, and what it lets us do; a password is told to nobody else."""

import logging
import re
from pathlib import Path

import pytest

from tests.bus.contract import TOPIC
from tests.bus.redis_parts import attempts, becomes, nodes, until_down, until_up
from tests.valkey import Valkey

ROOT = Path(__file__).parent.parent.parent

PASSWORD = "hunter2%21"
"""As it is written in an address; the server is told `hunter2!`."""


@pytest.mark.rule("B16")
@pytest.mark.parametrize(
    ("login", "reason"),
    [("", "it wants a password"), (":wrong@", "it does not accept the user or the password"),
     (f"stranger:{PASSWORD}@", "it does not accept the user or the password")],
)  # fmt: skip
async def test_a_server_that_does_not_let_us_in_is_told_of_without_a_password(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, login: str, reason: str
) -> None:
    with running(tmp_path, "--requirepass", "hunter2!") as valkey:
        async with nodes(f"redis://{login}127.0.0.1:{valkey.port}") as (bus,):
            await becomes(lambda: "the bus is down" in caplog.text)
            assert f"the bus is down: 127.0.0.1:{valkey.port}: {reason}" in caplog.messages
            assert not bus.up
    assert "hunter2" not in caplog.text
    assert "wrong" not in caplog.text


@pytest.mark.rule("B16")
@pytest.mark.parametrize("user", ["", "default", "evalroom"])
async def test_a_node_logs_in_with_password_or_user_and_password(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, user: str
) -> None:
    caplog.set_level(logging.INFO)
    paper = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    (acl,) = re.findall(r"^(user evalroom .*)$", paper, re.MULTILINE)
    acl = f"--{acl.replace('PASSWORD', 'hunter2!')}".split()
    with running(tmp_path, "--requirepass", "hunter2!", *acl) as valkey:
        async with nodes(f"redis://{user}:{PASSWORD}@127.0.0.1:{valkey.port}/3") as (bus,):
            await until_up(bus)
            for topic in (TOPIC, "media:00:1", "node:00", "nodes"):
                bus.subscribe(topic, print)
                bus.publish(topic, b"a")
            assert bus._lines is not None
            await bus._lines.speaking.caught_up()
            await bus._lines.listening.caught_up()
            assert bus.up
    assert "the bus is up: valkey 9." in caplog.text
    assert "hunter2" not in caplog.text


@pytest.mark.rule("B16")
@pytest.mark.parametrize("speaking", [True, False])
async def test_a_user_who_may_not_use_our_topics_is_told_of_and_never_taken_for_granted(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    speaking: bool,
) -> None:
    acl = ("--user", *"evalroom on >hunter2! resetchannels &node:* +@all".split())
    with running(tmp_path, *acl) as valkey:
        async with nodes(f"redis://evalroom:{PASSWORD}@127.0.0.1:{valkey.port}") as (bus,):
            await until_up(bus)
            if speaking:
                bus.publish(TOPIC, b"a")
            else:
                bus.subscribe(TOPIC, print)
            await until_down(bus)
            where = f"127.0.0.1:{valkey.port}"
            assert caplog.messages[-1] == (
                f"the bus is down: {where}: it refuses what a node needs: NOPERM"
            )
            if not speaking:
                # With what is refused already wished for, it does not come up at all.
                count = len(caplog.messages)
                tried = attempts(bus, monkeypatch)
                await becomes(lambda: len(tried) > 1)
                assert not bus.up
                assert len(caplog.messages) == count
    assert "hunter2" not in caplog.text


class running:
    """A Valkey with options, for the time of the block."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._valkey = Valkey(folder / "valkey", *options)

    def __enter__(self) -> Valkey:
        self._valkey.start()
        return self._valkey

    def __exit__(self, *_: object) -> None:
        self._valkey.stop()
