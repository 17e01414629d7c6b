"""A real coturn of one's own, set up by `deploy/coturn.conf`, on this machine alone."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from tests.valkey import free_port

CONFIGURATION: Final = Path(__file__).parents[2] / "deploy" / "coturn.conf"
SECRET: Final = "a secret that two of us share"
START_SECONDS: Final = 10.0


def program() -> str | None:
    """Where it is; nothing where it is not installed."""
    return shutil.which("turnserver")


@asynccontextmanager
async def relay(folder: Path) -> AsyncIterator[int]:
    """The port of a relay that runs for the time of the block."""
    port = free_port()
    command = [
        program() or "", "-c", str(CONFIGURATION), f"--static-auth-secret={SECRET}",
        "--allowed-peer-ip=127.0.0.1",
        # Only because everybody is on one machine here.
        f"--listening-port={port}", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1",
        "--min-port=46000", "--max-port=46999", "--no-tls", "--no-dtls", "--allow-loopback-peers",
        f"--pidfile={folder / 'turn.pid'}",
    ]  # fmt: skip
    process = _started(command, folder)
    try:
        async with asyncio.timeout(START_SECONDS):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        yield port
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)


def _started(command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "turn.log").open("ab") as log:
        return subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
