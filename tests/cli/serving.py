"""A server in a process of its own, started from the command line as an operator would."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from evalroom.app import accounts
from evalroom.config import Config
from evalroom.identity.registry import Author
from evalroom.storage.directory.accounts import Office

ROOT = Path(__file__).parent.parent.parent
PASSWORD = "three blind mice"
OFFICES: tuple[Office, ...] = ("security", "system")

# Importing everything takes a second; where a dozen others want the same two cores, twenty.
START_SECONDS = 40.0
STOP_SECONDS = 10.0


class Served:
    """One process that serves a folder."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url

    async def told(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal and wait for the end; the exit code, and what was logged."""
        self.process.send_signal(number)
        async with asyncio.timeout(STOP_SECONDS):
            _, log = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, log.decode()


@asynccontextmanager
async def run(*arguments: str, lang: str = "C") -> AsyncIterator[asyncio.subprocess.Process]:
    """A command under way; killed if it has not ended by itself."""
    process = await _process(*arguments, lang=lang)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def evalroom(
    *arguments: str, said: str = "", lang: str = "C", **environ: str
) -> tuple[int, str, str]:
    """Run a command to its end; exit code, stdout, stderr."""
    process = await _process(*arguments, lang=lang, **environ)
    out, err = await process.communicate(said.encode())
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def prepared(folder: Path, database: str = "files") -> None:
    """The two administrators a rehearsal needs."""
    async with accounts(Config(data=folder, database=database)) as (registry, _):
        for office in OFFICES:
            made = await registry.add(Author(), office, office, PASSWORD)
            await registry.grant(Author(), made.id, office)


@asynccontextmanager
async def serving(folder: Path, port: int) -> AsyncIterator[Served]:
    """Serve the folder; killed if nobody has ended it by then."""
    address = f"127.0.0.1:{port}"
    async with run("serve", "--data", str(folder), "--listen", address) as process:
        served = Served(process, f"http://{address}")
        await answering(served.url, process)
        yield served


async def answering(url: str, process: asyncio.subprocess.Process | None = None) -> None:
    """Come back when a server is up, or its process has ended without."""
    async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as browser:
        while process is None or process.returncode is None:
            try:
                async with browser.get(f"{url}/healthz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)
    _, log = await process.communicate()
    raise AssertionError(f"ended with {process.returncode}: {log.decode()}")


async def _process(*arguments: str, lang: str = "C", **environ: str) -> asyncio.subprocess.Process:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("EVALROOM_")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "evalroom",
        *arguments,
        cwd=ROOT,
        env={
            **environment,
            "EVALROOM_METRICS": "0",
            "LC_ALL": lang,
            "PYTHONIOENCODING": "utf-8",
            **environ,
        },
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
