"""Whole nodes, each a process of its own as an operator starts it, on one database and one bus."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.cli.serving import prepared
from tests.postgres import Database
from tests.valkey import Valkey, free_port

ROOT: Final = Path(__file__).parents[2]
READY_SECONDS: Final = 90.0
"""A start takes a second; on two busy cores it has taken six."""

SERVE: Final = ("-m", "evalroom", "serve")


class NodeProcess:
    """One node at a port that stays its own, however often it is ended and started again."""

    def __init__(
        self, name: str, folder: Path, settings: Mapping[str, str], program: tuple[str, ...] = SERVE
    ) -> None:
        """`folder` takes its log; `settings` are variables of its environment."""
        self.name = name
        self.log = folder / f"{name}.log"
        self.port = free_port()
        self.settings = dict(settings)
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        """Whether there is a process, be it ready or not."""
        return self._process is not None

    def start(self) -> None:
        """Start it; `ready` comes back when it serves."""
        assert self._process is None, f"{self.name} is running"
        known = {key: kept for key, kept in os.environ.items() if not key.startswith("EVALROOM_")}
        listen = {"EVALROOM_LISTEN": f"127.0.0.1:{self.port}", "EVALROOM_METRICS": "0"}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._program],
                cwd=ROOT,
                env=known | self.settings | listen,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def ready(self) -> None:
        """Come back when it says that it can serve. Raises RuntimeError when it does not start."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                while (await self.readiness())[0] != 200:
                    assert self._process is not None
                    if self._process.poll() is not None:
                        break
                    await asyncio.sleep(0.02)
                else:
                    return
        except TimeoutError:
            pass
        raise RuntimeError(f"{self.name} is not ready: {self.said()[-2_000:]}")

    async def readiness(self) -> tuple[int, str]:
        """Status and text of `/readyz`; 0 while nobody answers."""
        timeout = ClientTimeout(total=5)
        try:
            async with (
                ClientSession(timeout=timeout) as http,
                http.get(f"{self.url}/readyz") as answer,
            ):
                return answer.status, await answer.text()
        except (ClientError, OSError, TimeoutError):
            return 0, ""

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None, f"{self.name} is not running"
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self.signal(signal.SIGKILL)
        self._reap()

    async def stop(self) -> int:
        """Ask it to stop, as an operator does; its exit status."""
        self.signal(signal.SIGTERM)
        return await asyncio.to_thread(self._reap)

    def end(self) -> None:
        """See that there is no process, whatever it was doing."""
        if self._process is not None:
            self.kill()

    def said(self) -> str:
        """All that it has written to its log so far."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def _reap(self) -> int:
        assert self._process is not None
        status = self._process.wait()
        self._process = None
        return status


@asynccontextmanager
async def pair_of_nodes(
    folder: Path, database: Database, valkey: Valkey, *own: Mapping[str, str]
) -> AsyncIterator[list[NodeProcess]]:
    """Two nodes that are up, on one folder, with the administrators a rehearsal needs; `own` are
    the settings of each.
    """
    data = folder / "data"
    await prepared(data, database.address())
    shared = {
        "EVALROOM_DATA": str(data),
        "EVALROOM_DATABASE": database.address(),
        "EVALROOM_BUS": valkey.url,
    }
    with ExitStack() as stack:
        nodes = [
            NodeProcess(f"node{n}", folder, {**shared, **mine})
            for n, mine in enumerate(own or ({}, {}), 1)
        ]
        for node in nodes:
            stack.callback(node.end)
            node.start()
        await asyncio.gather(*(node.ready() for node in nodes))
        yield nodes
